// Writes a rewritten package into a staging folder: the original's files as they are, .pyc files of
// the rewritten texts, the pack, the runtime and the plan.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "rewriter/decisions.h"

namespace faaslight {

struct EmitOptions {
  std::filesystem::path python;   // the traced CPython
  std::filesystem::path staging;  // a folder of ours that holds a copy of the application
  unsigned jobs = 0;              // 0: one per core
};

// What emission learnt that the decisions must take into account; empty when the package is
// complete.
struct EmitFindings {
  std::map<std::string, std::string> leave_alone;  // module -> why its text cannot be made
  std::set<std::pair<std::string, int>>
      keep_functions;  // (module, function): the self-check refused it
  bool empty() const { return leave_alone.empty() && keep_functions.empty(); }
};

struct EmitResult {
  EmitFindings findings;
  uint64_t rewritten_modules = 0;
  uint64_t pack_bytes = 0;
};

// Copies every file of the application but those in `left_out` (relative paths), and but folders
// that hold nothing else. Symbolic links stay links, times and permissions are kept. Gives notes on
// what was skipped (sockets, …).
Result<std::vector<std::string>> CopyApplication(const std::filesystem::path& from,
                                                 const std::filesystem::path& to,
                                                 const std::set<std::string>& left_out);

// Makes texts, compiles them and writes .pyc files, pack and runtime; what an earlier call wrote
// into the same folder is overwritten. When the findings are not empty nothing in staging may be
// used: decide again and emit again.
Result<EmitResult> Emit(const Application& app, const Choices& choices, const EmitOptions& options);

// Writes the rewritten texts alone into a folder, for people to look at.
Status EmitSources(const Application& app, const Choices& choices,
                   const std::filesystem::path& folder);

}  // namespace faaslight
