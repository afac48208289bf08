#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <unordered_map>

#include "report/join.h"
#include "report/report.h"

namespace faaslight {
namespace {

const char* EffectName(EffectKind kind) {
  switch (kind) {
    case EFFECT_ATTRIBUTE:
      return "attribute";
    case EFFECT_CONTAINER:
      return "container";
    case EFFECT_CLASS:
      return "class";
    case EFFECT_INSTANCE:
      return "instance";
    case EFFECT_REGISTRY:
      return "registry";
    default:
      return "unknown";
  }
}

// The plan's word on functions, by (module, qualified name, line) and, for nested ones that it does
// not list, by whatever encloses them.
class ReachLookup {
 public:
  explicit ReachLookup(const Plan* plan) {
    if (plan == nullptr) return;
    for (const PlanModule& module : plan->modules()) {
      for (const FunctionDecision& decision : module.functions()) {
        any_ |= decision.reach() != REACH_UNKNOWN;
        by_line_.emplace(Key(module.name(), decision.qualname(), decision.first_line()), &decision);
        by_name_.emplace(Key(module.name(), decision.qualname(), 0), &decision);
      }
    }
  }

  // False when the plan says nothing about reach.
  bool known() const { return any_; }

  bool Reachable(const Function& function) const {
    const FunctionDecision* decision = Find(function);
    if (decision != nullptr)
      return decision->reach() == REACH_TRACED || decision->reach() == REACH_REACHABLE;
    std::string_view qualname = function.qualname();
    for (size_t cut = qualname.rfind(kLocals); cut != std::string_view::npos;
         cut = qualname.rfind(kLocals)) {
      qualname = qualname.substr(0, cut);
      const auto it = by_name_.find(Key(function.module(), qualname, 0));
      if (it == by_name_.end()) continue;
      return it->second->reach() == REACH_TRACED || it->second->reach() == REACH_REACHABLE;
    }
    return false;
  }

  bool Lazy(const Function& function) const {
    const FunctionDecision* decision = Find(function);
    return decision != nullptr && decision->action() == FunctionDecision::LAZY;
  }

 private:
  static constexpr std::string_view kLocals = ".<locals>.";

  static std::string Key(std::string_view module, std::string_view qualname, uint32_t line) {
    return fmt::format("{}\n{}\n{}", module, qualname, line);
  }

  const FunctionDecision* Find(const Function& function) const {
    const auto it =
        by_line_.find(Key(function.module(), function.qualname(), function.first_line()));
    return it == by_line_.end() ? nullptr : it->second;
  }

  std::unordered_map<std::string, const FunctionDecision*> by_line_, by_name_;
  bool any_ = false;
};

Status CheckPlan(const Trace& trace, const Plan& plan) {
  if (plan.handler() != trace.app().handler()) {
    return Fail(ExitCode::kBadInput, fmt::format("the plan is for handler {}, the trace of {}: "
                                                 "give the plan that was made from this trace",
                                                 plan.handler(), trace.app().handler()));
  }
  if (plan.python_version() != trace.python().version() ||
      plan.python_magic() != trace.python().magic()) {
    return Fail(ExitCode::kBadInput,
                fmt::format("the plan is for CPython {}, the trace of CPython {}: give the plan "
                            "that was made from this trace",
                            plan.python_version(), trace.python().version()));
  }
  return {};
}

class Summarizer {
 public:
  Summarizer(const Trace& trace, const Plan* plan)
      : trace_(trace),
        plan_(plan),
        join_(trace, plan),
        reach_(plan),
        row_of_(trace.modules_size(), -1) {}

  Summary Run() {
    Head();
    Modules();
    Events();
    Functions();
    Totals();
    Cumulative();
    Rest();
    if (plan_ != nullptr) summary_.plan = SummarizePlan(join_, entered_, reachable_);
    Sort();
    return std::move(summary_);
  }

 private:
  void Head() {
    summary_.handler = trace_.app().handler();
    summary_.python = trace_.python().version();
    summary_.directory = trace_.app().directory();
    if (trace_.has_truncation()) {
      summary_.truncated.emplace(trace_.truncation().cause(), trace_.truncation().where());
    }
  }

