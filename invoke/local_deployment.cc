#include "invoke/local_deployment.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "base/files.h"
#include "invoke/handler_times.h"
#include "invoke/http_event.h"
#include "invoke/http_round.h"
#include "invoke/json_fields.h"
#include "invoke/one_line.h"
#include "invoke/timestamp.h"

namespace faaslight {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

constexpr milliseconds kLookForPort{2};
constexpr milliseconds kGrace{100};
constexpr milliseconds kLogLag{500};  // from a reply to the emulator's account of it

const char* NameOf(LocalServer server) {
  if (server == LocalServer::kBare) return "the bare runtime";
  return server == LocalServer::kRie ? "the emulator" : "functions-framework";
}

// What the three servers have in common: a process per session.
class LocalDeployment : public MeasuredDeployment {
 public:
  LocalDeployment(LocalOptions options, HttpSend send, Control control)
      : options_(std::move(options)), send_(std::move(send)), control_(std::move(control)) {}

  Status BeginSession(bool cold) override {
    cold_ = cold;
    if (cold || !child_) return StopProcess();
    return {};
  }
  Status EndSession() override { return cold_ ? StopProcess() : Status(); }
  Status Finish() override { return StopProcess(); }

 protected:
  // Starts the process, and gives up to the caller to wait until it is ready.
  Status Start();
  Status StopProcess() {
    // Only the emulator has something to end: its runtime.
    if (child_ && options_.server != LocalServer::kRie) child_->Stop(kGrace);
    child_.reset();
    scratch_.reset();
    return {};
  }
  milliseconds Limit() const { return options_.timeout; }
  std::string Url() const { return fmt::format("http://127.0.0.1:{}", port_); }
  // Until the server accepts connections. An error shows the end of what it wrote.
  Status WaitForPort();
  // `why`, and the end of what it wrote.
  Error NotStarted(const std::string& why);

  LocalOptions options_;
  HttpSend send_;
  Control control_;
  bool cold_ = true;
  uint16_t port_ = 0;
  std::optional<TemporaryDirectory> scratch_;
  std::unique_ptr<Child> child_;
};

Error LocalDeployment::NotStarted(const std::string& why) {
  const ChildOutput output = child_->Output();
  std::string text = output.err.empty() ? output.out : output.err;
  constexpr size_t kShown = 600;
  if (text.size() > kShown) text.erase(0, text.find('\n', text.size() - kShown) + 1);
  return {ExitCode::kHandler,
          fmt::format("{} under {} {}: {}", options_.app.string(), NameOf(options_.server), why,
                      text.empty() ? "it wrote nothing" : OneLine(text, kShown))};
}

Status LocalDeployment::Start() {
  Result<TemporaryDirectory> scratch = TemporaryDirectory::Make({}, "faaslight-invoke-");
  if (!scratch) return tl::unexpected(scratch.error());
  scratch_ = std::move(*scratch);
  uint16_t api_port = 0;
  for (uint16_t* port : {&port_, &api_port}) {
    const Result<uint16_t> found = FreePort();
    if (!found) return tl::unexpected(found.error());
    *port = *found;
  }
  const Result<ChildCommand> command = LocalCommand(options_, port_, api_port, scratch_->path());
  if (!command) return tl::unexpected(command.error());
  Result<std::unique_ptr<Child>> child = Child::Start(*command);
  if (!child) return tl::unexpected(child.error());
  child_ = std::move(*child);
  return {};
}

Status LocalDeployment::WaitForPort() {
  const auto end = std::chrono::steady_clock::now() + Limit();
  while (!AcceptsConnections(port_)) {
    if (!child_->Running()) return tl::unexpected(NotStarted(child_->EndedBy()));
    if (control_.stopped()) return Fail(ExitCode::kSystem, "stopped");
    if (std::chrono::steady_clock::now() > end)
      return tl::unexpected(
          NotStarted(fmt::format("does not listen after {} s", options_.timeout.count())));
    std::this_thread::sleep_for(kLookForPort);
  }
  return {};
}

// AWS's Runtime Interface Emulator. It listens at once and starts the runtime for the first call,
// so that call holds the init as a cold call of the cloud does.
class RieDeployment : public LocalDeployment {
 public:
  using LocalDeployment::LocalDeployment;
  Result<Round> Call(const CallEvent& event) override;

