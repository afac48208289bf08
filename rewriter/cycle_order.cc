#include "rewriter/cycle_order.h"

#include <fmt/format.h>

#include <algorithm>

#include "rewriter/cycles.h"
#include "rewriter/loads.h"

namespace faaslight {

// R14: whoever loads a member of a cycle from outside loads the group's first module before, and
// a member enters it as it always did. Of a group of source modules only those count whose eager
// imports still form a cycle.
void CycleOrder::Run() {
  for (const std::vector<int>& group : app_.cycles()) {
    for (const std::set<int>& members : EagerCycles(app_, choices_, group)) {
      groups_.push_back(members);
      const int first = *members.begin();
      for (int i = 0; i < static_cast<int>(choices_.size()); ++i) {
        if (!module(i).facts || !choice(i).rewritable) continue;
        if (members.count(i) != 0) {
          KeepOrderIn(i, members);
        } else {
          OrderImportsOf(i, members, first);
        }
      }
    }
  }
}

// The lazy imports that would enter the cycle and stand before an eager one that does load it at
// their old place.
void CycleOrder::KeepOrderIn(int index, const std::set<int>& members) {
  const int first = *members.begin();
  const TracedModule& m = module(index);
  ModuleChoice& c = choice(index);
  std::vector<HoistChoice> found;  // those of statements that an eager one has followed
  std::vector<HoistChoice> pending;
  for (size_t s = 0; s < m.facts->imports.size(); ++s) {
    const ImportStatement& statement = m.facts->imports[s];
    if (statement.function >= 0 || statement.never_runs) continue;
    for (size_t n = 0; n < statement.names.size(); ++n) {
      for (int target : LoadedByName(app_, choices_, index, statement.names[n])) {
        if (target == index || IsAncestor(app_, target, index)) continue;
        if (target != first && !Enters(target, members, first)) continue;
        if (c.imports[s][n].lazy) {
          pending.push_back({static_cast<int>(s),
                             module(target).name,
                             target,
                             {"R14", "a later import enters its import cycle"}});
        } else {
          found.insert(found.end(), pending.begin(), pending.end());
          pending.clear();
        }
      }
    }
  }
  c.hoists.insert(c.hoists.end(), found.begin(), found.end());
}

// True when loading `target` enters the group: it is a member, or a module whose own imports we
// cannot change (an extension module) loads one before anything else could load the group's
// first.
bool CycleOrder::Enters(int target, const std::set<int>& members, int first) const {
  std::set<int> seen;
  std::vector<int> todo{target};
  while (!todo.empty()) {
    const int index = todo.back();
    todo.pop_back();
    if (index == first || !seen.insert(index).second) continue;
    if (members.count(index) != 0) return true;
    if (choices_[static_cast<size_t>(index)].rewritable || module(index).kind == KIND_BUILTIN)
      continue;
    for (const std::string& name : module(index).strings) {
      const int named = app_.Find(name);
      if (named >= 0 && (named < index || module(named).importer == module(index).name)) {
        todo.push_back(named);
      }
    }
  }
  return false;
}

// The same for loading `source` in the body of `importer`, and with it the packages around it.
bool CycleOrder::LoadingEnters(int source, int importer, const std::set<int>& members) const {
  for (int index = source; index >= 0; index = app_.PackageOf(index)) {
    if (index == importer || IsAncestor(app_, index, importer)) break;
    if (Enters(index, members, *members.begin())) return true;
  }
  return false;
}

// The import that failed because it entered the cycle elsewhere must fail again.
bool CycleOrder::AnyFailed(const std::set<int>& members) const {
  return std::any_of(members.begin(), members.end(),
                     [&](int member) { return module(member).failed_before; });
}

// A lazy function is compiled from the original text, which no hoist can stand in: it loads the
// module before it runs.
bool CycleOrder::LoadsBeforeLazyBody(int index, int function, const std::string& name) {
  const std::vector<FunctionFacts>& facts = module(index).facts->functions;
  for (; function >= 0; function = facts[static_cast<size_t>(function)].parent) {
    FunctionChoice& c = choice(index).functions[static_cast<size_t>(function)];
    // In its list of uses a name without a dot is one of its module's own.
    if (c.action != FunctionAction::kLazy || name.find('.') == std::string::npos) continue;
    if (std::find(c.uses.begin(), c.uses.end(), name) == c.uses.end()) c.uses.push_back(name);
    return true;
  }
  return false;
}

void CycleOrder::OrderImportsOf(int index, const std::set<int>& members, int first) {
  const TracedModule& m = module(index);
  ModuleChoice& c = choice(index);
  for (size_t s = 0; s < m.facts->imports.size(); ++s) {
    const ImportStatement& statement = m.facts->imports[s];
    if (statement.never_runs) continue;
    for (size_t n = 0; n < statement.names.size(); ++n) {
      const std::vector<int> loaded = LoadedByName(app_, choices_, index, statement.names[n]);
      const bool enters = std::any_of(loaded.begin(), loaded.end(), [&](int target) {
        return target != first && !IsAncestor(app_, target, index) &&
               Enters(target, members, first);
      });
      if (!enters || (statement.in_try && AnyFailed(members))) continue;
      if (c.imports[s][n].lazy) {
        c.imports[s][n].first.push_back(module(first).name);
      } else if (LoadsBeforeLazyBody(index, statement.function, module(first).name)) {
        continue;
      } else if (std::none_of(c.hoists.begin(), c.hoists.end(), [&](const HoistChoice& hoist) {
                   return hoist.statement == static_cast<int>(s) &&
                          hoist.module == module(first).name;
                 })) {
        c.hoists.push_back({static_cast<int>(s),
                            module(first).name,
                            first,
                            {"R14", fmt::format("{} is in an import cycle that begins with it",
                                                module(loaded.back()).name)}});
      }
    }
  }
}

std::vector<int> CycleOrder::FirstOfEntered(int source, int importer) const {
  std::vector<int> firsts;
  for (const std::set<int>& members : groups_) {
    if (*members.begin() != source && LoadingEnters(source, importer, members))
      firsts.push_back(*members.begin());
  }
  return firsts;
}

}  // namespace faaslight