  void Modules() {
    for (int m = 0; m < join_.size(); ++m) {
      const Module& module = join_.module(m);
      if (!join_.IsFirst(m)) continue;
      if (module.phase() == PHASE_PRELOAD) {
        ++summary_.preloaded_modules;
        continue;
      }
      row_of_[m] = static_cast<int>(summary_.modules.size());
      summary_.modules.push_back(MakeRow(m));
    }
  }

  ModuleRow MakeRow(int m) const {
    const Module& module = join_.module(m);
    ModuleRow row;
    row.name = module.name();
    row.package = PackageOf(module);
    row.file = module.file();
    row.root = module.root();
    row.kind = module.kind();
    row.phase = module.phase();
    row.completed = module.completed();
    row.chain = ImportChain(join_, m);
    Counts& counts = row.counts;
    counts.modules_before = join_.LoadedBefore(m) ? 1 : 0;
    counts.modules_in_events = module.phase() == PHASE_EVENT ? 1 : 0;
    counts.self_us = module.self_us();
    counts.cumulative_us = module.cumulative_us();
    counts.code_before = join_.LoadedBefore(m) ? module.code_bytes() : 0;
    // The plan says nothing about the functions of the standard library.
    const bool decided = module.root() != ROOT_STDLIB;
    if (reach_.known() && decided) counts.reachable = 0;
    if (plan_ == nullptr) return row;
    counts.modules_after = join_.LoadedAfter(m) ? 1 : 0;
    if (decided) counts.lazy_functions = 0;
    const PlanModule* planned = join_.planned(m);
    row.rewritten = planned != nullptr && planned->rewritten();
    if (planned != nullptr && !planned->rewritten() && !planned->reason().text().empty()) {
      row.not_rewritten = Cause{planned->reason().rule(), planned->reason().text()};
    }
    counts.code_after = !join_.LoadedAfter(m) ? 0
                        : row.rewritten       ? planned->code_bytes_after()
                                              : module.code_bytes();
    if (join_.LoadedBefore(m) || join_.LoadedAfter(m)) row.cause = ModuleCause(join_, m);
    return row;
  }

  void Events() {
    for (const Event& event : trace_.events()) {
      EventRow row;
      row.name = event.name();
      row.outcome = "no outcome";
      summary_.events.push_back(std::move(row));
    }
    std::vector<bool> known(summary_.events.size());
    for (const Outcome& outcome : trace_.outcomes()) {
      if (outcome.during_init()) {
        if (outcome.returned() || summary_.init_failure) continue;
        summary_.init_failure.emplace();
        Fill(outcome, *summary_.init_failure);
      } else if (outcome.event() < known.size() && !known[outcome.event()]) {
        known[outcome.event()] = true;
        Fill(outcome, summary_.events[outcome.event()]);
      }
    }
  }

  static void Fill(const Outcome& outcome, EventRow& row) {
    row.duration_us = outcome.duration_us();
    row.stdout_text = outcome.stdout();
    row.stderr_text = outcome.stderr();
    if (outcome.timed_out()) {
      row.outcome = "timed out";
    } else if (outcome.returned()) {
      row.outcome = "returned";
      row.detail = outcome.result_json();
    } else {
      row.outcome = "raised";
      row.detail = outcome.exception_type();
      if (!outcome.exception_message().empty()) row.detail += ": " + outcome.exception_message();
    }
  }

  void Functions() {
    const size_t events = summary_.events.size();
    for (const Function& function : trace_.functions()) {
      std::set<uint32_t> by;
      for (const uint32_t event : function.events()) {
        if (event < events) by.insert(event);
      }
      const bool entered = function.at_init() || !by.empty();
      const bool reachable = entered || (reach_.known() && reach_.Reachable(function));
      entered_.push_back(entered);
      reachable_.push_back(reachable);
      for (const uint32_t event : by) ++summary_.events[event].entered;
      if (!function.at_init() && by.size() == 1) ++summary_.events[*by.begin()].only;
      const int m = join_.Find(function.module());
      if (m < 0 || row_of_[m] < 0) continue;
      Counts& counts = summary_.modules[row_of_[m]].counts;
      ++counts.functions;
      counts.entered += entered ? 1 : 0;
      counts.entered_in_events += by.empty() ? 0 : 1;
      if (counts.reachable) *counts.reachable += reachable ? 1 : 0;
      if (counts.lazy_functions) *counts.lazy_functions += reach_.Lazy(function) ? 1 : 0;
    }
  }

