#include "rewriter/syntax.h"

#include <fmt/format.h>
#include <tree_sitter/api.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

extern "C" const TSLanguage* tree_sitter_python(void);

namespace faaslight {
namespace {

// Deeper trees are refused: the readers recurse, and CPython's own parser gives up earlier.
constexpr size_t kMaxDepth = 3000;
// Hostile input can keep error recovery busy; real files take milliseconds.
constexpr uint64_t kParseTimeoutMicros = 20'000'000;

const std::unordered_map<std::string_view, Kind>& KindNames() {
  static const std::unordered_map<std::string_view, Kind> names = {
      {"module", Kind::kModule},
      {"block", Kind::kBlock},
      {"import_statement", Kind::kImport},
      {"import_from_statement", Kind::kImportFrom},
      {"future_import_statement", Kind::kFutureImport},
      {"relative_import", Kind::kRelativeImport},
      {"import_prefix", Kind::kImportPrefix},
      {"aliased_import", Kind::kAliasedImport},
      {"wildcard_import", Kind::kWildcardImport},
      {"dotted_name", Kind::kDottedName},
      {"print_statement", Kind::kPrint},
      {"exec_statement", Kind::kExec},
      {"expression_statement", Kind::kExpressionStatement},
      {"return_statement", Kind::kReturn},
      {"delete_statement", Kind::kDelete},
      {"raise_statement", Kind::kRaise},
      {"assert_statement", Kind::kAssert},
      {"pass_statement", Kind::kPass},
      {"break_statement", Kind::kBreak},
      {"continue_statement", Kind::kContinue},
      {"global_statement", Kind::kGlobal},
      {"nonlocal_statement", Kind::kNonlocal},
      {"type_alias_statement", Kind::kTypeAlias},
      {"if_statement", Kind::kIf},
      {"elif_clause", Kind::kElif},
      {"else_clause", Kind::kElse},
      {"for_statement", Kind::kFor},
      {"while_statement", Kind::kWhile},
      {"try_statement", Kind::kTry},
      {"except_clause", Kind::kExcept},
      {"except_group_clause", Kind::kExceptGroup},
      {"finally_clause", Kind::kFinally},
      {"with_statement", Kind::kWith},
      {"with_clause", Kind::kWithClause},
      {"with_item", Kind::kWithItem},
      {"match_statement", Kind::kMatch},
      {"case_clause", Kind::kCase},
      {"function_definition", Kind::kFunctionDefinition},
      {"class_definition", Kind::kClassDefinition},
      {"decorated_definition", Kind::kDecoratedDefinition},
      {"decorator", Kind::kDecorator},
      {"case_pattern", Kind::kCasePattern},
      {"union_pattern", Kind::kUnionPattern},
      {"dict_pattern", Kind::kDictPattern},
      {"keyword_pattern", Kind::kKeywordPattern},
      {"splat_pattern", Kind::kSplatPattern},
      {"class_pattern", Kind::kClassPattern},
      {"complex_pattern", Kind::kComplexPattern},
      {"parameters", Kind::kParameters},
      {"lambda_parameters", Kind::kLambdaParameters},
      {"default_parameter", Kind::kDefaultParameter},
      {"typed_parameter", Kind::kTypedParameter},
      {"typed_default_parameter", Kind::kTypedDefaultParameter},
      {"keyword_separator", Kind::kKeywordSeparator},
      {"positional_separator", Kind::kPositionalSeparator},
      {"tuple_pattern", Kind::kTuplePattern},
      {"list_pattern", Kind::kListPattern},
      {"pattern_list", Kind::kPatternList},
      {"list_splat_pattern", Kind::kListSplatPattern},
      {"dictionary_splat_pattern", Kind::kDictionarySplatPattern},
      {"as_pattern", Kind::kAsPattern},
      {"as_pattern_target", Kind::kAsPatternTarget},
      {"identifier", Kind::kIdentifier},
      {"attribute", Kind::kAttribute},
      {"subscript", Kind::kSubscript},
      {"call", Kind::kCall},
      {"argument_list", Kind::kArgumentList},
      {"keyword_argument", Kind::kKeywordArgument},
      {"list_splat", Kind::kListSplat},
      {"dictionary_splat", Kind::kDictionarySplat},
      {"assignment", Kind::kAssignment},
      {"augmented_assignment", Kind::kAugmentedAssignment},
      {"named_expression", Kind::kNamedExpression},
      {"lambda", Kind::kLambda},
      {"yield", Kind::kYield},
      {"await", Kind::kAwait},
      {"comparison_operator", Kind::kComparison},
      {"binary_operator", Kind::kBinary},
      {"conditional_expression", Kind::kConditional},
      {"parenthesized_expression", Kind::kParenthesized},
      {"parenthesized_list_splat", Kind::kParenthesizedListSplat},
      {"expression_list", Kind::kExpressionList},
      {"tuple", Kind::kTuple},
      {"list", Kind::kList},
      {"set", Kind::kSet},
      {"dictionary", Kind::kDictionary},
      {"pair", Kind::kPair},
      {"list_comprehension", Kind::kListComprehension},
      {"set_comprehension", Kind::kSetComprehension},
      {"dictionary_comprehension", Kind::kDictionaryComprehension},
      {"generator_expression", Kind::kGeneratorExpression},
      {"for_in_clause", Kind::kForIn},
      {"if_clause", Kind::kIfClause},
      {"string", Kind::kString},
      {"concatenated_string", Kind::kConcatenatedString},
      {"string_start", Kind::kStringStart},
      {"string_content", Kind::kStringContent},
      {"string_end", Kind::kStringEnd},
      {"interpolation", Kind::kInterpolation},
      {"ellipsis", Kind::kEllipsis},
      {"type", Kind::kType},
      {"type_parameter", Kind::kTypeParameter},
      {"generic_type", Kind::kGenericType},
      {"member_type", Kind::kMemberType},
      {"splat_type", Kind::kSplatType},
      {"constrained_type", Kind::kConstrainedType}};
  return names;
}

const std::unordered_map<std::string_view, Field>& FieldNames() {
  static const std::unordered_map<std::string_view, Field> names = {
      {"alias", Field::kAlias},
      {"alternative", Field::kAlternative},
      {"arguments", Field::kArguments},
      {"attribute", Field::kAttribute},
      {"body", Field::kBody},
      {"condition", Field::kCondition},
      {"consequence", Field::kConsequence},
      {"definition", Field::kDefinition},
      {"function", Field::kFunction},
      {"guard", Field::kGuard},
      {"key", Field::kKey},
      {"left", Field::kLeft},
      {"module_name", Field::kModuleName},
      {"name", Field::kName},
      {"object", Field::kObject},
      {"operators", Field::kOperators},
      {"parameters", Field::kParameters},
      {"return_type", Field::kReturnType},
      {"right", Field::kRight},
      {"subject", Field::kSubject},
      {"subscript", Field::kSubscript},
      {"superclasses", Field::kSuperclasses},
      {"type", Field::kType},
      {"type_parameters", Field::kTypeParameters},
      {"value", Field::kValue}};
  return names;
}

// The grammar's numbers, looked up once.
struct Grammar {
  const TSLanguage* language = tree_sitter_python();
  std::vector<Kind> kinds;
  std::vector<Field> fields;
  TSSymbol comment = 0;
  TSSymbol continuation = 0;

