// R1, R1b and R11: which function bodies become lazy, which keep their body behind a guard, and
// which hold the names that they use. A function holds its names when nothing can bind them before
// it runs.
#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>

#include "rewriter/decisions.h"
#include "rewriter/frame_counters.h"

namespace faaslight {
namespace {

// A stub costs a code object of its own; below this many bytes of source a body is not worth one.
constexpr uint32_t kSmallBody = 120;

struct DecoratorRow {
  std::string_view name;
  std::string_view reason;
};

// Decorators that read their function's source or bytecode: they must see the real one.
constexpr std::array<DecoratorRow, 16> kReadersOfCode{{
    {"jit", "numba compiles bytecode"},
    {"njit", "numba compiles bytecode"},
    {"vectorize", "numba compiles bytecode"},
    {"guvectorize", "numba compiles bytecode"},
    {"cfunc", "numba compiles bytecode"},
    {"stencil", "numba compiles bytecode"},
    {"overload_method", "numba compiles bytecode"},
    {"script", "torch.jit compiles source"},
    {"script_method", "torch.jit compiles source"},
    {"trace", "torch.jit compiles source"},
    {"function", "tf.function reads source"},
    {"ccall", "Cython's pure mode compiles source"},
    {"compile", "Cython's pure mode compiles source"},
    {"inline", "Cython's pure mode compiles source"},
    {"kernel", "array compilers read source"},
    {"triton", "array compilers read source"},
}};

// Modules that hand functions to something that may call them when nothing can be loaded any more
// (R11).
constexpr std::array<std::string_view, 8> kLateCallers{
    "atexit.register",    "signal.signal", "weakref.finalize", "weakref.ref",
    "weakref.WeakMethod", "weakref.proxy", "_weakref.ref",     "atexit.unregister"};

bool HandsOutLateCallbacks(const Facts& facts) {
  auto mentions = [](const Uses& uses) {
    return std::any_of(kLateCallers.begin(), kLateCallers.end(), [&](std::string_view name) {
      return uses.chains.count(std::string(name)) != 0;
    });
  };
  for (const ImportStatement& statement : facts.imports) {
    for (const ImportedName& name : statement.names) {
      const std::string full = name.module + "." + name.attribute;
      if (std::find(kLateCallers.begin(), kLateCallers.end(), full) != kLateCallers.end())
        return true;
    }
  }
  return mentions(facts.at_import) ||
         std::any_of(facts.functions.begin(), facts.functions.end(),
                     [&](const FunctionFacts& f) { return mentions(f.own); });
}

std::string ReadsCode(const FunctionFacts& function) {
  for (const std::string& decorator : function.decorators) {
    const std::string last = decorator.substr(decorator.rfind('.') + 1);
    for (const DecoratorRow& row : kReadersOfCode) {
      if (row.name == last) return fmt::format("@{}: {}", decorator, row.reason);
    }
  }
  return {};
}

bool HasMangledKeyword(const FunctionFacts& function) {
  if (function.class_path.empty()) return false;
  return std::any_of(
      function.parameters.begin(), function.parameters.end(), [](const Parameter& parameter) {
        const std::string& name = parameter.name;
        return parameter.kind == ParameterKind::kKeywordOnly && name.rfind("__", 0) == 0 &&
               !(name.size() > 4 && name.compare(name.size() - 2, 2, "__") == 0);
      });
}

// Why R1 does not make it lazy; an empty rule when it may be.
Why NotLazy(const FunctionFacts& function, bool late_callbacks, Keep keep) {
  auto no = [](std::string text) { return Why{"R1", std::move(text)}; };
  if (function.place == Place::kFunction) return no("nested in a function");
  if (function.kind == FunctionKind::kAsyncGenerator) return no("an async generator");
  if (function.introspection)
    return no("looks at frames or namespaces: " + *function.introspection);
  if (function.lets_go) return no("lets go of a parameter: " + *function.lets_go);
  if (function.other_free_variables) return no("closes over other names than __class__");
  if (HasMangledKeyword(function)) return no("a keyword-only parameter would be name-mangled");
  if (std::string reader = ReadsCode(function); !reader.empty()) return no(std::move(reader));
  if (function.name == "__del__")
    return {"R11", "__del__ may run when nothing can be loaded any more"};
  if (late_callbacks) return {"R11", "its module registers callbacks that may run at exit"};
  if (function.class_path.empty() &&
      (function.name == "__getattr__" || function.name == "__dir__")) {
    return {"R7", "the module's own attribute hook"};
  }
  const uint32_t size = function.body.end - function.body.begin;
  if (size == 0) return no("nothing but a docstring");
  // --keep none is for finding faults: there size does not matter.
  if (keep != Keep::kNone && (function.simple_body || size < kSmallBody))
    return no("too small to pay");
  return {};
}

class Classifier {
 public:
  // in_cycle: the module is one of a group that import each other. counting: its functions that
  // lead to a frame counter elsewhere.
  Classifier(const TracedModule& module, const Policy& policy, bool in_cycle,
             const std::map<int, std::string>& counting, ModuleChoice& choice)
      : module_(module),
        policy_(policy),
        in_cycle_(in_cycle),
        counting_(counting),
        choice_(choice),
        late_callbacks_(HandsOutLateCallbacks(*module.facts)) {}

