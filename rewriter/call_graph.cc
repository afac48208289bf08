#include "rewriter/call_graph.h"

#include <algorithm>

namespace faaslight {
namespace {

template <typename T>
void SortOnce(std::vector<T>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

}  // namespace

CallGraph::CallGraph(const std::vector<ReachModule>& modules, const ReachResult& reached)
    : index_(modules), tree_(index_), meanings_(index_, tree_), reached_(modules.size()) {
  for (size_t m = 0; m < modules.size(); ++m) {
    if (modules[m].facts == nullptr) continue;
    reached_[m].resize(modules[m].facts->functions.size());
    for (size_t f = 0; f < reached_[m].size(); ++f)
      reached_[m][f] = reached.Reaches(modules[m].name, static_cast<int>(f));
  }
}

void CallGraph::AddClass(ClassRef cls, Calls& calls) const {
  for (const std::string_view name : {"__new__", "__init__", "__post_init__"}) {
    for (const FunctionRef& function : tree_.Lookup(cls, name).functions)
      calls.functions.push_back(function);
  }
}

void CallGraph::AddDenoted(const Denoted& denoted, Calls& calls) const {
  if (denoted.kind == Denoted::Kind::kFunction)
    calls.functions.emplace_back(denoted.module, denoted.index);
  if (denoted.kind == Denoted::Kind::kClass) AddClass({denoted.module, denoted.index}, calls);
}

void CallGraph::AddMeaning(const Meaning& meaning, Calls& calls) const {
  for (const Denoted& denoted : meaning.denoted) AddDenoted(denoted, calls);
  for (const Meaning::OnClass& on : meaning.on_classes) {
    bool known = false;
    for (const auto& [receiver, found] : tree_.LookupAll(on.cls, on.name, on.ask)) {
      known |= !found.functions.empty() && !found.assigned;
      calls.functions.insert(calls.functions.end(), found.functions.begin(), found.functions.end());
    }
    if (!known) calls.names.push_back(on.name);
  }
  calls.names.insert(calls.names.end(), meaning.on_anything.begin(), meaning.on_anything.end());
}

// `from m import f` in a function: f is a local name there, and may be called.
void CallGraph::AddImported(int module, int function, Calls& calls) const {
  const Facts& facts = *index_.modules()[static_cast<size_t>(module)].facts;
  for (const ImportStatement& statement : facts.imports) {
    if (statement.function != function) continue;
    for (const ImportedName& name : statement.names) {
      const std::optional<std::string> target = index_.AbsoluteName(module, name);
      const int found = target && !name.attribute.empty() ? index_.Find(*target) : -1;
      if (found < 0) continue;
      for (const Denoted& denoted : index_.ResolveName(found, name.attribute))
        AddDenoted(denoted, calls);
    }
  }
}

Calls CallGraph::Of(int module, int function) {
  Calls calls;
  const Facts* facts = index_.modules()[static_cast<size_t>(module)].facts;
  if (facts == nullptr) return calls;
  const Uses& uses =
      function < 0 ? facts->at_import : facts->functions[static_cast<size_t>(function)].own;
  for (const auto& [name, line] : uses.names) AddMeaning(meanings_.OfName(module, name), calls);
  for (const std::string& chain : uses.chains) AddMeaning(meanings_.OfName(module, chain), calls);
  for (const auto& [use, line] : uses.on_receivers)
    AddMeaning(meanings_.OfReceiver(module, use), calls);
  for (const std::string& name : uses.on_anything) calls.names.emplace_back(name);
  if (function >= 0) {
    AddImported(module, function, calls);
    for (const int nested : facts->functions[static_cast<size_t>(function)].nested)
      calls.functions.emplace_back(module, nested);
    for (size_t c = 0; c < facts->classes.size(); ++c) {
      if (facts->classes[c].function == function) AddClass({module, static_cast<int>(c)}, calls);
    }
  }
  SortOnce(calls.functions);
  SortOnce(calls.names);
  calls.functions.erase(std::remove_if(calls.functions.begin(), calls.functions.end(),
                                       [&](FunctionRef callee) { return !Reached(callee); }),
                        calls.functions.end());
  return calls;
}

}  // namespace faaslight
