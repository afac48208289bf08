// The application as the rewriter sees it: what the traces say, joined with the facts of every
// traced source file.
//
// parse -> facts -> decisions -> edits: this is where facts and trace meet. Nothing is decided
// here.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "proto/trace.pb.h"
#include "rewriter/facts.h"
#include "rewriter/facts_cache.h"
#include "rewriter/registries.h"
#include "rewriter/resolve.h"

namespace faaslight {

// One traced module.
struct TracedModule {
  std::string name;
  int order = 0;  // position in the trace: the order in which imports began
  Root root = ROOT_NONE;
  std::string file;  // relative to the root
  ModuleKind kind = KIND_SOURCE;
  Phase phase = PHASE_INIT;
  bool is_package = false;
  bool completed = true;
  bool failed_before = false;  // an import of it that came before had raised
  bool moved =
      false;  // of a top-level one: a lookup at the end of the trace gives another file or none
  std::string importer;
  uint32_t importer_line = 0;
  // The module whose body led to the import, and the line there: the importer itself, or, when a
  // function imported, the innermost body that was being executed. "": a function did, in an event.
  std::string body;
  uint32_t body_line = 0;
  uint64_t self_us = 0, cumulative_us = 0, code_bytes = 0;

  std::string source;                  // when it is a source file that could be read
  std::shared_ptr<const Facts> facts;  // absent: not Python source, or it does not parse; star
                                       // imports are lists of names where these are certain
  std::string no_facts;                // why, for people
  std::vector<bool> entered;           // per facts->functions: an event or the import entered it
  std::vector<uint32_t> events;        // the same: how many events did
  std::vector<uint64_t>
      function_code_bytes;          // per facts->functions, from the trace; 0 where unknown
  std::set<std::string> evaluated;  // names that evaluated code used
  std::optional<std::vector<uint32_t>> lines;    // of functions, that ran, sorted
  std::optional<std::set<std::string>> exports;  // its __all__ when the trace ended
  std::set<std::string>
      strings;  // extension modules: identifier-like strings in the file that name traced modules

  // Whether `from m import *` may copy this name, as far as m's `__all__` decides it. nullopt: m
  // has no `__all__`, or is not known.
  std::optional<bool> ExportsByAll(const std::string& name) const;

  // True when the body's own statement, not a function, did the import.
  bool imported_by_body() const { return body == importer && body_line == importer_line; }
  // True when we may write another text for it: a source module of the application that parses.
  bool in_app() const { return root == ROOT_APP && kind == KIND_SOURCE; }
};

// A place in a module's body: an index, and the line that an import was at.
struct BodyPlace {
  int module = -1;
  uint32_t line = 0;
};

class Application {
 public:
  // Joins the traces, checks them against the files under `directory` and reads the facts (with all
  // cores). Errors: kBadInput when traces disagree (Python, handler), when a file of the
  // application changed since the trace or is missing (names up to ten of them), when a path in a
  // trace leaves its root.
  static Result<Application> Load(const std::filesystem::path& directory, std::vector<Trace> traces,
                                  const FactsCache& cache = {});

  const std::filesystem::path& directory() const { return directory_; }
  const Trace& trace() const { return trace_; }  // joined
  const std::vector<TracedModule>& modules() const { return modules_; }
  // Index of a module by its name, or -1.
  int Find(std::string_view name) const;
  int handler_module() const { return handler_module_; }
  // "functions" of the handler string: "main.handler" -> "handler".
  std::string handler_function() const;
  // The package that a module lies directly in; -1 for a top-level one, or when it is not traced.
  int PackageOf(int index) const;
  // The modules as static resolution sees them. They view the facts of this application.
  std::vector<ReachModule> ReachModules() const;
  // Groups of modules that import each other, as indexes in execution order; no module is in two.
  const std::vector<std::vector<int>>& cycles() const { return cycles_; }
  // True when both are in one of these groups.
  bool InOneCycle(int a, int b) const;
  // See rewriter/registries.h.
  const std::vector<Registry>& registries() const { return registries_; }
  // The module bodies that were running when the import of a module began, innermost first, and
  // where in each; up to the first that was not traced.
  std::vector<BodyPlace> BodiesAround(int index) const;
  // True when a module of that name was traced, or a file or folder of that name lies in the
  // package's folder.
  bool HasSubmodule(int package, const std::string& name) const;

 private:
  void ExpandStars();

  std::filesystem::path directory_;
  Trace trace_;
  std::vector<TracedModule> modules_;
  std::unordered_map<std::string, int> by_name_;
  std::vector<std::vector<int>> cycles_;
  std::vector<Registry> registries_;
  int handler_module_ = -1;
};

// One trace out of several of the same application: events, functions, effects and the rest united;
// modules in the order of the first trace that has them.
Result<Trace> JoinTraces(std::vector<Trace> traces);

// The absolute name of the module that an import statement in `importer` names: resolves leading
// dots as importlib._bootstrap._resolve_name does. Empty when the dots go beyond the top-level
// package.
std::string AbsoluteName(const TracedModule& importer, const ImportedName& name);

// The modules of the trace that the clause names: the module, and the submodule that `from package
// import name` names.
std::vector<int> ModulesNamed(const Application& app, const TracedModule& importer,
                              const ImportedName& name);

}  // namespace faaslight
