// Decisions as data: what becomes lazy, what stays, and why. Made in this order:
// - ClassifyFunctions (R1, R1b, R11): what becomes lazy, gets a guard, or holds its names;
// - DecideImports (R2, R6-R10, R12-R14): which import names become lazy;
// - BindWhatIsLoaded (free; bind_loaded.h): which of them are bound at once all the same;
// - FillUses: what each lazy or guarded function binds before it runs;
// - PlaceHoists (R3-R6, R9, R14, R15): what is loaded at a fixed place.
// Each takes facts and earlier decisions by value and touches no file.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "proto/plan.pb.h"
#include "rewriter/application.h"
#include "rewriter/reach.h"

namespace faaslight {

enum class Keep { kTraced, kReachable, kNone };

// What stays as it is: a glob on "module" (its text, and that it is loaded where it always was),
// "module:<module>" (only that it is loaded), or "module:name" (a function by its qualified name,
// or a name that the module's imports bind).
struct Pin {
  std::string glob;
  std::string why;  // for people: "pinned with --pin"
};

struct Policy {
  Keep keep = Keep::kTraced;
  std::vector<Pin> pins;
  // What emission found out (self-check refused it, no spot in the text): module -> why.
  std::map<std::string, std::string> leave_alone;
  std::set<std::pair<std::string, int>> keep_functions;  // (module, function index)
};

struct Why {
  std::string rule;
  std::string text;
};

struct NameChoice {
  bool lazy = false;
  Why why;
  std::vector<std::string> first;  // R14: modules to load before
  // The name is there without it, and stays: only the submodule waits (rewriter/left_to_package.h).
  bool left_to_package = false;

  // Whether the name itself is lazy.
  bool NameIsLazy() const { return lazy && !left_to_package; }
};

enum class FunctionAction {
  kCovered,  // nested in a lazy or guarded function, or a lambda: no decision of its own
  kKeep,
  kLazy,
  kGuard,
};

struct FunctionChoice {
  FunctionAction action = FunctionAction::kKeep;
  Why why;
  bool holds = false;             // its uses keep imports eager
  std::vector<std::string> uses;  // lazy and guarded: names to bind; dotted: modules to load
  bool uses_all = false;          // guarded: binds every lazy name (it reads globals())
  bool cold_guards = false;       // kept: guards before its cold regions bind what these use
  std::vector<std::vector<std::string>> cold = {};  // parallel to FunctionFacts::cold: these names
};

// What of a function's code keeps imports, when the function holds its uses: cold regions that have
// guards do not.
inline const Uses& HeldUses(const FunctionFacts& function, const FunctionChoice& choice) {
  return choice.cold_guards ? function.Warm() : function.own;
}

struct HoistChoice {
  int statement = -1;  // index into Facts::imports; -1: behind the prologue
  std::string module;
  int order = 0;  // of the hoisted module in the trace
  Why why;
};

struct ModuleChoice {
  bool rewritable = false;  // may get another text
  Why why_not;
  std::optional<Why> pinned;                     // the whole module
  std::vector<std::vector<NameChoice>> imports;  // parallel to Facts::imports and their names
  std::vector<FunctionChoice> functions;         // parallel to Facts::functions
  std::vector<HoistChoice> hoists;
  std::vector<std::pair<std::string, Why>>
      companions;                       // R4: loaded once this module, loaded late, is complete
  std::vector<std::string> submodules;  // R3
  // R4: a file that reads one of its registries, and that no trace loaded, cannot get a text.
  bool reader_left_alone = false;
  bool may_load = false;   // may be loaded by what stays (an over-approximation)
  bool must_load = false;  // is loaded by what stays, at its old place: at init, or in an event (an
                           // under-approximation)
  int via = -1;            // what loads it
  std::vector<Reach> reach;  // parallel to Facts::functions
  bool NeedsText() const;    // some decision changes its text
  // Sorted: all, or only those that imports under an `if` bind, or only the others.
  std::vector<std::string> LazyNames(const Facts& facts, std::optional<bool> in_branch = {}) const;
};

using Choices = std::vector<ModuleChoice>;  // parallel to Application::modules()

// The first pin whose glob matches `module` or `module:name` (fnmatch rules, '*' also matches
// dots); null when none does.
const Pin* FindPin(const Policy& policy, const std::string& name);

// `name` as a glob that matches nothing else.
std::string AsGlob(const std::string& name);

// Which modules may get another text at all (R10, no prologue spot, did not complete, left alone,
// not in the app).
void MarkRewritable(const Application& app, const Policy& policy, Choices& choices);

// Static reachability from the handler, per function (rewriter/reach.h).
void MarkReach(const Application& app, const ReachResult& reached, Choices& choices);

// R1, R1b, R11. `reach` must be filled when policy.keep is kReachable.
void ClassifyFunctions(const Application& app, const Policy& policy, Choices& choices);

// `reached` counts when policy.keep is kReachable: what reachable code reads of a module stays.
void DecideImports(const Application& app, const ReachResult& reached, const Policy& policy,
                   Choices& choices);

void FillUses(const Application& app, Choices& choices);

// Also computes may_load, must_load, via and submodules. Returns notes for people.
std::vector<std::string> PlaceHoists(const Application& app, const Policy& policy,
                                     Choices& choices);

// All of the above.
Choices Decide(const Application& app, const ReachResult& reached, const Policy& policy,
               std::vector<std::string>& notes);

}  // namespace faaslight
