// What names mean across the modules of an application.
//
// Problem: `pd.DataFrame` in a handler is a class that pandas/core/frame.py defines, four
// re-exports away: through plain and star imports, `__all__`, relative imports of any depth,
// submodules that are attributes of their package, and names that are bound twice (try/except,
// if/else). Idea: every module-level name is a small set of bindings (Facts::bindings); an import
// binding points at a name of another module. Follow the pointers with a worklist that visits each
// (module, name) once, so that cycles end and a long chain of re-exports costs no stack; the answer
// is the union of where they end. Cost: a few hash lookups per step. Nothing is cached, so that the
// index is immutable and may be shared by threads.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rewriter/facts.h"

namespace faaslight {

// A module of the application, or of what it imports, as resolution sees it.
struct ReachModule {
  std::string name;  // absolute: "pandas.core.frame"
  bool is_package = false;
  const Facts* facts =
      nullptr;  // null: known to exist, contents unknown (extension module, does not parse)
  // Of an extension module: the dotted names that stand in its file as C strings. Null: not known.
  const std::set<std::string>* strings = nullptr;
};

// What a name denotes.
struct Denoted {
  enum class Kind {
    kModule,    // `index` is the module's position
    kFunction,  // `module` defines it, `index` is into Facts::functions
    kClass,     // `module` defines it, `index` is into Facts::classes
    kVariable,  // `module` binds `name` to some other value, at import time or in a function that
                // declares it global
    kExternal,  // lies in a module that is not in the index or has no facts: absolute name in
                // `external`
    kMissing,   // an import names `name` of `module`, which does not bind it (set by setattr,
                // __getattr__, an effect)
  };
  Kind kind = Kind::kMissing;
  int module = -1;  // position of the module in the index; -1 for kExternal
  int index = -1;
  std::string name;      // module-level name in `module`
  std::string external;  // "logging.Handler", "numpy.core._multiarray_umath.array"
  bool operator==(const Denoted& other) const = default;
};

// The outcome of resolving a dotted chain.
struct ChainDenoted {
  Denoted denoted;
  size_t parts = 0;  // how many parts of the chain were used up: the rest are attributes of a value
};

// A name of a module that other code reads as an attribute.
struct NameRead {
  int module = -1;
  std::string_view name;
};

// "a.b.c" -> "c", and "a.b" ("" of "a").
std::string_view LastPart(std::string_view dotted);
std::string_view WithoutLastPart(std::string_view dotted);

// See ModuleIndex::AbsoluteName.
std::optional<std::string> AbsoluteModuleName(std::string_view importer, bool is_package,
                                              const ImportedName& name);

// The line at which the code imports modules by name (the strings of its module may be such names);
// 0: it does not.
uint32_t ImportsByName(const Uses& uses);

// What a string of a module may name then: "x" and "package.x"; leading dots left out.
std::vector<std::string> ModulesNamedBy(const ReachModule& module, std::string literal);

class ModuleIndex {
 public:
  // Keeps views into `modules` and their facts: both must outlive the index. Of two modules of one
  // name the first counts.
  explicit ModuleIndex(const std::vector<ReachModule>& modules);

  const std::vector<ReachModule>& modules() const { return modules_; }
  // Position of a module by absolute name, or -1.
  int Find(std::string_view name) const;

  // The absolute name of the module that a clause of an import statement in `module` names ("from
  // ..a import b" in p.q.r is p.a), by the rule of importlib._bootstrap._resolve_name. nullopt when
  // the dots leave the top-level package or nothing is left.
  std::optional<std::string> AbsoluteName(int module, const ImportedName& name) const {
    const ReachModule& importer = modules_[static_cast<size_t>(module)];
    return AbsoluteModuleName(importer.name, importer.is_package, name);
  }

  // Absolute names of the modules that executing this clause loads, in order: parents first, then
  // the module, then what importlib's _handle_fromlist adds: the submodule that `from package
  // import name` names (unless the package binds that name otherwise), and for a star import the
  // submodules that an `__all__` lists. Only modules in the index, as positions; a parent outside
  // it is left out.
  std::vector<int> Loads(int module, const ImportedName& name) const;

  // Everything that the module-level name may denote, without duplicates, in a stable order;
  // follows imports, re-exports and star imports. A package's submodule counts when the package
  // does not bind the name, or beside what it binds (R8: whoever imports the submodule later
  // overwrites the name). Imports under `if TYPE_CHECKING:` bind nothing at run time and are
  // skipped. Empty: `module` itself does not bind the name (a builtin, or nothing). Exactly one
  // element means the answer is exact as far as the syntax tells. Precondition: module in range.
  std::vector<Denoted> ResolveName(int module, std::string_view name) const;

  // What attribute `name` of the module denotes: ResolveName, and kExternal when the module has no
  // facts.
  std::vector<Denoted> ResolveAttribute(int module, std::string_view name) const;

  // Resolves "np.linalg.norm" from the module's globals as far as modules go; members of a class:
  // "C.m" stops at C. Each possible end, with the number of parts it consumed. `reads`, when given,
  // gets the names that are read from modules on the way, as views into `chain`: those behind a
  // dot.
  std::vector<ChainDenoted> ResolveChain(int module, std::string_view chain,
                                         std::vector<NameRead>* reads = nullptr) const;

  // Whether `from module import *` binds `name`, as far as the module's own text tells.
  enum class Star { kNo, kYes, kMaybe };
  Star StarExports(int module, std::string_view name) const;

  // Indexes into the module's functions and classes of that qualified name (several: if/else,
  // property setters).
  const std::vector<int>& FunctionsNamed(int module, std::string_view qualname) const;
  const std::vector<int>& ClassesNamed(int module, std::string_view qualname) const;

 private:
  class Search;

  // A clause of an import statement: (index into Facts::imports, index into its names).
  using Clause = std::pair<int, int>;
  struct Tables {
    std::unordered_map<std::string_view, std::vector<int>> functions, classes;  // by qualified name
    std::vector<Clause> stars;  // star imports at module level
  };

  const std::vector<ReachModule>& modules_;
  std::unordered_map<std::string_view, int> by_name_;
  std::vector<Tables> tables_;
};

}  // namespace faaslight