  void Run() {
    const std::vector<FunctionFacts>& functions = module_.facts->functions;
    choice_.functions.assign(functions.size(), {});
    // An enclosing function comes before what is nested in it.
    for (size_t i = 0; i < functions.size(); ++i)
      choice_.functions[i] = Classify(static_cast<int>(i));
  }

 private:
  FunctionChoice Classify(int index) const {
    const size_t i = static_cast<size_t>(index);
    const FunctionFacts& function = module_.facts->functions[i];
    if (function.parent >= 0) {
      const FunctionChoice& parent = choice_.functions[static_cast<size_t>(function.parent)];
      const bool bound = parent.action == FunctionAction::kLazy ||
                         parent.action == FunctionAction::kGuard ||
                         (parent.action == FunctionAction::kCovered && !parent.holds);
      if (bound)
        return {
            FunctionAction::kCovered, {"R1b", "bound by the function around it"}, false, {}, false};
    }
    if (function.is_lambda && function.in_cold && Guarded(function.parent)) {
      return {FunctionAction::kCovered, {"R1b", "bound where it is made"}, false, {}, false};
    }
    if (function.is_lambda) return {FunctionAction::kCovered, {"R1b", "a lambda"}, true, {}, false};
    if (Why why = Stays(i, function); !why.rule.empty()) {
      FunctionChoice stays{FunctionAction::kKeep, why, true, {}, false};
      stays.cold_guards = policy_.keep == Keep::kTraced && why.rule == "traced" &&
                          choice_.rewritable && !function.cold.empty() && MayChangeInside(index);
      return stays;
    }
    Why why = NotLazy(function, late_callbacks_, policy_.keep);
    if (auto through = counting_.find(index); through != counting_.end() && why.rule.empty())
      why = {"R1", "looks at frames or namespaces: " + through->second};
    if (!choice_.rewritable) return {FunctionAction::kKeep, choice_.why_not, true, {}, false};
    if (why.rule.empty() && policy_.keep_functions.count({module_.name, index}) == 0) {
      return {FunctionAction::kLazy, {"R1", "no event entered it"}, false, {}, false};
    }
    if (why.rule.empty()) why = {"R1", "the compiler's self-check refused a lazy body"};
    const bool guardable = function.guard.has_value();
    return {guardable ? FunctionAction::kGuard : FunctionAction::kKeep, why, !guardable, {}, false};
  }

  // Whether guards stand before the cold regions of this function, or of one around it.
  bool Guarded(int function) const {
    for (; function >= 0;
         function = module_.facts->functions[static_cast<size_t>(function)].parent) {
      if (choice_.functions[static_cast<size_t>(function)].cold_guards) return true;
    }
    return false;
  }

  // Guards change a function's bytecode, and load modules: nothing that reads bytecode may see it,
  // and what may run at exit loads nothing.
  bool MayChangeInside(int function) const {
    for (; function >= 0;
         function = module_.facts->functions[static_cast<size_t>(function)].parent) {
      const FunctionFacts& facts = module_.facts->functions[static_cast<size_t>(function)];
      if (facts.name == "__del__" || !ReadsCode(facts).empty()) return false;
    }
    return !late_callbacks_;
  }