 private:
  Error InitFailed(const Round& round);
  bool initialized_ = false;  // the application's import has gone well before
};

// The runtime's own words are on standard output; the emulator's say little.
Error RieDeployment::InitFailed(const Round& round) {
  constexpr size_t kShown = 600;
  const ChildOutput output = child_->Output();
  std::string text = round.detail;
  if (round.error_type.empty()) {
    text = output.out;
    if (text.rfind("START ", 0) == 0) text.erase(0, std::min(text.find('\n'), text.size() - 1) + 1);
    if (text.size() > kShown) text.erase(0, text.size() - kShown);
  }
  if (text.empty()) text = RieReason(output.err);
  return {ExitCode::kHandler, fmt::format("{} did not start under the emulator: {}",
                                          options_.app.string(), OneLine(text, kShown))};
}

Result<Round> RieDeployment::Call(const CallEvent& event) {
  if (!child_) {
    if (Status started = Start(); !started) return tl::unexpected(started.error());
    if (Status ready = WaitForPort(); !ready) return tl::unexpected(ready.error());
  }
  child_->ClearOutput();
  HttpRequest request;
  request.method = "POST";
  request.url = Url() + "/2015-03-31/functions/function/invocations";
  request.headers = {"Content-Type: application/json"};
  request.body = event.json;
  request.timeout = 2 * Limit() + std::chrono::seconds(10);  // init, the call, the emulator's own
  request.no_proxy = true;
  const RetriedOutcome sent{send_(request), 1, {}};
  RieLog log;
  // Two pipes: that the REPORT came through one does not say that the init came through the other.
  child_->Drained();
  child_->WaitFor(
      [&](const ChildOutput& output) {
        log = ReadRieLog(output.out, output.err);
        return log.ended || log.exited;
      },
      kLogLag, [&] { return !control_.stopped(); });
  const ChildOutput written = child_->Drained();
  log = ReadRieLog(written.out, written.err);
  Round round = RoundOfHttp(sent);
  round.at(Metric::kUsedMemory) = child_->PeakMemoryMb(/*without_first=*/true);
  if (!sent.outcome) {
    if (!child_->Running()) round.faults.push_back("the emulator " + child_->EndedBy());
    return round;
  }
  TakeRieBody(sent.outcome->body, log, round);
  if (log.init_failed && !log.timed_out) {
    if (!initialized_) return tl::unexpected(InitFailed(round));
    round.outcome = CallOutcome::kFunctionError;
    if (round.error_type.empty()) round.error_type = "Runtime.ExitError";
    if (sent.outcome->body.empty()) round.detail = RieReason(child_->Output().err);
  }
  initialized_ = true;
  // Known by the emulator's own word: a runtime that died is started anew by the next call.
  round.start = log.init_ms ? Start::kCold : Start::kWarm;
  round.request_id = log.request_id;
  round.at(Metric::kInit) = log.init_ms;
  round.at(Metric::kFunction) = log.duration_ms;
  round.at(Metric::kBilled) = log.billed_ms;
  if (!log.ended) round.faults.emplace_back("the emulator wrote no REPORT");
  const HandlerTimes times = ReadHandlerTimes(sent.outcome->body, written.out);
  if (times.function_start) {
    round.at(Metric::kArrive) = *times.function_start - round.sent_at_ms;
    round.at(Metric::kPrepare) = *round.at(Metric::kArrive) - log.init_ms.value_or(0);
  }
  return round;
}

// functions-framework. It imports the application before it listens, so a cold call is the start of
// the process, the wait for its port, and the request.
class FrameworkDeployment : public LocalDeployment {
 public:
  using LocalDeployment::LocalDeployment;
  Result<Round> Call(const CallEvent& event) override;

