// R2 and R6 to R14 for import names: a name is lazy when every use of what it binds lies in
// functions that bind it before they run, and reading its origin later gives the same object.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "rewriter/decisions.h"
#include "rewriter/exact_all.h"
#include "rewriter/half_made.h"
#include "rewriter/left_to_package.h"
#include "rewriter/own_submodules.h"
#include "rewriter/wanted_in_events.h"

namespace faaslight {
namespace {

std::string At(uint32_t line) { return fmt::format("line {}", line); }

class ImportChooser {
 public:
  ImportChooser(const Application& app, const ReachResult& reached, const Policy& policy,
                Choices& choices)
      : app_(app), reached_(reached), policy_(policy), choices_(choices) {
    for (const ImportEffect& effect : app.trace().effects()) {
      if (effect.kind() == EFFECT_ATTRIBUTE)
        set_from_outside_.insert({effect.target_module(), effect.attribute()});
    }
    FindReadNamespaces();
    FindStarImports();
    read_in_time_ = ImportsReadInTime(app);
    if (policy.keep != Keep::kNone) read_in_events_ = ReadInMostEvents(app);
    if (policy.keep == Keep::kReachable) wanted_in_events_ = WantedInEvents(app);
  }

  void Run() {
    for (size_t i = 0; i < choices_.size(); ++i) {
      if (app_.modules()[i].facts) RunModule(static_cast<int>(i));
    }
  }

 private:
  const TracedModule& module(int index) const { return app_.modules()[static_cast<size_t>(index)]; }
  ModuleChoice& choice(int index) { return choices_[static_cast<size_t>(index)]; }

  // The module that a module-level name of `index` denotes, or -1.
  int ModuleBehind(int index, const std::string& name) const {
    const Facts& facts = *module(index).facts;
    auto binding = facts.bindings.find(name);
    if (binding == facts.bindings.end()) return -1;
    for (auto [statement, position] : binding->second.imports) {
      const ImportedName& imported =
          facts.imports[static_cast<size_t>(statement)].names[static_cast<size_t>(position)];
      const std::string base = AbsoluteName(module(index), imported);
      if (!imported.attribute.empty()) {
        if (int found = app_.Find(base + "." + imported.attribute); found >= 0) return found;
      } else if (imported.has_alias) {
        return app_.Find(base);
      } else {
        return app_.Find(base.substr(0, base.find('.')));
      }
    }
    return -1;
  }

  // X.__dict__, vars(X): what reads a module's namespace as a dict does not go through __getattr__.
  void FindReadNamespaces() {
    for (size_t i = 0; i < choices_.size(); ++i) {
      const TracedModule& reader = app_.modules()[i];
      if (!reader.facts) continue;
      auto note = [&](const Uses& uses) {
        for (const std::string& name : uses.namespaces) {
          if (int target = ModuleBehind(static_cast<int>(i), name); target >= 0) {
            namespace_read_.emplace(target, reader.name);
          }
        }
      };
      note(reader.facts->at_import);
      for (const FunctionFacts& function : reader.facts->functions) note(function.own);
    }
  }

  void FindStarImports() {
    for (size_t i = 0; i < choices_.size(); ++i) {
      const TracedModule& importer = app_.modules()[i];
      if (!importer.facts) continue;
      for (const ImportStatement& statement : importer.facts->imports) {
        for (const ImportedName& name : statement.names) {
          if (name.attribute != "*" || statement.never_runs) continue;
          if (int target = app_.Find(AbsoluteName(importer, name)); target >= 0) {
            star_imported_.emplace(target, importer.name);
          }
        }
      }
    }
  }

