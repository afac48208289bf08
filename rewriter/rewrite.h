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
#include "rewriter/build.h"
#include "rewriter/decisions.h"
#include "rewriter/repair.h"
#include "rewriter/verify.h"
#include "rewriter/zip.h"

namespace faaslight {

struct RewriteOptions {
  std::filesystem::path app;
  std::vector<std::filesystem::path> traces;
  std::filesystem::path out;
  std::optional<std::filesystem::path> zip;  // the package as an archive, too
  Policy policy;
  bool verify = true;
  std::vector<std::filesystem::path> holdout;  // files or folders of events that shape nothing
  bool repair = true;
  Trim trim = Trim::kNone;
  int max_replays = 100;  // of a repair
  // Globs on "MODULE" or "MODULE > TARGET.ATTRIBUTE": import effects that count as harmless.
  std::vector<std::string> ignored_effects;
  std::optional<std::filesystem::path> python;  // absent: the trace's
  std::optional<std::filesystem::path> emit_source;
  FactsCache cache;
  std::vector<std::string> env;  // further K=V for the replays
  std::vector<std::filesystem::path> env_files;
  bool inherit_env = false;
  unsigned jobs = 0;
  Progress progress = [](const std::string&) {};
};

struct RewriteResult {
  Plan plan;
  std::vector<Difference> differences;  // not empty: nothing was written
  std::vector<FoundPin> pins;           // what repair pinned
  std::vector<Difference> repaired;     // what differed before
  int replays = 0;                      // that repair took
  uint64_t rewritten_modules = 0;
  uint64_t pack_bytes = 0;
  ZipSummary zip;                         // of RewriteOptions.zip
  std::vector<std::string> zip_warnings;  // what may not work when it is deployed
};

// Writes options.out, complete or not at all; what was there is replaced only if an earlier run of
// ours made it. options.zip is the same without what is only for people; it is complete or not at
// all, too, and replaces an archive. Errors: kUsage (folders that do not exist, an output that is
// not ours or lies inside the application), kBadInput (a trace that is damaged or does not fit),
// kSystem (disk, interpreter). A difference is a result, not an error.
Result<RewriteResult> Rewrite(const RewriteOptions& options);

// Why each of these things is in the package: the lines of AppReach::Chain for "MODULE" or
// "MODULE:QUALNAME". Writes nothing. Errors: as Rewrite's for application and traces; kUsage for a
// name that nothing has.
Result<std::vector<std::string>> ExplainReach(const RewriteOptions& options,
                                              const std::vector<std::string>& names);

}  // namespace faaslight
