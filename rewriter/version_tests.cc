// Conditions that the version of CPython settles: sys.version_info >= (3, 8), six.PY2, and what
// `not`, `and` and `or` make of such. What stands in a branch that cannot run there is in the facts
// as what it binds, but neither uses anything nor can it be reached.
//
// sys.version_info has five parts, of which two are known here: a comparison that hangs on the
// others is not settled.
#include <charconv>

#include "rewriter/fact_reader.h"

namespace faaslight {
namespace {

std::vector<NodeId> Listed(const SyntaxTree::Children& children) {
  std::vector<NodeId> out;
  for (const NodeId child : children) out.push_back(child);
  return out;
}

std::string WithoutBlanks(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') out += c;
  }
  return out;
}

// "8" or "(3,8)" or "(3,)" as numbers; nothing for anything else.
std::optional<std::vector<int>> Numbers(std::string_view text) {
  const bool tuple = text.size() > 2 && text.front() == '(' && text.back() == ')';
  if (tuple) text = text.substr(1, text.size() - 2);
  std::vector<int> numbers;
  while (!text.empty()) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) return std::nullopt;
    numbers.push_back(number);
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    if (text.empty()) break;
    if (!tuple || text.front() != ',') return std::nullopt;
    text.remove_prefix(1);
  }
  if (numbers.empty()) return std::nullopt;
  return numbers;
}

// What is known of one side of a comparison.
struct Side {
  std::vector<int> parts;
  bool more = false;  // further parts follow, which are not known
};

std::optional<Side> VersionSide(std::string_view text, int minor) {
  const size_t dot = text.find(".version_info");
  if (dot == std::string_view::npos || dot == 0) return std::nullopt;
  const std::string_view rest = text.substr(dot + std::string_view(".version_info").size());
  if (rest.empty()) return Side{{3, minor}, true};
  if (rest == "[0]" || rest == ".major" || rest == "[:1]") return Side{{3}, false};
  if (rest == "[1]" || rest == ".minor") return Side{{minor}, false};
  if (rest == "[:2]" || rest == "[0:2]") return Side{{3, minor}, false};
  return std::nullopt;
}

// -1, 0, 1 as tuples compare; nothing where it hangs on parts that are not known.
std::optional<int> Compare(const Side& left, const std::vector<int>& right) {
  const size_t both = std::min(left.parts.size(), right.size());
  for (size_t i = 0; i < both; ++i) {
    if (left.parts[i] != right[i]) return left.parts[i] < right[i] ? -1 : 1;
  }
  if (right.size() > left.parts.size()) return left.more ? std::nullopt : std::optional(-1);
  return left.more || left.parts.size() > right.size() ? 1 : 0;
}

std::optional<bool> Holds(std::string_view op, int order) {
  if (op == "<") return order < 0;
  if (op == "<=") return order <= 0;
  if (op == ">") return order > 0;
  if (op == ">=") return order >= 0;
  if (op == "==") return order == 0;
  if (op == "!=") return order != 0;
  return std::nullopt;
}

}  // namespace

// The name of a constant of six, as `six.PY2` or imported from there.
std::optional<bool> FactReader::SixConstant(std::string_view dotted) const {
  std::string_view name = dotted;
  if (const size_t dot = dotted.rfind('.'); dot != std::string_view::npos) {
    const std::string_view module = dotted.substr(0, dot);
    if (module != "six" && !module.ends_with(".six")) return std::nullopt;
    name = dotted.substr(dot + 1);
  } else {
    const auto found = facts_.bindings.find(std::string(dotted));
    if (found == facts_.bindings.end() || found->second.count != 1 || found->second.imports.empty())
      return std::nullopt;
    const auto [statement, position] = found->second.imports.front();
    const ImportedName& imported =
        facts_.imports[static_cast<size_t>(statement)].names[static_cast<size_t>(position)];
    const std::string_view module = imported.module;
    if (module != "six" && !module.ends_with(".six")) return std::nullopt;
    name = imported.attribute;
  }
  if (name == "PY2") return false;
  if (name == "PY3") return true;
  return std::nullopt;
}

std::optional<bool> FactReader::VersionComparison(NodeId comparison) const {
  const std::vector<NodeId> parts = Listed(tree_.children(comparison));
  if (parts.size() != 3) return std::nullopt;
  const std::string left = WithoutBlanks(Text(parts[0]));
  if (sys_names_.count(left.substr(0, left.find('.'))) == 0) return std::nullopt;
  const std::optional<Side> side = VersionSide(left, minor_);
  const std::optional<std::vector<int>> numbers = Numbers(WithoutBlanks(Text(parts[2])));
  if (!side || !numbers) return std::nullopt;
  // A number compares with a part, a tuple with a tuple.
  const bool tuple = tree_.kind(parts[2]) == Kind::kTuple;
  const bool part = left.ends_with("[0]") || left.ends_with("[1]") || left.ends_with("or");
  if (tuple == part) return std::nullopt;
  const std::optional<int> order = Compare(*side, *numbers);
  if (!order) return std::nullopt;
  return Holds(Text(parts[1]), *order);
}

std::optional<bool> FactReader::Settled(NodeId condition) const {
  constexpr size_t kMaxText = 200;
  if (minor_ == 0 || condition == kNoNode || Text(condition).size() > kMaxText) return std::nullopt;
  const std::vector<NodeId> children = Listed(tree_.children(condition));
  switch (tree_.kind(condition)) {
    case Kind::kIdentifier:
    case Kind::kAttribute:
      return SixConstant(Dotted(condition));
    case Kind::kComparison:
      return VersionComparison(condition);
    case Kind::kParenthesized:
      return children.size() == 3 ? Settled(children[1]) : std::nullopt;
    default:
      break;
  }
  if (children.size() == 2 && tree_.IsToken(children[0], "not")) {
    const std::optional<bool> inner = Settled(children[1]);
    return inner ? std::optional(!*inner) : std::nullopt;
  }
  if (children.size() != 3) return std::nullopt;
  const bool conjunction = tree_.IsToken(children[1], "and");
  if (!conjunction && !tree_.IsToken(children[1], "or")) return std::nullopt;
  const std::optional<bool> left = Settled(children[0]), right = Settled(children[2]);
  // One side is enough where it decides: `x and False`.
  if (left && *left != conjunction) return left;
  if (right && *right != conjunction) return right;
  return left && right ? left : std::nullopt;
}

}  // namespace faaslight
