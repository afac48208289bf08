// Import statements, and the names under which a file knows sys, sys.modules and inspect.
#include "rewriter/fact_reader.h"

namespace faaslight {

std::string FactReader::ModuleName(NodeId dotted_name) const {
  std::string name;
  for (NodeId part : tree_.children(dotted_name)) {
    if (tree_.kind(part) != Kind::kIdentifier) continue;
    if (!name.empty()) name += '.';
    name += Text(part);
  }
  return name;
}

void FactReader::VisitImport(NodeId node, const Context& context) {
  ImportStatement statement;
  statement.range = {tree_[node].begin, tree_[node].end};
  statement.line = tree_.line(node);
  statement.end_line = EndLine(node);
  statement.is_from = tree_.kind(node) != Kind::kImport;
  statement.place = context.place;
  statement.in_try = context.in_try;
  statement.in_branch = context.place == Place::kNested && context.only_branches;
  statement.never_runs = context.type_checking || context.never_runs;
  statement.function = context.owner;
  statement.unrun = lines_ != nullptr && context.owner >= 0 && context.lines_known &&
                    !Ran(statement.line, statement.end_line);

  std::string module = tree_.kind(node) == Kind::kFutureImport ? "__future__" : "";
  int level = 0;
  if (NodeId from = tree_.Child(node, Field::kModuleName); from != kNoNode) {
    NodeId name = from;
    if (tree_.kind(from) == Kind::kRelativeImport) {
      if (NodeId prefix = tree_.Child(from, Kind::kImportPrefix); prefix != kNoNode) {
        for (char c : Text(prefix)) level += c == '.';
      }
      name = tree_.Child(from, Kind::kDottedName);
    }
    if (name != kNoNode) module = ModuleName(name);
  }
  for (NodeId child : tree_.children(node)) {
    Kind kind = tree_.kind(child);
    if (kind != Kind::kWildcardImport && tree_[child].field != Field::kName) continue;
    ImportedName name;
    name.range = {tree_[child].begin, tree_[child].end};
    name.level = level;
    NodeId source = child;
    if (kind == Kind::kAliasedImport) {
      source = tree_.Child(child, Field::kName);
      NodeId alias = tree_.Child(child, Field::kAlias);
      if (source == kNoNode || alias == kNoNode) return SyntaxError(node, "syntax error");
      name.has_alias = true;
      name.bound = Text(alias);
    }
    std::string imported = kind == Kind::kWildcardImport ? "*" : ModuleName(source);
    name.module = statement.is_from ? module : imported;
    if (statement.is_from) name.attribute = imported;
    if (!name.has_alias)
      name.bound = statement.is_from ? imported : imported.substr(0, imported.find('.'));
    facts_.has_star_import |= kind == Kind::kWildcardImport && context.owner < 0;
    facts_.future_annotations |= module == "__future__" && imported == "annotations";
    statement.names.push_back(std::move(name));
  }
  if (statement.names.empty()) return SyntaxError(node, "syntax error");

  int index = static_cast<int>(facts_.imports.size());
  for (size_t i = 0; i < statement.names.size(); ++i) {
    const std::string& bound = statement.names[i].bound;
    if (bound == "*") continue;
    Bind(bound, statement.line, context, BindingForm::kImport);
    NameId id = scopes_.Intern(context.scope, bound);
    bool global = context.scope == ScopeTable::kModuleScope ||
                  scopes_.Has(context.scope, id, ScopeTable::kGlobal);
    if (global) facts_.bindings[names_[id]].imports.emplace_back(index, static_cast<int>(i));
  }
  facts_.imports.push_back(std::move(statement));
}

// Looks at all imports before the walk, wherever they stand: a function above an import uses its
// names too.
void FactReader::FindAliases() {
  sys_names_.insert("sys");
  inspect_names_.insert("inspect");
  static const std::set<std::string, std::less<>> kFrameReaders = {
      "stack", "trace", "getouterframes", "currentframe"};
  for (NodeId node = 0; node < tree_.size(); ++node) {
    if (tree_.kind(node) == Kind::kAssignment) {
      // `frame = sys._getframe` gives it another name.
      NodeId left = tree_.Child(node, Field::kLeft);
      NodeId right = tree_.Child(node, Field::kRight);
      if (left == kNoNode || right == kNoNode || tree_.kind(left) != Kind::kIdentifier) continue;
      if (tree_.kind(right) == Kind::kAttribute) right = tree_.Child(right, Field::kAttribute);
      if (right != kNoNode && tree_.kind(right) == Kind::kIdentifier && ReadsFrames(Text(right))) {
        stack_names_.insert(std::string(Text(left)));
      }
      continue;
    }
    if (tree_.kind(node) != Kind::kImport && tree_.kind(node) != Kind::kImportFrom) continue;
    NodeId from = tree_.Child(node, Field::kModuleName);
    std::string module = from == kNoNode ? "" : std::string(Text(from));
    for (NodeId child : tree_.children(node)) {
      if (tree_[child].field != Field::kName) continue;
      bool aliased = tree_.kind(child) == Kind::kAliasedImport;
      NodeId source = aliased ? tree_.Child(child, Field::kName) : child;
      NodeId alias = aliased ? tree_.Child(child, Field::kAlias) : child;
      if (source == kNoNode || alias == kNoNode) continue;
      std::string imported = ModuleName(source);
      std::string bound(Text(alias));
      if (imported == "sys") sys_names_.insert(bound);
      if (imported == "inspect") inspect_names_.insert(bound);
      if (module == "sys" && imported == "modules") modules_names_.insert(bound);
      if (module == "inspect" && kFrameReaders.count(imported) != 0) stack_names_.insert(bound);
    }
  }
}

}  // namespace faaslight