  Why Stays(size_t i, const FunctionFacts& function) const {
    if (choice_.pinned) return *choice_.pinned;
    if (const Pin* pin = FindPin(policy_, module_.name + ":" + function.qualname)) {
      return {"pin", pin->why};
    }
    if (policy_.keep != Keep::kNone && module_.entered[i])
      return {"traced", "an event or the import entered it"};
    // The import may have entered it before a name was there that it would bind first.
    if (policy_.keep == Keep::kNone && in_cycle_ && module_.entered[i])
      return {"R14", "entered, in a module of an import cycle"};
    if (policy_.keep == Keep::kReachable && i < choice_.reach.size() &&
        choice_.reach[i] != REACH_UNREACHABLE) {
      return {"reachable", "statically reachable from the handler"};
    }
    return {};
  }

  const TracedModule& module_;
  const Policy& policy_;
  bool in_cycle_;
  const std::map<int, std::string>& counting_;
  ModuleChoice& choice_;
  bool late_callbacks_;
};

}  // namespace

const Pin* FindPin(const Policy& policy, const std::string& name) {
  for (const Pin& pin : policy.pins) {
    if (::fnmatch(pin.glob.c_str(), name.c_str(), 0) == 0) return &pin;
  }
  return nullptr;
}

std::string AsGlob(const std::string& name) {
  std::string glob;
  for (const char c : name) {
    if (c == '*' || c == '?' || c == '[' || c == '\\') glob += '\\';
    glob += c;
  }
  return glob;
}

// Source files that were executed as several modules: their names, by file of the application.
std::map<std::string, std::vector<std::string>> NamesByFile(const Application& app) {
  std::map<std::string, std::vector<std::string>> out;
  for (const TracedModule& module : app.modules()) {
    if (module.in_app()) out[module.file].push_back(module.name);
  }
  return out;
}

void MarkRewritable(const Application& app, const Policy& policy, Choices& choices) {
  const std::map<std::string, std::vector<std::string>> names = NamesByFile(app);
  for (size_t i = 0; i < choices.size(); ++i) {
    const TracedModule& module = app.modules()[i];
    ModuleChoice& choice = choices[i];
    if (const Pin* pin = FindPin(policy, module.name)) choice.pinned = Why{"pin", pin->why};
    auto no = [&](std::string rule, std::string text) {
      choice.why_not = {std::move(rule), std::move(text)};
    };
    auto alone = policy.leave_alone.find(module.name);
    if (!module.in_app()) {
      no("outside",
         module.kind == KIND_SOURCE ? "not a file of the application" : "not Python source");
    } else if (!module.facts) {
      no("parse", module.no_facts.empty() ? "its source could not be read" : module.no_facts);
    } else if (alone != policy.leave_alone.end()) {
      no("alone", alone->second);
    } else if (module.facts->replaces_itself) {
      no("R10", "it replaces itself in sys.modules or its class");
    } else if (const std::vector<std::string>& both = names.at(module.file); both.size() > 1) {
      no("R16", fmt::format("its file is also the module {}",
                            both.front() == module.name ? both.back() : both.front()));
    } else if (!module.completed) {
      no("trace", "its import did not complete in the trace");
    } else if (module.failed_before) {
      no("R13", "an import of it failed before another one did not");
    } else if (!module.facts->prologue) {
      no("text", "its text has no place for a prologue that moves no line");
    } else {
      choice.rewritable = true;
    }
  }
  for (const Registry& registry : app.registries()) {
    for (const RegistryReader& reader : registry.readers) {
      if (reader.module < 0 && policy.leave_alone.count(reader.name) != 0)
        choices[static_cast<size_t>(app.Find(registry.module))].reader_left_alone = true;
    }
  }
}

void ClassifyFunctions(const Application& app, const Policy& policy, Choices& choices) {
  std::set<size_t> in_cycles;
  for (const std::vector<int>& group : app.cycles()) in_cycles.insert(group.begin(), group.end());
  const std::vector<std::map<int, std::string>> counting = LeadToFrameCounters(app);
  for (size_t i = 0; i < choices.size(); ++i) {
    if (!app.modules()[i].facts) continue;
    Classifier(app.modules()[i], policy, in_cycles.count(i) != 0, counting[i], choices[i]).Run();
  }
}

}  // namespace faaslight