 private:
  void Explain(Round& round);
};

// The last line that is not indented, as a traceback's is.
std::string LastLine(std::string text) {
  while (!text.empty()) {
    const size_t end = text.find_last_not_of(" \r\n");
    text.resize(end == std::string::npos ? 0 : end + 1);
    const size_t begin = text.rfind('\n') + 1;  // 0 without one
    if (begin < text.size() && text[begin] != ' ') return OneLine(text.substr(begin));
    text.resize(begin);
  }
  return text;
}

// What went wrong in a handler only the server's standard error tells; and a handler may have ended
// the server, a moment after its reply (Node.js): the next call then starts another.
void FrameworkDeployment::Explain(Round& round) {
  constexpr milliseconds kLast{150};
  child_->WaitFor([](const ChildOutput&) { return false; }, kLast,
                  [&] { return !control_.stopped(); });
  const std::string said = LastLine(child_->Output().err);
  if (round.http_status != 0 && !said.empty())
    round.detail = fmt::format("status {}: {}", round.http_status, said);
  else if (!said.empty())
    round.detail += "; the server: " + said;
  if (const std::string ended = child_->EndedBy(); !ended.empty())
    round.faults.push_back("the server " + ended);
  // A handler that goes on would take its time from the next call.
  if (round.outcome == CallOutcome::kTimedOut) StopProcess();
}

Result<Round> FrameworkDeployment::Call(const CallEvent& event) {
  Result<HttpRequest> request = RequestOfEvent("", event.json);
  if (!request)
    return Fail(request.error().code, fmt::format("{}: {}", event.name, request.error().message));
  // A handler that ended its process took the server with it (Node.js).
  if (child_ && !child_->Running())
    if (Status stopped = StopProcess(); !stopped) return tl::unexpected(stopped.error());
  const bool cold = child_ == nullptr;
  double ready_ms = 0;
  if (cold) {
    if (Status started = Start(); !started) return tl::unexpected(started.error());
    if (Status ready = WaitForPort(); !ready) return tl::unexpected(ready.error());
    ready_ms = NowMs() - child_->started_at_ms();
  }
  request->url = Url() + request->url;
  request->timeout = Limit();
  request->no_proxy = true;
  child_->ClearOutput();
  const RetriedOutcome sent{send_(*request), 1, {}};
  Round round = RoundOfHttp(sent);
  round.start = cold ? Start::kCold : Start::kWarm;
  if (cold) {
    round.at(Metric::kInit) = ready_ms;
    round.sent_at_ms = child_->started_at_ms();
    if (round.at(Metric::kEndToEnd)) *round.at(Metric::kEndToEnd) += ready_ms + round.connect_ms;
  }
  round.at(Metric::kUsedMemory) = child_->PeakMemoryMb(false);
  if (sent.outcome) TakeHandlerTimes(sent.outcome->body, nullptr, round);
  if (round.outcome != CallOutcome::kOk) Explain(round);
  return round;
}

// The handler in a bare interpreter (bare_runner.py, bare_runner.mjs).
class BareDeployment : public LocalDeployment {
 public:
  using LocalDeployment::LocalDeployment;
  Result<Round> Call(const CallEvent& event) override;

 private:
  // The next line of descriptor 3; nothing when the process ended or took too long.
  std::optional<json> Reply();
  // Why there was none.
  std::string NoReply();
};

std::optional<json> BareDeployment::Reply() {
  std::string line;
  const bool there = child_->WaitFor(
      [&](const ChildOutput& output) {
        const size_t end = output.replies.find('\n');
        if (end == std::string::npos) return false;
        line = output.replies.substr(0, end);
        return true;
      },
      Limit(), [&] { return !control_.stopped(); });
  if (!there) return std::nullopt;
  child_->ClearOutput();
  json value = json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!value.is_object()) return std::nullopt;
  return value;
}

