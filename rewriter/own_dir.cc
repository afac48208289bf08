#include "rewriter/own_dir.h"

#include <algorithm>

namespace faaslight {
namespace {

// Whether the module's body had come to `line` when the import of `child` began.
bool LoadedBefore(const Application& app, int child, int package, uint32_t line) {
  for (const BodyPlace& place : app.BodiesAround(child)) {
    if (place.module == package) return place.line < line;
  }
  return false;
}

}  // namespace

OwnDirNames NamesAtDir(const Application& app, const Choices& choices, int index,
                       const OwnDir& call) {
  OwnDirNames names;
  const TracedModule& m = app.modules()[static_cast<size_t>(index)];
  const ModuleChoice& choice = choices[static_cast<size_t>(index)];
  for (size_t s = 0; s < choice.imports.size(); ++s) {
    const ImportStatement& statement = m.facts->imports[s];
    // One under an `if` says itself when it is come to.
    if (statement.line < call.line || statement.in_branch) continue;
    for (size_t n = 0; n < choice.imports[s].size(); ++n) {
      const std::string& bound = statement.names[n].bound;
      if (choice.imports[s][n].NameIsLazy() && m.facts->bindings.at(bound).line > call.line)
        names.not_there.push_back(bound);
    }
  }
  for (size_t child = 0; child < app.modules().size(); ++child) {
    const int at = static_cast<int>(child);
    if (app.PackageOf(at) != index || !app.modules()[child].completed) continue;
    const std::string name = app.modules()[child].name.substr(m.name.size() + 1);
    const auto bound = m.facts->bindings.find(name);
    const bool binds = bound != m.facts->bindings.end();
    if (binds && (bound->second.line <= call.line || bound->second.deleted)) continue;
    const bool before = LoadedBefore(app, at, index, call.line);
    if (before)
      names.there.push_back(name);
    else
      names.not_there.push_back(name);
  }
  for (std::vector<std::string>* list : {&names.there, &names.not_there}) {
    std::sort(list->begin(), list->end());
    list->erase(std::unique(list->begin(), list->end()), list->end());
  }
  // A statement further down binds a submodule that something else had loaded by then.
  const auto known = [&](const std::string& name) {
    return std::binary_search(names.there.begin(), names.there.end(), name);
  };
  names.not_there.erase(std::remove_if(names.not_there.begin(), names.not_there.end(), known),
                        names.not_there.end());
  return names;
}

}  // namespace faaslight
