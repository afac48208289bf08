// Where a statement can be put without moving a line.
//
// Before a simple statement there is always room (`TEXT; `), before a compound one there is not:
// `TEXT; if x:` is no Python. There a docstring's line, a blank or comment line above, or the first
// expression that the compound statement evaluates takes the text. Where none of these is there,
// the spot is absent and the caller does without.
#include <algorithm>

#include "rewriter/fact_reader.h"

namespace faaslight {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\f' || c == '\r'; }

// What the rest of a line holds, from `at` to its end: nothing but blanks and a comment?
bool RestIsBlank(std::string_view source, uint32_t at) {
  while (at < source.size() && IsBlank(source[at])) ++at;
  return at >= source.size() || source[at] == '\n' || source[at] == '#';
}

// The beginning of the line after the one that holds `at`; the size of the source if there is none.
uint32_t NextLine(std::string_view source, uint32_t at) {
  size_t end = source.find('\n', at);
  return static_cast<uint32_t>(end == std::string_view::npos ? source.size() : end + 1);
}

// The first line from `from` (the beginning of a line) on that holds nothing but blanks and a
// comment, and comes before the line of the token at `to` (or the end of the file). Nothing if a
// line between holds more: a backslash joins lines.
std::optional<uint32_t> FreeLine(std::string_view source, uint32_t from, uint32_t to,
                                 uint32_t skip_lines) {
  std::optional<uint32_t> found;
  uint32_t at = from;
  for (uint32_t line = 0;; ++line) {
    uint32_t next = NextLine(source, at);
    if (to < source.size() && to < next) return found;
    if (!RestIsBlank(source, at)) return std::nullopt;
    if (line >= skip_lines && !found) found = at;
    // What follows a final line end is an empty line; without one the last line is just over.
    if (at == source.size() || (next == source.size() && source.back() != '\n')) return found;
    at = next;
  }
}

// The blanks before a statement that is the first on its line.
std::optional<std::string> IndentOf(std::string_view source, uint32_t at) {
  size_t line = at == 0 ? std::string_view::npos : source.rfind('\n', at - 1);
  size_t begin = line == std::string_view::npos ? 0 : line + 1;
  std::string_view indent = source.substr(begin, at - begin);
  for (char c : indent) {
    if (!IsBlank(c)) return std::nullopt;
  }
  return std::string(indent);
}

std::optional<Spot> Or(const SyntaxTree& tree, NodeId expression) {
  if (expression == kNoNode) return std::nullopt;
  return Spot{Spot::Form::kOr, tree[expression].begin, tree[expression].end, ""};
}

// From the first child in this field to the last token before the header's colon.
std::optional<Spot> OrUpToColon(const SyntaxTree& tree, NodeId statement, Field field) {
  Spot spot;
  spot.form = Spot::Form::kOr;
  NodeId first = kNoNode;
  for (NodeId child : tree.children(statement)) {
    if (first == kNoNode && tree[child].field == field) first = child;
    if (tree.IsToken(child, ":")) break;
    spot.end = tree[child].end;
  }
  if (first == kNoNode) return std::nullopt;
  spot.at = tree[first].begin;
  return spot;
}

std::optional<Spot> OrInWith(const SyntaxTree& tree, NodeId statement) {
  NodeId clause = tree.Child(statement, Kind::kWithClause);
  if (clause == kNoNode || tree.Text(clause).empty() || tree.Text(clause).front() == '(')
    return std::nullopt;
  NodeId item = tree.Child(clause, Kind::kWithItem);
  NodeId value = item == kNoNode ? kNoNode : tree.Child(item, Field::kValue);
  if (value != kNoNode && tree.kind(value) == Kind::kAsPattern) value = tree[value].first_child;
  return Or(tree, value);
}

// The first default of a positional parameter is evaluated before anything else of a def.
std::optional<Spot> OrInDefault(const SyntaxTree& tree, NodeId definition) {
  NodeId parameters = tree.Child(definition, Field::kParameters);
  if (parameters == kNoNode) return std::nullopt;
  for (NodeId parameter : tree.children(parameters)) {
    Kind kind = tree.kind(parameter);
    if (kind == Kind::kKeywordSeparator || kind == Kind::kListSplatPattern) return std::nullopt;
    if (kind == Kind::kTypedParameter &&
        tree.kind(tree[parameter].first_child) != Kind::kIdentifier) {
      return std::nullopt;
    }
    if (NodeId value = tree.Child(parameter, Field::kValue); value != kNoNode)
      return Or(tree, value);
  }
  return std::nullopt;
}

// The first base of a class, if it is a plain expression.
std::optional<Spot> OrInBase(const SyntaxTree& tree, NodeId definition) {
  NodeId bases = tree.Child(definition, Field::kSuperclasses);
  if (bases == kNoNode || tree.Child(definition, Kind::kTypeParameter) != kNoNode)
    return std::nullopt;
  for (NodeId base : tree.children(bases)) {
    Kind kind = tree.kind(base);
    if (kind == Kind::kToken) continue;
    return kind == Kind::kIdentifier || kind == Kind::kAttribute || kind == Kind::kCall ||
                   kind == Kind::kSubscript
               ? Or(tree, base)
               : std::nullopt;
  }
  return std::nullopt;
}

// An expression that a compound statement evaluates first, and once. `while` evaluates its own
// again and again, and in `try` a failing import would be caught.
std::optional<Spot> FirstExpression(const SyntaxTree& tree, NodeId statement) {
  switch (tree.kind(statement)) {
    case Kind::kIf:
      return Or(tree, tree.Child(statement, Field::kCondition));
    case Kind::kFor:
      return OrUpToColon(tree, statement, Field::kRight);
    case Kind::kMatch:
      return OrUpToColon(tree, statement, Field::kSubject);
    case Kind::kWith:
      return OrInWith(tree, statement);
    case Kind::kFunctionDefinition:
      return OrInDefault(tree, statement);
    case Kind::kClassDefinition:
      return OrInBase(tree, statement);
    case Kind::kDecoratedDefinition: {
      NodeId decorator = tree.Child(statement, Kind::kDecorator);
      std::vector<NodeId> parts =
          decorator == kNoNode ? std::vector<NodeId>{} : tree.NamedChildren(decorator);
      return parts.empty() ? std::nullopt : Or(tree, parts.front());
    }
    default:
      return std::nullopt;
  }
}

}  // namespace

