// Statements, and what they bind.
#include <fmt/format.h>

#include <algorithm>

#include "rewriter/fact_reader.h"

namespace faaslight {

void FactReader::SyntaxError(NodeId node, std::string_view what) {
  if (error_.empty()) error_ = fmt::format("line {}: {}", tree_.line(node), what);
}

// Inside if, try, with … of the module's body; elsewhere nothing changes.
Context FactReader::Nested(const Context& context, bool branch) const {
  Context nested = context;
  nested.only_branches = nested.only_branches && branch;
  nested.settled = false;
  if (nested.place == Place::kModule) nested.place = Place::kNested;
  return nested;
}

void FactReader::VisitStatements(NodeId block, const Context& context) {
  bool any = false;
  Context inner = context;
  const NodeId cold = FindCold(block, context);
  const int region = static_cast<int>(cold_.size()) - 1;  // blocks inside have regions too
  for (NodeId child : tree_.children(block)) {
    if (tree_.kind(child) == Kind::kToken) continue;
    any = true;
    if (child == cold) inner.cold = region;
    Visit(child, inner);
  }
  if (!any && tree_.kind(block) == Kind::kBlock) SyntaxError(block, "expected an indented block");
}

void FactReader::VisitChildren(NodeId node, const Context& context) {
  for (NodeId child : tree_.children(node)) {
    if (tree_.kind(child) != Kind::kToken) Visit(child, context);
  }
}

namespace {

// `with suppress(...):` of contextlib, and nothing else.
bool OnlySuppresses(const SyntaxTree& tree, NodeId with) {
  const NodeId clause = tree.Child(with, Kind::kWithClause);
  if (clause == kNoNode || tree.NamedChildren(clause).size() != 1) return false;
  const std::string_view header = tree.Text(clause);
  const std::string_view called = header.substr(0, header.find('('));
  return called == "suppress" || called == "contextlib.suppress";
}

}  // namespace

void FactReader::VisitWith(NodeId node, const Context& context) {
  if (context.owner < 0 && !OnlySuppresses(tree_, node))
    facts_.with_lines.emplace_back(tree_.line(node), EndLine(node));
  VisitChildren(node, Nested(context));
}

// Statements and expressions: whatever has no meaning of its own is its children.
void FactReader::Visit(NodeId node, const Context& context) {
  switch (tree_.kind(node)) {
    case Kind::kModule:
    case Kind::kBlock:
      return VisitStatements(node, context);
    case Kind::kImport:
    case Kind::kImportFrom:
    case Kind::kFutureImport:
      return VisitImport(node, context);
    case Kind::kIf:
      return VisitIf(node, context);
    case Kind::kFor:
      return VisitFor(node, context);
    case Kind::kTry:
      return VisitTry(node, context);
    case Kind::kWith:
      return VisitWith(node, context);
    case Kind::kWhile:
      return VisitChildren(node, Nested(context));
    case Kind::kMatch:
      return VisitMatch(node, context);
    case Kind::kFunctionDefinition:
      return VisitFunction(node, kNoNode, context);
    case Kind::kClassDefinition:
      return VisitClass(node, kNoNode, context);
    case Kind::kDecoratedDefinition:
      return VisitDecorated(node, context);
    case Kind::kDelete:
      for (NodeId child : tree_.children(node)) BindTarget(child, context, BindingForm::kDelete);
      return;
    case Kind::kGlobal:
    case Kind::kNonlocal:
      return VisitScopeStatement(node, context);
    case Kind::kTypeAlias:
      return VisitTypeAlias(node, context);
    case Kind::kAssignment:
      return VisitAssignment(node, context);
    case Kind::kAugmentedAssignment:
      return VisitAugmentedAssignment(node, context);
    case Kind::kAsPattern:
      return VisitAsPattern(node, context);
    case Kind::kBinary:
      NotePrefixOf(node, context);
      return VisitChildren(node, context);
    case Kind::kIdentifier:
      return LoadName(node, context);
    case Kind::kAttribute:
      return VisitAttribute(node, context);
    case Kind::kSubscript:
      return VisitSubscript(node, context);
    case Kind::kComparison:
      return VisitComparison(node, context);
    case Kind::kCall:
      return VisitCall(node, context);
    case Kind::kLambda:
      return VisitLambda(node, context);
    case Kind::kListComprehension:
    case Kind::kSetComprehension:
    case Kind::kDictionaryComprehension:
    case Kind::kGeneratorExpression:
      return VisitComprehension(node, context);
    case Kind::kNamedExpression:
      return VisitNamedExpression(node, context);
    case Kind::kKeywordArgument:
      return Visit(tree_.Child(node, Field::kValue), context);
    case Kind::kString:
    case Kind::kConcatenatedString:
      return VisitString(node, context);
    case Kind::kMemberType:
      return Visit(tree_[node].first_child, context);
    case Kind::kYield:
      if (context.owner >= 0) {
        FunctionFacts& function = facts_.functions[context.owner];
        if (function.kind == FunctionKind::kPlain) function.kind = FunctionKind::kGenerator;
        if (function.kind == FunctionKind::kCoroutine)
          function.kind = FunctionKind::kAsyncGenerator;
      }
      return VisitChildren(node, context);
    case Kind::kExpressionStatement:
      ReadAll(node, context);
      return VisitChildren(node, context);
    default:
      return VisitChildren(node, context);
  }
}

void FactReader::VisitIf(NodeId node, const Context& context) {
  Context nested = Nested(context, /*branch=*/true);
  NodeId condition = tree_.Child(node, Field::kCondition);
  const std::optional<bool> settled = Settled(condition);
  bool taken = false;  // a branch above runs in any case
  for (NodeId child : tree_.children(node)) {
    if (tree_.kind(child) == Kind::kToken) continue;
    Context inner = nested;
    inner.settled = IsSettled(node, child, context);
    inner.never_runs |= taken;
    if (tree_.kind(child) == Kind::kElif) {
      const std::optional<bool> other = Settled(tree_.Child(child, Field::kCondition));
      VisitElif(child, other, inner);
      taken |= other == true;
      continue;
    }
    if (tree_[child].field == Field::kConsequence && condition != kNoNode) {
      std::string dotted = Dotted(condition);
      inner.type_checking |= dotted == "TYPE_CHECKING" || dotted == "typing.TYPE_CHECKING";
      inner.never_runs |= settled == false;
      taken = settled == true;
    }
    Visit(child, inner);
  }
}

void FactReader::VisitElif(NodeId node, std::optional<bool> settled, const Context& context) {
  for (NodeId child : tree_.children(node)) {
    if (tree_.kind(child) == Kind::kToken) continue;
    Context inner = context;
    inner.never_runs |= tree_[child].field == Field::kConsequence && settled == false;
    Visit(child, inner);
  }
}

void FactReader::VisitFor(NodeId node, const Context& context) {
  Context nested = Nested(context);
  loops_.push_back(LiteralLoopOf(node, context));
  for (NodeId child : tree_.children(node)) {
    if (tree_.kind(child) == Kind::kToken) continue;
    if (tree_[child].field == Field::kLeft) {
      BindTarget(child, nested, BindingForm::kAssignment);
    } else {
      Visit(child, nested);
    }
  }
  loops_.pop_back();
}

void FactReader::VisitTry(NodeId node, const Context& context) {
  NoteConstant(node, context);
  Context nested = Nested(context);
  for (NodeId child : tree_.children(node)) {
    Kind kind = tree_.kind(child);
    if (kind == Kind::kToken) continue;
    Context inner = nested;
    inner.in_try |= tree_[child].field == Field::kBody;
    if (kind == Kind::kExcept || kind == Kind::kExceptGroup) {
      VisitExcept(child, inner);
    } else {
      Visit(child, inner);
    }
  }
}

// `except E as e:` binds e, and deletes it at the end.
void FactReader::VisitExcept(NodeId node, const Context& context) {
  bool target = false;
  for (NodeId child : tree_.children(node)) {
    if (tree_.IsToken(child, ",")) SyntaxError(node, "syntax error");
    if (tree_.kind(child) == Kind::kToken) {
      target = tree_.IsToken(child, "as");
      continue;
    }
    if (target || tree_.kind(child) == Kind::kAsPattern) {
      NodeId bound = child;
      if (!target) {
        Visit(tree_[child].first_child, context);
        bound = tree_.Child(child, Field::kAlias);
      }
      if (bound != kNoNode) {
        BindTarget(bound, context, BindingForm::kAssignment);
        auto found = facts_.bindings.find(std::string(Text(bound)));
        if (context.scope == ScopeTable::kModuleScope && found != facts_.bindings.end()) {
          found->second.deleted = true;
        }
      }
    } else {
      Visit(child, context);
    }
    target = false;
  }
}

// `a,` on one line and `b = 1` on the next are two statements; the grammar takes them for one, with
// the target `a, b`. Nothing can be said of a file that was read so.
void FactReader::CheckOneLine(NodeId targets) {
  if (tree_.kind(targets) != Kind::kPatternList) return;
  uint32_t end = tree_[targets].begin;
  for (NodeId child : tree_.children(targets)) {
    std::string_view gap = tree_.source().substr(end, tree_[child].begin - end);
    for (size_t at = 0; at < gap.size(); ++at) {
      bool joined = gap[at] == '\\' && gap.find_first_not_of("\r\n", at + 1) != at + 1;
      if (joined) at = gap.find('\n', at);
      if (!joined && (gap[at] == '#' || gap[at] == '\n')) {
        return SyntaxError(targets, "a comma at the end of a line, before an assignment");
      }
    }
    end = tree_[child].end;
  }
}

void FactReader::VisitAssignment(NodeId node, const Context& context) {
  NoteConstant(node, context);
  NodeId left = tree_.Child(node, Field::kLeft);
  CheckOneLine(left);
  NodeId type = tree_.Child(node, Field::kType);
  NodeId right = tree_.Child(node, Field::kRight);
  if (type != kNoNode) {
    Context annotation = context;
    annotation.annotation = true;
    // CPython never evaluates a local variable's annotation, but its scoping counts the names.
    if (scopes_[context.scope].kind == ScopeKind::kFunction) annotation.owner = Context::kNobody;
    Visit(type, annotation);
  }
  if (right != kNoNode) Visit(right, context);
  // `(x): int` is only a mention of x.
  if (right == kNoNode && tree_.kind(left) != Kind::kIdentifier) return Visit(left, context);
  // `x: int` binds nothing when it runs, yet makes x local; at module level it counts, which is the
  // safe side.
  BindTarget(left, context, BindingForm::kAssignment);
  while (right != kNoNode && tree_.kind(right) == Kind::kAssignment)
    right = tree_.Child(right, Field::kRight);
  if (right != kNoNode) NoteLocalValue(left, right, context);
  if (right != kNoNode && Text(right) == "None")
    NoteLettingGo(Text(left), tree_.line(node), context);
}

void FactReader::VisitAugmentedAssignment(NodeId node, const Context& context) {
  NodeId left = tree_.Child(node, Field::kLeft);
  CheckOneLine(left);
  Visit(left, context);
  Visit(tree_.Child(node, Field::kRight), context);
  if (tree_.kind(left) == Kind::kIdentifier) BindTarget(left, context, BindingForm::kAssignment);
}

void FactReader::VisitScopeStatement(NodeId node, const Context& context) {
  bool global = tree_.kind(node) == Kind::kGlobal;
  for (NodeId child : tree_.children(node)) {
    if (tree_.kind(child) != Kind::kIdentifier) continue;
    NameId name = scopes_.Intern(context.scope, Text(child));
    if (context.scope != ScopeTable::kModuleScope) {
      scopes_.Mark(context.scope, name, global ? ScopeTable::kGlobal : ScopeTable::kNonlocal);
    }
    if (global && context.owner >= 0) {
      facts_.functions[context.owner].declared_global.insert(names_[name]);
    }
    if (global) continue;
    nonlocal_names_.insert(name);
    loads_.push_back({context.scope, name, tree_.line(child), Context::kNobody, -1, true});
  }
}

// `type X[T] = ...`: the value is evaluated when somebody asks for it.
void FactReader::VisitTypeAlias(NodeId node, const Context& context) {
  NodeId left = tree_.Child(node, Field::kLeft);
  NodeId inner = left == kNoNode ? kNoNode : tree_[left].first_child;
  if (inner == kNoNode) return SyntaxError(node, "syntax error");
  NodeId name = tree_.kind(inner) == Kind::kIdentifier ? inner : tree_[inner].first_child;
  if (tree_.kind(inner) == Kind::kAttribute || name == kNoNode ||
      tree_.kind(name) != Kind::kIdentifier) {
    // The grammar takes `type(x).y = z` for an alias, too.
    AddLoad("type", tree_.line(node), context);
    BindTarget(inner, context, BindingForm::kAssignment);
    return Visit(tree_.Child(node, Field::kRight), context);
  }
  BindTarget(name, context, BindingForm::kAssignment);
  Context value = inner == name ? context : EnterTypeParameters(inner, context);
  value.annotation = true;
  Visit(tree_.Child(node, Field::kRight), value);
}

// `with x as y`; the grammar has the same node for `case … as y`, see patterns.cc.
void FactReader::VisitAsPattern(NodeId node, const Context& context) {
  NodeId alias = tree_.Child(node, Field::kAlias);
  for (NodeId child : tree_.children(node)) {
    if (tree_.kind(child) != Kind::kToken && child != alias) Visit(child, context);
  }
  if (alias != kNoNode) BindTarget(alias, context, BindingForm::kAssignment);
}

// Binds (or deletes) what stands on the left of `=`; attributes and subscripts are only read.
void FactReader::BindTarget(NodeId target, const Context& context, BindingForm form) {
  switch (tree_.kind(target)) {
    case Kind::kToken:
      return;
    case Kind::kIdentifier:
      return Bind(Text(target), tree_.line(target), context, form);
    case Kind::kPatternList:
    case Kind::kTuplePattern:
    case Kind::kListPattern:
    case Kind::kListSplatPattern:
    case Kind::kTuple:
    case Kind::kList:
    case Kind::kListSplat:
    case Kind::kParenthesized:
    case Kind::kExpressionList:
    case Kind::kAsPatternTarget:
    case Kind::kParenthesizedListSplat:
      for (NodeId child : tree_.children(target)) BindTarget(child, context, form);
      return;
    case Kind::kSubscript:
      if (BindStoredGlobal(target, context, form)) return;
      NoteStoredSubscript(target, context);
      return Visit(target, context);
    case Kind::kAttribute:
      NoteStoredAttribute(target, context);
      return Visit(target, context);
    default:
      return Visit(target, context);
  }
}

Binding* FactReader::ModuleBinding(NameId name, uint32_t line) {
  Binding& binding = facts_.bindings[names_[name]];
  if (binding.count++ == 0) binding.line = line;
  binding.last_line = std::max(binding.last_line, line);
  return &binding;
}

void FactReader::Bind(std::string_view text, uint32_t line, const Context& context,
                      BindingForm form) {
  if (form == BindingForm::kDelete) NoteLettingGo(text, line, context);
  NameId name = scopes_.Intern(context.scope, text);
  bool module_scope = context.scope == ScopeTable::kModuleScope;
  bool declared = !module_scope && scopes_.Has(context.scope, name, ScopeTable::kGlobal);
  if (!module_scope && !declared) {
    const int cls = scopes_[context.scope].cls;
    if (cls >= 0 && form != BindingForm::kDefinition)
      facts_.classes[static_cast<size_t>(cls)].assigned.emplace(text);
    scopes_.Mark(context.scope, name, ScopeTable::kBound);
    ++local_values_[{context.scope, name}].bindings;
    return;
  }
  Binding& binding = *ModuleBinding(name, line);
  binding.import |= form == BindingForm::kImport;
  binding.definition |= form == BindingForm::kDefinition;
  binding.assignment |= form == BindingForm::kAssignment;
  binding.deleted |= form == BindingForm::kDelete;
  binding.nested |= context.place == Place::kNested && !context.settled;
  if (context.settled) names_under_settled_.emplace(text);
  binding.global_in_function |= declared;
}

}  // namespace faaslight
