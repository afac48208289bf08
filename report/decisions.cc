// What the plan decided, counted by rule and told by cause.
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "report/join.h"
#include "report/why_eager.h"

namespace faaslight {
namespace {

Cause ToCause(const Reason& reason) { return {reason.rule(), reason.text()}; }

// "R10b" -> (0, 10, "b"): rules in the order of their numbers, everything else behind them by name.
std::tuple<int, uint64_t, std::string> RuleOrder(const std::string& rule) {
  size_t digits = 1;
  uint64_t number = 0;
  while (digits < rule.size() && digits < 6 && rule[digits] >= '0' && rule[digits] <= '9') {
    number = number * 10 + static_cast<uint64_t>(rule[digits++] - '0');
  }
  if (rule.empty() || rule[0] != 'R' || digits == 1) return {1, 0, rule};
  return {0, number, rule.substr(digits)};
}

std::string Example(const PlanModule& module, uint32_t line, const std::string& name,
                    const Reason& reason) {
  return fmt::format("{}:{} {}: {}", module.name(), line, name, reason.text());
}

std::vector<RuleRow> CountRules(const Plan& plan) {
  std::map<std::tuple<int, uint64_t, std::string>, RuleRow> rows;
  const auto row = [&](const Reason& reason) -> RuleRow& {
    RuleRow& found = rows[RuleOrder(reason.rule())];
    found.rule = reason.rule();
    return found;
  };
  for (const PlanModule& module : plan.modules()) {
    for (const ImportDecision& decision : module.imports()) {
      RuleRow& counted = row(decision.reason());
      ++(decision.lazy() ? counted.lazy_imports : counted.eager_imports);
      if (counted.example.empty()) {
        counted.example = Example(module, decision.line(), decision.name(), decision.reason());
      }
    }
    for (const FunctionDecision& decision : module.functions()) {
      RuleRow& counted = row(decision.reason());
      switch (decision.action()) {
        case FunctionDecision::LAZY:
          ++counted.lazy_functions;
          break;
        case FunctionDecision::GUARD:
          ++counted.guarded_functions;
          break;
        default:
          ++counted.kept_functions;
          break;
      }
      if (counted.example.empty()) {
        counted.example =
            Example(module, decision.first_line(), decision.qualname(), decision.reason());
      }
    }
    for (const Hoist& hoist : module.hoists()) {
      RuleRow& counted = row(hoist.reason());
      ++counted.hoists;
      if (counted.example.empty()) {
        counted.example = Example(module, hoist.line(), hoist.module(), hoist.reason());
      }
    }
  }
  std::vector<RuleRow> sorted;
  for (auto& [order, counted] : rows) sorted.push_back(std::move(counted));
  return sorted;
}

// The gone modules below `top`, itself included, that are reached through gone ones only.
LazyTree TreeAt(const TracePlan& join, int top) {
  LazyTree tree;
  const Module& module = join.module(top);
  tree.module = module.name();
  tree.importer = module.importer();
  tree.line = module.importer_line();
  tree.cause = ModuleCause(join, top);
  std::vector<int> todo{top};
  while (!todo.empty()) {
    const int m = todo.back();
    todo.pop_back();
    ++tree.modules;
    tree.import_us += join.module(m).self_us();
    for (const int child : join.Children(m)) {
      if (join.Gone(child)) todo.push_back(child);
    }
  }
  return tree;
}

std::vector<LazyTree> LazyTrees(const TracePlan& join) {
  std::vector<LazyTree> trees;
  std::vector<int> todo = join.Roots();
  for (const int root : join.Roots()) {
    if (join.Gone(root)) trees.push_back(TreeAt(join, root));
  }
  while (!todo.empty()) {
    const int m = todo.back();
    todo.pop_back();
    for (const int child : join.Children(m)) {
      if (join.Gone(child) && !join.Gone(m)) trees.push_back(TreeAt(join, child));
      todo.push_back(child);
    }
  }
  std::sort(trees.begin(), trees.end(), [](const LazyTree& a, const LazyTree& b) {
    return std::tie(b.import_us, a.module) < std::tie(a.import_us, b.module);
  });
  return trees;
}

std::vector<HoistRow> Hoists(const Plan& plan) {
  std::vector<HoistRow> rows;
  for (const PlanModule& module : plan.modules()) {
    for (const Hoist& hoist : module.hoists()) {
      rows.push_back({hoist.module(), module.name(), hoist.line(), ToCause(hoist.reason())});
    }
  }
  return rows;
}

std::vector<UnrunFunction> Unrun(const TracePlan& join, const std::vector<bool>& entered,
                                 const std::vector<bool>& reachable) {
  const std::string own =
      join.trace().app().handler_module().substr(0, join.trace().app().handler_module().find('.'));
  std::vector<std::pair<bool, UnrunFunction>> found;  // (not the handler's own package, …)
  for (int f = 0; f < join.trace().functions_size(); ++f) {
    const Function& function = join.trace().functions(f);
    const int m = join.Find(function.module());
    if (entered[f] || !reachable[f] || m < 0 || function.name() == "<lambda>") continue;
    // What is nested in a function runs when that does: the outer one tells enough.
    if (function.qualname().find("<locals>") != std::string::npos) continue;
    found.emplace_back(PackageOf(join.module(m)) != own,
                       UnrunFunction{function.module(), function.qualname(), function.first_line(),
                                     function.code_bytes()});
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return std::tie(a.first, b.second.code_bytes, a.second.module, a.second.line,
                    a.second.qualname) < std::tie(b.first, a.second.code_bytes, b.second.module,
                                                  b.second.line, b.second.qualname);
  });
  std::vector<UnrunFunction> rows;
  for (auto& [foreign, function] : found) rows.push_back(std::move(function));
  return rows;
}

// What hold-out events and repairs said.
void AddVerified(const Plan& plan, PlanSummary& summary) {
  for (const Holdout& holdout : plan.verification().holdouts()) {
    summary.holdouts.push_back({holdout.event(), holdout.functions(), holdout.modules(),
                                holdout.original_us(), holdout.rewritten_us()});
  }
  // What a hold-out event pays for what was loaded on demand.
  const auto cost = [](const HoldoutRow& row) {
    return static_cast<int64_t>(row.rewritten_us) - static_cast<int64_t>(row.original_us);
  };
  std::stable_sort(summary.holdouts.begin(), summary.holdouts.end(),
                   [&](const HoldoutRow& a, const HoldoutRow& b) { return cost(a) > cost(b); });
  for (const Repair& repair : plan.repairs()) {
    summary.repairs.push_back(
        {repair.pin(), fmt::format("{}: {} was {}, became {}", repair.event(), repair.what(),
                                   repair.original(), repair.rewritten())});
  }
}

}  // namespace

