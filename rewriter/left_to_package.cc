#include "rewriter/left_to_package.h"

#include <algorithm>

#include "rewriter/withs.h"

namespace faaslight {
namespace {

bool IsPlain(const ImportStatement& statement) {
  return statement.place == Place::kModule && !statement.in_try && !statement.never_runs;
}

bool BindsTop(const ImportedName& name) { return name.attribute.empty() && !name.has_alias; }

// Whether the name is there before the statement: by an import of the same package that stays.
bool IsBoundBefore(const Facts& facts, int statement, const std::string& bound) {
  const auto binding = facts.bindings.find(bound);
  if (binding == facts.bindings.end() || binding->second.imports.empty()) return false;
  const auto [first, position] = binding->second.imports.front();
  const ImportStatement& earlier = facts.imports[static_cast<size_t>(first)];
  return first < statement && IsPlain(earlier) &&
         BindsTop(earlier.names[static_cast<size_t>(position)]);
}

// Whether a chain of the uses is the submodule's name, or goes on from it.
bool Names(const Uses& uses, const std::string& module) {
  const auto at = uses.chains.lower_bound(module);
  if (at != uses.chains.end() && (*at == module || at->starts_with(module + "."))) return true;
  // "a.b-" and the like sort before "a.b.".
  const auto below = uses.chains.lower_bound(module + ".");
  return below != uses.chains.end() && below->starts_with(module + ".");
}

bool IsNamed(const TracedModule& m, const ModuleChoice& choice, const std::string& module) {
  if (Names(m.facts->at_import, module)) return true;
  for (size_t f = 0; f < choice.functions.size(); ++f) {
    const bool runs = m.entered[f] || choice.functions[f].holds;
    if (runs && Names(HeldUses(m.facts->functions[f], choice.functions[f]), module)) return true;
  }
  return false;
}

// Whether loading the module alone, later, is what loading it in its place was.
bool StandsAlone(const Application& app, int target) {
  const std::string& name = app.modules()[static_cast<size_t>(target)].name;
  for (const ImportEffect& effect : app.trace().effects()) {
    if (effect.module() == name) return false;
  }
  for (const WithLoad& load : LoadedUnderWith(app)) {
    if (load.module == target) return false;
  }
  return std::all_of(app.cycles().begin(), app.cycles().end(), [&](const std::vector<int>& group) {
    return group.front() == target || !std::binary_search(group.begin(), group.end(), target);
  });
}

}  // namespace

bool CanBeLeftToPackage(const Application& app, const Choices& choices, int importer, int statement,
                        int position) {
  const TracedModule& m = app.modules()[static_cast<size_t>(importer)];
  const ImportStatement& at = m.facts->imports[static_cast<size_t>(statement)];
  const ImportedName& name = at.names[static_cast<size_t>(position)];
  if (!IsPlain(at) || !BindsTop(name) || name.module.find('.') == std::string::npos) return false;
  if (!IsBoundBefore(*m.facts, statement, name.bound)) return false;
  const int target = app.Find(name.module);
  if (target < 0 || IsNamed(m, choices[static_cast<size_t>(importer)], name.module)) return false;
  for (int package = app.PackageOf(target); package >= 0; package = app.PackageOf(package)) {
    const ModuleChoice& choice = choices[static_cast<size_t>(package)];
    if (!choice.rewritable || choice.pinned || package == importer) return false;
  }
  // A package on the way is loaded by whoever asks for it, too: it must stand alone as well.
  for (int module = target; module >= 0; module = app.PackageOf(module)) {
    if (app.modules()[static_cast<size_t>(module)].name != name.bound && !StandsAlone(app, module))
      return false;
  }
  return true;
}

}  // namespace faaslight
