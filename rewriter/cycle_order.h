// R14: import cycles are entered where they always were.
#pragma once

#include <set>
#include <vector>

#include "rewriter/decisions.h"

namespace faaslight {

// Of the groups of modules that import each other, those whose eager imports still form a cycle
// (rewriter/cycles.h), and who must load a group's first module before.
class CycleOrder {
 public:
  CycleOrder(const Application& app, Choices& choices) : app_(app), choices_(choices) {}

  // Adds hoists, what lazy names load first and what lazy functions load before they run.
  void Run();

  // The first modules of the groups that loading `source` in the body of `importer` would enter.
  std::vector<int> FirstOfEntered(int source, int importer) const;

 private:
  const TracedModule& module(int index) const { return app_.modules()[static_cast<size_t>(index)]; }
  ModuleChoice& choice(int index) { return choices_[static_cast<size_t>(index)]; }
  void KeepOrderIn(int index, const std::set<int>& members);
  bool Enters(int target, const std::set<int>& members, int first) const;
  bool LoadingEnters(int source, int importer, const std::set<int>& members) const;
  bool AnyFailed(const std::set<int>& members) const;
  bool LoadsBeforeLazyBody(int index, int function, const std::string& name);
  void OrderImportsOf(int index, const std::set<int>& members, int first);

  const Application& app_;
  Choices& choices_;
  std::vector<std::set<int>> groups_;  // that must be entered at their first member
};

}  // namespace faaslight
