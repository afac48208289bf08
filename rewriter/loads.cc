#include "rewriter/loads.h"

#include <algorithm>
#include <deque>
#include <set>

namespace faaslight {
namespace {

constexpr int kMaxReexports =
    50;  // longer chains than any real package has; ends cycles of re-exports

class Resolver {
 public:
  Resolver(const Application& app, const Choices& choices) : app_(app), choices_(choices) {}

  void Attribute(int module, const std::string& attribute, int depth, std::vector<int>& out) const {
    if (module < 0 || depth > kMaxReexports) return;
    const TracedModule& m = app_.modules()[static_cast<size_t>(module)];
    if (m.facts) {
      auto binding = m.facts->bindings.find(attribute);
      if (binding != m.facts->bindings.end()) {
        for (auto [statement, position] : binding->second.imports) {
          if (!Lazy(module, statement, position)) continue;
          Name(
              module,
              m.facts->imports[static_cast<size_t>(statement)].names[static_cast<size_t>(position)],
              depth + 1, out);
        }
      }
    }
    Module(m.name + "." + attribute, out);
  }

  void Name(int importer, const ImportedName& name, int depth, std::vector<int>& out) const {
    const std::string base = AbsoluteName(app_.modules()[static_cast<size_t>(importer)], name);
    if (base.empty() || !Module(base, out) || name.attribute.empty()) return;
    const int target = app_.Find(base);
    if (name.attribute != "*") {
      Attribute(target, name.attribute, depth, out);
      return;
    }
    if (const TracedModule& m = app_.modules()[static_cast<size_t>(target)]; m.facts) {
      for (const std::string& exported : m.facts->all) Attribute(target, exported, depth, out);
    }
  }

 private:
  bool Lazy(int module, int statement, int position) const {
    const ModuleChoice& choice = choices_[static_cast<size_t>(module)];
    return static_cast<size_t>(statement) < choice.imports.size() &&
           choice.imports[static_cast<size_t>(statement)][static_cast<size_t>(position)]
               .NameIsLazy();
  }

  // Adds the module and its parents, parents first. False when it was not traced.
  bool Module(const std::string& name, std::vector<int>& out) const {
    const int index = app_.Find(name);
    if (index < 0) return false;
    for (size_t dot = name.find('.'); dot != std::string::npos; dot = name.find('.', dot + 1)) {
      if (int parent = app_.Find(name.substr(0, dot)); parent >= 0) out.push_back(parent);
    }
    out.push_back(index);
    return true;
  }

  const Application& app_;
  const Choices& choices_;
};

class Loads {
 public:
  Loads(const Application& app, Choices& choices)
      : app_(app), choices_(choices), resolver_(app, choices) {
    children_.resize(choices.size());
    by_functions_.resize(choices.size());
    for (size_t i = 0; i < choices.size(); ++i) {
      if (int body = app.Find(app.modules()[i].body); body >= 0) {
        children_[static_cast<size_t>(body)].push_back(static_cast<int>(i));
      }
      if (app.modules()[i].imported_by_body()) continue;
      if (int importer = app.Find(app.modules()[i].importer); importer >= 0) {
        by_functions_[static_cast<size_t>(importer)].push_back(static_cast<int>(i));
      }
    }
  }

  void Run() {
    for (ModuleChoice& choice : choices_) {
      choice.may_load = choice.must_load = false;
      choice.via = -1;
    }
    Spread(/*must=*/false);
    Spread(/*must=*/true);
  }

