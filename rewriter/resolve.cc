#include "rewriter/resolve.h"

#include <algorithm>
#include <set>
#include <utility>

namespace faaslight {
namespace {

const std::vector<int> kNone;
const std::string kImporters[] = {"__import__", "import_module", "importlib"};

// Sources are untrusted: more leading components than this are no module that anything could load.
constexpr size_t kMaxComponents = 256;

std::string Join(std::string_view package, std::string_view name) {
  std::string joined(package);
  if (!joined.empty() && !name.empty()) joined += '.';
  joined += name;
  return joined;
}

bool Listed(const Facts& facts, std::string_view name) {
  return std::find(facts.all.begin(), facts.all.end(), name) != facts.all.end();
}

bool IsPublic(std::string_view name) { return !name.empty() && name[0] != '_'; }

}  // namespace

uint32_t ImportsByName(const Uses& uses) {
  uint32_t line = 0;
  for (const std::string& name : kImporters) {
    for (const auto* used : {&uses.names, &uses.methods}) {
      const auto found = used->find(name);
      if (found != used->end()) line = std::max(line, found->second);
    }
  }
  return line;
}

std::vector<std::string> ModulesNamedBy(const ReachModule& module, std::string literal) {
  literal.erase(0, std::min(literal.find_first_not_of('.'), literal.size()));
  const std::string package(module.is_package ? module.name : WithoutLastPart(module.name));
  std::vector<std::string> names{literal};
  if (!package.empty()) names.push_back(package + "." + literal);
  return names;
}

ModuleIndex::ModuleIndex(const std::vector<ReachModule>& modules)
    : modules_(modules), tables_(modules.size()) {
  by_name_.reserve(modules.size() * 2);
  for (size_t i = 0; i < modules.size(); ++i) {
    by_name_.emplace(modules[i].name, static_cast<int>(i));
    if (modules[i].facts == nullptr) continue;
    const Facts& facts = *modules[i].facts;
    Tables& tables = tables_[i];
    for (size_t f = 0; f < facts.functions.size(); ++f) {
      if (facts.functions[f].is_lambda || facts.functions[f].never_runs) continue;
      tables.functions[facts.functions[f].qualname].push_back(static_cast<int>(f));
    }
    for (size_t c = 0; c < facts.classes.size(); ++c) {
      if (!facts.classes[c].never_runs)
        tables.classes[facts.classes[c].qualname].push_back(static_cast<int>(c));
    }
    for (size_t s = 0; s < facts.imports.size(); ++s) {
      const ImportStatement& statement = facts.imports[s];
      if (statement.function >= 0 || statement.never_runs) continue;
      for (size_t n = 0; n < statement.names.size(); ++n) {
        if (statement.names[n].attribute == "*") {
          tables.stars.emplace_back(static_cast<int>(s), static_cast<int>(n));
        }
      }
    }
  }
}

int ModuleIndex::Find(std::string_view name) const {
  const auto it = by_name_.find(name);
  return it == by_name_.end() ? -1 : it->second;
}

std::string_view LastPart(std::string_view dotted) {
  const size_t dot = dotted.rfind('.');
  return dot == std::string_view::npos ? dotted : dotted.substr(dot + 1);
}

std::string_view WithoutLastPart(std::string_view dotted) {
  const size_t dot = dotted.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : dotted.substr(0, dot);
}

std::optional<std::string> AbsoluteModuleName(std::string_view importer, bool is_package,
                                              const ImportedName& name) {
  if (name.level <= 0) {
    if (name.module.empty()) return std::nullopt;
    return name.module;
  }
  std::string_view package = importer;
  // One dot is the package itself: a plain module drops one component more than a package.
  for (int drop = name.level - (is_package ? 1 : 0); drop > 0; --drop) {
    const size_t dot = package.rfind('.');
    if (dot == std::string_view::npos) return std::nullopt;
    package = package.substr(0, dot);
  }
  if (package.empty()) return std::nullopt;
  return Join(package, name.module);
}

std::vector<int> ModuleIndex::Loads(int module, const ImportedName& name) const {
  std::vector<int> loaded;
  const std::optional<std::string> target = AbsoluteName(module, name);
  if (!target) return loaded;
  const auto add = [&](std::string_view absolute) {
    const int found = Find(absolute);
    if (found >= 0 && std::find(loaded.begin(), loaded.end(), found) == loaded.end()) {
      loaded.push_back(found);
    }
  };
  size_t components = 0;
  for (size_t dot = target->find('.'); dot != std::string::npos; dot = target->find('.', dot + 1)) {
    if (++components > kMaxComponents) return {};
    add(std::string_view(*target).substr(0, dot));
  }
  add(*target);
  const int base = Find(*target);
  if (name.attribute.empty() || base < 0 || !modules_[base].is_package) return loaded;
  const Facts* facts = modules_[base].facts;
  if (name.attribute == "*") {
    if (facts == nullptr || !facts->has_all) return loaded;
    for (const std::string& listed : facts->all) {
      if (facts->bindings.count(listed) == 0) add(Join(*target, listed));
    }
  } else if (facts == nullptr || base == module || facts->bindings.count(name.attribute) == 0) {
    // A package that imports from itself has not bound the name yet.
    add(Join(*target, name.attribute));
  }
  return loaded;
}

// One resolution: a worklist of (module, name) pairs, each visited once.
class ModuleIndex::Search {
 public:
  explicit Search(const ModuleIndex& index) : index_(index) {}

