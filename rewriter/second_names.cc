#include "rewriter/second_names.h"

#include <fmt/format.h>

#include <algorithm>

namespace faaslight {
namespace {

// May code of the module have this name as a text?
bool MayName(const TracedModule& module, const std::string& name) {
  if (module.facts) return module.facts->string_literals.count(name) != 0;
  return module.source.empty() || module.source.find(name) != std::string::npos;
}

bool AnyNames(const Application& app, const std::string& name) {
  return std::any_of(app.modules().begin(), app.modules().end(), [&](const TracedModule& module) {
    return module.in_app() && MayName(module, name);
  });
}

// `_ni_label`, by scipy.ndimage._ni_label itself.
bool IsBare(const ModuleAlias& alias, const TracedModule& module) {
  return alias.made_by() == alias.module() && module.kind == KIND_EXTENSION &&
         alias.module().ends_with("." + alias.key());
}

// `requests.packages.idna.core`.
bool IsBelow(const ModuleAlias& alias) {
  return alias.made_by() != alias.module() && alias.key().ends_with("." + alias.module());
}

}  // namespace

std::map<std::string, std::string> AnsweredNames(const Application& app) {
  std::map<std::string, std::string> out;
  for (const ModuleAlias& alias : app.trace().aliases()) {
    const int index = app.Find(alias.module());
    if (index < 0 || app.Find(alias.key()) >= 0) continue;
    const TracedModule& module = app.modules()[static_cast<size_t>(index)];
    if (module.root != ROOT_APP || module.phase == PHASE_PRELOAD) continue;
    if ((IsBare(alias, module) || IsBelow(alias)) && !AnyNames(app, alias.key()))
      out.emplace(alias.key(), alias.module());
  }
  return out;
}

bool IsOwnSecondName(const ImportEffect& effect, const std::map<std::string, std::string>& names) {
  if (effect.target_module() != "sys") return false;
  for (const auto& [name, module] : names) {
    if (module == effect.module() && effect.attribute() == fmt::format("modules['{}']", name))
      return true;
  }
  return false;
}

}  // namespace faaslight
