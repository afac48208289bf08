// R3, R4, R5 and R14: what must be loaded at a fixed place although no name there needs it.
//
// A module whose execution changed another module that is still loaded must be executed too, and
// where it always was: at the import statement that led to it, in the nearest module up the chain
// of bodies that led to it that is surely loaded. Adding one changes what is loaded, so this goes
// on until nothing changes.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "rewriter/bind_loaded.h"
#include "rewriter/companions.h"
#include "rewriter/cycle_order.h"
#include "rewriter/harmless_effects.h"
#include "rewriter/loads.h"
#include "rewriter/own_submodules.h"
#include "rewriter/reads.h"
#include "rewriter/second_names.h"
#include "rewriter/stars.h"
#include "rewriter/walkers.h"
#include "rewriter/withs.h"

namespace faaslight {
namespace {

struct Anchor {
  int module = -1;
  int statement = -1;
};

class Hoister {
 public:
  Hoister(const Application& app, const Policy& policy, Choices& choices,
          std::vector<std::string>& notes)
      : app_(app),
        policy_(policy),
        choices_(choices),
        notes_(notes),
        effects_(EffectsThatCount(app)),
        withs_(LoadedUnderWith(app)),
        cycle_order_(app, choices) {}

  void Run() {
    FindSubmodules();
    cycle_order_.Run();
    LoadAliasesFirst();
    KeepMovedInPlace();
    FindBareSubmodules();
    for (const Walker& walker : WalkersOf(app_)) {
      for (const int module : walker.seeks) required_.emplace(module, Why{"R5", walker.why});
    }
    for (size_t i = 0; i < choices_.size(); ++i) {
      const int index = static_cast<int>(i);
      if (choices_[i].pinned) {
        required_.emplace(index, *choices_[i].pinned);
      } else if (const Pin* pin = FindPin(policy_, module(index).name + ":<module>")) {
        required_.emplace(index, Why{"pin", pin->why});
      }
    }
    FindSetNames();
    KeepStarCopies();
    do {
      ComputeLoads(app_, choices_);
    } while (HoistEffects() || HoistReaders());
    const auto quiet = [&](const ImportEffect* effect) { return IsQuiet(*effect); };
    std::vector<const ImportEffect*> seen;
    std::remove_copy_if(effects_.begin(), effects_.end(), std::back_inserter(seen), quiet);
    const std::vector<RegistryFill> fills = FillsOnDemand(app_, choices_);
    AttachCompanions(app_, seen, fills, withs_, choices_);
    NoteReaders(fills);
    for (ModuleChoice& choice : choices_) SortHoists(choice);
  }

 private:
  const TracedModule& module(int index) const { return app_.modules()[static_cast<size_t>(index)]; }
  ModuleChoice& choice(int index) { return choices_[static_cast<size_t>(index)]; }

  // R3: the submodules that the original run had loaded.
  void FindSubmodules() {
    for (size_t i = 0; i < choices_.size(); ++i) {
      const int package = app_.PackageOf(static_cast<int>(i));
      if (package < 0 || !choice(package).rewritable) continue;
      const std::string& full = module(static_cast<int>(i)).name;
      const std::string name = full.substr(full.rfind('.') + 1);
      const auto bound = module(package).facts->bindings.find(name);
      // `del name`: the original does not have it either.
      if (bound != module(package).facts->bindings.end() && bound->second.deleted) continue;
      choice(package).submodules.push_back(name);
    }
    for (ModuleChoice& c : choices_) std::sort(c.submodules.begin(), c.submodules.end());
  }

  // R5: a module that made aliases in sys.modules found its targets loaded.
  void LoadAliasesFirst() {
    const std::map<std::string, std::string> answered = AnsweredNames(app_);
    for (const ModuleAlias& alias : app_.trace().aliases()) {
      if (answered.count(alias.key()) != 0) continue;
      const int maker = app_.Find(alias.made_by());
      const int target = app_.Find(alias.module());
      if (maker < 0 || target < 0 || maker == target || module(target).phase == PHASE_PRELOAD)
        continue;
      if (!choice(maker).rewritable) {
        required_.emplace(
            target, Why{"R5", fmt::format("{} aliases it as {}", alias.made_by(), alias.key())});
        continue;
      }
      // What the maker itself imports while it runs is there anyway; the rest was loaded before.
      choice(maker).hoists.push_back(
          {-1,
           module(target).name,
           target,
           {"R5", fmt::format("aliased in sys.modules as {}", alias.key())}});
    }
  }

  // R15: what sys.path does not lead to later must be loaded while it does.
  void KeepMovedInPlace() {
    for (size_t i = 0; i < choices_.size(); ++i) {
      const int index = static_cast<int>(i);
      const int top = app_.Find(module(index).name.substr(0, module(index).name.find('.')));
      if (top >= 0 && module(top).moved)
        required_.emplace(index,
                          Why{"R15", "later, sys.path does not lead to " + module(top).name});
    }
  }