 private:
  void Spread(bool must) {
    std::deque<int> queue;
    auto add = [&](int index, int via) {
      ModuleChoice& choice = choices_[static_cast<size_t>(index)];
      bool& loaded = must ? choice.must_load : choice.may_load;
      if (loaded) return;
      loaded = true;
      if (!must) choice.via = via;
      queue.push_back(index);
    };
    for (size_t i = 0; i < choices_.size(); ++i) {
      const TracedModule& module = app_.modules()[i];
      if (module.phase == PHASE_PRELOAD) add(static_cast<int>(i), -1);
    }
    add(app_.handler_module(), -1);
    // What functions imported while an event ran: they were entered, so they stay and do it again.
    for (size_t i = 0; i < choices_.size(); ++i) {
      const TracedModule& module = app_.modules()[i];
      if (module.phase == PHASE_EVENT && module.body.empty()) add(static_cast<int>(i), -1);
    }
    while (!queue.empty()) {
      const int index = queue.front();
      queue.pop_front();
      for (int target : must ? MustTargets(index) : MayTargets(index)) add(target, index);
    }
  }

  // What the statements that stay load; `certain` keeps to plain statements of the module's body.
  void FollowStatements(int index, bool certain, std::vector<int>& out) const {
    const TracedModule& module = app_.modules()[static_cast<size_t>(index)];
    const ModuleChoice& choice = choices_[static_cast<size_t>(index)];
    for (size_t s = 0; s < module.facts->imports.size(); ++s) {
      const ImportStatement& statement = module.facts->imports[s];
      if (statement.never_runs) continue;
      if (certain && (statement.place != Place::kModule || statement.in_try)) continue;
      if (statement.function >= 0 &&
          (statement.unrun || !module.entered[static_cast<size_t>(statement.function)]))
        continue;
      for (size_t n = 0; n < statement.names.size(); ++n) {
        if (s < choice.imports.size() && choice.imports[s][n].lazy) continue;
        resolver_.Name(index, statement.names[n], 0, out);
      }
    }
    for (const HoistChoice& hoist : choice.hoists) {
      if (int target = app_.Find(hoist.module); target >= 0) out.push_back(target);
    }
  }

  // `np.linalg.norm` in code that stays loads numpy.linalg when numpy has it lazily.
  void FollowChains(int index, const Uses& uses, std::vector<int>& out) const {
    const TracedModule& module = app_.modules()[static_cast<size_t>(index)];
    for (const std::string& chain : uses.chains) {
      size_t dot = chain.find('.');
      auto binding = module.facts->bindings.find(chain.substr(0, dot));
      if (binding == module.facts->bindings.end() || binding->second.imports.empty()) continue;
      const auto [statement, position] = binding->second.imports.front();
      const ImportedName& name = module.facts->imports[static_cast<size_t>(statement)]
                                     .names[static_cast<size_t>(position)];
      std::string denoted = AbsoluteName(module, name);
      if (!name.attribute.empty()) denoted += "." + name.attribute;
      if (name.attribute.empty() && !name.has_alias) denoted = chain.substr(0, dot);
      while (dot != std::string::npos) {
        const int owner = app_.Find(denoted);
        if (owner < 0) break;
        const size_t next = chain.find('.', dot + 1);
        const std::string attribute =
            chain.substr(dot + 1, next == std::string::npos ? next : next - dot - 1);
        resolver_.Attribute(owner, attribute, 0, out);
        denoted += "." + attribute;
        dot = next;
      }
    }
  }

  std::vector<int> MayTargets(int index) const {
    const TracedModule& module = app_.modules()[static_cast<size_t>(index)];
    std::vector<int> out;
    if (module.facts) {
      FollowStatements(index, false, out);
      FollowChains(index, module.facts->at_import, out);
      for (size_t f = 0; f < module.facts->functions.size(); ++f) {
        const FunctionChoice& choice = choices_[static_cast<size_t>(index)].functions[f];
        if (module.entered[f])
          FollowChains(index, HeldUses(module.facts->functions[f], choice), out);
      }
    }
    for (const std::string& name : module.strings) {
      if (int target = app_.Find(name); target >= 0 && target < index) out.push_back(target);
    }
    for (int child : children_[static_cast<size_t>(index)]) {
      if (LoadedByWhatStays(index, child, false)) out.push_back(child);
    }
    // The function may do it for another caller, when the one in the trace is lazy.
    for (int child : by_functions_[static_cast<size_t>(index)]) out.push_back(child);
    Parents(out);
    return out;
  }

