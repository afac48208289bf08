// What lazy functions and guards bind before they run: the lazy names that their code uses, and
// modules behind dotted chains that nothing else would load.
#include <fmt/format.h>

#include "rewriter/decisions.h"
#include "rewriter/own_submodules.h"

namespace faaslight {
namespace {

// Collects what a function and everything nested in it uses.
void JoinUses(const Facts& facts, int index, Uses& into) {
  const FunctionFacts& function = facts.functions[static_cast<size_t>(index)];
  into.names.insert(function.own.names.begin(), function.own.names.end());
  into.chains.insert(function.own.chains.begin(), function.own.chains.end());
  into.own_namespace = into.own_namespace || function.own.own_namespace;
  for (int nested : function.nested) JoinUses(facts, nested, into);
}

// Whether a plain statement in the package's own body imports its submodule. Where that body stays
// as it is the submodule is there when it was there in the original.
bool ImportsSubmodule(const TracedModule& package, const std::string& submodule) {
  if (!package.facts) return false;
  const std::string name = submodule.substr(submodule.rfind('.') + 1);
  return std::any_of(package.facts->imports.begin(), package.facts->imports.end(),
                     [&](const ImportStatement& statement) {
                       return statement.place == Place::kModule &&
                              std::any_of(statement.names.begin(), statement.names.end(),
                                          [&](const ImportedName& clause) {
                                            return LoadsOwnSubmodule(package, clause, name);
                                          });
                     });
}

// Dotted chains that denote modules of packages which cannot carry a __getattr__ (R3), and which
// their own bodies do not import: they are loaded by whoever uses them.
std::set<std::string> ModulesBehindChains(const Application& app, const Choices& choices,
                                          const TracedModule& user,
                                          const std::set<std::string>& chains) {
  std::set<std::string> out;
  for (const std::string& chain : chains) {
    const std::string first = chain.substr(0, chain.find('.'));
    auto binding = user.facts->bindings.find(first);
    if (binding == user.facts->bindings.end() || binding->second.imports.empty()) continue;
    const auto [statement, position] = binding->second.imports.front();
    const ImportedName& name =
        user.facts->imports[static_cast<size_t>(statement)].names[static_cast<size_t>(position)];
    if (!name.attribute.empty()) continue;
    std::string module = name.has_alias ? AbsoluteName(user, name) : first;
    for (size_t dot = chain.find('.'); dot != std::string::npos;) {
      const size_t next = chain.find('.', dot + 1);
      const int package = app.Find(module);
      module += chain.substr(dot, next == std::string::npos ? next : next - dot);
      const int found = app.Find(module);
      if (found < 0) break;
      if (package >= 0 && !choices[static_cast<size_t>(package)].rewritable &&
          app.modules()[static_cast<size_t>(found)].phase != PHASE_PRELOAD &&
          !ImportsSubmodule(app.modules()[static_cast<size_t>(package)], module)) {
        out.insert(module);
      }
      dot = next;
    }
  }
  return out;
}

// The import statement at which a submodule that this module uses but does not import is to be
// loaded; -1 when the module imports it itself.
int StatementToLoadAt(const TracedModule& module, const std::string& name) {
  const std::string top = name.substr(0, name.find('.'));
  int at = -1;
  for (size_t s = 0; s < module.facts->imports.size(); ++s) {
    const ImportStatement& statement = module.facts->imports[s];
    if (statement.place != Place::kModule || statement.is_from) continue;
    for (const ImportedName& imported : statement.names) {
      if (imported.module == name || imported.module.rfind(name + ".", 0) == 0) return -1;
      if (at < 0 && imported.module.substr(0, imported.module.find('.')) == top)
        at = static_cast<int>(s);
    }
  }
  return at;
}

// What the guards of cold regions bind.
void FillCold(const Application& app, const Choices& choices, const TracedModule& module,
              const std::vector<std::string>& lazy, ModuleChoice& choice) {
  for (size_t f = 0; f < choice.functions.size(); ++f) {
    FunctionChoice& function = choice.functions[f];
    function.cold.clear();
    if (!function.cold_guards) continue;
    for (const ColdRegion& region : module.facts->functions[f].cold) {
      std::vector<std::string>& uses = function.cold.emplace_back();
      for (const std::string& name : lazy) {
        if (region.uses.own_namespace || region.uses.names.count(name) != 0) uses.push_back(name);
      }
      for (const std::string& name :
           ModulesBehindChains(app, choices, module, region.uses.chains)) {
        uses.push_back(name);
      }
    }
  }
}

}  // namespace

void FillUses(const Application& app, Choices& choices) {
  for (size_t i = 0; i < choices.size(); ++i) {
    const TracedModule& module = app.modules()[i];
    ModuleChoice& choice = choices[i];
    if (!choice.rewritable) continue;
    const std::vector<std::string> lazy = choice.LazyNames(*module.facts);
    for (size_t f = 0; f < choice.functions.size(); ++f) {
      FunctionChoice& function = choice.functions[f];
      if (function.action != FunctionAction::kLazy && function.action != FunctionAction::kGuard)
        continue;
      Uses uses;
      JoinUses(*module.facts, static_cast<int>(f), uses);
      for (const std::string& name : lazy) {
        if (uses.names.count(name) != 0) function.uses.push_back(name);
      }
      for (const std::string& name : ModulesBehindChains(app, choices, module, uses.chains)) {
        function.uses.push_back(name);
      }
      function.uses_all = uses.own_namespace && !lazy.empty();
    }
    FillCold(app, choices, module, lazy, choice);
    // The same for code that stays: it must find the submodules that another module's import
    // supplied (R3).
    std::set<std::string> chains = module.facts->at_import.chains;
    for (size_t f = 0; f < choice.functions.size(); ++f) {
      if (!choice.functions[f].holds) continue;
      const Uses& uses = HeldUses(module.facts->functions[f], choice.functions[f]);
      chains.insert(uses.chains.begin(), uses.chains.end());
    }
    for (const std::string& name : ModulesBehindChains(app, choices, module, chains)) {
      if (const int statement = StatementToLoadAt(module, name); statement >= 0) {
        choice.hoists.push_back(
            {statement,
             name,
             app.Find(name),
             {"R3", fmt::format("{} is used, and its package cannot look it up", name)}});
      }
    }
  }
}

}  // namespace faaslight
