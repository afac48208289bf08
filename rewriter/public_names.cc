#include "rewriter/public_names.h"

#include <algorithm>
#include <set>

namespace faaslight {
namespace {

bool IsPublic(const std::string& name) { return name.front() != '_'; }

bool BindsUnseen(const Facts& facts) {
  return facts.at_import.binds_unseen ||
         std::any_of(facts.functions.begin(), facts.functions.end(),
                     [](const FunctionFacts& function) { return function.own.binds_unseen; });
}

bool SetByOthers(const Application& app, const std::string& module) {
  const auto& effects = app.trace().effects();
  return std::any_of(effects.begin(), effects.end(), [&](const ImportEffect& effect) {
    return effect.target_module() == module && effect.module() != module &&
           effect.kind() == EFFECT_ATTRIBUTE && IsPublic(effect.attribute());
  });
}

bool IsCertain(const Binding& binding) {
  return !binding.nested && !binding.deleted && !binding.global_in_function;
}

// True when the import of `child` began while the module's body was running.
bool LoadedInBody(const Application& app, int child, int index) {
  const std::vector<BodyPlace> places = app.BodiesAround(child);
  return std::any_of(places.begin(), places.end(),
                     [index](const BodyPlace& place) { return place.module == index; });
}

}  // namespace

std::optional<std::vector<std::string>> PublicNames(const Application& app, int importer,
                                                    int index) {
  const Facts* by = app.modules()[static_cast<size_t>(importer)].facts.get();
  if (by == nullptr || by->own_getattr || BindsUnseen(*by)) return std::nullopt;
  const TracedModule& m = app.modules()[static_cast<size_t>(index)];
  if (!m.in_app() || !m.facts || !m.completed || m.exports) return std::nullopt;
  const Facts& facts = *m.facts;
  if (facts.has_all || facts.own_getattr || facts.has_star_import || facts.replaces_itself)
    return std::nullopt;
  if (BindsUnseen(facts) || SetByOthers(app, m.name)) return std::nullopt;
  std::set<std::string> names;
  for (const auto& [name, binding] : facts.bindings) {
    if (name.empty() || !IsPublic(name)) continue;
    if (!IsCertain(binding)) return std::nullopt;
    names.insert(name);
  }
  for (size_t i = 0; i < app.modules().size(); ++i) {
    const int child = static_cast<int>(i);
    if (app.PackageOf(child) != index) continue;
    const std::string name = app.modules()[i].name.substr(m.name.size() + 1);
    if (!IsPublic(name)) continue;
    if (!app.modules()[i].completed || !LoadedInBody(app, child, index)) return std::nullopt;
    names.insert(name);
  }
  return std::vector<std::string>(names.begin(), names.end());
}

}  // namespace faaslight
