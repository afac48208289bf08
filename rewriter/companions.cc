#include "rewriter/companions.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "rewriter/loads.h"

namespace faaslight {
namespace {

constexpr int kWith = -1;

class Companions {
 public:
  Companions(const Application& app, Choices& choices) : app_(app), choices_(choices) {}

  void Run(const std::vector<const ImportEffect*>& effects, const std::vector<RegistryFill>& fills,
           const std::vector<WithLoad>& withs) {
    for (const ImportEffect* effect : effects) Add(*effect);
    for (const WithLoad& load : withs) {
      if (!choice(load.module).must_load && !choice(load.holder).must_load)
        before_[load.module].emplace(load.holder, kWith);
    }
    for (auto& [target, sources] : found_) {
      for (auto& [source, why] : sources) {
        if (HoistInside(target, source, why)) continue;
        choice(target).companions.emplace_back(module(source).name, why);
      }
      if (sources.size() > 1) Rank(target);
    }
    // A set is the same whoever comes first, and those that fill it are loaded without it, too:
    // they must not lead to each other.
    for (const RegistryFill& fill : fills) {
      if (fill.reader->module >= 0)
        choice(fill.reader->module).companions.emplace_back(module(fill.source).name, fill.why);
    }
    if (before_.empty()) return;
    while (RankImporters()) {
    }
    for (size_t i = 0; i < choices_.size(); ++i) {
      if (module(static_cast<int>(i)).facts && choices_[i].rewritable)
        LoadEarlierOnesFirst(static_cast<int>(i));
    }
  }

 private:
  const TracedModule& module(int index) const { return app_.modules()[static_cast<size_t>(index)]; }
  ModuleChoice& choice(int index) { return choices_[static_cast<size_t>(index)]; }

  void Add(const ImportEffect& effect) {
    const int source = app_.Find(effect.module());
    const int target = app_.Find(effect.target_module());
    if (source < 0 || target < 0 || source == target) return;
    if (choice(source).must_load || choice(target).may_load || !choice(target).rewritable) return;
    found_[target].emplace(source,
                           Why{"R4", fmt::format("its import changes {}.{}", effect.target_module(),
                                                 effect.attribute())});
  }

  // A companion that the body of the module itself, or of another companion, led to runs there
  // again. True when that is the module itself: it need not wait for its end then.
  bool HoistInside(int target, int source, const Why& why) {
    const std::map<int, Why>& companions = found_[target];
    for (const auto& [parent, line] : app_.BodiesAround(source)) {
      if (parent != target && companions.count(parent) == 0) continue;
      if (!choice(parent).rewritable || !module(parent).facts) return false;
      const int statement = ImportStatementAt(*module(parent).facts, line);
      if (statement < 0) return false;
      choice(parent).hoists.push_back({statement, module(source).name, source, why});
      return parent == target;
    }
    return false;
  }

  // Notes for each companion which ones ran before it.
  void Rank(int target) {
    std::set<int> earlier;
    for (const auto& [source, why] : found_[target]) {
      for (int other : earlier) before_[source].emplace(other, target);
      earlier.insert(source);
    }
  }

  // What runs inside a companion and loads a later one there cannot load the first of them before:
  // who loads it from elsewhere does. One round; true when something was added.
  bool RankImporters() {
    bool added = false;
    for (size_t i = 0; i < choices_.size(); ++i) {
      const int importer = static_cast<int>(i);
      if (!module(importer).facts) continue;
      ForEachEarlier(importer, [&](size_t s, size_t n, int first, int target) {
        const bool lazy = s < choices_[i].imports.size() && choices_[i].imports[s][n].lazy;
        if (!lazy && module(importer).facts->imports[s].function < 0 && Contains(first, importer))
          added |= before_[importer].emplace(first, target).second;
      });
    }
    return added;
  }

  void LoadEarlierOnesFirst(int importer) {
    ModuleChoice& c = choice(importer);
    ForEachEarlier(importer, [&](size_t s, size_t n, int first, int target) {
      const std::string& name = module(first).name;
      if (c.imports[s][n].lazy) {
        std::vector<std::string>& known = c.imports[s][n].first;
        if (std::find(known.begin(), known.end(), name) == known.end()) known.push_back(name);
      } else if (!Contains(first, importer)) {
        Why why = target == kWith
                      ? Why{"R13", "its body imports under `with` what is loaded here"}
                      : Why{"R4", fmt::format("its import changes {} before that of another "
                                              "module which is loaded here",
                                              module(target).name)};
        c.hoists.push_back({static_cast<int>(s), name, first, std::move(why)});
      }
    });
  }

  // Calls `use` for each imported name (statement, position) and each module that must be loaded
  // before what it loads, with a module that both change.
  template <typename Use>
  void ForEachEarlier(int importer, Use use) const {
    const std::vector<ImportStatement>& imports = module(importer).facts->imports;
    for (size_t s = 0; s < imports.size(); ++s) {
      if (imports[s].never_runs) continue;
      for (size_t n = 0; n < imports[s].names.size(); ++n) {
        for (const auto& [first, target] : Earlier(importer, imports[s].names[n])) {
          use(s, n, first, target);
        }
      }
    }
  }

  std::map<int, int> Earlier(int importer, const ImportedName& name) const {
    std::map<int, int> found;
    for (const int loaded : LoadedByName(app_, choices_, importer, name)) {
      const auto ranked = before_.find(loaded);
      if (ranked == before_.end()) continue;
      for (const auto& [first, target] : ranked->second) {
        if (first != importer && importer != target && !app_.InOneCycle(first, importer))
          found.emplace(first, target);
      }
    }
    return found;
  }

  // True when `inner` ran while the body of `outer` did.
  bool Contains(int outer, int inner) const {
    const std::vector<BodyPlace> around = app_.BodiesAround(inner);
    return std::any_of(around.begin(), around.end(),
                       [&](const BodyPlace& place) { return place.module == outer; });
  }

  const Application& app_;
  Choices& choices_;
  // target -> the modules that change it, in the order in which they began, and how
  std::map<int, std::map<int, Why>> found_;
  // module -> those that ran before it -> a module that both change, or kWith: the one that ran
  // before loads this one under `with`
  std::map<int, std::map<int, int>> before_;
};

}  // namespace

void AttachCompanions(const Application& app, const std::vector<const ImportEffect*>& effects,
                      const std::vector<RegistryFill>& fills, const std::vector<WithLoad>& withs,
                      Choices& choices) {
  Companions(app, choices).Run(effects, fills, withs);
}

}  // namespace faaslight
