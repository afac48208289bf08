// What the user of faaslight-trace asked for, and what came of it after checking.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "replay/replay.h"

namespace faaslight {

// As given on the command line. Empty or absent: not given.
struct TraceOptions {
  std::filesystem::path app;
  std::string handler;
  std::vector<std::filesystem::path> events;
  std::filesystem::path python;
  std::filesystem::path template_file;
  std::string function;  // of the template
  std::vector<std::filesystem::path> layers;
  std::string trigger;
  std::optional<double> timeout_s;
  std::vector<std::string> env;
  std::vector<std::filesystem::path> env_files;
  bool inherit_env = false;
  bool effects = true;
  std::filesystem::path output;
};

// Everything checked and resolved: what to run, and on which minor.
struct TraceRequest {
  RunSpec spec;                            // env: everything the handler gets
  std::map<std::string, std::string> env;  // --env alone: what the trace keeps
  std::vector<std::filesystem::path> env_files;
  std::string handler_module;  // "pkg.main" for "pkg/main.handler"
  std::filesystem::path python;
  std::filesystem::path tracer;  // libexec/faaslight/tracer-3.N
  bool effects = true;
  std::filesystem::path output;
};

// Checks all of it before anything runs: the application, the handler's file, events, template,
// interpreter and output. `libexec` is the folder of the embedded tracers.
Result<TraceRequest> Resolve(const TraceOptions& options, const std::filesystem::path& libexec);

// "main.handler" → "main", "pkg/mod.handler" → "pkg.mod". kUsage when there is no dot or an empty
// part.
Result<std::string> HandlerModule(const std::string& handler);

// kUsage unless the module's file is in the application or a layer (source, package or extension
// module).
Status CheckHandlerFile(const std::string& module, const RunSpec& spec);

// kUsage when `path` exists and is not a trace (it would be overwritten), or its folder does not
// exist.
Status CheckOutput(const std::filesystem::path& path);

}  // namespace faaslight
