// From recorded reads to what functions use: each name is looked up once the whole file is known.
#include <fmt/format.h>

#include <algorithm>

#include "rewriter/fact_reader.h"

namespace faaslight {

void FactReader::Resolve() {
  for (const Load& load : loads_) ResolveLoad(load);
  ResolveSpecials();
  ResolveReceivers();
  PropagateToCallers();
  PropagateToParents();
}

void FactReader::ResolveLoad(const Load& load) {
  using From = ScopeTable::Origin::From;
  ScopeTable::Origin origin = scopes_.Resolve(load.scope, load.name);
  if (origin.from == From::kGlobal || origin.from == From::kClassOrGlobal) {
    NoteName(load);
    if (origin.from == From::kClassOrGlobal) class_reads_.emplace_back(load, origin.scope);
    return;
  }
  if (origin.from == From::kLocal) return;
  // Every function between the read and the binding closes over the name.
  for (ScopeId at = load.scope; at != origin.scope; at = scopes_[at].parent) {
    int function = scopes_[at].function;
    if (function < 0) continue;
    FunctionFacts& facts = facts_.functions[function];
    (origin.from == From::kClassCell ? facts.needs_class_cell : facts.other_free_variables) = true;
  }
}

void FactReader::ResolveSpecials() {
  using From = ScopeTable::Origin::From;
  auto is_global = [this](ScopeId scope, NameId name) {
    From from = scopes_.Resolve(scope, name).from;
    return from == From::kGlobal || from == From::kClassOrGlobal;
  };
  for (const DottedRead& chain : chains_) {
    if (is_global(chain.scope, chain.root)) NoteChain(chain);
  }
  for (const DottedRead& read : namespaces_) {
    if (is_global(read.scope, read.root))
      UsesOf(read.owner)->namespaces.insert(names_[read.dotted]);
  }
  for (const SpecialRead& read : specials_) {
    if (!is_global(read.scope, read.name)) continue;
    if (read.own_namespace) NoteNamespace(read.owner, read.cold);
    if (read.own_namespace && read.text != "dir()") UsesOf(read.owner)->binds_unseen = true;
    if (!read.introspection || read.owner < 0) continue;
    std::optional<std::string>& noted = facts_.functions[read.owner].introspection;
    if (!noted) noted = read.text + ", line " + std::to_string(read.line);
    facts_.functions[read.owner].counts_frames |= !read.own_namespace;
  }
}

// `_caller(depth=2)` goes on to the frame above its caller's, and where that ends is not known: a
// stub's frame on the way would be counted. So it is with all of the module that lead there.
void FactReader::PropagateToCallers() {
  FrameCounters counters;
  for (size_t known = 0, before = 1; known != before;) {
    before = known;
    known = 0;
    for (FunctionFacts& function : facts_.functions) {
      if (!function.counts_frames) NoteCaller(counters, &function);
      if (!function.counts_frames) continue;
      ++known;
      if (function.parent >= 0) facts_.functions[function.parent].counts_frames = true;
      counters.Add(function);
    }
  }
}

void FactReader::FrameCounters::Add(const FunctionFacts& function) {
  if (function.place == Place::kFunction) return;
  if (function.class_path.empty()) {
    functions.insert(function.name);
  } else if (function.name == "__init__" || function.name == "__new__") {
    functions.insert(function.class_path.substr(function.class_path.rfind('.') + 1));
  } else if (function.name.rfind("__", 0) != 0 || function.name.back() != '_') {
    methods.insert(function.name);
  }
}

void FactReader::NoteCaller(const FrameCounters& counters, FunctionFacts* function) {
  auto first_of = [](const std::map<std::string, uint32_t>& used,
                     const std::set<std::string>& wanted) {
    auto found = std::find_if(used.begin(), used.end(),
                              [&](const auto& use) { return wanted.count(use.first) != 0; });
    return found == used.end() ? nullptr : &*found;
  };
  const auto* used = first_of(function->own.names, counters.functions);
  if (used == nullptr) used = first_of(function->own.methods, counters.methods);
  if (used == nullptr) return;
  function->counts_frames = true;
  if (!function->introspection)
    function->introspection = fmt::format("through {}, line {}", used->first, used->second);
}

// A lazy function takes what is nested in it along, so that counts for it too. Enclosing functions
// come first.
void FactReader::PropagateToParents() {
  for (size_t i = facts_.functions.size(); i-- > 0;) {
    const FunctionFacts& nested = facts_.functions[i];
    if (nested.parent < 0) continue;
    FunctionFacts& parent = facts_.functions[nested.parent];
    if (!parent.introspection) parent.introspection = nested.introspection;
    parent.declared_global.insert(nested.declared_global.begin(), nested.declared_global.end());
  }
}

}  // namespace faaslight
