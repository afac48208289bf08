#include "rewriter/reach.h"

#include <algorithm>

#include "rewriter/reach_marks.h"

namespace faaslight {
namespace {

class Reacher {
 public:
  explicit Reacher(const ModuleIndex& index) : index_(index), marks_(index) {}

  void Root(int module, std::string_view function) {
    const ReachFrom from{-1, -1, 0, kHowHandler};
    marks_.ReachModule(module, from);
    for (const Denoted& denoted : index_.ResolveName(module, function))
      marks_.Reference(denoted, from, true);
  }

  void Root(int module, int function) {
    const Facts* facts = index_.modules()[module].facts;
    if (facts == nullptr || function < 0 ||
        static_cast<size_t>(function) >= facts->functions.size())
      return;
    marks_.ReachFunction(module, function, ReachFrom{-1, -1, 0, kHowHandler});
  }

  void Run() {
    while (const std::optional<ReachItem> item = marks_.Next()) {
      switch (item->kind) {
        case ReachKind::kModule:
          VisitModule(item->module);
          break;
        case ReachKind::kFunction:
          VisitFunction(item->module, item->index);
          break;
        case ReachKind::kClass:
          VisitClass(item->module, item->index);
          break;
      }
    }
  }

  ReachResult Take() const { return marks_.Take(); }

 private:
  // ---- what reached code does ----

  void VisitImport(int module, int function, const ImportStatement& statement) {
    if (statement.type_checking_only) return;
    for (const ImportedName& name : statement.names) {
      for (const int loaded : index_.Loads(module, name)) {
        marks_.ReachModule(loaded, ReachFrom{module, function, statement.line, kHowImport});
        // A local name may hold the module: Uses does not tell what is done with it.
        if (function >= 0) marks_.MakeDynamic(loaded);
      }
      if (function < 0 || name.attribute.empty() || name.attribute == "*") continue;
      const std::optional<std::string> target = index_.AbsoluteName(module, name);
      const int found = target ? index_.Find(*target) : -1;
      if (found < 0) continue;
      for (const Denoted& denoted : index_.ResolveName(found, name.attribute)) {
        marks_.Reference(denoted, ReachFrom{module, function, statement.line, kHowCall}, true);
      }
    }
  }

  void TakeOwnNamespace(int module, const ReachFrom& from) {
    Denoted self;
    self.kind = Denoted::Kind::kModule;
    self.module = module;
    marks_.TakeNamespace(self, from);
  }

  void VisitUses(int module, int function, const Uses& uses) {
    ReachMarks::State& state = marks_.state(module);
    for (const auto& [name, line] : uses.names) {
      const ReachFrom from{module, function, line, kHowCall};
      const auto chain = uses.chains.lower_bound(name + ".");
      const bool bare =
          chain == uses.chains.end() || chain->compare(0, name.size() + 1, name + ".") != 0;
      if (bare) {
        // The name alone: a module that is passed around.
        FollowChain(module, name, from);
      } else if (state.names.insert(name).second) {
        for (const Denoted& denoted : index_.ResolveName(module, name))
          marks_.Reference(denoted, from, false);
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
      FollowChain(
          module, chain,
          ReachFrom{module, function, line == uses.names.end() ? 0 : line->second, kHowCall});
    }
    for (const auto& [name, line] : uses.methods) {
      marks_.Demand(name, ReachFrom{module, function, line, kHowMethod});
      if (name == "import_module")
        ImportStrings(module, ReachFrom{module, function, line, kHowImportByName});
      if (name == "attrgetter" || name == "methodcaller")
        DemandStrings(module, ReachFrom{module, function, line, kHowMethod});
    }
    const ReachFrom from{module, function, 0, kHowNamespace};
    for (const std::string& name : uses.namespaces) {
      for (const Denoted& denoted : index_.ResolveName(module, name))
        marks_.TakeNamespace(denoted, from);
    }
    if (uses.own_namespace) TakeOwnNamespace(module, from);
  }

  void FollowChain(int module, std::string_view chain, const ReachFrom& from) {
    if (!marks_.state(module).chains.insert(chain).second) return;
    for (const ChainDenoted& end : index_.ResolveChain(module, chain)) {
      marks_.Reference(end.denoted, from, true);
    }
  }

  // getattr(x, "name"): every identifier that the module spells as a string may be one.
  void DemandStrings(int module, const ReachFrom& from) {
    ReachMarks::State& state = marks_.state(module);
    if (state.strings_demanded) return;
    state.strings_demanded = true;
    for (const std::string& literal : index_.modules()[module].facts->string_literals) {
      if (literal.find('.') == std::string::npos) {
        marks_.Demand(literal, ReachFrom{from.module, from.function, from.line, kHowMethod});
      }
    }
  }

  void ImportStrings(int module, const ReachFrom& from) {
    ReachMarks::State& state = marks_.state(module);
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
        marks_.ReachModule(found,
                           ReachFrom{from.module, from.function, from.line, kHowImportByName});
        marks_.MakeDynamic(found);
      }
    }
  }

