// Who may call whom, among what is reachable.
//
// The edges follow from the same meanings that reachability goes by (rewriter/use_meanings.h): a
// function that is named, passed or stored counts as called there; a class that is named as its
// constructor called; an attribute of a known class as what lookup finds in it and in the reachable
// classes below it. Edges that are known by an attribute's name alone are given as that name: any
// reachable method, and any function of a module, of the name. Not given: calls by operators and by
// C code, and calls of values that a function got as an argument or found in a container.
#pragma once

#include <string_view>
#include <vector>

#include "rewriter/class_tree.h"
#include "rewriter/reach.h"
#include "rewriter/use_meanings.h"

namespace faaslight {

struct Calls {
  std::vector<FunctionRef> functions;   // sorted, each once; reachable ones alone
  std::vector<std::string_view> names;  // sorted, each once; they live as long as the facts
};

class CallGraph {
 public:
  // All must outlive the graph. `reached` is what FindReachable said of `modules`.
  CallGraph(const std::vector<ReachModule>& modules, const ReachResult& reached);

  // What the function's own code, or with -1 the module's body, may call. Not thread-safe: keeps
  // what it resolves.
  Calls Of(int module, int function);

 private:
  void AddClass(ClassRef cls, Calls& calls) const;
  void AddDenoted(const Denoted& denoted, Calls& calls) const;
  void AddMeaning(const Meaning& meaning, Calls& calls) const;
  void AddImported(int module, int function, Calls& calls) const;
  bool Reached(FunctionRef function) const {
    return reached_[static_cast<size_t>(function.first)][static_cast<size_t>(function.second)];
  }

  const ModuleIndex index_;
  const ClassTree tree_;
  UseMeanings meanings_;
  std::vector<std::vector<bool>> reached_;
};

}  // namespace faaslight
