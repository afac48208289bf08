#include "rewriter/reach.h"

#include <algorithm>

#include "rewriter/class_tree.h"
#include "rewriter/reach_marks.h"
#include "rewriter/use_meanings.h"

namespace faaslight {
namespace {

class Reacher {
 public:
  explicit Reacher(const ModuleIndex& index)
      : index_(index), tree_(index), meanings_(index_, tree_), marks_(index_, tree_) {}

  void Root(int module, std::string_view function) {
    const ReachFrom from{-1, -1, 0, kHowHandler};
    marks_.ReachModule(module, from);
    for (const Denoted& denoted : index_.ResolveName(module, function))
      marks_.Reference(denoted, from, true);
  }

  // Names in data that the application may load.
  void Root(const DataNames& data) {
    const ReachFrom from{-1, -1, 0, data.how};
    for (const std::string& name : data.names) {
      if (const int found = index_.Find(name); found >= 0) {
        ImportDynamic(found, from);
      } else if (name.find('.') == std::string::npos) {
        marks_.Demand(name, from);
      }
    }
  }

  void Root(int module, int function) {
    const Facts* facts = index_.modules()[module].facts;
    if (facts == nullptr || function < 0 ||
        static_cast<size_t>(function) >= facts->functions.size())
      return;
    marks_.ReachFunction(module, function, ReachFrom{-1, -1, 0, kHowEntered});
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
        case ReachKind::kBinding:
          break;  // is met, never put on the list
      }
    }
  }

  ReachResult Take() const { return marks_.Take(); }

 private:
  // ---- what reached code does ----

