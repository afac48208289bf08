// Expressions: the names, attribute chains and strings that they read.
#include <cctype>

#include "rewriter/fact_reader.h"
#include "rewriter/name_part.h"

namespace faaslight {
namespace {

constexpr size_t kMaxLiteral = 100;

bool IsNameStart(unsigned char c) { return std::isalpha(c) || c == '_' || c >= 0x80; }

// "a" or "a.b.c": what may name a module, a class or an attribute.
bool IsDottedName(std::string_view text) {
  bool start = true;
  for (char c : text) {
    if (start ? !IsNameStart(static_cast<unsigned char>(c))
              : c != '.' && !IsNamePart(static_cast<unsigned char>(c))) {
      return false;
    }
    start = c == '.';
  }
  return !start;
}

}  // namespace

std::optional<std::string> PlainString(const SyntaxTree& tree, NodeId node) {
  std::string out;
  if (tree.kind(node) == Kind::kConcatenatedString) {
    for (NodeId part : tree.children(node)) {
      std::optional<std::string> text = PlainString(tree, part);
      if (!text) return std::nullopt;
      out += *text;
    }
    return out;
  }
  if (tree.kind(node) != Kind::kString) return std::nullopt;
  for (NodeId part : tree.children(node)) {
    if (tree.kind(part) == Kind::kStringContent) out += tree.Text(part);
    if (tree.kind(part) == Kind::kInterpolation) return std::nullopt;
    if (tree.kind(part) != Kind::kStringStart) continue;
    for (char c : tree.Text(part)) {
      if (c == 'b' || c == 'B' || c == 'f' || c == 'F') return std::nullopt;
    }
  }
  return out;
}

Uses* FactReader::UsesOf(int owner) {
  if (owner == Context::kNobody) return nullptr;
  return owner < 0 ? &facts_.at_import : &facts_.functions[owner].own;
}

void FactReader::AddLoad(std::string_view name, uint32_t line, const Context& context) {
  loads_.push_back({context.scope, scopes_.Intern(context.scope, name), line, context.user(),
                    context.cold, !context.receiver});
}

void FactReader::LoadName(NodeId identifier, const Context& context) {
  AddLoad(Text(identifier), tree_.line(identifier), context);
  NoteName(Text(identifier), tree_.line(identifier), context);
  if (IsSysModules(identifier)) NoteSysModules(identifier, context);
}

std::string FactReader::Dotted(NodeId node) const {
  if (tree_.kind(node) == Kind::kIdentifier) return std::string(Text(node));
  if (tree_.kind(node) == Kind::kType && tree_[node].first_child != kNoNode)
    return Dotted(tree_[node].first_child);
  if (tree_.kind(node) != Kind::kAttribute) return "";
  NodeId object = tree_.Child(node, Field::kObject);
  NodeId attribute = tree_.Child(node, Field::kAttribute);
  if (object == kNoNode || attribute == kNoNode) return "";
  std::string dotted = Dotted(object);
  if (dotted.empty()) return "";
  dotted += '.';
  dotted += Text(attribute);
  return dotted;
}

// Every prefix of two to four parts is noted by its own attribute node, so only whole chains come
// here.
void FactReader::AddChain(std::string_view dotted, const Context& context) {
  size_t dot = dotted.find('.');
  int parts = 1;
  for (char c : dotted) parts += c == '.';
  if (dot == std::string_view::npos || parts > kMaxChainParts || context.user() == Context::kNobody)
    return;
  NameId root = scopes_.Intern(context.scope, dotted.substr(0, dot));
  chains_.push_back({context.scope, root, names_.Intern(dotted), context.user(), context.cold,
                     !context.receiver});
}

void FactReader::VisitAttribute(NodeId node, const Context& context) {
  NodeId object = tree_.Child(node, Field::kObject);
  NodeId attribute = tree_.Child(node, Field::kAttribute);
  if (object == kNoNode || attribute == kNoNode) return SyntaxError(node, "syntax error");
  if (all_reads_.count(node) != 0) return;
  if (Uses* uses = UsesOf(context.user())) {
    uses->methods.emplace(std::string(Text(attribute)), tree_.line(attribute));
    NoteReceiver(object, Text(attribute), tree_.line(attribute), context);
    if (Text(attribute) == "format") {
      if (const std::optional<std::string> text = PlainString(tree_, object))
        NotePrefix(*text, context);
    }
  }
  NoteAttribute(node, context);
  if (IsSysModules(node)) NoteSysModules(node, context);
  Context inner = context;
  inner.receiver =
      tree_.kind(object) == Kind::kIdentifier || tree_.kind(object) == Kind::kAttribute;
  if (IsSysModules(object)) {
    // What is read off sys.modules is seen here: the plain mention is not noted again.
    NodeId name = object;
    while (tree_.kind(name) == Kind::kAttribute) name = tree_.Child(name, Field::kObject);
    if (tree_.kind(name) == Kind::kIdentifier) AddLoad(Text(name), tree_.line(name), inner);
  } else {
    Visit(object, inner);
  }
  if (std::string dotted = Dotted(node); !dotted.empty()) AddChain(dotted, context);
}

void FactReader::VisitSubscript(NodeId node, const Context& context) {
  NodeId value = tree_.Child(node, Field::kValue);
  for (NodeId child : tree_.children(node)) {
    if (tree_.kind(child) == Kind::kToken) continue;
    if (child == value && IsSysModules(value)) {
      std::string dotted = Dotted(value);
      AddLoad(std::string_view(dotted).substr(0, dotted.find('.')), tree_.line(value), context);
      continue;
    }
    Context inner = context;
    // Union["A", "B"] at import time: typing.get_type_hints may look the names up later.
    inner.annotation |= child != value && context.owner == Context::kImportTime;
    Visit(child, inner);
  }
  if (value != kNoNode && IsSysModules(value)) {
    NodeId key = tree_.Child(node, Field::kSubscript);
    Uses* uses = UsesOf(context.owner);
    if (uses != nullptr && key != kNoNode && Text(key) == "__name__") {
      NoteNamespace(context.owner, context.cold);
      uses->binds_unseen = true;
    }
  }
}

// `name in sys.modules` asks for one module, it does not walk them.
void FactReader::VisitComparison(NodeId node, const Context& context) {
  bool membership = false;
  for (NodeId child : tree_.children(node)) {
    if (tree_[child].field == Field::kOperators) {
      std::string_view text = Text(child);
      membership = text.size() >= 2 && text.substr(text.size() - 2) == "in";
      continue;
    }
    if (tree_.kind(child) == Kind::kToken) continue;
    if (membership && IsSysModules(child)) {
      std::string dotted = Dotted(child);
      AddLoad(std::string_view(dotted).substr(0, dotted.find('.')), tree_.line(child), context);
    } else {
      Visit(child, context);
    }
  }
}

void FactReader::VisitCall(NodeId node, const Context& context) {
  NoteCall(node, context);
  if (NodeId function = tree_.Child(node, Field::kFunction); function != kNoNode)
    Visit(function, context);
  if (NodeId arguments = tree_.Child(node, Field::kArguments); arguments != kNoNode)
    Visit(arguments, context);
}

// A comprehension is a scope of its own; only its first iterable is evaluated outside it.
void FactReader::VisitComprehension(NodeId node, const Context& context) {
  Context inner = context;
  inner.scope = scopes_.Add(ScopeKind::kComprehension, context.scope);
  std::string_view name = "<genexpr>";
  if (tree_.kind(node) == Kind::kListComprehension) name = "<listcomp>";
  if (tree_.kind(node) == Kind::kSetComprehension) name = "<setcomp>";
  if (tree_.kind(node) == Kind::kDictionaryComprehension) name = "<dictcomp>";
  scopes_[inner.scope].qualname += std::string(name) + ".<locals>.";
  bool first = true;
  for (NodeId child : tree_.children(node)) {
    if (tree_.kind(child) != Kind::kForIn) continue;
    for (NodeId part : tree_.children(child)) {
      if (tree_.kind(part) == Kind::kToken) continue;
      if (tree_[part].field == Field::kLeft) {
        BindTarget(part, inner, BindingForm::kAssignment);
      } else {
        Visit(part, first ? context : inner);
      }
    }
    first = false;
  }
  for (NodeId child : tree_.children(node)) {
    if (tree_.kind(child) != Kind::kToken && tree_.kind(child) != Kind::kForIn) Visit(child, inner);
  }
}

void FactReader::VisitNamedExpression(NodeId node, const Context& context) {
  NodeId name = tree_.Child(node, Field::kName);
  if (name == kNoNode) return SyntaxError(node, "syntax error");
  if (NodeId value = tree_.Child(node, Field::kValue); value != kNoNode) Visit(value, context);
  Context target = context;
  target.scope = scopes_.WalrusScope(context.scope);
  Bind(Text(name), tree_.line(name), target, BindingForm::kAssignment);
  // In a comprehension the name is the enclosing scope's: that closes over it.
  if (target.scope != context.scope) {
    loads_.push_back({context.scope, scopes_.Intern(context.scope, Text(name)), tree_.line(name),
                      Context::kNobody, -1, true});
  }
}

void FactReader::VisitString(NodeId node, const Context& context) {
  std::optional<std::string> text = PlainString(tree_, node);
  if (!text) {
    NotePrefixOf(node, context);
    for (NodeId child : tree_.children(node)) {
      if (tree_.kind(child) == Kind::kInterpolation) VisitChildren(child, context);
      if (tree_.kind(child) == Kind::kString) VisitString(child, context);
    }
    return;
  }
  // "plugins." is a prefix of module names.
  const std::string name = text->substr(0, text->size() - (!text->empty() && text->back() == '.'));
  const bool named = name.size() <= kMaxLiteral && IsDottedName(name);
  if (named) facts_.string_literals.insert(name);
  if (context.annotation) return AddAnnotationNames(*text, tree_.line(node), context);
  if (named && name.find('.') != std::string::npos) facts_.dotted_strings.insert(name);
  // ".module": import_module's relative form.
  if (name.size() > 1 && name.size() <= kMaxLiteral && name[0] == '.' &&
      IsDottedName(std::string_view(name).substr(1)))
    facts_.dotted_strings.insert(name);
}

// The names in a string annotation: "np.ndarray | list[Foo]". Words that are no names at all do no
// harm.
void FactReader::AddAnnotationNames(std::string_view text, uint32_t line, const Context& context) {
  size_t at = 0;
  while (at < text.size()) {
    if (!IsNameStart(static_cast<unsigned char>(text[at]))) {
      ++at;
      continue;
    }
    size_t begin = at;
    while (at < text.size() &&
           (IsNamePart(static_cast<unsigned char>(text[at])) || text[at] == '.'))
      ++at;
    std::string_view dotted = text.substr(begin, at - begin);
    AddLoad(dotted.substr(0, dotted.find('.')), line, context);
    for (size_t dot = dotted.find('.'); dot != std::string_view::npos;
         dot = dotted.find('.', dot + 1)) {
      AddChain(dotted.substr(0, dotted.find('.', dot + 1)), context);
    }
  }
}

}  // namespace faaslight