Cause ModuleCause(const TracePlan& join, int m) {
  const Module& module = join.module(m);
  if (module.name() == join.trace().app().handler_module()) return {"", "the handler's module"};
  if (join.Gone(m)) {
    const ImportCause* lazy = join.Lazy(module.importer(), module.name());
    if (lazy != nullptr) return lazy->cause;
    const int importer = join.ImporterBefore(m);
    if (importer >= 0 && join.Gone(importer)) {
      return {"", fmt::format("imported by {}, which is not loaded", module.importer())};
    }
    return {"", "nothing that stays imports it"};
  }
  const int importer = join.ImporterAfter(m);
  if (importer < 0) return {"", "loaded by the serverless runtime"};
  const Module& by = join.module(importer);
  const ImportCause* eager = join.Eager(by.name(), module.name());
  if (eager != nullptr) return eager->cause;
  if (module.name().compare(0, by.name().size() + 1, by.name() + ".") != 0) {
    // `import a.b` in c loads a first; the trace says that a loads b only where a's own code does.
    const PlanModule* planned = join.planned(importer);
    if (planned != nullptr && !planned->rewritten() && !planned->reason().text().empty()) {
      return {planned->reason().rule(),
              fmt::format("imported by {}: {}", by.name(), planned->reason().text())};
    }
  }
  return {"", fmt::format("imported by {}", by.name())};
}

PlanSummary SummarizePlan(const TracePlan& join, const std::vector<bool>& function_entered,
                          const std::vector<bool>& function_reachable) {
  const Plan& plan = *join.plan();
  PlanSummary summary;
  summary.keep = plan.keep();
  summary.reach_whole = plan.reach_whole();
  summary.trim = plan.trim();
  summary.bytes_before = plan.bytes_before();
  for (const LeftOut& kind : plan.left_out()) {
    LeftOutRow row{kind.what(), kind.files(), kind.bytes(), {}};
    for (const LeftOut::Part& part : kind.parts())
      row.parts.emplace_back(part.name(), part.bytes());
    summary.left_out.push_back(std::move(row));
  }
  summary.pins.assign(plan.pins().begin(), plan.pins().end());
  summary.lazy_trees = LazyTrees(join);
  summary.rules = CountRules(plan);
  summary.hoists = Hoists(plan);
  summary.why_eager = ExplainEager(join);
  summary.unrun = Unrun(join, function_entered, function_reachable);
  for (const PlanModule& module : plan.modules()) {
    summary.rewritten_modules += module.rewritten() ? 1 : 0;
    summary.foreign_modules += join.Find(module.name()) < 0 ? 1 : 0;
  }
  const Verification& verification = plan.verification();
  summary.verified = verification.done();
  summary.verified_events = verification.events();
  summary.not_compared.assign(verification.not_compared().begin(),
                              verification.not_compared().end());
  summary.demanded_functions = verification.loaded_on_demand_functions();
  summary.demanded_modules = verification.loaded_on_demand_modules();
  summary.ignored_effects.assign(plan.ignored_effects().begin(), plan.ignored_effects().end());
  AddVerified(plan, summary);
  summary.notes.assign(plan.notes().begin(), plan.notes().end());
  return summary;
}

}  // namespace faaslight