  // R3: submodules whose names their packages' own code uses without binding them.
  void FindBareSubmodules() {
    for (size_t i = 0; i < choices_.size(); ++i) {
      const int package = static_cast<int>(i);
      for (const auto& used : SubmodulesUsedBare(app_, package)) {
        bare_.emplace_back(package, app_.Find(module(package).name + "." + used.first));
      }
    }
  }

  // The plan has the decisions on traced modules only; what else gets a text is said.
  void NoteReaders(const std::vector<RegistryFill>& fills) {
    std::map<std::string, std::set<int>> loads;
    for (const RegistryFill& fill : fills) {
      if (fill.reader->module < 0) loads[fill.reader->name].insert(fill.source);
    }
    for (const auto& [reader, modules] : loads) {
      notes_.push_back(fmt::format(
          "{}, which no trace loaded, loads {} when it is imported: they fill a set for it", reader,
          modules.size() == 1 ? "one module" : fmt::format("{} modules", modules.size())));
    }
  }

  bool IsQuiet(const ImportEffect& effect) const {
    return std::any_of(app_.registries().begin(), app_.registries().end(),
                       [&](const Registry& registry) {
                         return Fills(effect, registry) && NobodyReads(app_, choices_, registry);
                       });
  }

  bool LoadsAtAll(int index) const { return choices_[static_cast<size_t>(index)].may_load; }

  // One round; true when something was added.
  bool HoistEffects() {
    bool added = false;
    for (const ImportEffect* counted : effects_) {
      const ImportEffect& effect = *counted;
      const int source = app_.Find(effect.module());
      const int target = app_.Find(effect.target_module());
      if (source < 0 || source == target) continue;
      // A target outside the trace is a registry of the process (sys, os, a builtin): always there.
      if (target >= 0 && !LoadsAtAll(target)) continue;
      if (IsQuiet(effect)) continue;
      added |= Hoist(
          source, {"R4", fmt::format("its import changes {}.{}{}", effect.target_module(),
                                     effect.attribute(),
                                     effect.detail().empty() ? "" : " (" + effect.detail() + ")")});
    }
    for (const auto& [index, why] : required_) {
      added |= Hoist(index, why);
    }
    for (const WithLoad& load : withs_) {
      if (!LoadsAtAll(load.module)) continue;
      added |=
          Hoist(load.holder,
                {"R13", fmt::format("its body imports {} under `with`", module(load.module).name)});
    }
    for (const auto& [package, submodule] : bare_) {
      if (!LoadsAtAll(package)) continue;
      added |=
          Hoist(submodule,
                {"R3", fmt::format("{} uses its name without binding it", module(package).name)});
    }
    return added;
  }

  // R6: a star import of a package runs where it did, after what it copied and before the rest.
  void KeepStarCopies() {
    for (const StarCopy& copy : StarCopiesOf(app_)) {
      const std::string& importer = module(copy.importer).name;
      if (copy.copied) {
        required_.emplace(copy.submodule,
                          Why{"R6", fmt::format("{} imports all names of its package", importer)});
      }
      if (module(copy.importer).phase != PHASE_PRELOAD) {
        required_.emplace(copy.importer,
                          Why{"R6", fmt::format("it imports all names of the package of {}",
                                                module(copy.submodule).name)});
      }
    }
  }

  // The names of modules, and attributes of their classes, that another module's import sets; and
  // who reads what, which no round changes.
  void FindSetNames() {
    for (const ImportEffect* counted : effects_) {
      const ImportEffect& effect = *counted;
      const int source = app_.Find(effect.module());
      const bool sets = effect.kind() == EFFECT_ATTRIBUTE || effect.kind() == EFFECT_CLASS;
      if (source >= 0 && sets && app_.Find(effect.target_module()) >= 0)
        set_names_[effect.target_module() + "." + effect.attribute()].insert(source);
    }
    reads_.resize(choices_.size());
    for (size_t i = 0; i < choices_.size() && !set_names_.empty(); ++i) {
      const TracedModule& reader = module(static_cast<int>(i));
      if (reader.facts && reader.phase != PHASE_PRELOAD) reads_[i] = NamesReadBy(reader);
    }
  }

  // R9: a body that reads what another import sets must run when it always did: before or after.
  bool HoistReaders() {
    bool added = false;
    for (int i = 0; i < static_cast<int>(choices_.size()); ++i) {
      for (const std::string& name : reads_[static_cast<size_t>(i)]) {
        if (SetByLoaded(name, i)) {
          added |=
              Hoist(i, {"R9", fmt::format("its body reads {}, which another import sets", name)});
          break;
        }
      }
    }
    return added;
  }

  bool SetByLoaded(std::string name, int reader) const {
    while (true) {
      if (auto found = set_names_.find(name); found != set_names_.end()) {
        for (int source : found->second) {
          if (source != reader && LoadsAtAll(source)) return true;
        }
      }
      if (name.find('.') == std::string::npos) return false;
      name.resize(name.rfind('.'));
    }
  }