  // What of this module's globals must be there although nothing binds it first, and why.
  std::map<std::string, Why> HeldNames(int index, std::optional<Why>& all) const {
    const TracedModule& m = module(index);
    const ModuleChoice& c = choices_[static_cast<size_t>(index)];
    std::map<std::string, Why> held;
    auto hold = [&](const Uses& uses, const std::string& where) {
      for (const auto& [name, line] : uses.names) {
        held.emplace(name, Why{"R2", fmt::format("used {}, {}", where, At(line))});
      }
      if (uses.own_namespace && !all)
        all = Why{"R2", fmt::format("its namespace is read {}", where)};
    };
    hold(m.facts->at_import, "at import time");
    for (const AllRead& read : m.facts->all_reads) {
      if (!ExactAllRead(app_, index, read))
        held.emplace(read.name, Why{"R2", fmt::format("its __all__ is read, {}", At(read.line))});
    }
    // Another `dir` than the builtin may look at anything.
    if (!m.facts->own_dirs.empty() && !all &&
        (m.facts->bindings.count("dir") != 0 || MayComeByStar(index, "dir"))) {
      all = Why{"R2", fmt::format("its namespace is read, {}", At(m.facts->own_dirs[0].line))};
    }
    for (size_t f = 0; f < c.functions.size(); ++f) {
      if (!c.functions[f].holds) continue;
      const FunctionFacts& function = m.facts->functions[f];
      hold(HeldUses(function, c.functions[f]),
           fmt::format("in {} ({})", function.is_lambda ? "a lambda" : function.qualname + "()",
                       m.entered[f] ? "traced" : c.functions[f].why.text));
    }
    for (const std::string& name : m.evaluated)
      held.emplace(name, Why{"R2", "used by evaluated code"});
    if (!read_in_events_.empty()) {
      for (const std::string& name : read_in_events_[static_cast<size_t>(index)])
        held.emplace(name, Why{"R2", "read from outside in most events"});
    }
    if (policy_.keep == Keep::kReachable) HoldReachable(m, held);
    if (index == app_.handler_module())
      held.emplace(app_.handler_function(), Why{"R2", "the handler"});
    if (auto read = namespace_read_.find(index); read != namespace_read_.end()) {
      all = Why{"R2", fmt::format("{} reads its namespace as a dict", read->second)};
    }
    return held;
  }

  // --keep reachable: what nobody in the module uses may be wanted from outside. An `import a.b` of
  // which nobody uses the name is there for what it does: requests loads encodings.idna so, which
  // codecs look up by name.
  void HoldReachable(const TracedModule& m, std::map<std::string, Why>& held) const {
    if (const auto read = reached_.reads.find(m.name); read != reached_.reads.end()) {
      for (const std::string& name : read->second)
        held.emplace(name, Why{"R2", "read from outside by code that can be reached"});
    }
    const auto used = [&](const std::string& name) {
      return m.facts->at_import.names.count(name) != 0 ||
             std::any_of(m.facts->functions.begin(), m.facts->functions.end(),
                         [&](const FunctionFacts& f) { return f.own.names.count(name) != 0; });
    };
    for (const ImportStatement& statement : m.facts->imports) {
      for (const ImportedName& name : statement.names) {
        if (name.attribute.empty() && statement.function < 0 && !used(name.bound))
          held.emplace(name.bound, Why{"R2", "imported for what it does: nothing uses its name"});
        for (const int named : ModulesNamed(app_, m, name)) {
          if (wanted_in_events_[static_cast<size_t>(named)])
            held.emplace(name.bound,
                         Why{"R2", fmt::format("events import {}, too", module(named).name)});
        }
      }
    }
  }

  void RunModule(int index) {
    const TracedModule& m = module(index);
    ModuleChoice& c = choice(index);
    std::optional<Why> all;
    if (!c.rewritable) all = c.why_not;
    if (c.pinned) all = *c.pinned;
    const std::map<std::string, Why> held = HeldNames(index, all);
    bare_ = SubmodulesUsedBare(app_, index);
    c.imports.clear();
    for (size_t s = 0; s < m.facts->imports.size(); ++s) {
      const ImportStatement& statement = m.facts->imports[s];
      std::vector<NameChoice> names;
      const auto read = read_in_time_.find({index, static_cast<int>(s)});
      for (const ImportedName& name : statement.names) {
        Why why = all ? *all : Stays(index, statement, name, held);
        const bool in_time = read != read_in_time_.end();
        if (why.rule.empty() && in_time) why = {"R14", read->second};
        const bool lazy = why.rule.empty();
        if (lazy) why = {"R2", "used only in functions that no event entered"};
        const bool left = !lazy && !all && !in_time && MayWait(index, s, names.size(), held);
        if (left)
          why = {"R3", fmt::format("{} is bound before, and nothing that ran asks for {}",
                                   name.bound, name.module)};
        names.push_back({lazy || left, std::move(why), {}, left});
      }
      c.imports.push_back(std::move(names));
    }
    MakeUniform(index);
  }

