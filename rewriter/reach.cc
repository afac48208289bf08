#include "rewriter/reach.h"

#include <algorithm>
#include <deque>
#include <unordered_map>
#include <unordered_set>

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

bool IsDunder(std::string_view name) {
  return name.size() > 4 && name.substr(0, 2) == "__" && name.substr(name.size() - 2) == "__";
}

std::string_view LastPart(std::string_view dotted) {
  const size_t dot = dotted.rfind('.');
  return dot == std::string_view::npos ? dotted : dotted.substr(dot + 1);
}

std::string_view WithoutLastPart(std::string_view dotted) {
  const size_t dot = dotted.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : dotted.substr(0, dot);
}

bool IsAccessor(std::string_view decorator) {
  const std::string_view last = LastPart(decorator);
  return last.size() < decorator.size() &&
         (last == "setter" || last == "deleter" || last == "getter");
}

// A link whose module is a position: made by the hundred thousand, turned into a Link only for what
// is kept.
struct From {
  int module = -1;
  int function = -1;
  uint32_t line = 0;
  std::string_view how;
};

enum class ItemKind { kModule, kFunction, kClass };

struct Item {
  ItemKind kind;
  int module;
  int index;
};

class Reacher {
 public:
  explicit Reacher(const ModuleIndex& index) : index_(index), state_(index.modules().size()) {
    for (size_t m = 0; m < state_.size(); ++m) {
      const Facts* facts = index.modules()[m].facts;
      if (facts == nullptr) continue;
      Fill(*facts, state_[m]);
    }
    for (const std::string_view name : kDuckNames) Demand(name, From{-1, -1, 0, kHowMethod});
  }

  void Root(int module, std::string_view function) {
    const From from{-1, -1, 0, kHowHandler};
    ReachModule(module, from);
    for (const Denoted& denoted : index_.ResolveName(module, function))
      Reference(denoted, from, true);
  }

  void Root(int module, int function) {
    const Facts* facts = index_.modules()[module].facts;
    if (facts == nullptr || function < 0 ||
        static_cast<size_t>(function) >= facts->functions.size())
      return;
    ReachFunction(module, function, From{-1, -1, 0, kHowHandler});
  }

  void Run() {
    while (!work_.empty()) {
      const Item item = work_.front();
      work_.pop_front();
      switch (item.kind) {
        case ItemKind::kModule:
          VisitModule(item.module);
          break;
        case ItemKind::kFunction:
          VisitFunction(item.module, item.index);
          break;
        case ItemKind::kClass:
          VisitClass(item.module, item.index);
          break;
      }
    }
  }

  ReachResult Take() const {
    ReachResult result;
    for (size_t m = 0; m < state_.size(); ++m) {
      const State& state = state_[m];
      const std::string& name = index_.modules()[m].name;
      // Of two modules of one name only the first is ever reached.
      if (state.reached) result.modules.emplace(name, ToLink(state.from));
      for (size_t f = 0; f < state.functions.size(); ++f) {
        if (state.functions[f].reached) {
          result.reachable.emplace(std::pair(name, static_cast<int>(f)),
                                   ToLink(state.functions[f].from));
        }
      }
    }
    return result;
  }

 private:
  struct FunctionState {
    bool reached = false;
    From from;
    std::vector<int> children, imports, classes;  // directly inside it
  };
  struct ClassState {
    bool reached = false;
    bool open = false;      // extends a class of unknown source, which may call its methods
    bool captured = false;  // creating a subclass of it runs code that may keep the subclass
    From from;
    std::vector<int> methods;
    std::vector<std::pair<int, int>> derived;  // (module, class)
  };
  struct State {
    bool reached = false;
    bool dynamic = false;  // imported by name or passed around: attribute names reach its functions
    bool whole = false;    // its namespace was taken as a dict
    bool strings_demanded = false, strings_imported = false;
    From from;
    std::vector<FunctionState> functions;
    std::vector<ClassState> classes;
    std::unordered_set<std::string_view> names, chains;  // already followed
  };