  void VisitImport(int module, int function, const ImportStatement& statement) {
    if (statement.never_runs) return;
    for (const ImportedName& name : statement.names) {
      for (const int loaded : index_.Loads(module, name)) {
        marks_.ReachModule(loaded, ReachFrom{module, function, statement.line, kHowImport});
        // A local name may hold the module: Uses does not tell what is done with it.
        if (function >= 0) marks_.MakeDynamic(loaded);
      }
      const std::optional<std::string> target = index_.AbsoluteName(module, name);
      if (!target) continue;
      const int found = index_.Find(*target);
      if (found < 0) marks_.Want(*target);
      if (name.attribute.empty() || name.attribute == "*") continue;
      if (index_.Find(*target + "." + name.attribute) < 0)
        marks_.Want(*target + "." + name.attribute);
      if (function < 0 || found < 0) continue;
      marks_.Read(found, name.attribute);
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
    for (const auto& [name, line] : uses.names)
      VisitName(name, uses.bare.count(name) != 0, ReachFrom{module, function, line, kHowCall});
    for (const std::string& chain : uses.chains) {
      const auto line = uses.names.find(chain.substr(0, chain.find('.')));
      VisitName(chain, uses.bare.count(chain) != 0,
                ReachFrom{module, function, line == uses.names.end() ? 0 : line->second, kHowCall});
    }
    for (const std::string& name : uses.on_anything) {
      const auto line = uses.methods.find(name);
      marks_.Demand(name, ReachFrom{module, function, line == uses.methods.end() ? 0 : line->second,
                                    kHowMethod});
    }
    for (const auto& [use, line] : uses.on_receivers)
      Ask(meanings_.OfReceiver(module, use), ReachFrom{module, function, line, kHowMethod});
    VisitStrings(module, function, uses);
    const ReachFrom from{module, function, 0, kHowNamespace};
    for (const std::string& name : uses.namespaces) {
      for (const Denoted& denoted : index_.ResolveName(module, name))
        marks_.TakeNamespace(denoted, from);
    }
    if (uses.own_namespace) TakeOwnNamespace(module, from);
  }

  // A name or chain from the module's globals; `bare`: its value is used, not only an attribute of
  // it. Looked at once per module for either.
  void VisitName(const std::string& dotted, bool bare, const ReachFrom& from) {
    ReachMarks::State& state = marks_.state(from.module);
    const bool first = state.names.insert(dotted).second;
    const bool escapes = bare && state.escaped.insert(dotted).second;
    if (!first && !escapes) return;
    const Meaning& meaning = meanings_.OfName(from.module, dotted);
    for (size_t i = 0; i < meaning.denoted.size(); ++i)
      marks_.Reference(meaning.denoted[i], from, bare && meaning.whole[i]);
    if (!first) return;
    Ask(meaning, from);
    for (const NameRead& read : meaning.reads) marks_.Read(read.module, read.name);
  }

  void Ask(const Meaning& meaning, const ReachFrom& from) {
    for (const Meaning::OnClass& on : meaning.on_classes)
      marks_.DemandOn(on.cls, on.name, on.ask, from);
    for (const std::string_view name : meaning.on_anything) marks_.Demand(name, from);
  }

  // Names that make strings of the module count as attributes or modules.
  void VisitStrings(int module, int function, const Uses& uses) {
    const auto line_of = [](const std::map<std::string, uint32_t>& used, const char* name) {
      const auto found = used.find(name);
      return found == used.end() ? 0 : found->second;
    };
    for (const char* name : {"getattr", "hasattr", "eval", "exec", "attrgetter", "methodcaller"}) {
      const uint32_t line = std::max(line_of(uses.names, name), line_of(uses.methods, name));
      if (line == 0) continue;
      const ReachFrom from{module, function, line, kHowMethod};
      DemandStrings(module, from);
      for (const std::string& prefix : uses.prefixes) marks_.DemandPrefix(prefix, from);
    }
    const uint32_t line = ImportsByName(uses);
    if (line == 0) return;
    const ReachFrom from{module, function, line, kHowImportByName};
    ImportStrings(module, from);
    for (const std::string& prefix : uses.prefixes) ImportPrefix(prefix, from);
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

  // import_module(f"pack.backends._{kind}")
  void ImportPrefix(const std::string& prefix, const ReachFrom& from) {
    const size_t dot = prefix.rfind('.');
    if (dot == std::string::npos || dot == 0) return;
    marks_.WantPrefix(prefix);
    for (size_t m = 0; m < index_.modules().size(); ++m) {
      const std::string_view name = index_.modules()[m].name;
      if (!name.starts_with(prefix) || name.find('.', dot + 1) != std::string_view::npos) continue;
      ImportDynamic(static_cast<int>(m), from);
    }
  }

  void ImportStrings(int module, const ReachFrom& from) {
    ReachMarks::State& state = marks_.state(module);
    if (state.strings_imported) return;
    state.strings_imported = true;
    const auto& where = index_.modules()[module];
    for (const std::string& literal : where.facts->string_literals) {
      for (const std::string& name : ModulesNamedBy(where, literal)) {
        const int found = index_.Find(name);
        if (found < 0) {
          marks_.Want(name);
          continue;
        }
        ImportDynamic(found, from);
      }
    }
  }

  // Imported in a way that does not tell what is done with it.
  void ImportDynamic(int module, const ReachFrom& from) {
    marks_.ReachModule(module, from);
    marks_.MakeDynamic(module);
  }

  // What a string of `module` may name, that module aside.
  void ImportAnyNamed(int module, const std::string& text, const ReachFrom& from) {
    for (const std::string& name : ModulesNamedBy(index_.modules()[module], text)) {
      const int found = index_.Find(name);
      if (found >= 0 && found != module) ImportDynamic(found, from);
    }
  }

  // C code imports modules and asks for attributes by names that stand in its file.
  void VisitBinary(int module, const std::set<std::string>& strings) {
    const ReachFrom from{module, -1, 0, kHowBinary};
    for (const std::string& text : strings) {
      ImportAnyNamed(module, text, from);
      if (text.find('.') == std::string::npos) marks_.Demand(text, from);
    }
  }

  // "pack.module.Class.method": frameworks look such strings up.
  void VisitDottedStrings(int module, const Facts& facts) {
    const ReachFrom from{module, -1, 0, kHowString};
    for (const std::string& text : facts.dotted_strings) {
      if (text.front() == '.') {
        ImportAnyNamed(module, text, from);
        continue;
      }
      for (size_t end = text.size(); end != std::string::npos; end = text.rfind('.', end - 1)) {
        const int found = index_.Find(std::string_view(text).substr(0, end));
        if (found < 0 || (end == text.find('.') && found == module)) continue;
        marks_.ReachModule(found, from);
        if (end == text.size()) {
          marks_.MakeDynamic(found);
        } else {
          const std::string_view rest = std::string_view(text).substr(end + 1);
          std::vector<NameRead> reads{{found, rest.substr(0, rest.find('.'))}};
          for (const ChainDenoted& named : index_.ResolveChain(found, rest, &reads))
            marks_.Reference(named.denoted, from, true);
          for (const NameRead& read : reads) marks_.Read(read.module, read.name);
          marks_.Demand(LastPart(rest), from);
        }
        break;
      }
    }
  }

  void VisitModule(int module) {
    if (index_.modules()[module].strings != nullptr)
      VisitBinary(module, *index_.modules()[module].strings);
    const Facts* facts = index_.modules()[module].facts;
    if (facts == nullptr) return;
    for (const ImportStatement& statement : facts->imports) {
      if (statement.function < 0) VisitImport(module, -1, statement);
    }
    VisitUses(module, -1, facts->at_import);
    VisitDottedStrings(module, *facts);
    // What dir() lists may be asked for.
    for (const OwnDir& call : facts->own_dirs)
      TakeOwnNamespace(module, ReachFrom{module, -1, call.line, kHowNamespace});
    for (size_t f = 0; f < facts->functions.size(); ++f) {
      const FunctionFacts& function = facts->functions[f];
      if (function.parent >= 0 || function.never_runs) continue;
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
      if (facts->classes[c].function < 0 && !facts->classes[c].never_runs)
        marks_.DefineClass(module, static_cast<int>(c));
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
    for (const int f : tree_.Methods({module, cls})) {
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
      if (facts.classes[c].never_runs) continue;
      marks_.ReachClass(module, static_cast<int>(c), state.from);
    }
  }

  const ModuleIndex& index_;
  const ClassTree tree_;
  UseMeanings meanings_;
  ReachMarks marks_;
};

}  // namespace

ReachResult FindReachable(const std::vector<ReachModule>& modules, std::string_view handler_module,
                          std::string_view handler_function,
                          const std::vector<std::pair<std::string, int>>& also,
                          const std::vector<DataNames>& data) {
  const ModuleIndex index(modules);
  Reacher reacher(index);
  const int handler = index.Find(handler_module);
  if (handler < 0) return {};
  reacher.Root(handler, handler_function);
  reacher.Run();
  for (const DataNames& names : data) reacher.Root(names);
  reacher.Run();
  for (const auto& [module, function] : also) {
    const int found = index.Find(module);
    if (found >= 0) reacher.Root(found, function);
  }
  reacher.Run();
  return reacher.Take();
}

namespace {

bool ReadsEntryPoints(const ReachResult& result) {
  for (const char* reader : {"importlib.metadata", "importlib_metadata", "pkg_resources"}) {
    if (result.modules.count(reader) != 0) return true;
  }
  return false;
}

}  // namespace

ReachResult FindReachableOnDisk(Sources& sources, std::string_view handler_module,
                                std::string_view handler_function,
                                const std::vector<std::pair<std::string, int>>& also) {
  std::set<std::string> names{std::string(handler_module)};
  for (const auto& [module, function] : also) names.insert(module);
  std::vector<DataNames> data{{kHowPickle, sources.NamesInPickles()}};
  names.insert(data[0].names.begin(), data[0].names.end());
  sources.Load(names);
  for (;;) {
    ReachResult result =
        FindReachable(sources.modules(), handler_module, handler_function, also, data);
    std::set<std::string> wanted = result.wanted;
    const bool read = data.size() == 1 && ReadsEntryPoints(result);
    if (read) {
      data.push_back({kHowEntryPoint, sources.NamesInEntryPoints()});
      wanted.insert(data[1].names.begin(), data[1].names.end());
    }
    const size_t before = sources.modules().size();
    for (const std::string& prefix : result.wanted_prefixes)
      wanted.merge(sources.ModulesThatBegin(prefix));
    // Whatever nothing was found for is not looked up again.
    sources.Load(wanted);
    if (sources.modules().size() == before && !read) return result;
  }
}

}  // namespace faaslight