  // Whether nothing but the use of its name keeps an `import a.b`, and that is there without it.
  bool MayWait(int index, size_t s, size_t n, const std::map<std::string, Why>& held) const {
    const ImportStatement& statement = module(index).facts->imports[s];
    if (held.count(statement.names[n].bound) == 0) return false;
    return Stays(index, statement, statement.names[n], {}).rule.empty() &&
           CanBeLeftToPackage(app_, choices_, index, static_cast<int>(s), static_cast<int>(n));
  }

  // A name that several `import a.x` statements bind is lazy in all of them or in none.
  void MakeUniform(int index) {
    const Facts& facts = *module(index).facts;
    ModuleChoice& c = choice(index);
    for (const auto& [name, binding] : facts.bindings) {
      const NameChoice* eager = nullptr;
      for (auto [statement, position] : binding.imports) {
        const NameChoice& n =
            c.imports[static_cast<size_t>(statement)][static_cast<size_t>(position)];
        if (n.left_to_package) continue;
        if (!n.lazy) eager = &n;
      }
      if (eager == nullptr) continue;
      const Why why = eager->why;
      for (auto [statement, position] : binding.imports) {
        NameChoice& n = c.imports[static_cast<size_t>(statement)][static_cast<size_t>(position)];
        if (n.NameIsLazy()) n = {false, why, {}};
      }
    }
  }

  // Why a name stays eager; an empty rule when it may be lazy.
  Why Stays(int index, const ImportStatement& statement, const ImportedName& name,
            const std::map<std::string, Why>& held) const {
    if (name.module == "__future__") return {"R2", "a __future__ import"};
    const bool plain = statement.place == Place::kModule || statement.in_branch;
    if (!plain || statement.in_try || statement.never_runs) {
      return {"R13", "under try, with or a loop, or in a function or class"};
    }
    if (name.attribute == "*") return {"R6", "a star import"};
    if (auto found = held.find(name.bound); found != held.end()) return found->second;
    for (const auto& [submodule, line] : bare_) {
      if (LoadsOwnSubmodule(module(index), name, submodule))
        return {"R3", fmt::format("it binds the submodule {} too, used {}", submodule, At(line))};
    }
    if (const Pin* pin = FindPin(policy_, module(index).name + ":" + name.bound)) {
      return {"pin", pin->why};
    }
    if (Why why = BadBinding(index, name); !why.rule.empty()) return why;
    if (Why why = BadName(index, name); !why.rule.empty()) return why;
    return BadTarget(index, name);
  }

  Why BadBinding(int index, const ImportedName& name) const {
    const Facts& facts = *module(index).facts;
    auto found = facts.bindings.find(name.bound);
    if (found == facts.bindings.end()) return {"R2", "its binding is not known"};
    const Binding& binding = found->second;
    if (binding.global_in_function) return {"R2", "a function declares it global"};
    if (binding.deleted) return {"R2", "it is deleted"};
    if (binding.assignment || binding.definition || (binding.nested && binding.count > 1))
      return {"R2", "it is bound again"};
    if (binding.count != binding.imports.size()) return {"R2", "it is bound again"};
    if (binding.count == 1) return {};
    // `import a.b` and `import a.c` bind the same object.
    for (auto [statement, position] : binding.imports) {
      const ImportedName& other =
          facts.imports[static_cast<size_t>(statement)].names[static_cast<size_t>(position)];
      const ImportStatement& s = facts.imports[static_cast<size_t>(statement)];
      if (s.is_from || other.has_alias || s.place != Place::kModule || s.in_try)
        return {"R2", "it is bound again"};
    }
    return {};
  }

