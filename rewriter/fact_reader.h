// The walk over one file's syntax tree that gathers Facts. Internal to the facts library: see
// rewriter/facts.h.
//
// The pieces, one concept per file: facts.cc (checks, the whole), statements.cc, expressions.cc,
// functions.cc (def, lambda, class), imports.cc, patterns.cc (match), module_traits.cc (__all__,
// sys.modules, introspection), spots.cc (where statements can be put), receivers.cc (what
// attributes are read on), resolution.cc (names to uses).
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rewriter/facts.h"
#include "rewriter/scopes.h"
#include "rewriter/syntax.h"

namespace faaslight {

constexpr int kMaxChainParts = 4;  // of Uses::chains

// Where the walk is: passed down by value.
struct Context {
  ScopeId scope = ScopeTable::kModuleScope;
  int owner = -1;  // the function whose code this is; kImportTime or kNobody otherwise
  Place place = Place::kModule;
  bool in_try = false;
  bool only_branches = true;  // around it, up to the module's body, are if, elif and else alone
  // Nested, but runs for certain: each `if` around it asks for a constant (settled_branches.cc).
  bool settled = false;
  bool type_checking = false;
  bool never_runs = false;   // in a branch that the version of CPython rules out (version_tests.cc)
  bool lines_known = false;  // which lines of the function ran
  int cold = -1;             // the cold region: a position in cold_
  bool annotation = false;   // strings are annotations too: names in them count
  bool receiver = false;     // a name or chain of attributes of which an attribute is read

  // Whose uses those of this code are.
  int user() const { return never_runs ? kNobody : owner; }

  static constexpr int kImportTime = -1;
  static constexpr int kNobody = -2;  // not evaluated, but the compiler's scoping sees it
};

enum class BindingForm { kImport, kDefinition, kAssignment, kDelete };

class FactReader {
 public:
  FactReader(const SyntaxTree& tree, Facts* facts);
  // Before Read(): which lines of functions ran. `lines` must outlive the reader.
  void UseLines(const std::vector<uint32_t>& lines);
  // Before Read(): the code runs on CPython 3.`minor`; 0: not known.
  void UseVersion(int minor) { minor_ = minor; }
  Status Read();

 private:
  struct Load {
    ScopeId scope;
    NameId name;
    uint32_t line;
    int owner;
    int cold;
    bool bare;  // not only to read an attribute of it
  };
  // A dotted expression that starts with a name: an attribute chain, or X in vars(X).
  struct DottedRead {
    ScopeId scope;
    NameId root;
    NameId dotted;
    int owner;
    int cold;
    bool bare = false;
  };
  // Something that counts only where a name is the builtin or the global one: eval, locals(),
  // inspect's stack.
  struct SpecialRead {
    ScopeId scope;
    NameId name;
    uint32_t line;
    int owner;
    int cold;
    bool own_namespace;
    bool introspection;
    std::string text;
  };

  // What the text tells of a value (receivers.cc).
  struct Value {
    enum class Kind { kUnknown, kText, kBuiltin, kMade } kind = Kind::kUnknown;
    NameId maker = 0;  // kMade: the dotted name that was called …
    NameId root = 0;   // … and its first part, to be looked up
  };
  // An attribute that is read, and on what; looked up when the whole file is known.
  struct AttributeRead {
    enum class On { kAnything, kName, kChain, kValue, kSuper } on = On::kAnything;
    ScopeId scope;
    NameId name = 0;  // kName: the variable; kChain: the first part
    Value value;      // kValue
    NameId attribute;
    uint32_t line;
    int owner;
  };
  // How often a local name is bound, and to what where that is told.
  struct LocalValues {
    uint32_t bindings = 0;
    std::vector<Value> values;
  };

  // What looks at the frames above it, by the names that other code of the file knows it by.
  struct FrameCounters {
    std::set<std::string> functions;
    std::set<std::string> methods;
    void Add(const FunctionFacts& function);
  };

  // statements.cc
  void VisitStatements(NodeId block, const Context& context);
  void Visit(NodeId node, const Context& context);
  void VisitChildren(NodeId node, const Context& context);
  void VisitIf(NodeId node, const Context& context);
  void VisitElif(NodeId node, std::optional<bool> settled, const Context& context);
  void VisitFor(NodeId node, const Context& context);
  void VisitWith(NodeId node, const Context& context);
  void VisitTry(NodeId node, const Context& context);
  void VisitExcept(NodeId node, const Context& context);
  void CheckOneLine(NodeId targets);
  void VisitAssignment(NodeId node, const Context& context);
  void VisitAugmentedAssignment(NodeId node, const Context& context);
  void VisitScopeStatement(NodeId node, const Context& context);
  void VisitTypeAlias(NodeId node, const Context& context);
  void VisitAsPattern(NodeId node, const Context& context);
  void BindTarget(NodeId target, const Context& context, BindingForm form);
  void Bind(std::string_view name, uint32_t line, const Context& context, BindingForm form);
  Binding* ModuleBinding(NameId name, uint32_t line);
  Context Nested(const Context& context, bool branch = false) const;

