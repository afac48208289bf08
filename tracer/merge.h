// Makes the trace of what the traced processes left in their logs.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "proto/trace.pb.h"
#include "tracer/log_reader.h"

namespace faaslight {

// Where files are, for relating them to their roots.
struct MergeContext {
  std::filesystem::path app;
  std::vector<std::filesystem::path> layers;
  std::filesystem::path scratch;  // files opened in it are ours
};

// Adds modules, functions, cycles, aliases, evaluated names, outcomes, opened files, children and
// warnings of the pass "functions" to the trace, and hashes the module files of the application and
// its layers. Whatever the log holds, the trace is well-formed: records that do not parse are
// counted in a warning.
void MergeFunctions(const LogFile& log, const MergeContext& context, Trace& trace);

// Adds effects, the aliases that are not in it yet, and the lines that ran, of the pass "effects".
void MergeEffects(const LogFile& log, const MergeContext& context, Trace& trace);

}  // namespace faaslight
