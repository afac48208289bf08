// A Python file's syntax tree as one flat array.
//
// tree-sitter's own nodes are costly to ask: the i-th child takes i steps, and every answer walks
// hidden nodes. One walk with a cursor copies what we need (kind, field, range, line) into an array
// in document order, where children are a linked list. Comments and line continuations are left
// out: they may stand anywhere and mean nothing here; code that needs them looks at the source
// between two nodes.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace faaslight {

// The kinds of nodes that the readers tell apart. kToken: punctuation and keywords; kOther: any
// other named node.
enum class Kind : uint8_t {
  kOther,
  kToken,
  kModule,
  kBlock,
  kImport,
  kImportFrom,
  kFutureImport,
  kRelativeImport,
  kImportPrefix,
  kAliasedImport,
  kWildcardImport,
  kDottedName,
  kPrint,
  kExec,
  kExpressionStatement,
  kReturn,
  kDelete,
  kRaise,
  kAssert,
  kPass,
  kBreak,
  kContinue,
  kGlobal,
  kNonlocal,
  kTypeAlias,
  kIf,
  kElif,
  kElse,
  kFor,
  kWhile,
  kTry,
  kExcept,
  kExceptGroup,
  kFinally,
  kWith,
  kWithClause,
  kWithItem,
  kMatch,
  kCase,
  kFunctionDefinition,
  kClassDefinition,
  kDecoratedDefinition,
  kDecorator,
  kCasePattern,
  kUnionPattern,
  kDictPattern,
  kKeywordPattern,
  kSplatPattern,
  kClassPattern,
  kComplexPattern,
  kParameters,
  kLambdaParameters,
  kDefaultParameter,
  kTypedParameter,
  kTypedDefaultParameter,
  kKeywordSeparator,
  kPositionalSeparator,
  kTuplePattern,
  kListPattern,
  kPatternList,
  kListSplatPattern,
  kDictionarySplatPattern,
  kAsPattern,
  kAsPatternTarget,
  kIdentifier,
  kAttribute,
  kSubscript,
  kCall,
  kArgumentList,
  kKeywordArgument,
  kListSplat,
  kDictionarySplat,
  kAssignment,
  kAugmentedAssignment,
  kNamedExpression,
  kLambda,
  kYield,
  kAwait,
  kComparison,
  kBinary,
  kConditional,
  kParenthesized,
  kParenthesizedListSplat,
  kExpressionList,
  kTuple,
  kList,
  kSet,
  kDictionary,
  kPair,
  kListComprehension,
  kSetComprehension,
  kDictionaryComprehension,
  kGeneratorExpression,
  kForIn,
  kIfClause,
  kString,
  kConcatenatedString,
  kStringStart,
  kStringContent,
  kStringEnd,
  kInterpolation,
  kEllipsis,
  kType,
  kTypeParameter,
  kGenericType,
  kMemberType,
  kSplatType,
  kConstrainedType,
};

enum class Field : uint8_t {
  kNone,
  kAlias,
  kAlternative,
  kArguments,
  kAttribute,
  kBody,
  kCondition,
  kConsequence,
  kDefinition,
  kFunction,
  kGuard,
  kKey,
  kLeft,
  kModuleName,
  kName,
  kObject,
  kOperators,
  kParameters,
  kReturnType,
  kRight,
  kSubject,
  kSubscript,
  kSuperclasses,
  kType,
  kTypeParameters,
  kValue,
};

using NodeId = uint32_t;
constexpr NodeId kNoNode = 0xffffffff;

struct Node {
  uint32_t begin = 0;
  uint32_t end = 0;   // of the last token in it: never a comment, blank or line end after it
  uint32_t line = 0;  // of `begin`, from 1
  NodeId first_child = kNoNode;
  NodeId next = kNoNode;  // the next sibling
  Kind kind = Kind::kOther;
  Field field = Field::kNone;
};

class SyntaxTree {
 public:
  // Fails with kBadInput, naming the line: a syntax error, Python 2's statements, or nesting too
  // deep to walk. `source` must outlive the tree. Thread-safe.
  static Result<SyntaxTree> Parse(std::string_view source);

  // The children of a node, for range-based for.
  class Children {
   public:
    class Iterator {
     public:
      Iterator(const std::vector<Node>* nodes, NodeId id) : nodes_(nodes), id_(id) {}
      NodeId operator*() const { return id_; }
      Iterator& operator++() {
        id_ = (*nodes_)[id_].next;
        return *this;
      }
      bool operator!=(const Iterator& other) const { return id_ != other.id_; }

     private:
      const std::vector<Node>* nodes_;
      NodeId id_;
    };
    Children(const std::vector<Node>* nodes, NodeId first) : nodes_(nodes), first_(first) {}
    Iterator begin() const { return {nodes_, first_}; }
    Iterator end() const { return {nodes_, kNoNode}; }

   private:
    const std::vector<Node>* nodes_;
    NodeId first_;
  };

  static constexpr NodeId kRoot = 0;
  NodeId size() const { return static_cast<NodeId>(nodes_.size()); }
  std::string_view source() const { return source_; }
  const Node& operator[](NodeId id) const { return nodes_[id]; }
  Kind kind(NodeId id) const { return nodes_[id].kind; }
  uint32_t line(NodeId id) const { return nodes_[id].line; }
  std::string_view Text(NodeId id) const {
    return source_.substr(nodes_[id].begin, nodes_[id].end - nodes_[id].begin);
  }
  // True for a keyword or punctuation with this text.
  bool IsToken(NodeId id, std::string_view text) const {
    return kind(id) == Kind::kToken && Text(id) == text;
  }
  Children children(NodeId id) const { return {&nodes_, nodes_[id].first_child}; }
  // The first child in this field, or kNoNode.
  NodeId Child(NodeId id, Field field) const;
  // The first child of this kind, or kNoNode.
  NodeId Child(NodeId id, Kind kind) const;
  // The children that are not tokens.
  std::vector<NodeId> NamedChildren(NodeId id) const;

 private:
  explicit SyntaxTree(std::string_view source) : source_(source) {}
  std::string_view source_;
  std::vector<Node> nodes_;
  friend class TreeBuilder;
};

}  // namespace faaslight
