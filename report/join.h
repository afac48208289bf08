// The join of trace and plan that summary.cc and decisions.cc share: positions of modules, who
// imported whom, causes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "proto/plan.pb.h"
#include "proto/trace.pb.h"
#include "report/report.h"

namespace faaslight {

// Why the import of a module from another stands where it does.
struct ImportCause {
  uint32_t line = 0;
  Cause cause;
};

// Views of a trace and a plan that must outlive it. Modules are known by their position in the
// trace; of two of one name the first counts, and the others have no position.
class TracePlan {
 public:
  TracePlan(const Trace& trace, const Plan* plan);

  const Trace& trace() const { return trace_; }
  const Plan* plan() const { return plan_; }
  int size() const { return trace_.modules_size(); }
  const Module& module(int m) const { return trace_.modules(m); }
  int Find(std::string_view name) const;  // or -1
  bool IsFirst(int m) const { return Find(module(m).name()) == m; }
  const PlanModule* planned(int m) const { return planned_[m]; }  // or null

  // Loaded while the handler's module was imported (not before, not by an event).
  bool LoadedBefore(int m) const { return module(m).phase() == PHASE_INIT; }
  // By the plan. Without a plan, or when the plan does not have it: as before.
  bool LoadedAfter(int m) const;
  bool Gone(int m) const { return LoadedBefore(m) && !LoadedAfter(m); }

  // Importers: of the original run, and of the rewritten package where the plan tells. -1: none, or
  // not in the trace.
  int ImporterBefore(int m) const { return Find(module(m).importer()); }
  int ImporterAfter(int m) const;
  // Modules that m was the first to import, in the original run.
  const std::vector<int>& Children(int m) const { return children_[m]; }
  // Modules without an importer in the trace; where importers run in a circle, one of it. Every
  // module hangs below exactly one of them.
  const std::vector<int>& Roots() const { return roots_; }

  // The plan's decision that imports `target` from `importer`: null when there is none. A decision
  // for `import a.b.c` is one for its parents too.
  const ImportCause* Eager(std::string_view importer, std::string_view target) const;
  const ImportCause* Lazy(std::string_view importer, std::string_view target) const;

 private:
  using Causes = std::unordered_map<std::string, ImportCause>;
  void Hang();
  void ReadDecisions(const PlanModule& module);
  static void Enter(Causes& causes, const std::string& importer, const std::string& target,
                    const ImportCause& cause);

  const Trace& trace_;
  const Plan* plan_;
  std::unordered_map<std::string_view, int> by_name_;
  std::vector<const PlanModule*> planned_;
  std::vector<std::vector<int>> children_;
  std::vector<int> roots_;
  Causes eager_, lazy_;  // by importer + '\n' + target
};

// What became of each decision: rules, hoists, lazy trees, functions that nothing entered.
PlanSummary SummarizePlan(const TracePlan& join, const std::vector<bool>& function_entered,
                          const std::vector<bool>& function_reachable);

// Why a module stays, or is gone. Precondition: a plan.
Cause ModuleCause(const TracePlan& join, int m);

// The way from the handler to the module, the module itself last.
std::vector<ChainStep> ImportChain(const TracePlan& join, int m);

// The group a module is counted in: the top-level package, or "(standard library)".
std::string PackageOf(const Module& module);

}  // namespace faaslight
