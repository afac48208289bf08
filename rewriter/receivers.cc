// What attributes are read on, where the text tells.
//
// Problem: `x.close()` may call any method of that name in the application; to say so of every
// attribute makes nearly everything reachable. Idea: note what the object is (a literal, `self`,
// `super()`, what a dotted name gave when it was called, a local name all of whose bindings are
// such), and look the names up when the whole file is known. A local name is known only if each of
// its bindings is a plain `name = value` of a known value; a loop variable, a `with` target, a
// parameter other than `self` are not. What this cannot see: a local name that is rebound through
// frames or `exec`, and an instance whose `__class__` is assigned.
#include <algorithm>
#include <array>
#include <string_view>

#include "rewriter/fact_reader.h"
#include "rewriter/name_part.h"

namespace faaslight {
namespace {

// Builtin functions and types whose result is an object of the interpreter's own.
constexpr std::array<std::string_view, 31> kMakers = {
    "ascii", "bin", "bool",       "bytearray",  "bytes",  "callable",  "chr",        "complex",
    "dict",  "dir", "enumerate",  "float",      "format", "frozenset", "hash",       "hex",
    "id",    "int", "isinstance", "issubclass", "len",    "list",      "memoryview", "oct",
    "open",  "ord", "range",      "repr",       "set",    "slice",     "str"};

// Methods of str that give a str.
constexpr std::array<std::string_view, 18> kTextMethods = {
    "capitalize", "casefold", "center", "expandtabs", "format",  "format_map",
    "join",       "ljust",    "lower",  "lstrip",     "replace", "rjust",
    "rstrip",     "strip",    "title",  "translate",  "upper",   "zfill"};

template <size_t N>
bool IsOneOf(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

FactReader::Value FactReader::ValueOfCall(NodeId node, const Context& context) {
  const NodeId function = tree_.Child(node, Field::kFunction);
  Value value;
  if (function == kNoNode) return value;
  if (const std::string dotted = Dotted(function); !dotted.empty()) {
    value.kind = Value::Kind::kMade;
    value.maker = names_.Intern(dotted);
    value.root =
        scopes_.Intern(context.scope, std::string_view(dotted).substr(0, dotted.find('.')));
  } else if (tree_.kind(function) == Kind::kAttribute) {
    const Value object = ValueOf(tree_.Child(function, Field::kObject), context);
    if (object.kind != Value::Kind::kText) return value;
    const NodeId method = tree_.Child(function, Field::kAttribute);
    value.kind = method != kNoNode && IsOneOf(kTextMethods, Text(method)) ? Value::Kind::kText
                                                                          : Value::Kind::kBuiltin;
  }
  return value;
}

FactReader::Value FactReader::ValueOf(NodeId node, const Context& context) {
  Value value;
  while (node != kNoNode && tree_.kind(node) == Kind::kParenthesized) {
    const std::vector<NodeId> inner = tree_.NamedChildren(node);
    node = inner.empty() ? kNoNode : inner.front();
  }
  if (node == kNoNode) return value;
  switch (tree_.kind(node)) {
    case Kind::kString:
    case Kind::kConcatenatedString:
      value.kind = Value::Kind::kText;
      break;
    case Kind::kList:
    case Kind::kTuple:
    case Kind::kSet:
    case Kind::kDictionary:
    case Kind::kListComprehension:
    case Kind::kSetComprehension:
    case Kind::kDictionaryComprehension:
      value.kind = Value::Kind::kBuiltin;
      break;
    case Kind::kCall:
      return ValueOfCall(node, context);
    default:
      break;
  }
  return value;
}

// `text` up to where something is put in; only what a name can begin with counts.
void FactReader::NotePrefix(std::string_view text, const Context& context) {
  constexpr size_t kShortest = 2;
  constexpr size_t kLongest = 60;
  const std::string_view prefix = text.substr(0, text.find_first_of("%{"));
  const bool name = std::all_of(prefix.begin(), prefix.end(), [](char c) {
    return c == '.' || IsNamePart(static_cast<unsigned char>(c));
  });
  if (!name || prefix.size() < kShortest || prefix.size() > kLongest) return;
  if (Uses* uses = UsesOf(context.user())) uses->prefixes.emplace(prefix);
}

// "visit_" + kind, "visit_%s" % kind, f"visit_{kind}"; "visit_{}".format is an attribute's object.
void FactReader::NotePrefixOf(NodeId node, const Context& context) {
  if (tree_.kind(node) == Kind::kString) {
    const NodeId start = tree_[node].first_child;
    const NodeId content = start == kNoNode ? kNoNode : tree_[start].next;
    if (content != kNoNode && tree_.kind(content) == Kind::kStringContent)
      NotePrefix(Text(content), context);
  } else if (tree_.kind(node) == Kind::kBinary) {
    const NodeId left = tree_.Child(node, Field::kLeft);
    if (left == kNoNode) return;
    if (const std::optional<std::string> text = PlainString(tree_, left))
      NotePrefix(*text, context);
  }
}

void FactReader::NoteReceiver(NodeId object, std::string_view attribute, uint32_t line,
                              const Context& context) {
  AttributeRead read;
  read.scope = context.scope;
  read.attribute = names_.Intern(attribute);
  read.line = line;
  read.owner = context.user();
  const std::string dotted = Dotted(object);
  if (!dotted.empty()) {
    const auto parts = std::count(dotted.begin(), dotted.end(), '.') + 2;
    read.name = scopes_.Intern(context.scope, std::string_view(dotted).substr(0, dotted.find('.')));
    if (parts == 2) {
      read.on = AttributeRead::On::kName;
    } else if (parts <= kMaxChainParts) {
      read.on = AttributeRead::On::kChain;
    }
  } else if (read.value = ValueOf(object, context); read.value.kind != Value::Kind::kUnknown) {
    const bool super = read.value.kind == Value::Kind::kMade && names_[read.value.maker] == "super";
    read.on = super ? AttributeRead::On::kSuper : AttributeRead::On::kValue;
  }
  attribute_reads_.push_back(read);
}

// `target = value`, one of several targets perhaps; only plain names are followed.
void FactReader::NoteLocalValue(NodeId target, NodeId value, const Context& context) {
  if (target == kNoNode || tree_.kind(target) != Kind::kIdentifier) return;
  if (scopes_[context.scope].kind != ScopeKind::kFunction) return;
  const Value known = ValueOf(value, context);
  if (known.kind == Value::Kind::kUnknown) return;
  local_values_[{context.scope, scopes_.Intern(context.scope, Text(target))}].values.push_back(
      known);
}

bool FactReader::IsGlobal(ScopeId scope, NameId name) const {
  return scopes_.Resolve(scope, name).from == ScopeTable::Origin::From::kGlobal;
}

void FactReader::ResolveReceivers() {
  for (const AttributeRead& read : attribute_reads_) ResolveReceiver(read);
  ResolveClassReads();
}

// `size = property(get_size)`: a class's body reads its own methods.
void FactReader::ResolveClassReads() {
  if (class_reads_.empty()) return;
  std::set<std::pair<std::string_view, std::string_view>> methods;
  for (const FunctionFacts& function : facts_.functions) {
    if (!function.class_path.empty()) methods.emplace(function.class_path, function.name);
  }
  for (const auto& [load, scope] : class_reads_) {
    const std::string& cls = scopes_[scope].class_path;
    Uses* uses = UsesOf(load.owner);
    if (uses == nullptr) continue;
    // Private names are known by what the compiler makes of them; functions by what was written.
    std::string name = names_[load.name];
    const std::string mangled = "_" + scopes_[scope].mangling + "__";
    if (name.starts_with(mangled)) name.erase(0, mangled.size() - 2);
    if (methods.count({cls, name}) == 0) continue;
    uses->on_receivers.emplace(ReceiverUse{ReceiverUse::Receiver::kSelf, cls, name}, load.line);
  }
}

void FactReader::ResolveReceiver(const AttributeRead& read) {
  using From = ScopeTable::Origin::From;
  bool known = false;
  switch (read.on) {
    case AttributeRead::On::kAnything:
      break;
    case AttributeRead::On::kChain:
      known = IsGlobal(read.scope, read.name);  // stands in Uses::chains
      break;
    case AttributeRead::On::kSuper:
      known = ResolveSuper(read);
      break;
    case AttributeRead::On::kValue:
      known = ResolveValue(read, read.value, read.scope);
      break;
    case AttributeRead::On::kName: {
      const ScopeTable::Origin origin = scopes_.Resolve(read.scope, read.name);
      known = origin.from == From::kGlobal;
      if (origin.from != From::kLocal && origin.from != From::kEnclosing) break;
      const auto found = local_values_.find({origin.scope, read.name});
      if (found == local_values_.end() || nonlocal_names_.count(read.name) != 0) break;
      const LocalValues& local = found->second;
      if (ResolveSelf(read, origin.scope, local.bindings)) return;
      known = !local.values.empty() && local.values.size() == local.bindings;
      // Each that is not known makes the name known of nothing.
      for (const Value& value : local.values)
        known = known && ResolveValue(read, value, origin.scope);
      break;
    }
  }
  if (known || names_[read.attribute].empty()) return;
  if (Uses* uses = UsesOf(read.owner)) uses->on_anything.insert(names_[read.attribute]);
}

// The first parameter of a method, bound by nothing else.
bool FactReader::ResolveSelf(const AttributeRead& read, ScopeId scope, uint32_t bindings) {
  const int index = scopes_[scope].function;
  if (index < 0 || bindings != 1) return false;
  const FunctionFacts& function = facts_.functions[static_cast<size_t>(index)];
  if (function.class_path.empty() || function.is_lambda || function.parameters.empty())
    return false;
  const Parameter& first = function.parameters.front();
  const bool positional =
      first.kind == ParameterKind::kPositional || first.kind == ParameterKind::kPositionalOnly;
  const bool plain = std::find(function.decorators.begin(), function.decorators.end(),
                               "staticmethod") == function.decorators.end();
  if (!positional || !plain || first.name != names_[read.name]) return false;
  UsesOf(read.owner)
      ->on_receivers.emplace(
          ReceiverUse{ReceiverUse::Receiver::kSelf, function.class_path, names_[read.attribute]},
          read.line);
  return true;
}

bool FactReader::ResolveSuper(const AttributeRead& read) {
  if (!IsGlobal(read.scope, read.value.root)) return false;
  for (ScopeId at = read.scope; at != ScopeTable::kModuleScope; at = scopes_[at].parent) {
    if (scopes_[at].kind != ScopeKind::kClass) continue;
    UsesOf(read.owner)
        ->on_receivers.emplace(ReceiverUse{ReceiverUse::Receiver::kSuper, scopes_[at].class_path,
                                           names_[read.attribute]},
                               read.line);
    return true;
  }
  return false;
}

// A value made in `scope`.
bool FactReader::ResolveValue(const AttributeRead& read, const Value& value, ScopeId scope) {
  if (value.kind == Value::Kind::kText || value.kind == Value::Kind::kBuiltin) return true;
  if (value.kind != Value::Kind::kMade || !IsGlobal(scope, value.root)) return false;
  const std::string& maker = names_[value.maker];
  if (facts_.bindings.count(names_[value.root]) == 0)
    return !facts_.has_star_import && IsOneOf(kMakers, maker);
  UsesOf(read.owner)
      ->on_receivers.emplace(
          ReceiverUse{ReceiverUse::Receiver::kInstance, maker, names_[read.attribute]}, read.line);
  return true;
}

}  // namespace faaslight