bool IsSimpleStatement(Kind kind) {
  switch (kind) {
    case Kind::kIf:
    case Kind::kFor:
    case Kind::kWhile:
    case Kind::kTry:
    case Kind::kWith:
    case Kind::kMatch:
    case Kind::kFunctionDefinition:
    case Kind::kClassDefinition:
    case Kind::kDecoratedDefinition:
      return false;
    default:
      return true;
  }
}

bool IsDocstring(const SyntaxTree& tree, NodeId statement) {
  if (tree.kind(statement) != Kind::kExpressionStatement) return false;
  std::vector<NodeId> parts = tree.NamedChildren(statement);
  // A comma makes it a tuple.
  if (parts.size() != 1 || tree[parts.front()].end != tree[statement].end) return false;
  NodeId value = parts.front();
  while (tree.kind(value) == Kind::kParenthesized) {
    std::vector<NodeId> inner = tree.NamedChildren(value);
    if (inner.size() != 1) return false;
    value = inner.front();
  }
  // An f-string is none, with or without interpolations.
  return PlainString(tree, value).has_value();
}

uint32_t EndWithSemicolon(std::string_view source, uint32_t end) {
  uint32_t at = end;
  while (at < source.size()) {
    const std::string_view rest = source.substr(at, 3);
    const uint32_t joined = rest.substr(0, 2) == "\\\n" ? 2 : rest == "\\\r\n" ? 3 : 0;
    if (joined == 0 && !IsBlank(source[at])) break;
    at += std::max(joined, 1U);
  }
  return at < source.size() && source[at] == ';' ? at + 1 : end;
}

std::optional<Spot> FindGuard(const SyntaxTree& tree, const std::vector<NodeId>& statements,
                              bool has_docstring, uint32_t header_end) {
  size_t index = has_docstring ? 1 : 0;
  if (index >= statements.size()) return std::nullopt;
  NodeId first = statements[index];
  std::string_view source = tree.source();
  if (IsSimpleStatement(tree.kind(first)))
    return Spot{Spot::Form::kBefore, tree[first].begin, 0, ""};
  uint32_t gap = has_docstring ? tree[statements.front()].end : header_end;
  if (RestIsBlank(source, gap)) {
    if (has_docstring) return Spot{Spot::Form::kAfter, gap, 0, ""};
    std::optional<std::string> indent = IndentOf(source, tree[first].begin);
    std::optional<uint32_t> line = FreeLine(source, NextLine(source, gap), tree[first].begin, 0);
    if (indent && line) return Spot{Spot::Form::kOwnLine, *line, 0, *indent};
  }
  return FirstExpression(tree, first);
}

std::optional<Spot> FindPrologue(const SyntaxTree& tree) {
  std::string_view source = tree.source();
  NodeId last = kNoNode;
  NodeId first = kNoNode;
  for (NodeId statement : tree.NamedChildren(SyntaxTree::kRoot)) {
    bool docstring = last == kNoNode && IsDocstring(tree, statement);
    if (!docstring && tree.kind(statement) != Kind::kFutureImport) {
      first = statement;
      break;
    }
    last = statement;
  }
  if (last != kNoNode && RestIsBlank(source, tree[last].end)) {
    return Spot{Spot::Form::kAfter, tree[last].end, 0, ""};
  }
  uint32_t to = first == kNoNode ? static_cast<uint32_t>(source.size()) : tree[first].begin;
  if (last == kNoNode) {
    uint32_t from = source.substr(0, 3) == "\xef\xbb\xbf" ? 3 : 0;
    // The declaration of the encoding counts only on the first two lines, after nothing but
    // comments.
    uint32_t skip =
        std::max<uint32_t>(EncodingCookie(source).first, source.substr(from, 2) == "#!" ? 1 : 0);
    if (std::optional<uint32_t> line = FreeLine(source, from, to, skip)) {
      return Spot{Spot::Form::kOwnLine, *line, 0, ""};
    }
  }
  // A `try` runs its first statement first, too; the prologue does not raise in a package that is
  // whole.
  while (first != kNoNode && tree.kind(first) == Kind::kTry) {
    std::vector<NodeId> inner = tree.NamedChildren(tree.Child(first, Field::kBody));
    first = inner.empty() ? kNoNode : inner.front();
  }
  if (first != kNoNode && IsSimpleStatement(tree.kind(first))) {
    return Spot{Spot::Form::kBefore, tree[first].begin, 0, ""};
  }
  return std::nullopt;
}

}  // namespace faaslight
