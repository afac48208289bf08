#include "rewriter/bind_loaded.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace faaslight {
namespace {

class Binder {
 public:
  Binder(const Application& app, const Choices& draft, Choices& choices)
      : app_(app), draft_(draft), choices_(choices) {}

  // One round; true when a name was changed. What is bound at once in one module may be what
  // another one reads, so there may be a next round.
  bool Run() {
    bool changed = false;
    for (size_t i = 0; i < choices_.size(); ++i) {
      if (choices_[i].rewritable) changed |= RunModule(static_cast<int>(i));
    }
    return changed;
  }

 private:
  const TracedModule& module(int index) const { return app_.modules()[static_cast<size_t>(index)]; }

  bool RunModule(int index) {
    const Facts& facts = *module(index).facts;
    ModuleChoice& choice = choices_[static_cast<size_t>(index)];
    bool changed = false;
    std::set<int> loaded;  // by the statements so far
    std::set<int> in_branch;
    for (size_t s = 0; s < facts.imports.size(); ++s) {
      const ImportStatement& statement = facts.imports[s];
      const bool surely = statement.place == Place::kModule;
      if ((!surely && !statement.in_branch) || statement.in_try || statement.never_runs) continue;
      std::set<int>& by_now = surely ? loaded : (in_branch = loaded);
      for (size_t n = 0; n < statement.names.size(); ++n) {
        if (!choice.imports[s][n].lazy) AddLoaded(index, statement.names[n], by_now);
      }
      for (size_t n = 0; n < statement.names.size(); ++n) {
        const std::string base = AbsoluteName(module(index), statement.names[n]);
        const int from = app_.Find(base);
        NameChoice& name = choice.imports[s][n];
        if (!name.lazy || from < 0 || !BoundInBody(from, statement.names[n].attribute)) continue;
        if (by_now.count(from) == 0 && !SurelyLoaded(from, index)) continue;
        name = {false, {"free", fmt::format("{} is loaded by then anyway", base)}, {}};
        changed = true;
      }
    }
    return changed;
  }

  // The module that the clause names and the packages around it.
  void AddLoaded(int index, const ImportedName& name, std::set<int>& loaded) const {
    for (std::string path = AbsoluteName(module(index), name);; path.resize(path.rfind('.'))) {
      if (const int found = app_.Find(path); found >= 0) loaded.insert(found);
      if (path.find('.') == std::string::npos) break;
    }
  }

  // The statement ran at init in the original, or later: by then the module was loaded.
  bool SurelyLoaded(int index, int importer) const {
    return draft_[static_cast<size_t>(index)].must_load && module(index).phase != PHASE_EVENT &&
           !app_.InOneCycle(index, importer);
  }

  // True when the module's body binds the attribute, and to no lazy import.
  bool BoundInBody(int index, const std::string& attribute) const {
    const TracedModule& m = module(index);
    if (attribute.empty() || app_.Find(m.name + "." + attribute) >= 0) return false;
    if (m.kind == KIND_EXTENSION || m.kind == KIND_BUILTIN) return true;
    if (!m.facts) return false;
    const auto found = m.facts->bindings.find(attribute);
    if (found == m.facts->bindings.end()) return false;
    const ModuleChoice& choice = choices_[static_cast<size_t>(index)];
    return std::none_of(
        found->second.imports.begin(), found->second.imports.end(), [&](const auto& at) {
          return choice.imports[static_cast<size_t>(at.first)][static_cast<size_t>(at.second)]
              .NameIsLazy();
        });
  }

  const Application& app_;
  const Choices& draft_;
  Choices& choices_;
};

}  // namespace

void BindWhatIsLoaded(const Application& app, const Choices& draft, Choices& choices) {
  Binder binder(app, draft, choices);
  while (binder.Run()) {
  }
}

}  // namespace faaslight
