// What makes a module or a function special: frame introspection, reading its own namespace,
// sys.modules, __all__.
#include <fmt/format.h>

#include <algorithm>

#include "rewriter/fact_reader.h"

namespace faaslight {
namespace {

using Words = std::set<std::string_view>;

// Whoever uses one of these looks at the frames above it, and would see the stub's. "get_frame" and
// the like are what people call sys._getframe (loguru imports it so).
const Words& FrameWords() {
  static const Words words = {"_getframe",        "_getframemodulename", "currentframe",
                              "_current_frames",  "extract_stack",       "print_stack",
                              "format_stack",     "walk_stack",          "getouterframes",
                              "f_back",           "get_frame",           "getframe",
                              "get_current_frame"};
  return words;
}

const Words& NamespaceFunctions() {
  static const Words words = {"globals", "locals", "eval", "exec"};
  return words;
}

// Methods of sys.modules that ask for one module.
const Words& SingleModuleMethods() {
  static const Words words = {"get",          "pop",         "setdefault",  "update",
                              "__contains__", "__getitem__", "__setitem__", "__delitem__"};
  return words;
}

}  // namespace

bool ReadsFrames(std::string_view name) { return FrameWords().count(name) != 0; }

// `sys.modules`, `_sys.modules`, `x.sys.modules`, or a name imported for it.
bool FactReader::IsSysModules(NodeId node) const {
  if (tree_.kind(node) == Kind::kIdentifier) return modules_names_.count(Text(node)) != 0;
  if (tree_.kind(node) != Kind::kAttribute) return false;
  NodeId object = tree_.Child(node, Field::kObject);
  NodeId attribute = tree_.Child(node, Field::kAttribute);
  if (object == kNoNode || attribute == kNoNode || Text(attribute) != "modules") return false;
  std::string dotted = Dotted(object);
  return sys_names_.count(dotted.substr(dotted.rfind('.') + 1)) != 0;
}

bool FactReader::IsInspect(std::string_view dotted) const {
  return inspect_names_.count(dotted.substr(dotted.rfind('.') + 1)) != 0;
}

void FactReader::NoteIntrospection(std::string_view what, uint32_t line, const Context& context) {
  if (context.owner < 0) return;
  std::optional<std::string>& noted = facts_.functions[context.owner].introspection;
  if (!noted) noted = fmt::format("{}, line {}", what, line);
}

// A function that gives up what it was given, often to break a cycle with a traceback.
void FactReader::NoteLettingGo(std::string_view name, uint32_t line, const Context& context) {
  if (context.owner < 0 || scopes_[context.scope].kind != ScopeKind::kFunction) return;
  FunctionFacts& function = facts_.functions[context.owner];
  const bool given =
      std::any_of(function.parameters.begin(), function.parameters.end(),
                  [&](const Parameter& parameter) { return parameter.name == name; });
  if (given && !function.lets_go) function.lets_go = fmt::format("{}, line {}", name, line);
}

void FactReader::NoteSpecial(std::string_view name, uint32_t line, const Context& context,
                             bool own_namespace, bool introspection, std::string text) {
  if (context.owner == Context::kNobody) return;
  specials_.push_back({context.scope, scopes_.Intern(context.scope, name), line, context.owner,
                       context.cold, own_namespace, introspection, std::move(text)});
}

// A bare name: it counts unless it turns out to be local.
void FactReader::NoteName(std::string_view name, uint32_t line, const Context& context) {
  if (name == "super" && scopes_[context.scope].kind != ScopeKind::kClass &&
      scopes_[context.scope].kind != ScopeKind::kModule) {
    loads_.push_back({context.scope, names_.Intern("__class__"), line, Context::kNobody, -1, true});
  }
  if (name == "__all__" && context.owner == Context::kImportTime) ++all_loads_;
  if (NamespaceFunctions().count(name) != 0) {
    NoteSpecial(name, line, context, true, true, fmt::format("{}()", name));
  } else if (ReadsFrames(name) || stack_names_.count(name) != 0 || name == "__builtins__") {
    NoteSpecial(name, line, context, false, true, std::string(name));
  }
}

void FactReader::NoteAttribute(NodeId node, const Context& context) {
  std::string_view name = Text(tree_.Child(node, Field::kAttribute));
  NodeId object = tree_.Child(node, Field::kObject);
  uint32_t line = tree_.line(node);
  Uses* uses = UsesOf(context.owner);
  if (uses == nullptr) return;
  std::string dotted = Dotted(object);
  if (ReadsFrames(name) || ((name == "stack" || name == "trace") && IsInspect(dotted))) {
    NoteIntrospection(dotted.empty() ? std::string(name) : fmt::format("{}.{}", dotted, name), line,
                      context);
    if (context.owner >= 0) facts_.functions[context.owner].counts_frames = true;
  }
  bool of_builtins = dotted == "builtins" || dotted == "__builtin__" || dotted == "__builtins__";
  if (of_builtins && NamespaceFunctions().count(name) != 0) {
    NoteIntrospection(fmt::format("{}.{}", dotted, name), line, context);
    NoteNamespace(context.owner, context.cold);
    uses->binds_unseen = true;
  }
  if (name == "f_globals" || name == "f_locals" || name == "__globals__") {
    NoteNamespace(context.owner, context.cold);
    uses->binds_unseen = true;
  }
  if (name == "__dict__" && !dotted.empty()) {
    NameId root =
        scopes_.Intern(context.scope, std::string_view(dotted).substr(0, dotted.find('.')));
    namespaces_.push_back({context.scope, root, names_.Intern(dotted), context.owner, -1});
  }
  if (IsSysModules(object) && SingleModuleMethods().count(name) == 0)
    uses->walks_sys_modules = true;
}

// sys.modules as a whole: iterated, copied, handed on, or kept under another name.
void FactReader::NoteSysModules(NodeId, const Context& context) {
  if (Uses* uses = UsesOf(context.owner)) uses->walks_sys_modules = true;
}

void FactReader::NoteCall(NodeId node, const Context& context) {
  NodeId function = tree_.Child(node, Field::kFunction);
  NodeId arguments = tree_.Child(node, Field::kArguments);
  if (function == kNoNode || arguments == kNoNode) return SyntaxError(node, "syntax error");
  if (tree_.kind(arguments) != Kind::kArgumentList) return;
  std::vector<NodeId> given = tree_.NamedChildren(arguments);
  std::string_view name;
  if (tree_.kind(function) == Kind::kIdentifier) name = Text(function);
  if (name == "getattr" && given.size() >= 2 && context.user() != Context::kNobody) {
    // A name that is made up counts as any; of one that begins with a known text NotePrefixOf
    // knows.
    const std::optional<std::string> attribute = PlainString(tree_, given[1]);
    const bool built =
        tree_.kind(given[1]) == Kind::kString || tree_.kind(given[1]) == Kind::kBinary;
    if (attribute ? !attribute->empty() : !built)
      NoteReceiver(given[0], attribute.value_or(""), tree_.line(node), context);
  }
  if (name == "vars" || name == "dir") {
    const bool here =
        context.owner == Context::kImportTime && context.scope == ScopeTable::kModuleScope;
    if (here && Text(node) == "dir()") {
      facts_.own_dirs.push_back({{tree_[node].begin, tree_[node].end}, tree_.line(node)});
    } else if (given.empty()) {
      NoteSpecial(name, tree_.line(node), context, true, true, fmt::format("{}()", name));
    } else if (std::string dotted = Dotted(given.front());
               !dotted.empty() && context.owner != Context::kNobody) {
      NameId root =
          scopes_.Intern(context.scope, std::string_view(dotted).substr(0, dotted.find('.')));
      namespaces_.push_back({context.scope, root, names_.Intern(dotted), context.owner, -1});
    }
  }
  if (tree_.kind(function) == Kind::kAttribute &&
      tree_.Child(function, Field::kAttribute) != kNoNode) {
    NodeId object = tree_.Child(function, Field::kObject);
    name = Text(tree_.Child(function, Field::kAttribute));
    bool itself = !given.empty() && Text(given.front()) == "__name__";
    bool stores =
        name == "pop" || name == "setdefault" || name == "__setitem__" || name == "__delitem__";
    if (IsSysModules(object) && ((stores && itself) || name == "update"))
      facts_.replaces_itself = true;
  }
  NoteTakenAll(name, given, context);
  NoteArguments(arguments, name, context);
}

// stacklevel counts frames, by keyword or as warn's third argument; setattr can replace a module's
// class.
void FactReader::NoteArguments(NodeId arguments, std::string_view callee, const Context& context) {
  int positional = 0;
  for (NodeId argument : tree_.children(arguments)) {
    Kind kind = tree_.kind(argument);
    if (kind == Kind::kToken) continue;
    if (kind == Kind::kKeywordArgument) {
      NodeId name = tree_.Child(argument, Field::kName);
      if (name != kNoNode && Text(name) == "stacklevel")
        NoteIntrospection("stacklevel", tree_.line(argument), context);
    } else if (kind != Kind::kDictionarySplat) {
      ++positional;
      bool import_time = context.owner == Context::kImportTime;
      if (callee == "setattr" && positional == 2 && import_time &&
          PlainString(tree_, argument) == "__class__") {
        facts_.replaces_itself = true;
      }
    }
  }
  if (callee == "warn" && positional >= 3)
    NoteIntrospection("stacklevel", tree_.line(arguments), context);
}

// `sys.modules[key] = …` and `del sys.modules[key]`.
void FactReader::NoteStoredSubscript(NodeId node, const Context& context) {
  NodeId value = tree_.Child(node, Field::kValue);
  NodeId key = tree_.Child(node, Field::kSubscript);
  if (value == kNoNode || key == kNoNode || !IsSysModules(value)) return;
  if (context.owner == Context::kImportTime || Text(key) == "__name__")
    facts_.replaces_itself = true;
}

void FactReader::NoteStoredAttribute(NodeId node, const Context& context) {
  NodeId object = tree_.Child(node, Field::kObject);
  NodeId attribute = tree_.Child(node, Field::kAttribute);
  if (object == kNoNode || attribute == kNoNode || Text(attribute) != "__class__") return;
  bool of_module =
      tree_.kind(object) == Kind::kSubscript && IsSysModules(tree_[object].first_child);
  if (context.owner == Context::kImportTime || of_module) facts_.replaces_itself = true;
}

// Adds `X.__all__` to what `all` holds; false if it is anything else.
bool FactReader::AppendAllRead(NodeId node) {
  NodeId object = tree_.Child(node, Field::kObject);
  NodeId attribute = tree_.Child(node, Field::kAttribute);
  if (object == kNoNode || attribute == kNoNode || Text(attribute) != "__all__") return false;
  if (tree_.kind(object) != Kind::kIdentifier || Text(node).find('\n') != std::string_view::npos)
    return false;
  all_reads_.insert(node);
  facts_.all_reads.push_back({{tree_[node].begin, tree_[node].end},
                              std::string(Text(object)),
                              "",
                              tree_.line(node),
                              facts_.all.size()});
  return true;
}

// set(X.__all__) and the like, where the module's body comes for certain or by a branch: `__all__`
// made of sets of other modules' lists, in any way.
void FactReader::NoteTakenAll(std::string_view callee, const std::vector<NodeId>& given,
                              const Context& context) {
  static const std::set<std::string_view> kTakers = {"frozenset", "list", "set", "sorted", "tuple"};
  if (kTakers.count(callee) == 0 || given.size() != 1) return;
  const NodeId node = given.front();
  if (context.owner != Context::kImportTime || context.scope != ScopeTable::kModuleScope ||
      !context.only_branches || tree_.kind(node) != Kind::kAttribute || all_reads_.count(node) != 0)
    return;
  const std::string dotted = Dotted(node);
  constexpr std::string_view kEnd = ".__all__";
  if (!dotted.ends_with(kEnd) || Text(node).find('\n') != std::string_view::npos) return;
  all_reads_.insert(node);
  facts_.all_reads.push_back({{tree_[node].begin, tree_[node].end},
                              dotted.substr(0, dotted.size() - kEnd.size()),
                              std::string(callee),
                              tree_.line(node),
                              std::nullopt});
}

// Adds the strings of a literal list or tuple, or of a sum of them and other modules' lists, to
// `all`; false if it is anything else.
bool FactReader::AppendStrings(NodeId node) {
  switch (tree_.kind(node)) {
    case Kind::kParenthesized:
      return tree_.NamedChildren(node).size() == 1 &&
             AppendStrings(tree_.NamedChildren(node).front());
    case Kind::kBinary:
      return tree_.NamedChildren(node).size() == 2 && Text(node).find('+') != std::string::npos &&
             AppendStrings(tree_.NamedChildren(node)[0]) &&
             AppendStrings(tree_.NamedChildren(node)[1]);
    case Kind::kAttribute:
      return AppendAllRead(node);
    case Kind::kCall: {  // X.__all__.copy()
      NodeId function = tree_.Child(node, Field::kFunction);
      NodeId arguments = tree_.Child(node, Field::kArguments);
      if (function == kNoNode || arguments == kNoNode) return false;
      if (tree_.kind(function) != Kind::kAttribute || !tree_.NamedChildren(arguments).empty())
        return false;
      NodeId object = tree_.Child(function, Field::kObject);
      NodeId method = tree_.Child(function, Field::kAttribute);
      return object != kNoNode && method != kNoNode && Text(method) == "copy" &&
             tree_.kind(object) == Kind::kAttribute && AppendAllRead(object);
    }
    case Kind::kList:
    case Kind::kTuple:
    case Kind::kExpressionList:
      for (NodeId item : tree_.NamedChildren(node)) {
        if (tree_.kind(item) == Kind::kListSplat && tree_.NamedChildren(item).size() == 1) {
          const NodeId part = tree_.NamedChildren(item).front();
          if (tree_.kind(part) != Kind::kAttribute || !AppendAllRead(part)) return false;
          continue;
        }
        std::optional<std::string> text = PlainString(tree_, item);
        if (!text || text->find('\\') != std::string::npos) return false;
        facts_.all.push_back(std::move(*text));
      }
      return true;
    default:
      return false;
  }
}

// __all__ = […], += […], .extend([…]), .append("…") directly in the module; anything else makes it
// inexact. Under an `if`, only what other modules' lists it reads is noted.
void FactReader::ReadAll(NodeId statement, const Context& context) {
  const bool plain = context.place == Place::kModule || context.settled;
  if (context.settled) names_under_settled_.emplace("__all__");
  if (!plain && !(context.place == Place::kNested && context.only_branches)) return;
  NodeId node = tree_[statement].first_child;
  if (node == kNoNode) return;
  if (!plain) {
    Kind kind = tree_.kind(node);
    NodeId target =
        kind == Kind::kCall ? tree_.Child(node, Field::kFunction) : tree_.Child(node, Field::kLeft);
    if (target == kNoNode || Text(target).rfind("__all__", 0) != 0) return;
    all_broken_ = true;
  }
  ReadAllStatement(node);
}

void FactReader::ReadAllStatement(NodeId node) {
  Kind kind = tree_.kind(node);
  if (kind == Kind::kAssignment || kind == Kind::kAugmentedAssignment) {
    NodeId left = tree_.Child(node, Field::kLeft);
    NodeId right = tree_.Child(node, Field::kRight);
    if (left == kNoNode || right == kNoNode || Text(left) != "__all__") return;
    const bool fresh = kind == Kind::kAssignment;
    if (fresh) {
      facts_.all.clear();
      for (AllRead& read : facts_.all_reads) read.position.reset();
      facts_.all_is_list = tree_.kind(right) == Kind::kList ||
                           (tree_.kind(right) == Kind::kBinary &&
                            tree_.kind(tree_.NamedChildren(right).front()) == Kind::kList);
    }
    ++all_known_bindings_;
    all_known_loads_ += !fresh;
    if (!fresh && Text(node).find("+=") == std::string_view::npos) all_broken_ = true;
    // `__all__ = X.__all__` makes them one list: a change of the one is a change of the other.
    const bool alias = fresh && tree_.kind(right) == Kind::kAttribute;
    if (alias || !AppendStrings(right)) all_broken_ = true;
  }
  if (kind != Kind::kCall) return;
  NodeId function = tree_.Child(node, Field::kFunction);
  NodeId arguments = tree_.Child(node, Field::kArguments);
  if (function == kNoNode || arguments == kNoNode) return;
  std::string dotted = Dotted(function);
  std::vector<NodeId> given = tree_.NamedChildren(arguments);
  if (given.size() != 1) return;
  if (dotted == "__all__.extend" && AppendStrings(given.front())) ++all_known_loads_;
  if (dotted == "__all__.append") {
    std::optional<std::string> text = PlainString(tree_, given.front());
    if (text && text->find('\\') == std::string::npos) {
      facts_.all.push_back(std::move(*text));
      ++all_known_loads_;
    }
  }
}

void FactReader::FinishAll() {
  auto found = facts_.bindings.find("__all__");
  facts_.has_all = found != facts_.bindings.end();
  facts_.all_is_known = facts_.has_all && !all_broken_ && all_loads_ == all_known_loads_ &&
                        found->second.count == all_known_bindings_;
  facts_.all_is_exact = facts_.all_is_known &&
                        std::none_of(facts_.all_reads.begin(), facts_.all_reads.end(),
                                     [](const AllRead& read) { return read.position.has_value(); });
}

}  // namespace faaslight