  static void Fill(const Facts& facts, State& state) {
    const int functions = static_cast<int>(facts.functions.size());
    state.functions.resize(facts.functions.size());
    state.classes.resize(facts.classes.size());
    std::unordered_map<std::string_view, std::vector<int>> by_qualname;
    for (size_t c = 0; c < facts.classes.size(); ++c) {
      by_qualname[facts.classes[c].qualname].push_back(static_cast<int>(c));
      const int function = facts.classes[c].function;
      if (function >= 0 && function < functions) {
        state.functions[function].classes.push_back(static_cast<int>(c));
      }
    }
    for (int f = 0; f < functions; ++f) {
      const FunctionFacts& function = facts.functions[f];
      if (function.parent >= 0 && function.parent < functions) {
        state.functions[function.parent].children.push_back(f);
      }
      const auto it = by_qualname.find(WithoutLastPart(function.qualname));
      if (function.is_lambda || it == by_qualname.end()) continue;
      for (const int c : it->second) state.classes[c].methods.push_back(f);
    }
    for (size_t s = 0; s < facts.imports.size(); ++s) {
      const int function = facts.imports[s].function;
      if (function >= 0 && function < functions) {
        state.functions[function].imports.push_back(static_cast<int>(s));
      }
    }
  }

  Link ToLink(const From& from) const {
    Link link;
    if (from.module >= 0) link.module = index_.modules()[from.module].name;
    link.function = from.function;
    link.line = from.line;
    link.how = from.how;
    return link;
  }

  // ---- reaching things: each once, the first link counts ----

  void ReachModule(int module, const From& from) {
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
    work_.push_back({ItemKind::kModule, module, 0});
  }

  void ReachFunction(int module, int function, const From& from) {
    FunctionState& state = state_[module].functions[function];
    if (state.reached) return;
    state.reached = true;
    state.from = from;
    ReachModule(module, from);
    work_.push_back({ItemKind::kFunction, module, function});
  }

  void ReachClass(int module, int cls, const From& from) {
    ClassState& state = state_[module].classes[cls];
    if (state.reached) return;
    state.reached = true;
    state.from = from;
    ReachModule(module, from);
    work_.push_back({ItemKind::kClass, module, cls});
  }

  // Attribute names reach the functions and classes of such a module.
  void MakeDynamic(int module) {
    State& state = state_[module];
    if (state.dynamic || index_.modules()[module].facts == nullptr) return;
    state.dynamic = true;
    const Facts& facts = *index_.modules()[module].facts;
    for (size_t f = 0; f < facts.functions.size(); ++f) {
      const FunctionFacts& function = facts.functions[f];
      if (function.is_lambda || function.parent >= 0 || !function.class_path.empty()) continue;
      Offer(function.name, {ItemKind::kFunction, module, static_cast<int>(f)});
    }
    for (size_t c = 0; c < facts.classes.size(); ++c) {
      if (facts.classes[c].function >= 0) continue;
      Offer(LastPart(facts.classes[c].qualname), {ItemKind::kClass, module, static_cast<int>(c)});
    }
  }