  // expressions.cc
  void LoadName(NodeId identifier, const Context& context);
  void AddLoad(std::string_view name, uint32_t line, const Context& context);
  void VisitAttribute(NodeId node, const Context& context);
  void VisitSubscript(NodeId node, const Context& context);
  void VisitComparison(NodeId node, const Context& context);
  void VisitCall(NodeId node, const Context& context);
  void VisitComprehension(NodeId node, const Context& context);
  void VisitNamedExpression(NodeId node, const Context& context);
  void VisitString(NodeId node, const Context& context);
  void AddAnnotationNames(std::string_view text, uint32_t line, const Context& context);
  void AddChain(std::string_view dotted, const Context& context);
  // "a.b.c" for a chain of attributes on a name (blanks left out); "" for anything else.
  std::string Dotted(NodeId node) const;
  Uses* UsesOf(int owner);

  // receivers.cc
  void NoteReceiver(NodeId object, std::string_view attribute, uint32_t line,
                    const Context& context);
  void NotePrefix(std::string_view text, const Context& context);
  void NotePrefixOf(NodeId node, const Context& context);
  Value ValueOf(NodeId node, const Context& context);
  Value ValueOfCall(NodeId node, const Context& context);
  void NoteLocalValue(NodeId target, NodeId value, const Context& context);
  void ResolveReceivers();
  void ResolveClassReads();
  void ResolveReceiver(const AttributeRead& read);
  bool ResolveSelf(const AttributeRead& read, ScopeId scope, uint32_t bindings);
  bool ResolveSuper(const AttributeRead& read);
  bool ResolveValue(const AttributeRead& read, const Value& value, ScopeId scope);
  bool IsGlobal(ScopeId scope, NameId name) const;

  // functions.cc
  void VisitDecorated(NodeId node, const Context& context);
  uint32_t FirstLine(NodeId definition, NodeId decorated) const;
  void VisitFunction(NodeId node, NodeId decorated, const Context& context);
  void VisitLambda(NodeId node, const Context& context);
  void VisitClass(NodeId node, NodeId decorated, const Context& context);
  void ReadBase(NodeId base, ClassFacts* facts) const;
  std::vector<std::string> DecoratorNames(NodeId decorated) const;
  std::vector<Parameter> ReadParameters(NodeId parameters);
  void VisitDefaults(NodeId parameters, const Context& context);
  void VisitParameterAnnotations(NodeId parameters, const Context& context);
  int AddFunction(const FunctionFacts& function, const Context& context);
  Context EnterFunction(int index, const Context& context);
  Context EnterTypeParameters(NodeId definition, const Context& context);
  void ReadBody(NodeId definition, FunctionFacts* function) const;
  std::string QualifiedName(std::string_view name, const Context& context);

  // imports.cc
  void FindAliases();
  void VisitImport(NodeId node, const Context& context);
  std::string ModuleName(NodeId dotted_name) const;

  // version_tests.cc
  // What the version of CPython makes of a condition; nothing: it hangs on more.
  std::optional<bool> Settled(NodeId condition) const;
  std::optional<bool> SixConstant(std::string_view dotted) const;
  std::optional<bool> VersionComparison(NodeId comparison) const;

  // patterns.cc
  void VisitMatch(NodeId node, const Context& context);
  void VisitPattern(NodeId node, const Context& context);

  // module_traits.cc
  bool IsSysModules(NodeId node) const;
  bool IsInspect(std::string_view dotted) const;
  void NoteName(std::string_view name, uint32_t line, const Context& context);
  void NoteAttribute(NodeId node, const Context& context);
  void NoteCall(NodeId node, const Context& context);
  void NoteArguments(NodeId node, std::string_view callee, const Context& context);
  void NoteSysModules(NodeId node, const Context& context);
  void NoteStoredSubscript(NodeId node, const Context& context);
  // `for variable in ["literal", …]:` in the module's body; `variable` is empty for other loops.
  struct LiteralLoop {
    std::string variable;
    std::vector<std::string> values;
  };
  LiteralLoop LiteralLoopOf(NodeId loop, const Context& context) const;
  // False when it is no `globals()[key]` in the module's body, or the key is not known.
  // `X = False` and the like, directly or under `try: X` / `except NameError:`.
  void NoteConstant(NodeId statement, const Context& context);
  // Whether this part of the `if` runs for certain whenever the `if` does.
  bool IsSettled(NodeId statement, NodeId part, const Context& context);
  void FinishSettled();
  bool BindStoredGlobal(NodeId subscript, const Context& context, BindingForm form);
  void FinishStores();
  void NoteStoredAttribute(NodeId node, const Context& context);
  void NoteIntrospection(std::string_view what, uint32_t line, const Context& context);
  void NoteLettingGo(std::string_view name, uint32_t line, const Context& context);
  void NoteSpecial(std::string_view name, uint32_t line, const Context& context, bool own_namespace,
                   bool introspection, std::string text);
  void ReadAll(NodeId statement, const Context& context);
  void ReadAllStatement(NodeId node);
  bool AppendStrings(NodeId list);
  bool AppendAllRead(NodeId node);
  void NoteTakenAll(std::string_view callee, const std::vector<NodeId>& given,
                    const Context& context);
  void FinishAll();

