// `globals()[key] = value` in a module's body: it binds a name, and reads none of the others.
//
// Where the key is a literal, or runs over a list of literals (`for name in ["a", "b"]:`), the text
// says which names these are, and they count as bound there. Else the call counts as what it is in
// general: a use of the whole namespace, which keeps all of the module's imports.
#include "rewriter/fact_reader.h"

namespace faaslight {

FactReader::LiteralLoop FactReader::LiteralLoopOf(NodeId loop, const Context& context) const {
  if (context.owner != Context::kImportTime || context.scope != ScopeTable::kModuleScope) return {};
  const NodeId left = tree_.Child(loop, Field::kLeft);
  const NodeId right = tree_.Child(loop, Field::kRight);
  if (left == kNoNode || right == kNoNode || tree_.kind(left) != Kind::kIdentifier) return {};
  if (tree_.kind(right) != Kind::kList && tree_.kind(right) != Kind::kTuple) return {};
  LiteralLoop out{std::string(Text(left)), {}};
  for (NodeId item : tree_.NamedChildren(right)) {
    std::optional<std::string> text = PlainString(tree_, item);
    if (!text || text->find('\\') != std::string::npos) return {};
    out.values.push_back(std::move(*text));
  }
  return out;
}

bool FactReader::BindStoredGlobal(NodeId subscript, const Context& context, BindingForm form) {
  if (context.owner != Context::kImportTime || context.scope != ScopeTable::kModuleScope)
    return false;
  const NodeId value = tree_.Child(subscript, Field::kValue);
  const NodeId key = tree_.Child(subscript, Field::kSubscript);
  if (value == kNoNode || key == kNoNode || Text(value) != "globals()") return false;
  const uint32_t line = tree_.line(subscript);
  if (std::optional<std::string> text = PlainString(tree_, key)) {
    if (text->find('\\') != std::string::npos) return false;
    Bind(*text, line, context, form);
  } else {
    const auto known = [&](const LiteralLoop& loop) { return loop.variable == Text(key); };
    const auto found = std::find_if(loops_.rbegin(), loops_.rend(), known);
    if (tree_.kind(key) != Kind::kIdentifier || found == loops_.rend()) return false;
    for (const std::string& name : found->values) Bind(name, line, context, form);
    loop_keys_.insert(found->variable);
  }
  // The function itself is a name like others; what is called so must be the builtin, which
  // FinishStores sees to.
  AddLoad("globals", line, context);
  stores_globals_ = true;
  return true;
}

void FactReader::FinishStores() {
  // A variable that is bound elsewhere too may have been anything.
  const auto sure = [&](const std::string& variable) {
    const Binding& binding = facts_.bindings[variable];
    return binding.count == 1 || (binding.count == 2 && binding.deleted);
  };
  const bool unsure = !std::all_of(loop_keys_.begin(), loop_keys_.end(), sure);
  if (!stores_globals_ || !(unsure || facts_.bindings.count("globals") != 0)) return;
  facts_.at_import.own_namespace = true;
  facts_.at_import.binds_unseen = true;
}

}  // namespace faaslight