  Why BadName(int index, const ImportedName& name) const {
    const TracedModule& m = module(index);
    static const std::set<std::string> kSpecial{
        "__all__", "__path__", "__getattr__", "__dir__",    "__file__",
        "__doc__", "__name__", "__spec__",    "__loader__", "__package__"};
    if (kSpecial.count(name.bound) != 0) return {"R2", "a name that the import system reads"};
    if (set_from_outside_.count({m.name, name.bound}) != 0) return {"R2", "another module sets it"};
    if (auto star = star_imported_.find(index); star != star_imported_.end()) {
      if (m.ExportsByAll(name.bound).value_or(name.bound.front() != '_'))
        return {"R6", fmt::format("{} imports it by *", star->second)};
    }
    if (m.facts->has_star_import && MayComeByStar(index, name.bound)) {
      return {"R6", "a star import of the module may bind it too"};
    }
    if (m.is_package && app_.HasSubmodule(index, name.bound) && !BindsSubmodule(index, name)) {
      return {"R8", "also the name of a submodule"};
    }
    return {};
  }

  // True when the statement binds exactly the submodule of that name.
  bool BindsSubmodule(int index, const ImportedName& name) const {
    const TracedModule& m = module(index);
    const std::string base = AbsoluteName(m, name);
    if (!name.attribute.empty()) return base + "." + name.attribute == m.name + "." + name.bound;
    return name.has_alias && base == m.name + "." + name.bound;
  }

  bool MayComeByStar(int index, const std::string& name) const {
    for (const ImportStatement& statement : module(index).facts->imports) {
      for (const ImportedName& star : statement.names) {
        if (star.attribute != "*") continue;
        const int target = app_.Find(AbsoluteName(module(index), star));
        if (target < 0 || !module(target).facts) return true;
        const Facts& facts = *module(target).facts;
        if (const std::optional<bool> listed = module(target).ExportsByAll(name)) {
          if (*listed) return true;
        } else if (facts.has_star_import || facts.own_getattr || facts.bindings.count(name) != 0 ||
                   app_.HasSubmodule(target, name)) {
          return true;
        }
      }
    }
    return false;
  }

  bool GroupHasExtension(int index) const {
    return std::any_of(app_.cycles().begin(), app_.cycles().end(), [&](const auto& members) {
      return std::binary_search(members.begin(), members.end(), index) &&
             std::any_of(members.begin(), members.end(),
                         [&](int m) { return module(m).kind == KIND_EXTENSION; });
    });
  }

  Why BadTarget(int index, const ImportedName& name) const {
    const std::string base = AbsoluteName(module(index), name);
    const int target = app_.Find(base);
    if (target < 0) return {"R2", fmt::format("{} is no module of the trace", base)};
    for (std::string prefix = base;; prefix.resize(prefix.rfind('.'))) {
      if (int p = app_.Find(prefix); p < 0 || module(p).kind == KIND_NAMESPACE) {
        return {"R12", fmt::format("goes through {}, which has no __init__", prefix)};
      }
      if (prefix.find('.') == std::string::npos) break;
    }
    const int submodule = name.attribute.empty() ? -1 : app_.Find(base + "." + name.attribute);
    const int loaded = submodule >= 0 ? submodule : target;
    if (module(loaded).phase == PHASE_PRELOAD)
      return {"free", "loaded before the handler's module anyway"};
    if (app_.InOneCycle(index, loaded) && GroupHasExtension(index)) {
      return {"R14", "inside an import cycle with an extension module"};
    }
    if (app_.InOneCycle(index, target) && GroupHasExtension(index)) {
      return {"R14", "inside an import cycle with an extension module"};
    }
    // `import a.b.c as x` reads a.b and then a.b.c, which may be something else by then; without
    // `as`, it makes a.b and a.b.c the modules for everybody, whatever they were before.
    for (std::string path = name.attribute.empty() ? base : ""; path.find('.') != std::string::npos;
         path.resize(path.rfind('.'))) {
      const size_t dot = path.rfind('.');
      if (Why why = Overshadowed(path.substr(0, dot), path.substr(dot + 1)); !why.rule.empty())
        return why;
    }
    if (name.attribute.empty()) return {};
    if (submodule >= 0) return Overshadowed(base, name.attribute);
    return Unstable(index, target, name.attribute);
  }