  Grammar() {
    for (uint32_t i = 0; i < ts_language_symbol_count(language); ++i) {
      TSSymbol symbol = static_cast<TSSymbol>(i);
      std::string_view name = ts_language_symbol_name(language, symbol);
      bool named = ts_language_symbol_type(language, symbol) == TSSymbolTypeRegular;
      auto found = KindNames().find(name);
      kinds.push_back(!named                       ? Kind::kToken
                      : found == KindNames().end() ? Kind::kOther
                                                   : found->second);
      if (named && name == "comment") comment = symbol;
      if (named && name == "line_continuation") continuation = symbol;
    }
    fields.push_back(Field::kNone);
    for (uint32_t i = 1; i <= ts_language_field_count(language); ++i) {
      auto found =
          FieldNames().find(ts_language_field_name_for_id(language, static_cast<TSFieldId>(i)));
      fields.push_back(found == FieldNames().end() ? Field::kNone : found->second);
    }
  }
};

const Grammar& PythonGrammar() {
  static const Grammar grammar;
  return grammar;
}

struct ParserDeleter {
  void operator()(TSParser* parser) const { ts_parser_delete(parser); }
};
struct TreeDeleter {
  void operator()(TSTree* tree) const { ts_tree_delete(tree); }
};

// Kinds that end in a block. tree-sitter may let them reach over the comments after it; we end them
// at the last token.
bool EndsInBlock(Kind kind) {
  switch (kind) {
    case Kind::kModule:
    case Kind::kBlock:
    case Kind::kIf:
    case Kind::kElif:
    case Kind::kElse:
    case Kind::kFor:
    case Kind::kWhile:
    case Kind::kTry:
    case Kind::kExcept:
    case Kind::kExceptGroup:
    case Kind::kFinally:
    case Kind::kWith:
    case Kind::kMatch:
    case Kind::kCase:
    case Kind::kFunctionDefinition:
    case Kind::kClassDefinition:
    case Kind::kDecoratedDefinition:
      return true;
    default:
      return false;
  }
}

}  // namespace

// Copies the cursor's walk into the array.
class TreeBuilder {
 public:
  TreeBuilder(std::string_view source, const TSTree* tree)
      : tree_(source), cursor_(ts_tree_cursor_new(ts_tree_root_node(tree))) {
    tree_.nodes_.reserve(source.size() / 4 + 16);
  }
  TreeBuilder(const TreeBuilder&) = delete;
  TreeBuilder& operator=(const TreeBuilder&) = delete;
  ~TreeBuilder() { ts_tree_cursor_delete(&cursor_); }

