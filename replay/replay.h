// Runs a handler under events as a serverless runtime would, in a fresh CPython, and returns what
// came of each event.
//
// The Python half is replay/runner.py: one source for the traced run (inside tracer-3.N), for the
// replays that verify a rewritten package, and for benchmarks. Whoever embeds it offers a module
// `_faaslight_tracer` with hooks; where that module is missing the run is a plain one.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "proto/trace.pb.h"

namespace faaslight {

// The bytes of runner.py.
extern const std::string_view kRunnerSource;

// What to run. Everything but `events` comes from Trace.app for a replay.
struct RunSpec {
  std::filesystem::path app;  // task root: first on sys.path, and the working folder
  std::vector<std::filesystem::path>
      layers;                     // each adds LAYER/python (if there) and LAYER to sys.path
  std::string handler;            // "main.handler", "pkg/mod.handler"
  std::string trigger = "event";  // or "http": the event becomes a flask.Request
  std::vector<Event> events;
  std::map<std::string, std::string> env;  // --env and the contents of --env-file, joined
  bool inherit_env = false;                // the caller's whole environment under it
  uint32_t memory_mb = 128;
  std::chrono::milliseconds timeout{30'000};  // per event and for the import; 0: none
  // The replay does not write .pyc files into the application (-B). The environment always has
  // PYTHONHASHSEED=0.
};

// The clean environment a handler sees: PATH, HOME (a temporary folder), TMPDIR, LANG, TZ and
// Lambda's variables (AWS_LAMBDA_FUNCTION_NAME, LAMBDA_TASK_ROOT, _HANDLER, AWS_REGION, …;
// K_SERVICE, FUNCTION_TARGET, … for http), then spec.env. With inherit_env the caller's environment
// lies below all that. No cloud credentials otherwise.
std::map<std::string, std::string> HandlerEnvironment(const RunSpec& spec,
                                                      const std::filesystem::path& scratch);

// The JSON document that runner.py reads on its standard input or from a file: {"app":…,
// "layers":[…], "handler":…, "trigger":…, "events":[{"name":…, "json":…}], "timeout_s":…,
// "outcomes":PATH, …}.
std::string RunnerRequest(const RunSpec& spec, const std::filesystem::path& outcomes);

// What one event loaded.
struct EventLoads {
  uint32_t functions = 0;            // of a rewritten package, on their first use
  std::vector<std::string> modules;  // sorted; as keys of sys.modules
};

struct RunResult {
  std::string app;                // the folder that was run
  std::string scratch;            // the run's own folder for temporary files, gone by now
  std::vector<Outcome> outcomes;  // in order; init failure is one Outcome with during_init
  std::vector<std::string> loaded_modules;  // sys.modules' keys after the last event, sorted
  double import_ms = 0;                     // of the handler's module
  std::vector<double> event_ms;
  std::vector<EventLoads> event_loads;  // parallel to event_ms
  // What the run left in its folder for temporary files (TMPDIR and HOME): FilesLeft() of
  // scratch.h.
  std::map<std::string, std::string> files;
  uint64_t max_rss_kb = 0;
  int signal = 0;         // ended the process before it was done
  bool complete = false;  // reached the end of the events
  // A process that ends itself, is killed or timed out leaves an outcome for the event that ran:
  // exception_type is "Runtime.ExitError" or "Sandbox.Timedout" (Lambda's names); the events behind
  // it have no outcome.
};

// What the import prints is the first event's output (or the failed import's). Thread-safe.
// One fresh `python -S -s -B runner.py` over all events. A handler that raises is an outcome, not
// an error. Errors: kUsage (no such interpreter), kSystem (could not start it, its records are
// unreadable).
Result<RunResult> Replay(const std::filesystem::path& python, const RunSpec& spec);

// Reads events: a .json file is one event named after the file, a .jsonl file one per line, a
// folder all .json and .jsonl in it in name order. kBadInput names file and line of what is not
// JSON; kUsage for what does not exist.
Result<std::vector<Event>> LoadEvents(const std::vector<std::filesystem::path>& paths);

// A warning for each event that is larger than Lambda's payload limit (6 MiB): it is run all the
// same.
std::vector<std::string> OversizedEvents(const std::vector<Event>& events);

// "K=V" arguments and .env files (KEY=VALUE lines, '#' comments, optional "export ", single or
// double quotes).
Result<std::map<std::string, std::string>> LoadEnv(const std::vector<std::string>& assignments,
                                                   const std::vector<std::filesystem::path>& files);

}  // namespace faaslight