std::string BareDeployment::NoReply() {
  const std::string ended = child_->EndedBy();
  return ended.empty() ? fmt::format("gave no answer within {} s", options_.timeout.count())
                       : ended;
}

double NumberOf(const json& object, const char* name) {
  const auto at = object.find(name);
  return at != object.end() && at->is_number() ? at->get<double>() : 0;
}

Result<Round> BareDeployment::Call(const CallEvent& event) {
  Round round;
  if (child_ && !child_->Running())
    if (Status stopped = StopProcess(); !stopped) return tl::unexpected(stopped.error());
  const bool cold = child_ == nullptr;
  round.start = cold ? Start::kCold : Start::kWarm;
  round.sent_at_ms = NowMs();
  double init_ms = 0;
  if (cold) {
    if (Status started = Start(); !started) return tl::unexpected(started.error());
    round.sent_at_ms = child_->started_at_ms();
    const std::optional<json> ready = Reply();
    if (!ready || ready->contains("failed"))
      return tl::unexpected(ready
                                ? Error{ExitCode::kHandler,
                                        fmt::format("{} did not import: {}", options_.app.string(),
                                                    OneLine(TextOf(*ready, "failed")))}
                                : NotStarted(NoReply()));
    init_ms = NumberOf(*ready, "init_end") - NumberOf(*ready, "init_start");
    round.at(Metric::kInit) = init_ms;
  }
  // One line: a line break in JSON stands between values, where a blank says the same. (Reading and
  // writing it anew would change numbers that fit into no type of ours.)
  std::string line = event.json;
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\r' || c == '\n'; }, ' ');
  const bool written = child_->Write(line + "\n");
  const std::optional<json> reply = written ? Reply() : std::nullopt;
  round.at(Metric::kUsedMemory) = child_->PeakMemoryMb(false);
  if (!reply) {
    const std::string ended = child_->EndedBy();
    round.outcome = ended.empty() ? CallOutcome::kTimedOut : CallOutcome::kFunctionError;
    round.error_type = ended.empty() ? "Sandbox.Timedout" : "Runtime.ExitError";
    round.detail = ended.empty() ? fmt::format("no answer within {} s", options_.timeout.count())
                                 : "the process " + ended;
    StopProcess();
    return round;
  }
  const double start = NumberOf(*reply, "function_start"), end = NumberOf(*reply, "function_end");
  round.at(Metric::kFunction) = end - start;
  round.at(Metric::kArrive) = start - round.sent_at_ms;
  round.at(Metric::kPrepare) = start - round.sent_at_ms - init_ms;
  round.at(Metric::kEndToEnd) = end - round.sent_at_ms;
  if (reply->contains("error_type")) {
    round.outcome = CallOutcome::kFunctionError;
    round.error_type = OneLine(TextOf(*reply, "error_type"));
    round.detail = round.error_type + ": " + OneLine(TextOf(*reply, "error"));
  } else {
    round.answer_sha256 = Hex(Sha256(TextOf(*reply, "answer")));
  }
  return round;
}

}  // namespace

std::unique_ptr<MeasuredDeployment> MakeLocalDeployment(LocalOptions options, HttpSend send,
                                                        Control control) {
  switch (options.server) {
    case LocalServer::kRie:
      return std::make_unique<RieDeployment>(std::move(options), std::move(send),
                                             std::move(control));
    case LocalServer::kFunctionsFramework:
      return std::make_unique<FrameworkDeployment>(std::move(options), std::move(send),
                                                   std::move(control));
    case LocalServer::kBare:
      break;
  }
  return std::make_unique<BareDeployment>(std::move(options), std::move(send), std::move(control));
}

}  // namespace faaslight