  void VisitModule(int module) {
    const Facts* facts = index_.modules()[module].facts;
    if (facts == nullptr) return;
    for (const ImportStatement& statement : facts->imports) {
      if (statement.function < 0) VisitImport(module, -1, statement);
    }
    VisitUses(module, -1, facts->at_import);
    // What dir() lists may be asked for.
    for (const OwnDir& call : facts->own_dirs)
      TakeOwnNamespace(module, ReachFrom{module, -1, call.line, kHowNamespace});
    for (size_t f = 0; f < facts->functions.size(); ++f) {
      const FunctionFacts& function = facts->functions[f];
      if (function.parent >= 0) continue;
      const int index = static_cast<int>(f);
      if (function.is_lambda) {
        marks_.ReachFunction(module, index, ReachFrom{module, -1, function.first_line, kHowNested});
      } else if (function.class_path.empty() && IsDunder(function.name)) {
        marks_.ReachFunction(module, index,
                             ReachFrom{module, -1, function.first_line, kHowSpecial});
      } else if (HandedOut(function.decorators)) {
        marks_.ReachFunction(module, index,
                             ReachFrom{module, -1, function.first_line, kHowDecorator});
      }
    }
    for (size_t c = 0; c < facts->classes.size(); ++c) {
      if (facts->classes[c].function < 0) marks_.DefineClass(module, static_cast<int>(c));
    }
  }

  void VisitFunction(int module, int function) {
    const Facts& facts = *index_.modules()[module].facts;
    const ReachMarks::FunctionState& state = marks_.state(module).functions[function];
    for (const int s : state.imports) VisitImport(module, function, facts.imports[s]);
    VisitUses(module, function, facts.functions[function].own);
    for (const int child : state.children) {
      marks_.ReachFunction(
          module, child,
          ReachFrom{module, function, facts.functions[child].first_line, kHowNested});
    }
    for (const int c : state.classes) {
      marks_.DefineClass(module, c);
      marks_.ReachClass(module, c, ReachFrom{module, function, facts.classes[c].line, kHowNested});
    }
  }

  void VisitClass(int module, int cls) {
    const Facts& facts = *index_.modules()[module].facts;
    const ReachMarks::ClassState& state = marks_.state(module).classes[cls];
    if (state.open) marks_.ReachMethods(module, cls);
    for (const int f : state.methods) {
      const FunctionFacts& function = facts.functions[f];
      const bool accessor = std::any_of(function.decorators.begin(), function.decorators.end(),
                                        [](const std::string& name) { return IsAccessor(name); });
      if (IsDunder(function.name) || accessor) {
        marks_.ReachFunction(
            module, f,
            ReachFrom{state.from.module, state.from.function, state.from.line, kHowSpecial});
      } else {
        marks_.Offer(function.name, {ReachKind::kFunction, module, f});
      }
    }
    const std::string inner = facts.classes[cls].qualname + ".";
    for (size_t c = static_cast<size_t>(cls) + 1; c < facts.classes.size(); ++c) {
      if (facts.classes[c].qualname.compare(0, inner.size(), inner) != 0) break;
      marks_.ReachClass(module, static_cast<int>(c), state.from);
    }
  }

  const ModuleIndex& index_;
  ReachMarks marks_;
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
