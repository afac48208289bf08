// What one Python source file says, as values: scopes, bindings, imports, functions and the names
// each uses.
//
// Facts are read off the syntax tree alone (tree-sitter). They make no decision: whether a function
// ran, what a module resolves to, what becomes lazy is decided in rewriter/plan. A fact that cannot
// be known is stated on the safe side, and each field says which side that is. Byte offsets count
// into the source as given; lines count from 1.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/result.h"

namespace faaslight {

struct ByteRange {
  uint32_t begin = 0;
  uint32_t end = 0;  // one past the last byte
  bool operator==(const ByteRange& other) const = default;
};

// Where a statement stands.
enum class Place {
  kModule,    // directly in the module's body
  kNested,    // in the module's body, inside if/try/with/for/while/match
  kClass,     // in a class body that runs at import time (nested in if… too)
  kFunction,  // in a function or lambda
};

// One name of an import statement.
struct ImportedName {
  std::string module;     // as written, without leading dots: "a.b" ("" for `from . import x`)
  int level = 0;          // leading dots
  std::string attribute;  // `from module import attribute`; "" for a plain import; "*" for a star
  std::string bound;  // the name that is bound: alias, attribute, or the first component of a plain
                      // import; "*"
  bool has_alias = false;
  ByteRange range;  // the clause ("b as c"), without commas
  bool operator==(const ImportedName& other) const = default;
};

struct ImportStatement {
  ByteRange range;  // the statement, without a trailing ';' or newline
  uint32_t line = 0;
  uint32_t end_line = 0;
  bool is_from = false;
  Place place = Place::kModule;
  bool in_try = false;     // inside the body of a try statement
  bool in_branch = false;  // kNested, and inside nothing but if, elif and else
  // Under `if TYPE_CHECKING:` / `if typing.TYPE_CHECKING:`, or in a branch that the version of
  // CPython rules out.
  bool never_runs = false;
  int function = -1;   // innermost enclosing function (index into Facts::functions), or -1
  bool unrun = false;  // in a function of which some lines ran, but not this statement's
  std::vector<ImportedName> names;
  bool operator==(const ImportStatement& other) const = default;
};

enum class ParameterKind {
  kPositionalOnly,
  kPositional,
  kVarPositional,
  kKeywordOnly,
  kVarKeyword
};

struct Parameter {
  std::string name;
  ParameterKind kind = ParameterKind::kPositional;
  bool has_default = false;
  bool operator==(const Parameter& other) const = default;
};

enum class FunctionKind { kPlain, kGenerator, kCoroutine, kAsyncGenerator };

// Where a statement can be put before the first statement of a body without moving any line.
// kBefore: `TEXT; ` at `at`. kAfter: `; TEXT` at `at` (the end of the docstring). kOwnLine: `TEXT`
// at `at`, on a blank or comment line (indentation included in `indent`; a comment that follows is
// kept behind two blanks). kOr: `TEXT or (` at `at` and `)` at `end`: TEXT is an expression that
// gives a false value.
struct Spot {
  enum class Form { kBefore, kAfter, kOwnLine, kOr } form = Form::kBefore;
  uint32_t at = 0;
  uint32_t end = 0;
  std::string indent;
  bool operator==(const Spot& other) const = default;
};

// An attribute of an object whose class the text tells.
struct ReceiverUse {
  enum class Receiver {
    kSelf,      // the first parameter of a method of the class `cls`, or of a class method: an
                // instance of it or of a class that extends it, or one of these classes
    kSuper,     // super() in a method of `cls`
    kInstance,  // what calling `cls`, a dotted name from the module's globals, gave. If that is no
                // class, nothing is known
  } receiver = Receiver::kSelf;
  std::string cls;   // kSelf, kSuper: the qualified name of a class of this module
  std::string name;  // the attribute; "": any, getattr() of a name that is made up
  bool operator<(const ReceiverUse& other) const {
    return std::tie(receiver, cls, name) < std::tie(other.receiver, other.cls, other.name);
  }
  bool operator==(const ReceiverUse& other) const = default;
};

// The names that a piece of code uses, as seen from the module's globals.
struct Uses {
  std::map<std::string, uint32_t> names;  // global names read -> first line. Over-approximates.
  std::set<std::string>
      chains;  // "urllib.request", "a.b.c": attribute chains on global names (up to 4 parts)
  // Of `names` and `chains`, those whose value is used other than to read an attribute of it.
  std::set<std::string> bare;
  std::set<std::string>
      namespaces;              // global names X of which X.__dict__, vars(X) or dir(X) is read
  bool own_namespace = false;  // reads globals(), locals(), vars(), dir() without argument, eval,
                               // exec; apart from Facts::own_dirs
  bool binds_unseen = false;   // the same without dir(): may bind names that the text does not show
  bool walks_sys_modules = false;  // iterates sys.modules (for, list, .items() …): R5
  std::map<std::string, uint32_t>
      methods;  // attribute names called or read on anything: ".save" -> first line
  // Of `methods`, those read at least once on an object of which the text tells nothing. The others
  // are in `on_receivers` or `chains`, or the object is one of Python's own (a string, a list).
  std::set<std::string> on_anything;
  std::map<ReceiverUse, uint32_t> on_receivers;  // -> first line
  // What strings begin with that it goes on building: "visit_" of f"visit_{kind}", "visit_" + kind,
  // "visit_%s" % kind, "visit_{}".format(kind). Two characters of a name at least.
  std::set<std::string> prefixes;
  bool operator==(const Uses& other) const = default;
};

// Code of a function that ran, from a statement to the end of its block, of which no line ran. A
// guard at `spot` comes before all of it.
struct ColdRegion {
  Spot spot;
  uint32_t line = 0;  // of the first statement
  Uses uses;          // names, chains, own_namespace; those of code nested in it included
  bool operator==(const ColdRegion& other) const = default;
};

// A `def` or `async def`; lambdas too (is_lambda), which only have uses.
struct FunctionFacts {
  std::string name;
  std::string qualname;  // "C.m", "outer.<locals>.inner"
  bool is_lambda = false;
  uint32_t first_line = 0;  // co_firstlineno: the first decorator's line
  uint32_t def_line = 0;
  uint32_t end_line = 0;
  Place place =
      Place::kModule;  // kModule or kNested: a global function; kClass: a method; kFunction: nested
  int parent = -1;     // enclosing function (index), or -1
  std::string class_path;  // "Outer.Inner" for a method; "" otherwise
  FunctionKind kind = FunctionKind::kPlain;
  std::vector<Parameter> parameters;
  std::vector<std::string>
      decorators;   // dotted names as written, without arguments: "functools.lru_cache", "x.setter"
  ByteRange range;  // from the first decorator to the end of the body
  ByteRange body;   // first statement after the docstring .. end of the last one; empty if only a
                    // docstring
  bool has_docstring = false;
  bool body_on_header_line = false;  // `def f(): return 1`
  bool needs_class_cell = false;     // uses super or __class__, itself or in nested code
  bool other_free_variables =
      false;  // closes over names of enclosing functions (only for place kFunction)
  std::optional<std::string> introspection;  // what R1 forbids, for people: "sys._getframe, line 7"
  bool counts_frames = false;                // looks at the frames above it, or calls what does
  std::optional<std::string> lets_go;        // `del x`, `x = None` of a parameter: "x, line 7"
  std::set<std::string> declared_global;     // `global x` in it (nested code included)
  Uses own;                  // its own code without nested functions (comprehensions belong to it)
  std::optional<Uses> warm;  // of `own` what is not in cold regions; absent: there are none
  std::vector<ColdRegion> cold;
  bool never_runs = false;    // defined in a branch that the version of CPython rules out
  bool in_cold = false;       // lies in a cold region of a function around it
  std::vector<int> nested;    // functions and lambdas directly inside it
  std::optional<Spot> guard;  // where R1b's first statement goes; absent: nowhere
  const Uses& Warm() const { return warm ? *warm : own; }
  bool simple_body =
      false;  // one short statement: `pass`, `...`, `return x`, `raise NotImplementedError`
  bool operator==(const FunctionFacts& other) const = default;
};

// `dir()` in the module's own scope while it is imported.
struct OwnDir {
  ByteRange range;  // the call, on one line
  uint32_t line = 0;
  bool operator==(const OwnDir& other) const = default;
};

// `X.__all__` in what builds the module's own `__all__`, where only what the list holds can be
// seen: `+=`, `+`, `.extend()`, `X.__all__.copy()`.
struct AllRead {
  ByteRange range;   // "X.__all__", on one line
  std::string name;  // "X"; dotted only with `taken_by`
  // The builtin that makes something of its own of it, as in set(X.__all__); else empty.
  std::string taken_by;
  uint32_t line = 0;
  std::optional<size_t>
      position;  // in Facts::all: its names come before that one; absent: not in it
  bool operator==(const AllRead& other) const = default;
};

// How a name is bound at module level.
struct Binding {
  uint32_t count = 0;  // binding occurrences, `del` and `global` assignments in functions included
  uint32_t line = 0;   // of the first
  uint32_t last_line = 0;
  bool import = false;      // at least one is an import
  bool definition = false;  // at least one is def or class
  bool assignment =
      false;  // at least one is anything else: =, +=, for, with, except, walrus, match
  bool deleted = false;
  bool nested = false;                       // at least one stands under if/try/with/for/while
  bool global_in_function = false;           // some function declares it global and binds it
  std::vector<std::pair<int, int>> imports;  // (index into Facts::imports, index into its names)
  bool operator==(const Binding& other) const = default;
};

struct ClassFacts {
  std::string qualname;
  uint32_t line = 0;
  int function = -1;               // defined inside this function, or -1
  std::vector<std::string> bases;  // dotted names as written; of Base[T] the Base, of a call its
                                   // arguments
  bool other_bases = false;        // a base is something else, or what a call gives
  std::set<std::string> assigned;  // names that its body binds otherwise than by def or class
  std::vector<std::string> decorators;
  bool metaclass_or_keywords = false;
  bool never_runs = false;  // defined in a branch that the version of CPython rules out
  bool operator==(const ClassFacts& other) const = default;
};

struct Facts {
  std::vector<ImportStatement> imports;  // in source order, those in functions too
  std::vector<FunctionFacts> functions;  // in source order (an enclosing one comes first)
  std::vector<ClassFacts> classes;
  std::map<std::string, Binding> bindings;  // module level
  Uses at_import;  // code that runs when the module is imported: module and class bodies,
                   // decorators, defaults, annotations (names inside string annotations too), base
                   // classes, comprehensions; not lambdas
  // First and last lines of the `with` statements that run when the module is imported, but for
  // those of contextlib.suppress, which changes nothing for what runs under it.
  std::vector<std::pair<uint32_t, uint32_t>> with_lines;
  bool has_star_import = false;
  bool own_getattr = false;  // binds __getattr__ at module level in any way
  bool own_dir = false;
  bool replaces_itself =
      false;  // assigns sys.modules[__name__] or sys.modules[...] , or __class__ at module level
  bool has_all = false;  // binds __all__
  bool all_is_exact =
      false;  // `all` below is the whole truth (literals, +=, .extend/.append of literals)
  bool all_is_known = false;  // the same with `all_reads`: exact once these are looked up
  bool all_is_list = false;   // what it was first bound to is a list
  std::vector<std::string> all;
  std::vector<AllRead> all_reads;  // in source order; X is not in at_import.names for them
  std::vector<OwnDir> own_dirs;    // in source order; they do not count as own_namespace
  std::optional<Spot>
      prologue;  // where the prologue goes: after docstring and __future__ imports; absent: nowhere
  bool future_annotations = false;
  std::set<std::string> dotted_strings;   // "pack.module.Class": those with a dot that are no
                                          // annotations
  std::set<std::string> string_literals;  // identifier-like strings of up to 100 bytes
                                          // ("pandas.io.json"): for R5 hints
  bool operator==(const Facts& other) const = default;
};

// Reads the facts of one file. Errors (kBadInput, with the line): syntax errors (a node tree-sitter
// marks ERROR or MISSING), a source over 16 MiB, an encoding other than UTF-8 (cookie), NUL bytes,
// a lone '\r' as line end. Thread-safe.
//
// `lines`, when given, are the lines of functions that ran, sorted: functions then get cold regions
// (rewriter/cold_code.cc). A function of which no line ran gets none.
//
// `minor`: the code runs on CPython 3.minor, and branches on sys.version_info or six.PY2 that do
// not run there use nothing (rewriter/version_tests.cc). 0: not known.
Result<Facts> ReadFacts(std::string_view source, const std::vector<uint32_t>* lines = nullptr,
                        int minor = 0);

// The minor version of the CPython that names its files so: 12 for "cpython-312"; 0 for others.
int MinorOf(std::string_view cache_tag);

}  // namespace faaslight
