// The marks of the reachability analysis: what is reached so far, by whom, and what that makes
// reachable at once.
//
// Three of its decisions need more than a flag. Attribute names: reached code demands names,
// reached classes and modules that are passed around offer functions under names; whichever comes
// second makes them meet. Classes: whether outside code may call methods ("open") and whether
// creating a subclass runs code that may keep it ("captured") are inherited, and a base may turn
// out so after its subclasses are known. Modules: a module is reached with all its packages.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "rewriter/class_tree.h"
#include "rewriter/reach.h"
#include "rewriter/use_meanings.h"

namespace faaslight {

// True for "__init__" and the like.
bool IsDunder(std::string_view name);
// True for a decorator that makes a property's setter, deleter or getter: "size.setter".
bool IsAccessor(std::string_view decorator);
// True when one of the decorators may hand what it decorates to somebody who calls it.
bool HandedOut(const std::vector<std::string>& decorators);

// A link whose module is a position: made by the hundred thousand, turned into a Link only for what
// is kept.
struct ReachFrom {
  int module = -1;
  int function = -1;
  uint32_t line = 0;
  std::string_view how;
};

enum class ReachKind {
  kModule,
  kFunction,
  kClass,
  kBinding,  // a name that a module binds: `index` is into what the marks offered so far
};

struct ReachItem {
  ReachKind kind;
  int module;
  int index;
};

class ReachMarks {
 public:
  struct FunctionState {
    bool reached = false;
    ReachFrom from;
    std::vector<int> children, imports, classes;  // directly inside it
  };
  struct ClassState {
    bool reached = false;
    bool open = false;  // any of its methods may be called: it extends a class of unknown source,
                        // or code asks an instance for attributes of names that are made up
    bool captured = false;  // creating a subclass of it runs code that may keep the subclass
    bool defined = false;   // its class statement runs
    ReachFrom from;
    std::vector<std::pair<FunctionRef, ReachFrom>> waiting;  // to be reached with it
  };
  struct State {
    bool reached = false;
    bool dynamic = false;  // imported by name or passed around: attribute names reach its functions
    bool whole = false;    // its namespace was taken as a dict
    bool strings_demanded = false, strings_imported = false;
    ReachFrom from;
    std::vector<FunctionState> functions;
    std::vector<ClassState> classes;
    std::unordered_set<std::string_view> names, escaped;  // already followed
  };

  // Index and tree must outlive the marks, and so must all texts given to Read, Demand, DemandOn
  // and Offer.
  ReachMarks(const ModuleIndex& index, const ClassTree& tree);

  // Each thing is reached once: the first link counts, and puts it on the list of work.
  void ReachModule(int module, const ReachFrom& from);
  void ReachFunction(int module, int function, const ReachFrom& from);
  void ReachClass(int module, int cls, const ReachFrom& from);
  void ReachMethods(int module, int cls);

  // A name that denotes this is used; `escapes`: alone, so that a module may be passed around.
  void Reference(const Denoted& denoted, const ReachFrom& from, bool escapes);
  // Attribute names reach the functions and classes of such a module.
  void MakeDynamic(int module);
  // Somebody reads the module's or class's whole dict.
  void TakeNamespace(const Denoted& denoted, const ReachFrom& from);

  // Reached code reads this name of a module, as its attribute or by an import that runs in a
  // function.
  void Read(int module, std::string_view name) { reads_[static_cast<size_t>(module)].insert(name); }

  // Reached code uses the attribute name on something.
  void Demand(std::string_view name, const ReachFrom& from);
  // The same for all names that begin so: `getattr(x, "visit_" + kind)`.
  void DemandPrefix(std::string_view prefix, const ReachFrom& from);
  // The same, on a known class ("": any name); on anything when the class does not tell what it is.
  void DemandOn(ClassRef cls, std::string_view name, Ask ask, const ReachFrom& from);
  // A function or class can be had under the attribute name.
  void Offer(std::string_view name, const ReachItem& item);

  // A class statement runs: bases are told of it, decorators and metaclasses may keep it.
  void DefineClass(int module, int cls);

  // Reached code imports this module, which was not given.
  void Want(std::string name) { wanted_.insert(std::move(name)); }
  // Reached code imports modules whose names begin so.
  void WantPrefix(const std::string& prefix) { wanted_prefixes_.insert(prefix); }

  // The next thing that was reached and not yet visited.
  std::optional<ReachItem> Next();
  State& state(int module) { return state_[module]; }
  ReachResult Take() const;

 private:
  static void Fill(const Facts& facts, State& state);
  Link ToLink(const ReachFrom& from) const;
  void Meet(const ReachItem& item, const ReachFrom& from);
  void Spread(int module, int cls, bool open, bool captured);

  const ModuleIndex& index_;
  const ClassTree& tree_;
  std::vector<State> state_;
  std::deque<ReachItem> work_;
  std::unordered_map<std::string_view, ReachFrom> demands_;
  std::unordered_map<std::string_view, std::vector<ReachItem>> offers_;
  std::set<std::tuple<ClassRef, std::string_view, Ask>> asked_;
  std::set<std::string> wanted_, wanted_prefixes_;
  std::map<std::string_view, ReachFrom> prefixes_;
  std::vector<std::string_view> offered_;          // names of kBinding items
  std::vector<std::set<std::string_view>> reads_;  // by module
};

}  // namespace faaslight
