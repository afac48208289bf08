#include "rewriter/plan.h"

namespace faaslight {
namespace {

void SetReason(const Why& why, Reason& reason) {
  reason.set_rule(why.rule);
  reason.set_text(why.text);
}

void AddImports(const TracedModule& module, const ModuleChoice& choice, PlanModule& out) {
  for (size_t s = 0; s < choice.imports.size(); ++s) {
    const ImportStatement& statement = module.facts->imports[s];
    if (statement.place == Place::kFunction || statement.never_runs) continue;
    for (size_t n = 0; n < statement.names.size(); ++n) {
      const ImportedName& name = statement.names[n];
      ImportDecision* decision = out.add_imports();
      decision->set_name(name.bound);
      decision->set_line(statement.line);
      decision->set_target(AbsoluteName(module, name));
      decision->set_attribute(name.attribute);
      decision->set_lazy(choice.imports[s][n].lazy);
      SetReason(choice.imports[s][n].why, *decision->mutable_reason());
    }
  }
}

FunctionDecision::Action ActionOf(const FunctionChoice& choice) {
  if (choice.action == FunctionAction::kLazy) return FunctionDecision::LAZY;
  const bool guarded =
      choice.action == FunctionAction::kGuard && (choice.uses_all || !choice.uses.empty());
  return guarded ? FunctionDecision::GUARD : FunctionDecision::KEEP;
}

void AddFunctions(const TracedModule& module, const ModuleChoice& choice, PlanModule& out) {
  uint64_t lazy_bytes = 0;
  for (size_t f = 0; f < choice.functions.size(); ++f) {
    const FunctionFacts& function = module.facts->functions[f];
    if (function.is_lambda) continue;
    FunctionDecision* decision = out.add_functions();
    decision->set_qualname(function.qualname);
    decision->set_first_line(function.first_line);
    decision->set_action(ActionOf(choice.functions[f]));
    SetReason(choice.functions[f].why, *decision->mutable_reason());
    decision->set_reach(f < choice.reach.size() ? choice.reach[f] : REACH_UNKNOWN);
    decision->set_code_bytes(module.function_code_bytes[f]);
    const std::vector<std::vector<std::string>>& cold = choice.functions[f].cold;
    for (size_t region = 0; region < cold.size(); ++region) {
      if (cold[region].empty()) continue;
      ColdGuard* guard = decision->add_cold();
      guard->set_line(function.cold[region].line);
      for (const std::string& name : cold[region]) guard->add_uses(name);
    }
    if (decision->action() == FunctionDecision::KEEP) continue;
    for (const std::string& name : choice.functions[f].uses) decision->add_uses(name);
    if (decision->action() == FunctionDecision::LAZY) lazy_bytes += module.function_code_bytes[f];
  }
  out.set_code_bytes_after(lazy_bytes < module.code_bytes ? module.code_bytes - lazy_bytes : 0);
}

void AddHoists(const TracedModule& module, const ModuleChoice& choice, PlanModule& out) {
  for (const HoistChoice& hoist : choice.hoists) {
    Hoist* added = out.add_hoists();
    added->set_module(hoist.module);
    if (hoist.statement >= 0)
      added->set_line(module.facts->imports[static_cast<size_t>(hoist.statement)].line);
    SetReason(hoist.why, *added->mutable_reason());
  }
  for (const auto& [companion, why] : choice.companions) {
    Hoist* added = out.add_hoists();
    added->set_module(companion);
    SetReason({why.rule, "once this module is complete: " + why.text}, *added->mutable_reason());
  }
}

}  // namespace

std::string_view KeepName(Keep keep) {
  switch (keep) {
    case Keep::kTraced:
      return "traced";
    case Keep::kReachable:
      return "reachable";
    case Keep::kNone:
      return "none";
  }
  return "";
}

Plan MakePlan(const Application& app, const Policy& policy, const Choices& choices,
              const std::vector<std::string>& notes) {
  Plan plan;
  plan.set_format_version(1);
  plan.set_tool_version(FAASLIGHT_VERSION);
  plan.set_python_version(app.trace().python().version());
  plan.set_python_magic(app.trace().python().magic());
  plan.set_keep(std::string(KeepName(policy.keep)));
  for (const Pin& pin : policy.pins) plan.add_pins(pin.glob);
  plan.set_handler(app.trace().app().handler());
  for (size_t i = 0; i < choices.size(); ++i) {
    const TracedModule& module = app.modules()[i];
    const ModuleChoice& choice = choices[i];
    PlanModule* out = plan.add_modules();
    out->set_name(module.name);
    if (module.root == ROOT_APP) out->set_file(module.file);
    out->set_is_package(module.is_package);
    out->set_rewritten(choice.NeedsText());
    if (!choice.rewritable) SetReason(choice.why_not, *out->mutable_reason());
    if (module.root == ROOT_APP && module.facts) {
      AddImports(module, choice, *out);
      AddFunctions(module, choice, *out);
    } else {
      out->set_code_bytes_after(module.code_bytes);
    }
    if (choice.rewritable) {
      AddHoists(module, choice, *out);
      for (const std::string& submodule : choice.submodules) out->add_submodules(submodule);
    }
    out->set_loaded_before(true);
    out->set_loaded_after(choice.may_load);
    if (choice.via >= 0) out->set_importer(app.modules()[static_cast<size_t>(choice.via)].name);
    out->set_import_self_us(module.self_us);
    out->set_import_cumulative_us(module.cumulative_us);
    out->set_code_bytes_before(module.code_bytes);
    if (!choice.may_load) out->set_code_bytes_after(0);
  }
  for (const std::string& note : notes) plan.add_notes(note);
  return plan;
}

}  // namespace faaslight
