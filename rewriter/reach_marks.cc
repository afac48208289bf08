#include "rewriter/reach_marks.h"

#include <algorithm>

namespace faaslight {
namespace {

// Decorators that do not hand the function to anybody who might call it by itself.
const std::unordered_set<std::string_view> kPlainDecorators = {"property",
                                                               "staticmethod",
                                                               "classmethod",
                                                               "abstractmethod",
                                                               "abc.abstractmethod",
                                                               "functools.wraps",
                                                               "wraps",
                                                               "functools.lru_cache",
                                                               "lru_cache",
                                                               "functools.cache",
                                                               "cache",
                                                               "functools.cached_property",
                                                               "cached_property",
                                                               "cache_readonly",
                                                               "functools.total_ordering",
                                                               "total_ordering",
                                                               "contextmanager",
                                                               "contextlib.contextmanager",
                                                               "asynccontextmanager",
                                                               "contextlib.asynccontextmanager",
                                                               "overload",
                                                               "typing.overload",
                                                               "final",
                                                               "typing.final",
                                                               "dataclass",
                                                               "dataclasses.dataclass",
                                                               "runtime_checkable",
                                                               "typing.runtime_checkable",
                                                               "functools.singledispatch",
                                                               "singledispatch",
                                                               "no_type_check",
                                                               "typing.no_type_check"};

// Classes outside the sources whose own code calls none of a subclass's ordinary methods.
const std::unordered_set<std::string_view> kPlainBases = {"abc.ABC",
                                                          "typing.Generic",
                                                          "typing.Protocol",
                                                          "typing.NamedTuple",
                                                          "typing.TypedDict",
                                                          "typing_extensions.Protocol",
                                                          "typing_extensions.TypedDict",
                                                          "collections.OrderedDict",
                                                          "collections.defaultdict",
                                                          "collections.namedtuple"};

// Attribute names that the interpreter, C code and the standard library use on what they are given.
constexpr std::string_view kDuckNames[] = {
    "append",    "acquire", "close",    "emit",     "extend",   "fileno",    "flush",
    "format",    "get",     "getvalue", "isatty",   "items",    "keys",      "mro",
    "name",      "next",    "pop",      "read",     "readable", "readinto",  "readline",
    "readlines", "release", "run",      "seek",     "seekable", "send",      "tell",
    "throw",     "update",  "values",   "writable", "write",    "writelines"};

}  // namespace

bool IsDunder(std::string_view name) {
  return name.size() > 4 && name.substr(0, 2) == "__" && name.substr(name.size() - 2) == "__";
}

bool IsAccessor(std::string_view decorator) {
  const std::string_view last = LastPart(decorator);
  return last.size() < decorator.size() &&
         (last == "setter" || last == "deleter" || last == "getter");
}

bool HandedOut(const std::vector<std::string>& decorators) {
  return std::any_of(decorators.begin(), decorators.end(), [](const std::string& decorator) {
    return kPlainDecorators.count(decorator) == 0 && !IsAccessor(decorator);
  });
}

ReachMarks::ReachMarks(const ModuleIndex& index, const ClassTree& tree)
    : index_(index), tree_(tree), state_(index.modules().size()), reads_(index.modules().size()) {
  for (size_t m = 0; m < state_.size(); ++m) {
    const Facts* facts = index.modules()[m].facts;
    if (facts != nullptr) Fill(*facts, state_[m]);
  }
  for (const std::string_view name : kDuckNames) Demand(name, ReachFrom{-1, -1, 0, kHowMethod});
}

std::optional<ReachItem> ReachMarks::Next() {
  if (work_.empty()) return std::nullopt;
  const ReachItem item = work_.front();
  work_.pop_front();
  return item;
}

ReachResult ReachMarks::Take() const {
  ReachResult result;
  result.wanted = wanted_;
  result.wanted_prefixes = wanted_prefixes_;
  for (size_t m = 0; m < state_.size(); ++m) {
    const State& state = state_[m];
    const std::string& name = index_.modules()[m].name;
    // Of two modules of one name only the first is ever reached.
    if (state.reached) result.modules.emplace(name, ToLink(state.from));
    if (!reads_[m].empty())
      result.reads.emplace(name,
                           std::set<std::string, std::less<>>(reads_[m].begin(), reads_[m].end()));
    for (size_t f = 0; f < state.functions.size(); ++f) {
      if (state.functions[f].reached) {
        result.reachable.emplace(std::pair(name, static_cast<int>(f)),
                                 ToLink(state.functions[f].from));
      }
    }
  }
  return result;
}

void ReachMarks::Fill(const Facts& facts, State& state) {
  const int functions = static_cast<int>(facts.functions.size());
  state.functions.resize(facts.functions.size());
  state.classes.resize(facts.classes.size());
  for (size_t c = 0; c < facts.classes.size(); ++c) {
    const int function = facts.classes[c].function;
    if (function >= 0 && function < functions && !facts.classes[c].never_runs) {
      state.functions[function].classes.push_back(static_cast<int>(c));
    }
  }
  for (int f = 0; f < functions; ++f) {
    const FunctionFacts& function = facts.functions[f];
    if (function.parent >= 0 && function.parent < functions && !function.never_runs) {
      state.functions[function.parent].children.push_back(f);
    }
  }
  for (size_t s = 0; s < facts.imports.size(); ++s) {
    const int function = facts.imports[s].function;
    if (function >= 0 && function < functions) {
      state.functions[function].imports.push_back(static_cast<int>(s));
    }
  }
}

Link ReachMarks::ToLink(const ReachFrom& from) const {
  Link link;
  if (from.module >= 0) link.module = index_.modules()[from.module].name;
  link.function = from.function;
  link.line = from.line;
  link.how = from.how;
  return link;
}

// ---- reaching things: each once, the first link counts ----

void ReachMarks::ReachModule(int module, const ReachFrom& from) {
  State& state = state_[module];
  if (state.reached) return;
  const std::string_view parent = WithoutLastPart(index_.modules()[module].name);
  const int package = parent.empty() ? -1 : index_.Find(parent);
  // A loop rather than recursion would win nothing: names are as deep as their dots, and those
  // are bounded.
  if (package >= 0 && package != module) ReachModule(package, from);
  if (state.reached) return;
  state.reached = true;
  state.from = from;
  work_.push_back({ReachKind::kModule, module, 0});
}

void ReachMarks::ReachFunction(int module, int function, const ReachFrom& from) {
  FunctionState& state = state_[module].functions[function];
  if (state.reached) return;
  state.reached = true;
  state.from = from;
  ReachModule(module, from);
  work_.push_back({ReachKind::kFunction, module, function});
}

void ReachMarks::ReachClass(int module, int cls, const ReachFrom& from) {
  ClassState& state = state_[module].classes[cls];
  if (state.reached) return;
  state.reached = true;
  state.from = from;
  ReachModule(module, from);
  work_.push_back({ReachKind::kClass, module, cls});
  const std::vector<std::pair<FunctionRef, ReachFrom>> waiting = std::move(state.waiting);
  for (const auto& [function, asked] : waiting)
    ReachFunction(function.first, function.second, asked);
}

// Attribute names reach the functions and classes of such a module.
void ReachMarks::MakeDynamic(int module) {
  State& state = state_[module];
  if (state.dynamic || index_.modules()[module].facts == nullptr) return;
  state.dynamic = true;
  const Facts& facts = *index_.modules()[module].facts;
  for (const auto& [name, binding] : facts.bindings) {
    // What the module imports for itself is had under its name, too.
    offered_.push_back(name);
    Offer(name, {ReachKind::kBinding, module, static_cast<int>(offered_.size()) - 1});
  }
}

// Somebody reads the module's or class's whole dict.
void ReachMarks::TakeNamespace(const Denoted& denoted, const ReachFrom& from) {
  if (denoted.kind == Denoted::Kind::kClass) {
    ReachClass(denoted.module, denoted.index, from);
    for (const int f : tree_.Methods({denoted.module, denoted.index}))
      ReachFunction(denoted.module, f, from);
  }
  if (denoted.kind != Denoted::Kind::kModule || state_[denoted.module].whole) return;
  state_[denoted.module].whole = true;
  ReachModule(denoted.module, from);
  const Facts* facts = index_.modules()[denoted.module].facts;
  if (facts == nullptr) return;
  for (const auto& [name, binding] : facts->bindings) {
    for (const Denoted& value : index_.ResolveName(denoted.module, name)) {
      Reference(value, from, true);
    }
  }
}

void ReachMarks::Reference(const Denoted& denoted, const ReachFrom& from, bool escapes) {
  switch (denoted.kind) {
    case Denoted::Kind::kModule:
      if (escapes) MakeDynamic(denoted.module);
      break;
    case Denoted::Kind::kFunction:
      ReachFunction(denoted.module, denoted.index, from);
      break;
    case Denoted::Kind::kClass:
      ReachClass(denoted.module, denoted.index, from);
      break;
    default:
      break;
  }
}

// ---- attribute names: demands meet offers ----

void ReachMarks::DemandPrefix(std::string_view prefix, const ReachFrom& from) {
  if (!prefixes_.emplace(prefix, from).second) return;
  std::vector<std::string_view> names;
  for (const auto& [name, items] : offers_) {
    if (name.starts_with(prefix)) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  for (const std::string_view name : names) Demand(name, from);
}

void ReachMarks::Demand(std::string_view name, const ReachFrom& from) {
  if (!demands_.emplace(name, from).second) return;
  const auto it = offers_.find(name);
  if (it == offers_.end()) return;
  const std::vector<ReachItem> items = std::move(it->second);
  offers_.erase(it);
  for (const ReachItem& item : items) Meet(item, from);
}

void ReachMarks::DemandOn(ClassRef cls, std::string_view name, Ask ask, const ReachFrom& from) {
  if (!asked_.emplace(cls, name, ask).second) return;
  if (name.empty()) return Spread(cls.first, cls.second, /*open=*/true, /*captured=*/false);
  bool known = false;
  for (const auto& [receiver, found] : tree_.LookupAll(cls, name, ask)) {
    known |= !found.functions.empty();
    if (found.assigned) Demand(name, from);
    ClassState& state = state_[receiver.first].classes[receiver.second];
    for (const FunctionRef& function : found.functions) {
      // An instance of a class that nothing has reached does not exist.
      if (receiver == cls || state.reached) {
        ReachFunction(function.first, function.second, from);
      } else {
        state.waiting.emplace_back(function, from);
      }
    }
  }
  if (!known) Demand(name, from);
}

void ReachMarks::Offer(std::string_view name, const ReachItem& item) {
  const auto it = demands_.find(name);
  if (it == demands_.end()) {
    for (const auto& [prefix, from] : prefixes_) {
      if (!name.starts_with(prefix)) continue;
      Demand(name, from);
      return Meet(item, from);
    }
    offers_[name].push_back(item);
  } else {
    Meet(item, it->second);
  }
}

void ReachMarks::Meet(const ReachItem& item, const ReachFrom& from) {
  switch (item.kind) {
    case ReachKind::kFunction:
      return ReachFunction(item.module, item.index, from);
    case ReachKind::kClass:
      return ReachClass(item.module, item.index, from);
    case ReachKind::kBinding: {
      const std::string_view name = offered_[static_cast<size_t>(item.index)];
      Read(item.module, name);
      for (const Denoted& denoted : index_.ResolveName(item.module, name))
        Reference(denoted, from, true);
      return;
    }
    case ReachKind::kModule:
      return;
  }
}

// A class statement runs: bases are told of it, decorators and metaclasses may keep it.
void ReachMarks::DefineClass(int module, int cls) {
  const ClassFacts& facts = index_.modules()[module].facts->classes[cls];
  const ReachFrom from{module, facts.function, facts.line, kHowDecorator};
  const ClassRef self{module, cls};
  state_[module].classes[cls].defined = true;
  bool open = false;
  bool captured = facts.metaclass_or_keywords;
  for (const int f : tree_.Methods(self)) {
    captured |= index_.modules()[module].facts->functions[f].name == "__init_subclass__";
  }
  for (const ClassRef& base : tree_.Bases(self)) {
    const ClassState& parent = state_[base.first].classes[base.second];
    open |= parent.open;
    captured |= parent.captured;
  }
  for (const std::string& base : tree_.Outside(self)) {
    if (kPlainBases.count(base) == 0) open = captured = true;
  }
  if (HandedOut(facts.decorators) || captured) ReachClass(module, cls, from);
  Spread(module, cls, open, captured);
}

// Marks the class and all that is known to derive from it. A worklist: class chains may be as
// long as a file.
void ReachMarks::Spread(int module, int cls, bool open, bool captured) {
  std::vector<std::pair<int, int>> todo{{module, cls}};
  while (!todo.empty()) {
    const std::pair<int, int> next = todo.back();
    todo.pop_back();
    ClassState& state = state_[next.first].classes[next.second];
    const bool newly_open = open && !state.open;
    const bool newly_captured = captured && !state.captured;
    if (!newly_open && !newly_captured) continue;
    state.open |= open;
    state.captured |= captured;
    if (newly_open && state.reached) ReachMethods(next.first, next.second);
    for (const ClassRef& derived : tree_.Derived(next)) {
      if (!state_[derived.first].classes[derived.second].defined) continue;
      if (newly_captured) {
        const uint32_t line = index_.modules()[derived.first].facts->classes[derived.second].line;
        ReachClass(derived.first, derived.second,
                   ReachFrom{derived.first, -1, line, kHowDecorator});
      }
      todo.push_back(derived);
    }
  }
}

void ReachMarks::ReachMethods(int module, int cls) {
  const uint32_t line = index_.modules()[module].facts->classes[cls].line;
  // Those of its bases too: a mixin's methods are the class's.
  for (const ClassRef& at : tree_.Mro({module, cls})) {
    for (const int f : tree_.Methods(at))
      ReachFunction(at.first, f, ReachFrom{module, -1, line, kHowOverride});
  }
}

}  // namespace faaslight
