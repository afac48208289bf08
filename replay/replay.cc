// The time limit is kept from outside: each record that the runner appends restarts the clock, and
// when none came for too long the process is killed. So the handler sees no timer, signal handler
// or thread that the cloud would not have.
#include "replay/replay.h"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "base/files.h"
#include "base/subprocess.h"
#include "replay/records.h"
#include "replay/scratch.h"

namespace faaslight {
namespace fs = std::filesystem;
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint64_t kMaxCaptured =
    256ULL << 20;  // a handler that prints more is ended, before it fills the disk

uint64_t SizeOf(const fs::path& path) {
  std::error_code error;
  const uintmax_t size = fs::file_size(path, error);
  return error ? 0 : size;
}

// Looks at the files of a run from outside while it goes on.
class Watch {
 public:
  Watch(const fs::path& outcomes, std::chrono::milliseconds timeout)
      : outcomes_(outcomes),
        stdout_(outcomes),
        stderr_(outcomes),
        timeout_(timeout),
        since_(Clock::now()) {
    stdout_ += ".stdout";
    stderr_ += ".stderr";
  }
  // False once the import or an event took too long, or printed too much.
  bool KeepGoing() {
    const uint64_t size = SizeOf(outcomes_);
    if (size != size_) {
      size_ = size;
      since_ = Clock::now();
    }
    flooded_ = SizeOf(stdout_) > kMaxCaptured || SizeOf(stderr_) > kMaxCaptured;
    return !flooded_ && (timeout_.count() == 0 || Clock::now() - since_ < timeout_);
  }
  bool flooded() const { return flooded_; }
  // Since the last record.
  std::chrono::microseconds Spent() const {
    return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - since_);
  }

 private:
  fs::path outcomes_, stdout_, stderr_;
  std::chrono::milliseconds timeout_;
  Clock::time_point since_;
  uint64_t size_ = 0;
  bool flooded_ = false;
};

Status CheckInputs(const fs::path& python, const RunSpec& spec) {
  if (python.has_parent_path() && ::access(python.c_str(), X_OK) != 0) {
    return Fail(ExitCode::kUsage, fmt::format("no such interpreter: {}", python.string()));
  }
  std::error_code ignored;
  if (!fs::is_directory(spec.app, ignored)) {
    return Fail(ExitCode::kUsage, fmt::format("no such application folder: {}", spec.app.string()));
  }
  return {};
}

// Lambda's words for a process that ended by itself.
std::string ExitMessage(const ProcessResult& process) {
  if (process.signal != 0) {
    return fmt::format("Runtime exited with error: signal: {}", ::strsignal(process.signal));
  }
  if (process.exit_code != 0)
    return fmt::format("Runtime exited with error: exit status {}", process.exit_code);
  return "Runtime exited without providing a reason";
}

Outcome EndOfRunning(int running, const ProcessResult& process, const Watch& watch,
                     const RunSpec& spec, const fs::path& outcomes) {
  Outcome out;
  if (watch.flooded()) {
    out = CutOff(running, "Runtime.ExitError",
                 fmt::format("it printed more than {} MiB", kMaxCaptured >> 20), outcomes);
  } else if (process.timed_out) {
    const double seconds = static_cast<double>(spec.timeout.count()) / 1000;
    out = CutOff(running, "Sandbox.Timedout",
                 fmt::format("Task timed out after {:.2f} seconds", seconds), outcomes);
    out.set_timed_out(true);
  } else {
    out = CutOff(running, "Runtime.ExitError", ExitMessage(process), outcomes);
  }
  out.set_duration_us(static_cast<uint64_t>(watch.Spent().count()));
  return out;
}

// The last line that an interpreter which could not even start the runner has printed.
std::string LastLine(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  return std::string(text.substr(text.rfind('\n') + 1));
}

}  // namespace

Result<RunResult> Replay(const fs::path& python, const RunSpec& spec) {
  if (Status ok = CheckInputs(python, spec); !ok) return tl::unexpected(ok.error());
  Result<TemporaryDirectory> folder = TemporaryDirectory::Make({}, "faaslight-replay-");
  if (!folder) return tl::unexpected(folder.error());
  const fs::path runner = folder->path() / "runner.py";
  const fs::path request = folder->path() / "request.json";
  const fs::path outcomes = folder->path() / "outcomes";
  const fs::path scratch = folder->path() / "home";
  std::error_code error;
  fs::create_directory(scratch, error);
  Status written = WriteFile(runner, kRunnerSource).and_then([&] {
    return WriteFile(request, RunnerRequest(spec, outcomes));
  });
  if (written) written = WriteFile(outcomes, "");
  if (!written) return tl::unexpected(written.error());

  Watch watch(outcomes, spec.timeout);
  Command command;
  // Absolute: the child changes its folder first.
  command.argv = {python.has_parent_path() ? fs::absolute(python).string() : python.string(),
                  "-S",
                  "-s",
                  "-B",
                  runner.string(),
                  request.string()};
  command.env = HandlerEnvironment(spec, scratch);
  command.directory = spec.app;
  command.max_output = 1 << 20;
  command.keep_going = [&watch] { return watch.KeepGoing(); };
  Result<ProcessResult> process = Run(command);
  if (!process) return tl::unexpected(process.error());

  Result<std::string> lines = ReadFile(outcomes);
  if (!lines)
    return Fail(ExitCode::kSystem,
                fmt::format("the run's records are gone: {}", lines.error().message));
  Result<Records> records = ParseRecords(*lines, outcomes.string());
  if (!records) return tl::unexpected(records.error());
  if (!records->began) {
    return Fail(ExitCode::kSystem,
                fmt::format("{} cannot run a handler: {}", python.string(),
                            LastLine(ToUtf8(process->err.empty() ? process->out : process->err))));
  }
  RunResult result = std::move(records->result);
  result.app = spec.app.string();
  result.scratch = scratch.string();
  result.files = FilesLeft(scratch, {{result.app, "<app>"}, {result.scratch, "<tmp>"}});
  if (records->running) {
    result.outcomes.push_back(EndOfRunning(*records->running, *process, watch, spec, outcomes));
    if (*records->running >= 0) {
      result.event_ms.push_back(static_cast<double>(result.outcomes.back().duration_us()) / 1000);
      result.event_loads.emplace_back();
    }
  }
  if (!result.complete) result.signal = process->signal;
  if (result.max_rss_kb == 0) result.max_rss_kb = process->max_rss_kb;
  return result;
}

}  // namespace faaslight