  // Somebody reads the module's or class's whole dict.
  void TakeNamespace(const Denoted& denoted, const From& from) {
    if (denoted.kind == Denoted::Kind::kClass) {
      ReachClass(denoted.module, denoted.index, from);
      for (const int f : state_[denoted.module].classes[denoted.index].methods) {
        ReachFunction(denoted.module, f, from);
      }
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

  void Reference(const Denoted& denoted, const From& from, bool escapes) {
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

  void Demand(std::string_view name, const From& from) {
    if (!demands_.emplace(name, from).second) return;
    const auto it = offers_.find(name);
    if (it == offers_.end()) return;
    const std::vector<Item> items = std::move(it->second);
    offers_.erase(it);
    for (const Item& item : items) Meet(item, from);
  }

  void Offer(std::string_view name, const Item& item) {
    const auto it = demands_.find(name);
    if (it == demands_.end()) {
      offers_[name].push_back(item);
    } else {
      Meet(item, it->second);
    }
  }

  void Meet(const Item& item, const From& from) {
    if (item.kind == ItemKind::kFunction) {
      ReachFunction(item.module, item.index, from);
    } else {
      ReachClass(item.module, item.index, from);
    }
  }

  // ---- what reached code does ----

  void VisitImport(int module, int function, const ImportStatement& statement) {
    if (statement.type_checking_only) return;
    for (const ImportedName& name : statement.names) {
      for (const int loaded : index_.Loads(module, name)) {
        ReachModule(loaded, From{module, function, statement.line, kHowImport});
        // A local name may hold the module: Uses does not tell what is done with it.
        if (function >= 0) MakeDynamic(loaded);
      }
      if (function < 0 || name.attribute.empty() || name.attribute == "*") continue;
      const std::optional<std::string> target = index_.AbsoluteName(module, name);
      const int found = target ? index_.Find(*target) : -1;
      if (found < 0) continue;
      for (const Denoted& denoted : index_.ResolveName(found, name.attribute)) {
        Reference(denoted, From{module, function, statement.line, kHowCall}, true);
      }
    }
  }

  void VisitUses(int module, int function, const Uses& uses) {
    State& state = state_[module];
    for (const auto& [name, line] : uses.names) {
      const From from{module, function, line, kHowCall};
      const auto chain = uses.chains.lower_bound(name + ".");
      const bool bare =
          chain == uses.chains.end() || chain->compare(0, name.size() + 1, name + ".") != 0;
      if (bare) {
        // The name alone: a module that is passed around.
        FollowChain(module, name, from);
      } else if (state.names.insert(name).second) {
        for (const Denoted& denoted : index_.ResolveName(module, name))
          Reference(denoted, from, false);
      }
      if (name == "getattr" || name == "hasattr" || name == "eval" || name == "exec" ||
          name == "attrgetter" || name == "methodcaller") {
        DemandStrings(module, from);
      } else if (name == "__import__" || name == "import_module" || name == "importlib") {
        ImportStrings(module, from);
      }
    }
    for (const std::string& chain : uses.chains) {
      const auto line = uses.names.find(chain.substr(0, chain.find('.')));
      FollowChain(module, chain,
                  From{module, function, line == uses.names.end() ? 0 : line->second, kHowCall});
    }
    for (const auto& [name, line] : uses.methods) {
      Demand(name, From{module, function, line, kHowMethod});
      if (name == "import_module")
        ImportStrings(module, From{module, function, line, kHowImportByName});
      if (name == "attrgetter" || name == "methodcaller")
        DemandStrings(module, From{module, function, line, kHowMethod});
    }
    const From from{module, function, 0, kHowNamespace};
    for (const std::string& name : uses.namespaces) {
      for (const Denoted& denoted : index_.ResolveName(module, name)) TakeNamespace(denoted, from);
    }
    if (uses.own_namespace) {
      Denoted self;
      self.kind = Denoted::Kind::kModule;
      self.module = module;
      TakeNamespace(self, from);
    }
  }

  void FollowChain(int module, std::string_view chain, const From& from) {
    if (!state_[module].chains.insert(chain).second) return;
    for (const ChainDenoted& end : index_.ResolveChain(module, chain)) {
      Reference(end.denoted, from, true);
    }
  }

  // getattr(x, "name"): every identifier that the module spells as a string may be one.
  void DemandStrings(int module, const From& from) {
    State& state = state_[module];
    if (state.strings_demanded) return;
    state.strings_demanded = true;
    for (const std::string& literal : index_.modules()[module].facts->string_literals) {
      if (literal.find('.') == std::string::npos) {
        Demand(literal, From{from.module, from.function, from.line, kHowMethod});
      }
    }
  }

  void ImportStrings(int module, const From& from) {
    State& state = state_[module];
    if (state.strings_imported) return;
    state.strings_imported = true;
    const auto& where = index_.modules()[module];
    const std::string package(where.is_package ? std::string_view(where.name)
                                               : WithoutLastPart(where.name));
    for (std::string literal : where.facts->string_literals) {
      literal.erase(0, std::min(literal.find_first_not_of('.'), literal.size()));
      for (const std::string& name : {literal, package + "." + literal}) {
        const int found = index_.Find(name);
        if (found < 0) continue;
        ReachModule(found, From{from.module, from.function, from.line, kHowImportByName});
        MakeDynamic(found);
      }
    }
  }

  // ---- visits: once per item ----

  void VisitModule(int module) {
    const Facts* facts = index_.modules()[module].facts;
    if (facts == nullptr) return;
    for (const ImportStatement& statement : facts->imports) {
      if (statement.function < 0) VisitImport(module, -1, statement);
    }
    VisitUses(module, -1, facts->at_import);
    for (size_t f = 0; f < facts->functions.size(); ++f) {
      const FunctionFacts& function = facts->functions[f];
      if (function.parent >= 0) continue;
      const int index = static_cast<int>(f);
      if (function.is_lambda) {
        ReachFunction(module, index, From{module, -1, function.first_line, kHowNested});
      } else if (function.class_path.empty() && IsDunder(function.name)) {
        ReachFunction(module, index, From{module, -1, function.first_line, kHowSpecial});
      } else if (HandedOut(function.decorators)) {
        ReachFunction(module, index, From{module, -1, function.first_line, kHowDecorator});
      }
    }
    for (size_t c = 0; c < facts->classes.size(); ++c) {
      if (facts->classes[c].function < 0) DefineClass(module, static_cast<int>(c));
    }
  }

  static bool HandedOut(const std::vector<std::string>& decorators) {
    return std::any_of(decorators.begin(), decorators.end(), [](const std::string& decorator) {
      return kPlainDecorators.count(decorator) == 0 && !IsAccessor(decorator);
    });
  }

  // A class statement runs: bases are told of it, decorators and metaclasses may keep it.
  void DefineClass(int module, int cls) {
    const ClassFacts& facts = index_.modules()[module].facts->classes[cls];
    const From from{module, facts.function, facts.line, kHowDecorator};
    ClassState& state = state_[module].classes[cls];
    bool open = false;
    bool captured = facts.metaclass_or_keywords;
    for (const int f : state.methods) {
      captured |= index_.modules()[module].facts->functions[f].name == "__init_subclass__";
    }
    for (const std::string& base : facts.bases) {
      for (const ChainDenoted& end : index_.ResolveChain(module, base)) {
        const Denoted& denoted = end.denoted;
        if (denoted.kind == Denoted::Kind::kClass) {
          if (denoted.module == module && denoted.index == cls) continue;
          ClassState& parent = state_[denoted.module].classes[denoted.index];
          parent.derived.emplace_back(module, cls);
          open |= parent.open;
          captured |= parent.captured;
        } else if (denoted.kind != Denoted::Kind::kExternal ||
                   kPlainBases.count(denoted.external) == 0) {
          open = captured = true;
        }
      }
    }
    if (HandedOut(facts.decorators) || captured) ReachClass(module, cls, from);
    Spread(module, cls, open, captured);
  }

  // Marks the class and all that is known to derive from it. A worklist: class chains may be as
  // long as a file.
  void Spread(int module, int cls, bool open, bool captured) {
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
      for (const std::pair<int, int>& derived : state.derived) {
        if (newly_captured) {
          const uint32_t line = index_.modules()[derived.first].facts->classes[derived.second].line;
          ReachClass(derived.first, derived.second, From{derived.first, -1, line, kHowDecorator});
        }
        todo.push_back(derived);
      }
    }
  }

  void ReachMethods(int module, int cls) {
    const ClassState& state = state_[module].classes[cls];
    const uint32_t line = index_.modules()[module].facts->classes[cls].line;
    for (const int f : state.methods)
      ReachFunction(module, f, From{module, -1, line, kHowOverride});
  }

  void VisitFunction(int module, int function) {
    const Facts& facts = *index_.modules()[module].facts;
    const FunctionState& state = state_[module].functions[function];
    for (const int s : state.imports) VisitImport(module, function, facts.imports[s]);
    VisitUses(module, function, facts.functions[function].own);
    for (const int child : state.children) {
      ReachFunction(module, child,
                    From{module, function, facts.functions[child].first_line, kHowNested});
    }
    for (const int c : state.classes) {
      DefineClass(module, c);
      ReachClass(module, c, From{module, function, facts.classes[c].line, kHowNested});
    }
  }

  void VisitClass(int module, int cls) {
    const Facts& facts = *index_.modules()[module].facts;
    const ClassState& state = state_[module].classes[cls];
    if (state.open) ReachMethods(module, cls);
    for (const int f : state.methods) {
      const FunctionFacts& function = facts.functions[f];
      const bool accessor = std::any_of(function.decorators.begin(), function.decorators.end(),
                                        [](const std::string& name) { return IsAccessor(name); });
      if (IsDunder(function.name) || accessor) {
        ReachFunction(module, f,
                      From{state.from.module, state.from.function, state.from.line, kHowSpecial});
      } else {
        Offer(function.name, {ItemKind::kFunction, module, f});
      }
    }
    const std::string inner = facts.classes[cls].qualname + ".";
    for (size_t c = static_cast<size_t>(cls) + 1; c < facts.classes.size(); ++c) {
      if (facts.classes[c].qualname.compare(0, inner.size(), inner) != 0) break;
      ReachClass(module, static_cast<int>(c), state.from);
    }
  }

  const ModuleIndex& index_;
  std::vector<State> state_;
  std::deque<Item> work_;
  std::unordered_map<std::string_view, From> demands_;
  std::unordered_map<std::string_view, std::vector<Item>> offers_;
};

}  // namespace

ReachResult FindReachable(const std::vector<ReachModule>& modules, std::string_view handler_module,
                          std::string_view handler_function,
                          const std::vector<std::pair<std::string, int>>& also) {
  const ModuleIndex index(modules);
  Reacher reacher(index);
  const int handler = index.Find(handler_module);
  if (handler < 0) return {};
  reacher.Root(handler, handler_function);
  for (const auto& [module, function] : also) {
    const int found = index.Find(module);
    if (found >= 0) reacher.Root(found, function);
  }
  reacher.Run();
  return reacher.Take();
}

}  // namespace faaslight