  // Finds the nearest surely loaded module up the chain of bodies, and the statement there.
  Anchor FindAnchor(int source) const {
    const bool at_event = module(source).phase == PHASE_EVENT;
    for (const auto& [parent, line] : app_.BodiesAround(source)) {
      const ModuleChoice& c = choices_[static_cast<size_t>(parent)];
      const bool in_time =
          at_event ? c.may_load : c.must_load && module(parent).phase != PHASE_EVENT;
      if (in_time && c.rewritable && module(parent).facts)
        return {parent, ImportStatementAt(*module(parent).facts, line)};
    }
    return {};
  }

  // The lazy import, in what surely runs at its old place, that led to a module which is loaded all
  // the same: by another import, later than it was.
  Anchor FindLazyLink(int source) const {
    Anchor link;
    for (const auto& [parent, line] : app_.BodiesAround(source)) {
      if (!module(parent).facts) break;
      const ModuleChoice& c = choices_[static_cast<size_t>(parent)];
      const int statement = ImportStatementAt(*module(parent).facts, line);
      if (statement >= 0 && c.must_load && c.rewritable && module(parent).phase != PHASE_EVENT) {
        const std::vector<NameChoice>& names = c.imports[static_cast<size_t>(statement)];
        if (std::any_of(names.begin(), names.end(), [](const NameChoice& n) { return n.lazy; }))
          link = {parent, statement};
      }
      if (placed_.count(parent) != 0) break;  // it is at its place
    }
    return link;
  }

  bool Hoist(int source, Why why) {
    // A pinned module's body loads it as it always did, and is itself loaded where it always was.
    if (const int body = app_.Find(module(source).body); body >= 0 && choice(body).pinned)
      return false;
    const bool loaded = choice(source).must_load;
    auto& placed = placed_[source];
    Anchor anchor = loaded ? FindLazyLink(source) : FindAnchor(source);
    if (anchor.module < 0 && loaded) return false;
    if (!placed.emplace(anchor.module, anchor.statement).second) return false;
    if (anchor.module < 0) {
      // The runtime itself led to it (or an unreadable module): the handler's module loads it
      // first.
      anchor = {app_.handler_module(), -1};
      if (!choice(anchor.module).rewritable) {
        notes_.push_back(fmt::format("{} has an effect but no place to load it: {}",
                                     module(source).name, why.text));
        return false;
      }
    }
    std::vector<HoistChoice>& hoists = choice(anchor.module).hoists;
    for (const int first : cycle_order_.FirstOfEntered(source, anchor.module)) {
      hoists.push_back({anchor.statement,
                        module(first).name,
                        first,
                        {"R14", fmt::format("{} is in an import cycle that begins with it",
                                            module(source).name)}});
    }
    hoists.push_back({anchor.statement, module(source).name, source, std::move(why)});
    return true;
  }

  void SortHoists(ModuleChoice& c) const {
    std::stable_sort(c.hoists.begin(), c.hoists.end(),
                     [](const HoistChoice& a, const HoistChoice& b) {
                       return std::pair(a.statement, a.order) < std::pair(b.statement, b.order);
                     });
    auto same = [](const HoistChoice& a, const HoistChoice& b) {
      return a.statement == b.statement && a.module == b.module;
    };
    c.hoists.erase(std::unique(c.hoists.begin(), c.hoists.end(), same), c.hoists.end());
  }

  const Application& app_;
  const Policy& policy_;
  Choices& choices_;
  std::vector<std::string>& notes_;
  std::vector<const ImportEffect*> effects_;
  std::vector<WithLoad> withs_;
  CycleOrder cycle_order_;
  std::map<int, Why> required_;
  std::vector<std::pair<int, int>> bare_;  // (package, submodule that it uses without binding it)
  // Where (module, statement) the modules that must be at their place were put so far; a nearer one
  // may turn up when what led to them is put at its own.
  std::map<int, std::set<std::pair<int, int>>> placed_;
  std::vector<std::vector<std::string>> reads_;     // per module: what its body reads of others
  std::map<std::string, std::set<int>> set_names_;  // "module.name" -> whose imports set it
};

}  // namespace

std::vector<std::string> PlaceHoists(const Application& app, const Policy& policy,
                                     Choices& choices) {
  std::vector<std::string> notes;
  Hoister(app, policy, choices, notes).Run();
  return notes;
}

Choices Decide(const Application& app, const ReachResult& reached, const Policy& policy,
               std::vector<std::string>& notes) {
  Choices choices(app.modules().size());
  MarkRewritable(app, policy, choices);
  MarkReach(app, reached, choices);
  ClassifyFunctions(app, policy, choices);
  DecideImports(app, reached, policy, choices);
  // A draft tells what will be loaded; with that, fewer names need to be lazy.
  Choices draft = choices;
  FillUses(app, draft);
  PlaceHoists(app, policy, draft);
  BindWhatIsLoaded(app, draft, choices);
  FillUses(app, choices);
  std::vector<std::string> found = PlaceHoists(app, policy, choices);
  notes.insert(notes.end(), found.begin(), found.end());
  return choices;
}

}  // namespace faaslight
