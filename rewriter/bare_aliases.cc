#include "rewriter/bare_aliases.h"

#include <fmt/format.h>

#include <set>

namespace faaslight {
namespace {

// What the application's modules name: texts, and the top-level modules that they import. False
// when a module's text could not be read.
bool CollectNames(const Application& app, std::set<std::string>& names) {
  for (const TracedModule& module : app.modules()) {
    if (!module.in_app()) continue;
    if (!module.facts) return false;
    names.insert(module.facts->string_literals.begin(), module.facts->string_literals.end());
    for (const ImportStatement& statement : module.facts->imports) {
      for (const ImportedName& name : statement.names) {
        if (name.level == 0) names.insert(name.module.substr(0, name.module.find('.')));
      }
    }
  }
  return true;
}

}  // namespace

std::map<std::string, std::string> BareAliases(const Application& app) {
  std::map<std::string, std::string> out;
  std::set<std::string> named;
  if (!CollectNames(app, named)) return out;
  for (const ModuleAlias& alias : app.trace().aliases()) {
    const std::string& key = alias.key();
    const int index = app.Find(alias.module());
    if (alias.made_by() != alias.module() || index < 0 || app.Find(key) >= 0) continue;
    const TracedModule& module = app.modules()[static_cast<size_t>(index)];
    if (module.kind != KIND_EXTENSION || module.root != ROOT_APP) continue;
    const std::string& name = alias.module();
    if (key.empty() || name.substr(name.rfind('.') + 1) != key || name == key) continue;
    if (named.count(key) == 0) out.emplace(key, name);
  }
  return out;
}

bool IsBareAlias(const ImportEffect& effect, const std::map<std::string, std::string>& aliases) {
  if (effect.target_module() != "sys") return false;
  for (const auto& [key, module] : aliases) {
    if (module == effect.module() && effect.attribute() == fmt::format("modules['{}']", key))
      return true;
  }
  return false;
}

}  // namespace faaslight
