// def, lambda and class: what is evaluated outside, what inside, and what one needs to call a
// function.
#include <algorithm>

#include "rewriter/fact_reader.h"

namespace faaslight {
namespace {

constexpr size_t kSimpleBodyBytes = 60;

std::string Mangling(std::string_view class_name) {
  size_t first = class_name.find_first_not_of('_');
  return first == std::string_view::npos ? "" : std::string(class_name.substr(first));
}

bool IsSmall(const SyntaxTree& tree, NodeId statement) {
  std::string_view text = tree.Text(statement);
  if (text.size() > kSimpleBodyBytes || text.find('\n') != std::string_view::npos) return false;
  switch (tree.kind(statement)) {
    case Kind::kPass:
    case Kind::kReturn:
    case Kind::kRaise:
      return true;
    case Kind::kExpressionStatement:
      return text == "...";
    default:
      return false;
  }
}

}  // namespace

std::vector<std::string> FactReader::DecoratorNames(NodeId decorated) const {
  std::vector<std::string> names;
  if (decorated == kNoNode) return names;
  for (NodeId decorator : tree_.children(decorated)) {
    if (tree_.kind(decorator) != Kind::kDecorator) continue;
    std::string dotted;
    for (NodeId at : tree_.NamedChildren(decorator)) {
      // The leading dotted name: `a.b(c).d` is known as a.b.
      while (at != kNoNode && (dotted = Dotted(at)).empty()) {
        Kind kind = tree_.kind(at);
        bool inner = kind == Kind::kCall || kind == Kind::kAttribute || kind == Kind::kSubscript;
        at = inner ? tree_[at].first_child : kNoNode;
      }
      break;
    }
    names.push_back(dotted.empty() ? "?" : dotted);
  }
  return names;
}

void FactReader::VisitDecorated(NodeId node, const Context& context) {
  for (NodeId child : tree_.children(node)) {
    if (tree_.kind(child) == Kind::kDecorator) VisitChildren(child, context);
  }
  NodeId definition = tree_.Child(node, Field::kDefinition);
  if (definition == kNoNode) return SyntaxError(node, "syntax error");
  if (tree_.kind(definition) == Kind::kClassDefinition) {
    VisitClass(definition, node, context);
  } else {
    VisitFunction(definition, node, context);
  }
}

// A name that is declared global where it is defined has no prefix, as in CPython.
std::string FactReader::QualifiedName(std::string_view name, const Context& context) {
  bool global =
      scopes_.Has(context.scope, scopes_.Intern(context.scope, name), ScopeTable::kGlobal);
  return global ? std::string(name) : scopes_[context.scope].qualname + std::string(name);
}

// The scope of `[T, *Ts, **P]`, if there is one. Bounds and defaults are evaluated in it, when
// somebody asks.
Context FactReader::EnterTypeParameters(NodeId definition, const Context& context) {
  NodeId parameters = tree_.Child(definition, Kind::kTypeParameter);
  if (parameters == kNoNode) return context;
  Context inner = context;
  inner.scope = scopes_.Add(ScopeKind::kTypeParameters, context.scope);
  inner.annotation = true;
  std::vector<NodeId> bounds;
  for (NodeId type : tree_.NamedChildren(parameters)) {
    NodeId at =
        type;  // type > identifier, splat_type > identifier, constrained_type > type > identifier
    while (at != kNoNode && tree_.kind(at) != Kind::kIdentifier) {
      std::vector<NodeId> parts = tree_.NamedChildren(at);
      if (parts.empty()) break;
      bounds.insert(bounds.end(), parts.begin() + 1, parts.end());
      at = parts.front();
    }
    if (at != kNoNode && tree_.kind(at) == Kind::kIdentifier)
      BindTarget(at, inner, BindingForm::kAssignment);
  }
  for (NodeId bound : bounds) Visit(bound, inner);
  inner.annotation = context.annotation;
  return inner;
}

std::vector<Parameter> FactReader::ReadParameters(NodeId parameters) {
  std::vector<Parameter> out;
  bool keyword_only = false;
  for (NodeId child : tree_.children(parameters)) {
    Parameter parameter;
    if (keyword_only) parameter.kind = ParameterKind::kKeywordOnly;
    NodeId at = child;
    switch (tree_.kind(child)) {
      case Kind::kToken:
        continue;
      case Kind::kKeywordSeparator:
        keyword_only = true;
        continue;
      case Kind::kPositionalSeparator:
        for (Parameter& before : out) before.kind = ParameterKind::kPositionalOnly;
        continue;
      case Kind::kDefaultParameter:
      case Kind::kTypedDefaultParameter:
        parameter.has_default = true;
        at = tree_.Child(child, Field::kName);
        break;
      case Kind::kTypedParameter:
        at = tree_[child].first_child;
        break;
      default:
        break;
    }
    if (at != kNoNode && tree_.kind(at) == Kind::kListSplatPattern) {
      parameter.kind = ParameterKind::kVarPositional;
      keyword_only = true;
      at = tree_.Child(at, Kind::kIdentifier);
    } else if (at != kNoNode && tree_.kind(at) == Kind::kDictionarySplatPattern) {
      parameter.kind = ParameterKind::kVarKeyword;
      at = tree_.Child(at, Kind::kIdentifier);
    }
    if (at == kNoNode || tree_.kind(at) != Kind::kIdentifier) {
      SyntaxError(child, "syntax error in the parameters");
      break;
    }
    parameter.name = Text(at);
    out.push_back(std::move(parameter));
  }
  return out;
}

void FactReader::VisitDefaults(NodeId parameters, const Context& context) {
  for (NodeId child : tree_.children(parameters)) {
    if (NodeId value = tree_.Child(child, Field::kValue); value != kNoNode) Visit(value, context);
  }
}

void FactReader::VisitParameterAnnotations(NodeId parameters, const Context& context) {
  Context annotation = context;
  annotation.annotation = true;
  for (NodeId child : tree_.children(parameters)) {
    if (NodeId type = tree_.Child(child, Field::kType); type != kNoNode) Visit(type, annotation);
  }
}

int FactReader::AddFunction(const FunctionFacts& function, const Context& context) {
  int index = static_cast<int>(facts_.functions.size());
  facts_.functions.push_back(function);
  FunctionFacts& added = facts_.functions.back();
  added.place = context.place;
  added.parent = context.owner >= 0 ? context.owner : -1;
  added.in_cold = context.cold >= 0;
  added.never_runs = context.never_runs;
  const Scope& scope = scopes_[context.scope];
  ScopeId around = scope.kind == ScopeKind::kTypeParameters ? scope.parent : context.scope;
  if (scopes_[around].kind == ScopeKind::kClass) added.class_path = scopes_[around].class_path;
  if (added.parent >= 0) facts_.functions[added.parent].nested.push_back(index);
  return index;
}

// The context of a function's body: its scope, with the parameters bound.
Context FactReader::EnterFunction(int index, const Context& context) {
  Context inner;
  inner.scope = scopes_.Add(ScopeKind::kFunction, context.scope);
  inner.owner = index;
  inner.cold = context.cold;
  inner.place = Place::kFunction;
  scopes_[inner.scope].function = index;
  scopes_[inner.scope].qualname = facts_.functions[index].qualname + ".<locals>.";
  for (const Parameter& parameter : facts_.functions[index].parameters) {
    const NameId name = scopes_.Intern(inner.scope, parameter.name);
    scopes_.Mark(inner.scope, name, ScopeTable::kBound);
    ++local_values_[{inner.scope, name}].bindings;
  }
  return inner;
}

// The body's range, docstring and size.
void FactReader::ReadBody(NodeId definition, FunctionFacts* function) const {
  NodeId body = tree_.Child(definition, Field::kBody);
  std::vector<NodeId> statements = tree_.NamedChildren(body);
  if (statements.empty()) return;
  uint32_t header_end = tree_[body].begin;
  for (NodeId child : tree_.children(definition)) {
    if (tree_.IsToken(child, ":")) header_end = tree_[child].end;
  }
  std::string_view gap = tree_.source().substr(header_end, tree_[body].begin - header_end);
  function->body_on_header_line = gap.find('\n') == std::string_view::npos;
  function->has_docstring = IsDocstring(tree_, statements.front());
  size_t first = function->has_docstring ? 1 : 0;
  uint32_t end = EndWithSemicolon(tree_.source(), tree_[statements.back()].end);
  function->range.end = end;
  function->body = first < statements.size() ? ByteRange{tree_[statements[first]].begin, end}
                                             : ByteRange{end, end};
  function->simple_body = first >= statements.size() ||
                          (first + 1 == statements.size() && IsSmall(tree_, statements[first]));
  function->guard = FindGuard(tree_, statements, function->has_docstring, header_end);
}

// co_firstlineno: the line of the first decorator's expression. Its `@` may stand alone above,
// before a backslash.
uint32_t FactReader::FirstLine(NodeId definition, NodeId decorated) const {
  if (decorated == kNoNode) return tree_.line(definition);
  std::vector<NodeId> parts = tree_.NamedChildren(tree_[decorated].first_child);
  return tree_.line(parts.empty() ? decorated : parts.front());
}

void FactReader::VisitFunction(NodeId node, NodeId decorated, const Context& context) {
  NodeId name = tree_.Child(node, Field::kName);
  NodeId parameters = tree_.Child(node, Field::kParameters);
  NodeId body = tree_.Child(node, Field::kBody);
  if (name == kNoNode || parameters == kNoNode || body == kNoNode)
    return SyntaxError(node, "syntax error");
  VisitDefaults(parameters, context);
  Context header = EnterTypeParameters(node, context);
  VisitParameterAnnotations(parameters, header);
  if (NodeId type = tree_.Child(node, Field::kReturnType); type != kNoNode) {
    Context annotation = header;
    annotation.annotation = true;
    Visit(type, annotation);
  }
  NodeId whole = decorated == kNoNode ? node : decorated;
  FunctionFacts function;
  function.name = Text(name);
  function.qualname = QualifiedName(Text(name), context);
  function.first_line = FirstLine(node, decorated);
  function.def_line = tree_.line(node);
  bool async = tree_.IsToken(tree_[node].first_child, "async");
  function.kind = async ? FunctionKind::kCoroutine : FunctionKind::kPlain;
  function.parameters = ReadParameters(parameters);
  function.decorators = DecoratorNames(decorated);
  function.range.begin = tree_[whole].begin;
  ReadBody(node, &function);
  function.end_line = function.def_line;
  for (uint32_t at = tree_[node].begin; at < function.range.end; ++at) {
    function.end_line += tree_.source()[at] == '\n';
  }
  for (const Parameter& parameter : function.parameters) {
    NameId mangled = scopes_.Intern(context.scope, parameter.name);
    if (parameter.kind == ParameterKind::kKeywordOnly && names_[mangled] != parameter.name) {
      function.introspection =
          "the keyword-only parameter " + parameter.name + " is a private name";
    }
  }
  Bind(function.name, tree_.line(node), context, BindingForm::kDefinition);
  int index = AddFunction(function, header);
  Visit(body, OfBody(body, EnterFunction(index, header)));
}

void FactReader::VisitLambda(NodeId node, const Context& context) {
  NodeId parameters = tree_.Child(node, Field::kParameters);
  NodeId body = tree_.Child(node, Field::kBody);
  if (body == kNoNode) return SyntaxError(node, "syntax error");
  FunctionFacts function;
  function.is_lambda = true;
  function.name = "<lambda>";
  function.qualname = scopes_[context.scope].qualname + function.name;
  function.first_line = function.def_line = tree_.line(node);
  function.end_line = EndLine(node);
  function.range = {tree_[node].begin, tree_[node].end};
  function.body = {tree_[body].begin, tree_[body].end};
  function.body_on_header_line = true;
  if (parameters != kNoNode) {
    VisitDefaults(parameters, context);
    function.parameters = ReadParameters(parameters);
  }
  int index = AddFunction(function, context);
  Context inner = EnterFunction(index, context);
  inner.annotation = context.annotation;
  Visit(body, inner);
}

// `Base`, `Base[T]`, `with_metaclass(Meta, Base)`.
void FactReader::ReadBase(NodeId base, ClassFacts* facts) const {
  const NodeId subscripted =
      tree_.kind(base) == Kind::kSubscript ? tree_.Child(base, Field::kValue) : base;
  if (std::string dotted = Dotted(subscripted); !dotted.empty()) {
    facts->bases.push_back(std::move(dotted));
    return;
  }
  facts->other_bases = true;
  if (tree_.kind(base) != Kind::kCall) return;
  const NodeId arguments = tree_.Child(base, Field::kArguments);
  if (arguments == kNoNode) return;
  for (NodeId argument : tree_.NamedChildren(arguments)) {
    if (std::string dotted = Dotted(argument); !dotted.empty())
      facts->bases.push_back(std::move(dotted));
  }
}

void FactReader::VisitClass(NodeId node, NodeId decorated, const Context& context) {
  NodeId name = tree_.Child(node, Field::kName);
  NodeId body = tree_.Child(node, Field::kBody);
  if (name == kNoNode || body == kNoNode) return SyntaxError(node, "syntax error");
  ClassFacts facts;
  facts.qualname = QualifiedName(Text(name), context);
  facts.line = tree_.line(node);
  facts.function = context.owner >= 0 ? context.owner : -1;
  facts.never_runs = context.never_runs;
  facts.decorators = DecoratorNames(decorated);
  Context header = EnterTypeParameters(node, context);
  if (NodeId bases = tree_.Child(node, Field::kSuperclasses); bases != kNoNode) {
    for (NodeId base : tree_.NamedChildren(bases)) {
      Kind kind = tree_.kind(base);
      facts.metaclass_or_keywords |=
          kind == Kind::kKeywordArgument || kind == Kind::kDictionarySplat;
      if (kind != Kind::kKeywordArgument) ReadBase(base, &facts);
    }
    Visit(bases, header);
  }
  Bind(Text(name), tree_.line(node), context, BindingForm::kDefinition);

  Context inner = header;
  inner.scope = scopes_.Add(ScopeKind::kClass, header.scope);
  inner.annotation = false;
  inner.in_try = false;
  if (inner.place != Place::kFunction) inner.place = Place::kClass;
  Scope& scope = scopes_[inner.scope];
  scope.qualname = facts.qualname + ".";
  scope.class_path = facts.qualname;
  scope.cls = static_cast<int>(facts_.classes.size());
  scope.mangling = Mangling(Text(name));
  facts_.classes.push_back(std::move(facts));
  Visit(body, inner);
}

}  // namespace faaslight
