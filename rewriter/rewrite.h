// The whole of faaslight-rewrite but for its command line: traces and an application in, a package
// out.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "proto/plan.pb.h"
#include "rewriter/decisions.h"
#include "rewriter/verify.h"

namespace faaslight {

struct RewriteOptions {
  std::filesystem::path app;
  std::vector<std::filesystem::path> traces;
  std::filesystem::path out;
  Policy policy;
  bool verify = true;
  std::optional<std::filesystem::path> python;  // absent: the trace's
  std::optional<std::filesystem::path> emit_source;
  std::vector<std::string> env;  // further K=V for the replays
  std::vector<std::filesystem::path> env_files;
  bool inherit_env = false;
  unsigned jobs = 0;
  std::function<void(const std::string&)> progress = [](const std::string&) {
  };  // one line, for people
};

struct RewriteResult {
  Plan plan;
  std::vector<Difference> differences;  // not empty: nothing was written
  uint64_t rewritten_modules = 0;
  uint64_t pack_bytes = 0;
};

// Writes options.out, complete or not at all; what was there is replaced only if an earlier run of
// ours made it. Errors: kUsage (folders that do not exist, an output that is not ours or lies
// inside the application), kBadInput (a trace that is damaged or does not fit), kSystem (disk,
// interpreter). A difference is a result, not an error.
Result<RewriteResult> Rewrite(const RewriteOptions& options);

}  // namespace faaslight