  // R8: the package binds its submodule's name to something else, sooner or later.
  Why Overshadowed(const std::string& name, const std::string& submodule) const {
    const int package = app_.Find(name);
    if (package < 0 || !module(package).facts) return {};
    const bool otherwise = module(package).facts->bindings.count(submodule) != 0 &&
                           !OnlyBindsSubmodule(package, submodule);
    if (!otherwise && set_from_outside_.count({name, submodule}) == 0) return {};
    return {"R8", fmt::format("{} has a submodule and a name {}", name, submodule)};
  }

  bool OnlyBindsSubmodule(int package, const std::string& name) const {
    const Facts& facts = *module(package).facts;
    const Binding& binding = facts.bindings.at(name);
    if (binding.count != binding.imports.size()) return false;
    return std::all_of(
        binding.imports.begin(), binding.imports.end(), [&](const std::pair<int, int>& at) {
          return BindsSubmodule(
              package,
              facts.imports[static_cast<size_t>(at.first)].names[static_cast<size_t>(at.second)]);
        });
  }

  // R9: `from x import y` reads y when it runs; later it must read the same.
  Why Unstable(int index, int target, const std::string& attribute) const {
    const TracedModule& origin = module(target);
    if (set_from_outside_.count({origin.name, attribute}) != 0) {
      return {"R9", fmt::format("another module sets {}.{}", origin.name, attribute)};
    }
    if (origin.kind == KIND_EXTENSION || origin.kind == KIND_BUILTIN) return {};
    if (!origin.facts) return {"R9", fmt::format("the source of {} is not known", origin.name)};
    if (origin.facts->replaces_itself)
      return {"R9", fmt::format("{} replaces itself", origin.name)};
    auto found = origin.facts->bindings.find(attribute);
    if (found == origin.facts->bindings.end()) {
      if (CameByStar(index, target)) return {};
      return {"R9", fmt::format("{} does not bind {} itself", origin.name, attribute)};
    }
    const Binding& binding = found->second;
    if (binding.global_in_function || binding.deleted) {
      return {"R9", fmt::format("{}.{} may change later", origin.name, attribute)};
    }
    if (binding.count > 1 && (app_.InOneCycle(index, target) || !origin.completed)) {
      return {"R9", fmt::format("{} binds {} more than once, in a cycle with this module",
                                origin.name, attribute)};
    }
    return {};
  }

  // Whether a name that `target` has, and that its text does not bind, can only be what a star
  // import copied into it, for good: then the copy was there when the module was complete.
  bool CameByStar(int index, int target) const {
    const TracedModule& origin = module(target);
    const Facts& facts = *origin.facts;
    if (!facts.has_star_import || facts.own_getattr || !origin.completed) return false;
    if (app_.InOneCycle(index, target) || facts.at_import.binds_unseen) return false;
    return std::none_of(facts.functions.begin(), facts.functions.end(),
                        [](const FunctionFacts& function) { return function.own.binds_unseen; });
  }

  const Application& app_;
  const ReachResult& reached_;
  const Policy& policy_;
  Choices& choices_;
  std::set<std::pair<std::string, std::string>> set_from_outside_;
  std::map<int, std::string> namespace_read_;                // module -> who reads it
  std::map<int, std::string> star_imported_;                 // module -> who
  std::map<std::pair<int, int>, std::string> read_in_time_;  // (module, statement) -> who
  std::vector<std::set<std::string>> read_in_events_;        // by module; not with --keep none
  std::vector<bool> wanted_in_events_;                       // by module; --keep reachable
  std::map<std::string, uint32_t> bare_;                     // of the module at hand
};

}  // namespace

void DecideImports(const Application& app, const ReachResult& reached, const Policy& policy,
                   Choices& choices) {
  ImportChooser(app, reached, policy, choices).Run();
}

}  // namespace faaslight
