#include "rewriter/second_names.h"

#include <fmt/format.h>

#include <set>

namespace faaslight {
namespace {

// False when a module's text could not be read.
bool CollectTexts(const Application& app, std::set<std::string>& texts) {
  for (const TracedModule& module : app.modules()) {
    if (!module.in_app()) continue;
    if (!module.facts) return false;
    texts.insert(module.facts->string_literals.begin(), module.facts->string_literals.end());
  }
  return true;
}

bool EndsWith(const std::string& text, const std::string& end) {
  return text.size() > end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

// `_ni_label`, by scipy.ndimage._ni_label itself.
bool IsBare(const ModuleAlias& alias, const TracedModule& module) {
  return alias.made_by() == alias.module() && module.kind == KIND_EXTENSION &&
         EndsWith(alias.module(), "." + alias.key());
}

// `requests.packages.idna.core`.
bool IsBelow(const ModuleAlias& alias) {
  return alias.made_by() != alias.module() && EndsWith(alias.key(), "." + alias.module());
}

}  // namespace

std::map<std::string, std::string> AnsweredNames(const Application& app) {
  std::map<std::string, std::string> out;
  std::set<std::string> texts;
  if (!CollectTexts(app, texts)) return out;
  for (const ModuleAlias& alias : app.trace().aliases()) {
    const int index = app.Find(alias.module());
    if (index < 0 || app.Find(alias.key()) >= 0 || texts.count(alias.key()) != 0) continue;
    const TracedModule& module = app.modules()[static_cast<size_t>(index)];
    if (module.root != ROOT_APP || module.phase == PHASE_PRELOAD) continue;
    if (IsBare(alias, module) || IsBelow(alias)) out.emplace(alias.key(), alias.module());
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