  static void AddOptional(std::optional<uint64_t>& sum, const std::optional<uint64_t>& part) {
    if (part) sum = sum.value_or(0) + *part;
  }

  static void Add(Counts& sum, const Counts& part, bool with_functions) {
    sum.modules_before += part.modules_before;
    sum.modules_in_events += part.modules_in_events;
    AddOptional(sum.modules_after, part.modules_after);
    sum.code_before += part.code_before;
    AddOptional(sum.code_after, part.code_after);
    if (part.modules_before > 0) sum.self_us += part.self_us;
    if (!with_functions) return;
    sum.functions += part.functions;
    sum.entered += part.entered;
    sum.entered_in_events += part.entered_in_events;
    AddOptional(sum.reachable, part.reachable);
    AddOptional(sum.lazy_functions, part.lazy_functions);
  }

  void Totals() {
    for (const ModuleRow& row : summary_.modules) {
      const auto [it, added] = package_of_.emplace(row.package, summary_.packages.size());
      if (added) summary_.packages.push_back({row.package, {}});
      Add(summary_.packages[it->second].counts, row.counts, true);
      // No event is meant to test the standard library's functions.
      Add(summary_.total, row.counts, row.root != ROOT_STDLIB);
    }
  }

  // A package's cumulative time is that of its outermost modules: those below no other module of
  // the package.
  void Cumulative() {
    std::vector<int> depth(summary_.packages.size());
    struct Visit {
      int module;
      bool leave;
    };
    std::vector<Visit> todo;
    for (const int root : join_.Roots()) todo.push_back({root, false});
    int total_depth = 0;
    while (!todo.empty()) {
      const Visit visit = todo.back();
      todo.pop_back();
      const int row = row_of_[visit.module];
      const bool counts = row >= 0 && summary_.modules[row].counts.modules_before > 0;
      if (counts) {
        const size_t package = package_of_[summary_.modules[row].package];
        const uint64_t time = summary_.modules[row].counts.cumulative_us;
        if (!visit.leave && depth[package] == 0)
          summary_.packages[package].counts.cumulative_us += time;
        if (!visit.leave && total_depth == 0) summary_.total.cumulative_us += time;
        depth[package] += visit.leave ? -1 : 1;
        total_depth += visit.leave ? -1 : 1;
      }
      if (visit.leave) continue;
      todo.push_back({visit.module, true});
      for (const int child : join_.Children(visit.module)) todo.push_back({child, false});
    }
  }

  void Rest() {
    for (const ImportEffect& effect : trace_.effects()) {
      summary_.effects.push_back({effect.module(), effect.target_module(), effect.attribute(),
                                  EffectName(effect.kind()), effect.detail()});
    }
    for (const ImportCycle& cycle : trace_.cycles()) {
      summary_.cycles.emplace_back(cycle.modules().begin(), cycle.modules().end());
    }
    for (const UntracedChild& child : trace_.untraced_children()) {
      summary_.untraced_children.push_back(fmt::format("{} ({})", child.command(), child.how()));
    }
    summary_.warnings.assign(trace_.warnings().begin(), trace_.warnings().end());
  }

  void Sort() {
    std::sort(summary_.modules.begin(), summary_.modules.end(),
              [](const ModuleRow& a, const ModuleRow& b) {
                return std::tie(b.counts.self_us, a.name) < std::tie(a.counts.self_us, b.name);
              });
    std::sort(summary_.packages.begin(), summary_.packages.end(),
              [](const PackageRow& a, const PackageRow& b) {
                return std::tie(b.counts.self_us, a.name) < std::tie(a.counts.self_us, b.name);
              });
  }

  const Trace& trace_;
  const Plan* plan_;
  TracePlan join_;
  ReachLookup reach_;
  Summary summary_;
  std::vector<int> row_of_;  // position of a module's row, -1: none
  std::unordered_map<std::string, size_t> package_of_;
  std::vector<bool> entered_, reachable_;  // per function of the trace
};

}  // namespace

Result<Summary> Summarize(const Trace& trace, const Plan* plan) {
  if (plan != nullptr) {
    if (Status status = CheckPlan(trace, *plan); !status) return tl::unexpected(status.error());
  }
  return Summarizer(trace, plan).Run();
}

std::string Percent(uint64_t part, uint64_t whole) {
  if (whole == 0) return "-";
  return fmt::format("{:.1f} %", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

}  // namespace faaslight
