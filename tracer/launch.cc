#include "tracer/launch.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

#include "base/files.h"
#include "base/subprocess.h"
#include "proto/envelope.h"
#include "replay/records.h"
#include "tracer/merge.h"

namespace faaslight {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr uint64_t kMaxPrinted =
    256ULL << 20;                 // a handler that prints more is ended before it fills the disk
constexpr int kCannotStart = 97;  // embed_main.cc
constexpr std::chrono::milliseconds kImportLimit{60'000};
constexpr auto kTakesLong = std::chrono::seconds(3);

// One finished pass.
struct PassRun {
  TemporaryDirectory folder;  // holds the log, the runner's records and the handler's HOME
  LogFile log;
  ProcessResult process;
  std::string cause;  // why it was cut off; "" when it ran to its end
  fs::path Outcomes() const { return folder.path() / "outcomes"; }
};

// Looks at a pass from outside while it runs.
class Watch {
 public:
  Watch(const LogHeader& header, const RunSpec& spec, std::string pass, fs::path outcomes,
        const LaunchHooks& hooks)
      : header_(header),
        spec_(spec),
        pass_(std::move(pass)),
        outcomes_(std::move(outcomes)),
        hooks_(hooks) {}

  // False when the pass is to be ended.
  bool KeepGoing() {
    const auto now = Clock::now();
    if (const uint32_t stage = header_.stage.load(); stage != stage_) {
      stage_ = stage;
      since_ = now;
    }
    if (hooks_.interrupted && hooks_.interrupted()) return End("interrupted");
    if (const auto limit = Limit(); limit.count() != 0 && now - since_ > limit) {
      timed_out_ = true;
      return End(fmt::format("time-out after {:g} s", static_cast<double>(limit.count()) / 1000));
    }
    if (Printed(".stdout") > kMaxPrinted || Printed(".stderr") > kMaxPrinted) {
      return End(fmt::format("it printed more than {} MiB", kMaxPrinted >> 20));
    }
    Report(now);
    return true;
  }

  const std::string& cause() const { return cause_; }
  bool timed_out() const { return timed_out_; }

 private:
  // The import is traced whatever the function's time limit is: the cloud gives it a limit of its
  // own.
  std::chrono::milliseconds Limit() const {
    const bool event = header_.phase.load() == static_cast<uint32_t>(TracePhase::kEvent);
    if (spec_.timeout.count() == 0 || event) return spec_.timeout;
    return std::max(spec_.timeout, kImportLimit);
  }

  bool End(std::string cause) {
    cause_ = std::move(cause);
    return false;
  }

  uint64_t Printed(const char* suffix) const {
    std::error_code error;
    const uintmax_t size = fs::file_size(outcomes_.string() + suffix, error);
    return error ? 0 : size;
  }

  void Report(Clock::time_point now) {
    if (!hooks_.progress || now - started_ < kTakesLong || now - reported_ < kTakesLong) return;
    reported_ = now;
    std::string where = "importing the handler";
    if (header_.phase.load() == static_cast<uint32_t>(TracePhase::kEvent)) {
      const uint32_t event = header_.event.load();
      const std::string name = event < spec_.events.size() ? spec_.events[event].name() : "?";
      where = fmt::format("event {} of {} ({})", event + 1, spec_.events.size(), name);
    }
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - started_).count();
    hooks_.progress(fmt::format("pass {}: {}, {} s", pass_, where, seconds));
  }

  const LogHeader& header_;
  const RunSpec& spec_;
  std::string pass_;
  fs::path outcomes_;
  const LaunchHooks& hooks_;
  Clock::time_point started_ = Clock::now(), since_ = started_, reported_ = started_;
  uint32_t stage_ = 0;
  std::string cause_;
  bool timed_out_ = false;
};

// Why a process that did not come to its end ended.
std::string CauseOf(const ProcessResult& process) {
  if (process.signal != 0)
    return fmt::format("killed by signal {} ({})", process.signal, ::strsignal(process.signal));
  return fmt::format("the process ended itself with exit code {}", process.exit_code);
}

std::string LastLine(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  return ToUtf8(text.substr(text.rfind('\n') + 1));
}

Result<PassRun> RunPass(const TraceRequest& request, const RunSpec& spec, const std::string& pass,
                        const LaunchHooks& hooks) {
  Result<TemporaryDirectory> folder = TemporaryDirectory::Make({}, "faaslight-trace-");
  if (!folder) return tl::unexpected(folder.error());
  const fs::path base = folder->path();
  std::error_code error;
  fs::create_directory(base / "home", error);
  Status written = WriteFile(base / "runner.py", kRunnerSource);
  if (written) written = WriteFile(base / "request.json", RunnerRequest(spec, base / "outcomes"));
  if (!written) return tl::unexpected(written.error());
  Result<LogFile> log = LogFile::Create(base / "log");
  if (!log) return tl::unexpected(log.error());

  Watch watch(log->header(), spec, pass, base / "outcomes", hooks);
  Command command;
  command.argv = {
      request.tracer.string(), (base / "log").string(),       pass,
      request.python.string(), (base / "runner.py").string(), (base / "request.json").string()};
  command.env = HandlerEnvironment(spec, base / "home");
  command.directory = spec.app;
  command.max_output = 1 << 20;
  command.keep_going = [&watch] { return watch.KeepGoing(); };
  Result<ProcessResult> process = Run(command);
  if (!process) return tl::unexpected(process.error());
  std::string cause = watch.cause();
  if (cause.empty() && log->header().finished.load() == 0) cause = CauseOf(*process);
  if (cause.empty() && log->header().lost.load() != 0) {
    cause =
        fmt::format("the record log was full: {} records are missing", log->header().lost.load());
  }
  process->timed_out = watch.timed_out();
  return PassRun{*std::move(folder), *std::move(log), *std::move(process), std::move(cause)};
}

// What kept the handler from being loaded, if something did.
Status CheckInit(const Trace& trace, const PassRun& run, const TraceRequest& request) {
  for (const Outcome& outcome : trace.outcomes()) {
    if (!outcome.during_init()) continue;
    const std::string& type = outcome.exception_type();
    if (type == "Runtime.HandlerNotFound" || type == "Runtime.MalformedHandlerName" ||
        type == "Runtime.BuiltInModuleConflict") {
      return Fail(ExitCode::kUsage,
                  fmt::format("no such handler: {}", outcome.exception_message()));
    }
    std::string message = outcome.exception_message();
    std::replace(message.begin(), message.end(), '\n', ' ');
    // The most usual cause: packages that were installed for another CPython.
    return Fail(
        ExitCode::kHandler,
        fmt::format("importing {} failed on CPython {} (--python PATH takes another): {}: {}; "
                    "nothing was traced",
                    request.handler_module, trace.python().version(), type, message));
  }
  const bool began = run.log.header().stage.load() != 0;
  if (!began && run.cause != "interrupted") {
    return Fail(
        ExitCode::kSystem,
        fmt::format(
            "{} could not start the handler ({}): {}", request.tracer.filename().string(),
            run.process.exit_code == kCannotStart ? "its interpreter did not start" : run.cause,
            LastLine(run.process.err)));
  }
  return {};
}

// The event that was running when the process ended; -1 for the import, absent between them.
std::optional<int> Running(const LogHeader& header) {
  if (header.busy.load() == 0) return std::nullopt;
  return header.phase.load() == static_cast<uint32_t>(TracePhase::kEvent)
             ? static_cast<int>(header.event.load())
             : -1;
}

void MarkTruncated(const PassRun& run, const TraceRequest& request, Trace& trace) {
  const std::optional<int> running = Running(run.log.header());
  trace.mutable_truncation()->set_cause(run.cause);
  std::string where = "between the events";
  if (running && *running < 0) where = fmt::format("import of {}", request.handler_module);
  if (running && *running >= 0) {
    const auto event = static_cast<size_t>(*running);
    const std::string name =
        event < request.spec.events.size() ? request.spec.events[event].name() : "?";
    where = fmt::format("event {} ({})", event + 1, name);
  }
  trace.mutable_truncation()->set_where(where);
  if (!running) return;
  // The event has no outcome of its own: Lambda's words for it.
  const bool timed_out = run.process.timed_out;
  Outcome outcome = CutOff(*running, timed_out ? "Sandbox.Timedout" : "Runtime.ExitError",
                           run.cause, run.Outcomes());
  outcome.set_timed_out(timed_out);
  *trace.add_outcomes() = std::move(outcome);
}

void AddPass(const char* name, const ProcessResult& process, Trace& trace) {
  Pass* pass = trace.add_passes();
  pass->set_name(name);
  pass->set_wall_us(static_cast<uint64_t>(process.wall.count()));
  pass->set_exit_code(process.signal != 0 ? -process.signal : process.exit_code);
}

void DescribeRun(const TraceRequest& request, Trace& trace) {
  trace.set_format_version(kTraceFormat);
  trace.set_tool_version(FAASLIGHT_VERSION);
  App& app = *trace.mutable_app();
  app.set_directory(request.spec.app.string());
  for (const fs::path& layer : request.spec.layers) app.add_layers(layer.string());
  app.set_handler(request.spec.handler);
  app.set_handler_module(request.handler_module);
  app.set_trigger(request.spec.trigger);
  app.set_memory_mb(request.spec.memory_mb);
  app.set_timeout_s(static_cast<double>(request.spec.timeout.count()) / 1000);
  for (const auto& [key, value] : request.env) (*app.mutable_env())[key] = value;
  for (const fs::path& file : request.env_files) app.add_env_files(file.string());
  app.set_inherit_env(request.spec.inherit_env);
  for (const Event& event : request.spec.events) *trace.add_events() = event;
  for (std::string& warning : OversizedEvents(request.spec.events))
    trace.add_warnings(std::move(warning));
}

// The witness looks at everything at each import, so this pass takes many times as long. Events
// that the first pass did not survive are not run again.
Status RunEffects(const TraceRequest& request, const LaunchHooks& hooks, Trace& trace) {
  RunSpec spec = request.spec;
  if (trace.has_truncation()) {
    const Outcome* last =
        trace.outcomes_size() == 0 ? nullptr : &trace.outcomes(trace.outcomes_size() - 1);
    if (last == nullptr || last->during_init()) {
      trace.add_warnings("import effects were not witnessed: the import was cut off");
      return {};
    }
    spec.events.resize(std::min<size_t>(last->event(), spec.events.size()));
  }
  spec.timeout = spec.timeout * 10 + (spec.timeout.count() == 0 ? std::chrono::milliseconds(0)
                                                                : std::chrono::seconds(30));
  Result<PassRun> run = RunPass(request, spec, "effects", hooks);
  if (!run) return tl::unexpected(run.error());
  AddPass("effects", run->process, trace);
  MergeEffects(run->log, {request.spec.app, request.spec.layers, run->folder.path()}, trace);
  if (!run->cause.empty() && !trace.has_truncation()) {
    trace.mutable_truncation()->set_cause(run->cause);
    trace.mutable_truncation()->set_where("pass effects: import effects are incomplete");
  }
  return {};
}

}  // namespace

Result<Trace> RunTrace(const TraceRequest& request, const LaunchHooks& hooks) {
  Trace trace;
  DescribeRun(request, trace);
  {
    Result<PassRun> run = RunPass(request, request.spec, "functions", hooks);
    if (!run) return tl::unexpected(run.error());
    MergeFunctions(run->log, {request.spec.app, request.spec.layers, run->folder.path()}, trace);
    Status init = CheckInit(trace, *run, request);
    if (!init) return tl::unexpected(init.error());
    AddPass("functions", run->process, trace);
    if (!run->cause.empty()) MarkTruncated(*run, request, trace);
  }
  if (!request.effects) {
    trace.add_warnings("import effects were not witnessed: --no-effects");
  } else if (!hooks.interrupted || !hooks.interrupted()) {
    Status effects = RunEffects(request, hooks, trace);
    if (!effects) return tl::unexpected(effects.error());
  }
  return trace;
}

}  // namespace faaslight
