#include "rewriter/class_tree.h"

#include <algorithm>
#include <set>
#include <string>
#include <unordered_map>

#include "rewriter/builtin_names.h"

namespace faaslight {
namespace {

// Longer chains of classes than any program has; sources are untrusted.
constexpr size_t kMaxClasses = 10000;
constexpr size_t kMaxMro = 200;

// One step of C3: the first head that is in no other list's tail. Nothing: there is no order.
const ClassRef* NextOf(const std::vector<std::vector<ClassRef>>& lists) {
  for (const std::vector<ClassRef>& list : lists) {
    if (list.empty()) continue;
    const ClassRef& head = list.front();
    const bool blocked =
        std::any_of(lists.begin(), lists.end(), [&](const std::vector<ClassRef>& other) {
          return std::find(other.begin() + !other.empty(), other.end(), head) != other.end();
        });
    if (!blocked) return &head;
  }
  return nullptr;
}

// Merges what C3 calls the linearizations of the bases; false when there is no order.
bool Merge(std::vector<std::vector<ClassRef>> lists, std::vector<ClassRef>& into) {
  while (const ClassRef* next = NextOf(lists)) {
    const ClassRef chosen = *next;
    into.push_back(chosen);
    for (std::vector<ClassRef>& list : lists) {
      if (!list.empty() && list.front() == chosen) list.erase(list.begin());
    }
  }
  return std::all_of(lists.begin(), lists.end(), [](const auto& list) { return list.empty(); });
}

}  // namespace

ClassTree::ClassTree(const ModuleIndex& index) : index_(index), classes_(index.modules().size()) {
  for (size_t m = 0; m < classes_.size(); ++m) {
    const Facts* facts = index.modules()[m].facts;
    if (facts == nullptr) continue;
    std::vector<std::vector<int>> methods = MethodsOf(*facts);
    classes_[m].resize(facts->classes.size());
    for (size_t c = 0; c < methods.size(); ++c) {
      Class& here = classes_[m][c];
      here.methods = std::move(methods[c]);
      for (const int f : here.methods)
        here.names[facts->functions[static_cast<size_t>(f)].name].push_back(f);
      for (const std::string& name : facts->classes[c].assigned) here.names[name].push_back(-1);
    }
  }
  for (size_t m = 0; m < classes_.size(); ++m) ReadBases(static_cast<int>(m));
  std::vector<std::vector<bool>> begun(classes_.size());
  for (size_t m = 0; m < classes_.size(); ++m) begun[m].resize(classes_[m].size());
  for (size_t m = 0; m < classes_.size(); ++m) {
    for (size_t c = 0; c < classes_[m].size(); ++c)
      SetMrosFrom({static_cast<int>(m), static_cast<int>(c)}, begun);
  }
}

std::vector<std::vector<int>> ClassTree::MethodsOf(const Facts& facts) {
  std::unordered_map<std::string_view, std::vector<size_t>> by_qualname;
  for (size_t c = 0; c < facts.classes.size(); ++c)
    by_qualname[facts.classes[c].qualname].push_back(c);
  std::vector<std::vector<int>> methods(facts.classes.size());
  for (size_t f = 0; f < facts.functions.size(); ++f) {
    const FunctionFacts& function = facts.functions[f];
    if (function.is_lambda || function.class_path.empty() || function.never_runs) continue;
    const auto it = by_qualname.find(function.class_path);
    if (it == by_qualname.end()) continue;
    for (const size_t c : it->second) methods[c].push_back(static_cast<int>(f));
  }
  return methods;
}

void ClassTree::ReadBases(int module) {
  const Facts* facts = index_.modules()[static_cast<size_t>(module)].facts;
  if (facts == nullptr) return;
  for (size_t c = 0; c < facts->classes.size(); ++c) {
    const ClassRef self{module, static_cast<int>(c)};
    Class& here = At(self);
    if (facts->classes[c].other_bases) here.outside.emplace_back("?");
    for (const std::string& base : facts->classes[c].bases) {
      const std::vector<ChainDenoted> ends = index_.ResolveChain(module, base);
      if (ends.empty() && !IsBuiltinName(base)) here.outside.emplace_back("?");
      for (const ChainDenoted& end : ends) {
        const Denoted& denoted = end.denoted;
        if (denoted.kind != Denoted::Kind::kClass) {
          const bool named = denoted.kind == Denoted::Kind::kExternal;
          here.outside.push_back(named ? denoted.external : "?");
          continue;
        }
        const ClassRef parent{denoted.module, denoted.index};
        const bool known =
            std::find(here.bases.begin(), here.bases.end(), parent) != here.bases.end();
        if (parent == self || known) continue;
        here.bases.push_back(parent);
        At(parent).derived.push_back(self);
      }
    }
  }
}

// By C3, from the orders of the bases, which are known; by depth where C3 has no answer.
void ClassTree::SetMro(ClassRef cls) {
  Class& here = At(cls);
  here.mro = {cls};
  std::vector<std::vector<ClassRef>> lists;
  for (const ClassRef& base : here.bases) {
    // Empty: a class that derives from itself.
    if (!At(base).mro.empty()) lists.push_back(At(base).mro);
  }
  const std::vector<std::vector<ClassRef>> orders = lists;
  lists.emplace_back();
  for (const std::vector<ClassRef>& order : orders) lists.back().push_back(order.front());
  if (orders.size() == 1) {
    here.mro.insert(here.mro.end(), orders[0].begin(), orders[0].end());
  } else if (!Merge(std::move(lists), here.mro)) {
    here.mro = {cls};
    std::set<ClassRef> seen{cls};
    for (const std::vector<ClassRef>& order : orders) {
      for (const ClassRef& at : order) {
        if (seen.insert(at).second) here.mro.push_back(at);
      }
    }
  }
  if (here.mro.size() > kMaxMro) here.mro.resize(kMaxMro);
}

// Bases first; a list of work instead of recursion, since chains may be as long as a file.
void ClassTree::SetMrosFrom(ClassRef cls, std::vector<std::vector<bool>>& begun) {
  std::vector<std::pair<ClassRef, size_t>> path;
  const auto begin = [&](ClassRef at) {
    std::vector<bool>::reference mark =
        begun[static_cast<size_t>(at.first)][static_cast<size_t>(at.second)];
    if (mark) return;
    mark = true;
    path.emplace_back(at, 0);
  };
  begin(cls);
  while (!path.empty()) {
    auto& [at, next] = path.back();
    if (next < Bases(at).size()) {
      begin(Bases(at)[next++]);
    } else {
      SetMro(at);
      path.pop_back();
    }
  }
}

std::vector<ClassRef> ClassTree::WithDerived(ClassRef cls) const {
  std::vector<ClassRef> all{cls};
  std::set<ClassRef> seen{cls};
  for (size_t i = 0; i < all.size() && all.size() < kMaxClasses; ++i) {
    for (const ClassRef& derived : Derived(all[i])) {
      if (seen.insert(derived).second) all.push_back(derived);
    }
  }
  return all;
}

std::vector<std::pair<ClassRef, ClassTree::Found>> ClassTree::LookupAll(ClassRef cls,
                                                                        std::string_view name,
                                                                        Ask ask) const {
  std::vector<std::pair<ClassRef, Found>> all;
  for (const ClassRef& receiver :
       ask == Ask::kExact ? std::vector<ClassRef>{cls} : WithDerived(cls)) {
    Found found = Lookup(receiver, name, ask == Ask::kSuper ? &cls : nullptr);
    if (found.any()) all.emplace_back(receiver, std::move(found));
  }
  return all;
}

ClassTree::Found ClassTree::Lookup(ClassRef cls, std::string_view name,
                                   const ClassRef* after) const {
  Found found;
  bool counts = after == nullptr;
  for (const ClassRef& at : Mro(cls)) {
    if (counts) {
      const auto bound = At(at).names.find(name);
      if (bound == At(at).names.end()) continue;
      for (const int f : bound->second) {
        found.assigned |= f < 0;
        if (f >= 0) found.functions.emplace_back(at.first, f);
      }
      return found;
    } else {
      counts = at == *after;
    }
  }
  return found;
}

}  // namespace faaslight