  Result<SyntaxTree> Build() {
    // One entry per open node: itself and its last child so far.
    std::vector<std::pair<NodeId, NodeId>> open;
    for (;;) {
      bool descend = Visit(open);
      if (!error_.empty()) return Fail(ExitCode::kBadInput, std::move(error_));
      if (descend && ts_tree_cursor_goto_first_child(&cursor_)) {
        if (open.size() > kMaxDepth) {
          return Fail(ExitCode::kBadInput,
                      fmt::format("line {}: nested too deeply", tree_.nodes_.back().line));
        }
        open.emplace_back(tree_.size() - 1, kNoNode);
        continue;
      }
      while (!ts_tree_cursor_goto_next_sibling(&cursor_)) {
        if (!ts_tree_cursor_goto_parent(&cursor_)) return std::move(tree_);
        Close(open.back());
        open.pop_back();
      }
    }
  }

 private:
  // Appends the cursor's node; false when its children are of no interest.
  bool Visit(std::vector<std::pair<NodeId, NodeId>>& open) {
    const Grammar& grammar = PythonGrammar();
    TSNode at = ts_tree_cursor_current_node(&cursor_);
    TSSymbol symbol = ts_node_symbol(at);
    TSPoint point = ts_node_start_point(at);
    if (symbol == grammar.comment || symbol == grammar.continuation) return false;
    Node node;
    node.begin = ts_node_start_byte(at);
    node.end = ts_node_end_byte(at);
    node.line = point.row + 1;
    bool error = symbol >= grammar.kinds.size() || ts_node_is_missing(at);
    node.kind = error ? Kind::kOther : grammar.kinds[symbol];
    if (error || node.kind == Kind::kPrint || node.kind == Kind::kExec) {
      error_ = fmt::format("line {}: syntax error", node.line);
      return false;
    }
    if (!open.empty()) {
      node.field = grammar.fields[ts_tree_cursor_current_field_id(&cursor_)];
      NodeId& last = open.back().second;
      (last == kNoNode ? tree_.nodes_[open.back().first].first_child : tree_.nodes_[last].next) =
          tree_.size();
      last = tree_.size();
    }
    tree_.nodes_.push_back(node);
    return node.kind != Kind::kStringContent && node.kind != Kind::kToken &&
           node.kind != Kind::kIdentifier;
  }

  void Close(std::pair<NodeId, NodeId> closed) {
    Node& node = tree_.nodes_[closed.first];
    if (!EndsInBlock(node.kind)) return;
    node.end = closed.second == kNoNode ? node.begin : tree_.nodes_[closed.second].end;
    if (node.kind != Kind::kModule && node.first_child != kNoNode) {
      node.begin = tree_.nodes_[node.first_child].begin;
      node.line = tree_.nodes_[node.first_child].line;
    }
  }

  SyntaxTree tree_;
  TSTreeCursor cursor_;
  std::string error_;
};

Result<SyntaxTree> SyntaxTree::Parse(std::string_view source) {
  std::unique_ptr<TSParser, ParserDeleter> parser(ts_parser_new());
  if (!ts_parser_set_language(parser.get(), PythonGrammar().language)) {
    return Fail(ExitCode::kSystem,
                "the Python grammar does not fit the tree-sitter library; build again");
  }
  ts_parser_set_timeout_micros(parser.get(), kParseTimeoutMicros);
  std::unique_ptr<TSTree, TreeDeleter> tree(ts_parser_parse_string(
      parser.get(), nullptr, source.data(), static_cast<uint32_t>(source.size())));
  if (!tree) return Fail(ExitCode::kBadInput, "parsing takes too long");
  return TreeBuilder(source, tree.get()).Build();
}

NodeId SyntaxTree::Child(NodeId id, Field field) const {
  for (NodeId child : children(id)) {
    if (nodes_[child].field == field) return child;
  }
  return kNoNode;
}

NodeId SyntaxTree::Child(NodeId id, Kind wanted) const {
  for (NodeId child : children(id)) {
    if (nodes_[child].kind == wanted) return child;
  }
  return kNoNode;
}

std::vector<NodeId> SyntaxTree::NamedChildren(NodeId id) const {
  std::vector<NodeId> out;
  for (NodeId child : children(id)) {
    if (kind(child) != Kind::kToken) out.push_back(child);
  }
  return out;
}

}  // namespace faaslight