  std::vector<Denoted> Run(int module, std::string_view name) {
    if (!Push(module, name, /*imported=*/false)) return {};
    for (size_t next = 0; next < work_.size(); ++next) {
      // A copy: the work list grows while its elements are read.
      const Step step = work_[next];
      Visit(step.module, step.name, step.imported);
    }
    if (found_.empty() && missing_) found_.push_back(std::move(*missing_));
    return std::move(found_);
  }

 private:
  struct Step {
    int module;
    std::string name;
    bool imported;  // somebody imports the name: that it is not bound is worth telling
  };

  bool Push(int module, std::string_view name, bool imported) {
    if (name.empty()) return false;
    if (!seen_.emplace(module, std::string(name)).second) return false;
    work_.push_back({module, std::string(name), imported});
    return true;
  }

  void Add(Denoted denoted) {
    if (std::find(found_.begin(), found_.end(), denoted) == found_.end()) {
      found_.push_back(std::move(denoted));
    }
  }

  void AddExternal(std::string name) {
    Denoted denoted;
    denoted.kind = Denoted::Kind::kExternal;
    denoted.external = std::move(name);
    Add(std::move(denoted));
  }

  void AddModule(int module) {
    Denoted denoted;
    denoted.kind = Denoted::Kind::kModule;
    denoted.module = denoted.index = module;
    Add(std::move(denoted));
  }

  void AddIn(Denoted::Kind kind, int module, int index, std::string_view name) {
    Denoted denoted;
    denoted.kind = kind;
    denoted.module = module;
    denoted.index = index;
    denoted.name = name;
    Add(std::move(denoted));
  }

  void Visit(int module, const std::string& name, bool imported) {
    const ReachModule& where = index_.modules_[module];
    bool bound = false;
    const size_t before = work_.size();
    if (where.facts != nullptr) {
      bound = VisitDefinitions(module, name);
      const auto binding = where.facts->bindings.find(name);
      if (binding != where.facts->bindings.end())
        bound |= VisitBinding(module, name, binding->second);
      if (!bound) bound = VisitStars(module, name);
    }
    if (where.is_package) {
      const int submodule = index_.Find(Join(where.name, name));
      if (submodule >= 0) {
        AddModule(submodule);
        bound = true;
      }
    }
    if (bound || !imported) return;
    if (where.facts == nullptr) {
      AddExternal(Join(where.name, name));
    } else if (work_.size() > before) {
      // A star import may still supply it: missing only if nothing is found in the end.
      if (!missing_) missing_ = Missing(module, name);
    } else {
      Add(Missing(module, name));
    }
  }

  static Denoted Missing(int module, std::string_view name) {
    Denoted denoted;
    denoted.module = module;
    denoted.name = name;
    return denoted;
  }

  bool VisitDefinitions(int module, const std::string& name) {
    if (name.find('.') != std::string::npos) return false;
    const Facts& facts = *index_.modules_[module].facts;
    bool bound = false;
    for (const int f : index_.FunctionsNamed(module, name)) {
      if (facts.functions[f].parent >= 0) continue;
      AddIn(Denoted::Kind::kFunction, module, f, name);
      bound = true;
    }
    for (const int c : index_.ClassesNamed(module, name)) {
      if (facts.classes[c].function >= 0) continue;
      AddIn(Denoted::Kind::kClass, module, c, name);
      bound = true;
    }
    return bound;
  }

  bool VisitBinding(int module, const std::string& name, const Binding& binding) {
    const Facts& facts = *index_.modules_[module].facts;
    bool bound = false;
    for (const Clause& clause : binding.imports) {
      if (clause.first < 0 || static_cast<size_t>(clause.first) >= facts.imports.size()) continue;
      const ImportStatement& statement = facts.imports[clause.first];
      if (clause.second < 0 || static_cast<size_t>(clause.second) >= statement.names.size())
        continue;
      if (statement.never_runs) continue;
      FollowImport(module, statement.names[clause.second]);
      bound = true;
    }
    if (binding.assignment || binding.global_in_function) {
      AddIn(Denoted::Kind::kVariable, module, -1, name);
      bound = true;
    }
    return bound;
  }