  // resolution.cc
  void Resolve();
  bool Ran(uint32_t first, uint32_t last) const;
  uint32_t LineAt(uint32_t offset) const;
  Context OfBody(NodeId body, Context context) const;
  // The statement of a block with which a new cold region begins: the last of cold_.
  NodeId FindCold(NodeId block, const Context& context);
  void NoteName(const Load& load);
  void NoteChain(const DottedRead& chain);
  // Code of this owner reads its module's namespace: in this cold region, or anywhere.
  void NoteNamespace(int owner, int cold);
  void FinishCold();
  void ResolveLoad(const Load& load);
  void ResolveSpecials();
  void PropagateToCallers();
  static void NoteCaller(const FrameCounters& counters, FunctionFacts* function);
  void PropagateToParents();

  void SyntaxError(NodeId node, std::string_view what);
  std::string_view Text(NodeId node) const { return tree_.Text(node); }
  // The line that a node ends on.
  uint32_t EndLine(NodeId node) const {
    const std::string_view text = Text(node);
    return tree_.line(node) + static_cast<uint32_t>(std::count(text.begin(), text.end(), '\n'));
  }

  const SyntaxTree& tree_;
  Facts& facts_;
  NameTable names_;
  ScopeTable scopes_;
  std::vector<Load> loads_;
  int minor_ = 0;                                 // of CPython 3.x; 0: not known
  const std::vector<uint32_t>* lines_ = nullptr;  // that ran; null: not known
  std::vector<uint32_t> line_starts_;
  std::set<int> warm_namespace_;  // functions that read the namespace outside cold regions
  std::vector<std::pair<int, ColdRegion>> cold_;  // with the function
  std::vector<DottedRead> chains_;
  std::vector<DottedRead> namespaces_;
  std::vector<SpecialRead> specials_;
  std::vector<AttributeRead> attribute_reads_;
  std::vector<std::pair<Load, ScopeId>> class_reads_;  // with the class body that binds the name
  std::map<std::pair<ScopeId, NameId>, LocalValues> local_values_;
  std::set<NameId> nonlocal_names_;  // bound by functions inside, too
  std::vector<LiteralLoop> loops_;   // around what is being read
  std::set<std::string> loop_keys_;
  bool stores_globals_ = false;
  std::map<std::string, bool> constants_;         // name -> whether it is true
  std::set<std::string> asked_constants_;         // of these, those that an `if` asks for
  std::set<std::string> names_under_settled_;     // bound in branches that run for certain by them
  std::set<std::string, std::less<>> sys_names_;  // names that may hold the sys module
  std::set<std::string, std::less<>> modules_names_;  // … sys.modules
  std::set<std::string, std::less<>> inspect_names_;  // … the inspect module
  std::set<std::string, std::less<>> stack_names_;    // … functions of it that read frames
  bool all_broken_ = false;       // __all__ was changed in a way that is not understood
  uint32_t all_loads_ = 0;        // how often code at import time mentions __all__ …
  uint32_t all_known_loads_ = 0;  // … and how often that is understood
  uint32_t all_known_bindings_ = 0;
  std::set<NodeId> all_reads_;  // nodes of Facts::all_reads
  std::string error_;
};

// The value of a string node without interpolations; nothing for bytes and f-strings. Escapes stay
// as written.
std::optional<std::string> PlainString(const SyntaxTree& tree, NodeId node);

// True for names of functions and attributes that look at frames above: _getframe, f_back.
bool ReadsFrames(std::string_view name);

// True if the statement is an expression statement that CPython takes for a docstring.
bool IsDocstring(const SyntaxTree& tree, NodeId statement);

// True for statements that fit on a line with others.
bool IsSimpleStatement(Kind kind);

// The end of a simple statement with a `;` that follows it.
uint32_t EndWithSemicolon(std::string_view source, uint32_t end);

// Where the guard of a function with these statements goes; its header ends (with the colon) at
// `header_end`.
std::optional<Spot> FindGuard(const SyntaxTree& tree, const std::vector<NodeId>& statements,
                              bool has_docstring, uint32_t header_end);

// Where the prologue of a module goes.
std::optional<Spot> FindPrologue(const SyntaxTree& tree);

// The line (1 or 2) that declares the source's encoding, and the encoding in lower case; 0 and ""
// without one.
std::pair<uint32_t, std::string> EncodingCookie(std::string_view source);

}  // namespace faaslight
