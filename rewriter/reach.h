// Which functions can run at all: what the handler reaches through imports, names and attribute
// names.
//
// Problem: a trace says what ran. To say how much of what *can* run that was (coverage), and to
// keep everything that can run eager (`--keep reachable`), we need an upper bound from the sources
// alone. Idea: start at the handler and its module; a worklist reaches
//   modules    that a reached body or function imports, parents first, and by name where code
//   imports by name; functions  that reached code names (called, passed and stored are the same
//   here), that a decorator got, that are
//              nested in reached ones, that a module imported by name or passed around offers under
//              an attribute name;
//   classes    that reached code names, that decorators, metaclasses or __init_subclass__ get hold
//   of; methods    of reached classes under an attribute name that reached code uses on anything,
//   dunder methods, and all
//              of a class that extends one whose source we do not have (its base may call them).
// Everything errs on the side of "reachable". What it cannot see: methods that C code calls by
// names which no reached code mentions (a list of the usual ones is built in), classes that only a
// pickle names, setattr of computed names. Cost: every name, chain and attribute of a reached scope
// is looked at once per module; pandas and numpy take well under a second.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rewriter/resolve.h"
#include "rewriter/sources.h"

namespace faaslight {

// How something was first reached.
struct Link {
  std::string module;    // whose code led to it; "" for the roots
  int function = -1;     // index into that module's functions, or -1 for the module's body
  uint32_t line = 0;     // 0 when not known
  std::string_view how;  // one of kHow…: a literal
};

inline constexpr std::string_view kHowHandler = "handler";
inline constexpr std::string_view kHowEntered = "entered in the trace";
inline constexpr std::string_view kHowImport = "import";
inline constexpr std::string_view kHowImportByName = "import by name";  // import_module("…")
inline constexpr std::string_view kHowCall = "call";  // named: called, passed or stored
inline constexpr std::string_view kHowMethod = "method by name";
inline constexpr std::string_view kHowSpecial =
    "special method";  // __init__, a property's setter, module __getattr__
inline constexpr std::string_view kHowOverride = "override";  // extends a class of unknown source
inline constexpr std::string_view kHowDecorator = "decorator";
inline constexpr std::string_view kHowNested = "nested";
inline constexpr std::string_view kHowBinary =
    "string in an extension module";  // C code imports modules and calls methods by such names
inline constexpr std::string_view kHowPickle = "named in a pickle";
inline constexpr std::string_view kHowEntryPoint = "entry point of a distribution";
inline constexpr std::string_view kHowString = "dotted name in a string";
inline constexpr std::string_view kHowNamespace = "namespace";  // globals(), vars(module), …

// Dotted names in files other than code, by which code imports modules and asks for attributes.
struct DataNames {
  std::string_view how;  // one of kHow…
  std::set<std::string> names;
};

struct ReachResult {
  std::map<std::pair<std::string, int>, Link> reachable;  // (module, index into its functions)
  std::map<std::string, Link, std::less<>> modules;       // reached: their bodies run
  // Names of modules that reached code reads as attributes of them, or by an import in a function.
  std::map<std::string, std::set<std::string, std::less<>>, std::less<>> reads;
  std::set<std::string> wanted;  // modules that reached code imports and that were not given
  std::set<std::string> wanted_prefixes;  // what names of modules begin with that it builds

  bool Reads(std::string_view module, std::string_view name) const {
    const auto found = reads.find(module);
    return found != reads.end() && found->second.count(name) != 0;
  }
  bool Reaches(const std::string& module, int function) const {
    return reachable.count({module, function}) != 0;
  }
};

// What `handler_module`.`handler_function` reaches. The function may be anything the module binds
// (a variable that holds an application object is reached with the body). `also` are further roots:
// (module, function index), such as functions that an event entered; they count where the handler
// alone leads to nothing, and what is out of range or unknown is ignored. `data` are names
// in files that code may load. A handler module that is
// not among `modules` reaches nothing. Deterministic.
ReachResult FindReachable(const std::vector<ReachModule>& modules, std::string_view handler_module,
                          std::string_view handler_function,
                          const std::vector<std::pair<std::string, int>>& also = {},
                          const std::vector<DataNames>& data = {});

// The same for an application on disk: loads into `sources` what the handler's module imports, then
// what is imported by functions that turn out reachable, until nothing new is found.
ReachResult FindReachableOnDisk(Sources& sources, std::string_view handler_module,
                                std::string_view handler_function,
                                const std::vector<std::pair<std::string, int>>& also = {});

}  // namespace faaslight