  void FollowImport(int module, const ImportedName& clause) {
    std::optional<std::string> target = index_.AbsoluteName(module, clause);
    if (!target) return Add(Missing(module, clause.bound));
    if (clause.attribute.empty() && !clause.has_alias) {
      target = target->substr(0, target->find('.'));  // `import a.b` binds a
    }
    const int found = index_.Find(*target);
    if (clause.attribute.empty()) {
      found >= 0 ? AddModule(found) : AddExternal(*target);
    } else if (found < 0) {
      // A namespace package need not be in the index for its submodule to be.
      const int submodule = index_.Find(Join(*target, clause.attribute));
      submodule >= 0 ? AddModule(submodule) : AddExternal(Join(*target, clause.attribute));
    } else {
      Push(found, clause.attribute, /*imported=*/true);
    }
  }

  bool VisitStars(int module, const std::string& name) {
    const Facts& facts = *index_.modules_[module].facts;
    bool bound = false;
    for (const Clause& clause : index_.tables_[module].stars) {
      const ImportedName& star = facts.imports[clause.first].names[clause.second];
      const std::optional<std::string> target = index_.AbsoluteName(module, star);
      if (!target) continue;
      const int found = index_.Find(*target);
      if (found < 0) {
        if (!IsPublic(name)) continue;
        AddExternal(Join(*target, name));
        bound = true;
      } else if (found != module && index_.StarExports(found, name) != Star::kNo) {
        // Star imports lead to each other: whether something is found there is only known at the
        // end, so the name does not count as bound here.
        Push(found, name, /*imported=*/index_.modules_[found].facts == nullptr);
      }
    }
    return bound;
  }

  const ModuleIndex& index_;
  std::vector<Step> work_;
  std::set<std::pair<int, std::string>> seen_;
  std::vector<Denoted> found_;
  std::optional<Denoted> missing_;
};

std::vector<Denoted> ModuleIndex::ResolveName(int module, std::string_view name) const {
  return Search(*this).Run(module, name);
}

std::vector<Denoted> ModuleIndex::ResolveAttribute(int module, std::string_view name) const {
  std::vector<Denoted> found = ResolveName(module, name);
  if (found.empty() && modules_[module].facts == nullptr) {
    Denoted denoted;
    denoted.kind = Denoted::Kind::kExternal;
    denoted.external = Join(modules_[module].name, name);
    found.push_back(std::move(denoted));
  }
  return found;
}

std::vector<ChainDenoted> ModuleIndex::ResolveChain(int module, std::string_view chain,
                                                    std::vector<NameRead>* reads) const {
  std::vector<ChainDenoted> ends;
  std::vector<Denoted> current;
  size_t parts = 0;
  for (size_t begin = 0; begin <= chain.size();) {
    const size_t end = std::min(chain.find('.', begin), chain.size());
    const std::string_view part = chain.substr(begin, end - begin);
    begin = end + 1;
    if (parts == 0) {
      current = ResolveName(module, part);
    } else {
      std::vector<Denoted> next;
      for (Denoted& denoted : current) {
        if (denoted.kind == Denoted::Kind::kModule) {
          if (reads != nullptr) reads->push_back({denoted.module, part});
          std::vector<Denoted> attributes = ResolveAttribute(denoted.module, part);
          if (attributes.empty()) ends.push_back({std::move(denoted), parts});
          for (Denoted& attribute : attributes) {
            if (std::find(next.begin(), next.end(), attribute) == next.end()) {
              next.push_back(std::move(attribute));
            }
          }
        } else if (denoted.kind == Denoted::Kind::kExternal) {
          denoted.external = Join(denoted.external, part);
          next.push_back(std::move(denoted));
        } else {
          ends.push_back({std::move(denoted), parts});
        }
      }
      current = std::move(next);
    }
    ++parts;
    if (current.empty()) break;
  }
  for (Denoted& denoted : current) ends.push_back({std::move(denoted), parts});
  return ends;
}

ModuleIndex::Star ModuleIndex::StarExports(int module, std::string_view name) const {
  const Facts* facts = modules_[module].facts;
  if (facts == nullptr) return IsPublic(name) ? Star::kMaybe : Star::kNo;
  if (facts->has_all) {
    if (Listed(*facts, name)) return Star::kYes;
    return facts->all_is_exact ? Star::kNo : Star::kMaybe;
  }
  if (!IsPublic(name)) return Star::kNo;
  const auto binding = facts->bindings.find(std::string(name));
  if (binding != facts->bindings.end()) return Star::kYes;
  // Bound by a star import of its own, or as a submodule that something has loaded.
  return facts->has_star_import || modules_[module].is_package ? Star::kMaybe : Star::kNo;
}

const std::vector<int>& ModuleIndex::FunctionsNamed(int module, std::string_view qualname) const {
  const auto it = tables_[module].functions.find(qualname);
  return it == tables_[module].functions.end() ? kNone : it->second;
}

const std::vector<int>& ModuleIndex::ClassesNamed(int module, std::string_view qualname) const {
  const auto it = tables_[module].classes.find(qualname);
  return it == tables_[module].classes.end() ? kNone : it->second;
}

}  // namespace faaslight