  std::vector<int> MustTargets(int index) const {
    const TracedModule& module = app_.modules()[static_cast<size_t>(index)];
    std::vector<int> out;
    if (module.facts) FollowStatements(index, true, out);
    for (int child : children_[static_cast<size_t>(index)]) {
      if (LoadedByWhatStays(index, child, true)) out.push_back(child);
    }
    Parents(out);
    if (module.phase == PHASE_EVENT) {
      // Too late for what was loaded before the first event.
      out.erase(std::remove_if(out.begin(), out.end(),
                               [&](int target) {
                                 return app_.modules()[static_cast<size_t>(target)].phase !=
                                        PHASE_EVENT;
                               }),
                out.end());
    }
    return out;
  }

  // In the trace the body of `index` led to the import of `child`; true unless a statement did it
  // that is now lazy. An import statement that did not import it itself called code that did (a
  // module's __getattr__, say): `certain` wants all its names eager then, else one is enough.
  bool LoadedByWhatStays(int index, int child, bool certain) const {
    const TracedModule& module = app_.modules()[static_cast<size_t>(index)];
    if (!module.facts) return true;
    const TracedModule& loaded_module = app_.modules()[static_cast<size_t>(child)];
    const ModuleChoice& choice = choices_[static_cast<size_t>(index)];
    bool on_statement = false;
    for (size_t s = 0; s < module.facts->imports.size(); ++s) {
      const ImportStatement& statement = module.facts->imports[s];
      if (loaded_module.body_line < statement.line || loaded_module.body_line > statement.end_line)
        continue;
      on_statement = true;
      size_t lazy_names = 0;
      for (size_t n = 0; n < statement.names.size(); ++n) {
        if (s < choice.imports.size() && choice.imports[s][n].lazy) {
          ++lazy_names;
          continue;
        }
        std::vector<int> loaded;
        resolver_.Name(index, statement.names[n], 0, loaded);
        if (std::find(loaded.begin(), loaded.end(), child) != loaded.end()) return true;
      }
      if (loaded_module.imported_by_body()) continue;
      if (certain ? lazy_names == 0 : lazy_names < statement.names.size()) return true;
    }
    // Not at an import statement: importlib.import_module, __getattr__ and the like, which stay.
    return !on_statement;
  }

  void Parents(std::vector<int>& out) const {
    std::set<int> parents;
    for (int index : out) {
      const std::string& name = app_.modules()[static_cast<size_t>(index)].name;
      for (size_t dot = name.find('.'); dot != std::string::npos; dot = name.find('.', dot + 1)) {
        if (int parent = app_.Find(name.substr(0, dot)); parent >= 0) parents.insert(parent);
      }
    }
    out.insert(out.begin(), parents.begin(), parents.end());
  }

  const Application& app_;
  Choices& choices_;
  Resolver resolver_;
  std::vector<std::vector<int>> children_;      // by the body that led to their import
  std::vector<std::vector<int>> by_functions_;  // by the module whose function imported them
};

}  // namespace

void ComputeLoads(const Application& app, Choices& choices) { Loads(app, choices).Run(); }

std::vector<int> LoadedByAttribute(const Application& app, const Choices& choices, int module,
                                   const std::string& attribute) {
  std::vector<int> out;
  Resolver(app, choices).Attribute(module, attribute, 0, out);
  return out;
}

std::vector<int> LoadedByName(const Application& app, const Choices& choices, int importer,
                              const ImportedName& name) {
  std::vector<int> out;
  Resolver(app, choices).Name(importer, name, 0, out);
  return out;
}

int ImportStatementAt(const Facts& facts, uint32_t line) {
  for (size_t s = 0; s < facts.imports.size(); ++s) {
    if (line >= facts.imports[s].line && line <= facts.imports[s].end_line)
      return static_cast<int>(s);
  }
  return -1;
}

}  // namespace faaslight
