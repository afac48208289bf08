// faaslight-trace: runs a handler under recorded events and writes down what the run really used.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

#include "base/command_line.h"
#include "base/files.h"
#include "base/settings.h"
#include "proto/envelope.h"
#include "tracer/launch.h"
#include "tracer/options.h"
#include "tracer/summary.h"

namespace {

using faaslight::ExitCode;

volatile std::sig_atomic_t g_signal = 0;

void OnSignal(int signal) { g_signal = signal; }

// The run is ended and what was seen is written, instead of losing it.
void CatchSignals() {
  struct sigaction action {};
  action.sa_handler = OnSignal;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

int Report(const faaslight::Error& error) {
  fmt::print(stderr, "faaslight-trace: {}\n", error.message);
  return static_cast<int>(error.code);
}

constexpr const char* kExamples = R"(Examples:
  faaslight-trace app/ --handler main.handler --events events/ -o app.trace
  faaslight-trace app/ --handler main.handler --events get.json --events more.jsonl --python python3.9 -o app.trace
  faaslight-trace app/ --template template.yaml --function Api --layer layer/ --events events/ -o app.trace
  faaslight-trace app/ --handler main.view --trigger http --events requests/ --env-file .env -o app.trace
  faaslight-trace app/ -o app.trace                 with handler and events in faaslight.toml

An event file is one JSON document (.json) or one per line (.jsonl); a folder is all of them in name order. Without
events the import alone is traced.

Exit codes: 0 traced, 2 wrong arguments (no such handler, file, interpreter), 3 an event or template that cannot be
read, 4 the handler's module could not be imported (no trace) or the run was cut off (the trace is written, marked
truncated), 5 the system refused (disk, permissions).)";

void Declare(CLI::App& cli, faaslight::TraceOptions& options, std::string& config,
             bool& no_effects) {
  cli.footer(kExamples);
  cli.add_option("APP_DIR", options.app,
                 "The application folder: handler and packages, as it is deployed")
      ->required();
  cli.add_option("--handler", options.handler, "MODULE.FUNCTION, as the cloud writes it");
  cli.add_option("--events", options.events, "Event files or folders");
  cli.add_option("--config", config,
                 "Settings file: handler, trigger, events (default: ./faaslight.toml, if there)");
  cli.add_option("-o,--output", options.output, "The trace to write")->required();
  cli.add_option("--python", options.python,
                 "CPython that runs the handler; a virtual environment's works");
  cli.add_option(
      "--template", options.template_file,
      "AWS SAM or Serverless Framework file: handler, runtime, memory, time limit, variables");
  cli.add_option("--function", options.function, "Which function of the template");
  cli.add_option("--layer", options.layers, "A layer's folder (repeatable)")
      ->allow_extra_args(false);
  cli.add_option("--trigger", options.trigger, "event (default) or http");
  cli.add_option("--timeout", options.timeout_s,
                 "Seconds for the import and for each event; 0: none (default 60)");
  cli.add_option("--env", options.env, "NAME=VALUE for the handler (repeatable; kept in the trace)")
      ->allow_extra_args(false);
  cli.add_option("--env-file", options.env_files,
                 "File of NAME=VALUE lines (repeatable; not kept in the trace)")
      ->allow_extra_args(false);
  cli.add_flag("--inherit-env", options.inherit_env,
               "Give the handler the caller's environment, credentials included");
  cli.add_flag("--no-effects", no_effects,
               "Leave out the second pass, which witnesses import effects");
  cli.set_version_flag("--version", FAASLIGHT_VERSION);
}

std::filesystem::path LibexecFolder() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  return self.parent_path().parent_path() / "libexec" / "faaslight";
}

// Adds what faaslight.toml says where the command line says nothing.
faaslight::Status AddSettings(const std::string& config, faaslight::TraceOptions& options) {
  std::optional<std::filesystem::path> given;
  if (!config.empty()) given = config;
  faaslight::Result<faaslight::Settings> settings = faaslight::FindSettings(given);
  if (!settings) return tl::unexpected(settings.error());
  // A template names the handler of the function that is asked for.
  if (options.handler.empty() && options.template_file.empty()) {
    options.handler = settings->handler.value_or("");
  }
  if (options.trigger.empty()) options.trigger = settings->trigger.value_or("");
  if (options.events.empty()) options.events = settings->events;
  return {};
}

int TraceApp(const faaslight::TraceOptions& options) {
  auto request = faaslight::Resolve(options, LibexecFolder());
  if (!request) return Report(request.error());
  CatchSignals();
  faaslight::LaunchHooks hooks;
  hooks.interrupted = [] { return g_signal != 0; };
  hooks.progress = [](const std::string& line) {
    fmt::print(stderr, "faaslight-trace: {}\n", line);
  };
  auto trace = faaslight::RunTrace(*request, hooks);
  if (!trace) return Report(trace.error());
  auto written = faaslight::WriteFileAtomically(request->output, faaslight::Wrap(*trace));
  if (!written) return Report(written.error());
  fmt::print("{}trace      {}\n", faaslight::Summarise(*trace), request->output.string());
  if (!trace->has_truncation()) return static_cast<int>(ExitCode::kOk);
  fmt::print(stderr,
             "faaslight-trace: the run was cut off: {}, in {}; the trace is marked truncated\n",
             trace->truncation().cause(), trace->truncation().where());
  return static_cast<int>(ExitCode::kHandler);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App cli(
      "Runs a serverless handler under recorded events and writes down what the run really used.",
      "faaslight-trace");
  faaslight::TraceOptions options;
  std::string config;
  bool no_effects = false;
  Declare(cli, options, config, no_effects);
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return faaslight::ExitOf(cli, error, "faaslight-trace");
  }
  options.effects = !no_effects;
  if (faaslight::Status read = AddSettings(config, options); !read) return Report(read.error());
  try {
    return TraceApp(options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "faaslight-trace: {}\n", error.what());
    return static_cast<int>(ExitCode::kSystem);
  }
}
