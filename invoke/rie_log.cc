#include "invoke/rie_log.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>

#include "invoke/lambda_report.h"
#include "invoke/one_line.h"

namespace faaslight {
namespace {

using nlohmann::json;

// An init that fails is tried again by the call that waits for it.
std::optional<double> SumBehind(const std::string& text, std::string_view mark) {
  std::optional<double> sum;
  for (size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
    at += mark.size();
    double value = 0;
    const auto read = std::from_chars(text.data() + at, text.data() + text.size(), value);
    if (read.ec == std::errc() && value >= 0) sum = sum.value_or(0) + value;
  }
  return sum;
}

// What the emulator's own stream says of the call's duration, init included.
std::optional<double> DurationOf(const std::string& err, std::optional<double> init_ms) {
  const size_t done = err.rfind("INVOKE RTDONE(");
  if (done == std::string::npos) return std::nullopt;
  const std::string line = err.substr(done, err.find('\n', done) - done);
  const std::optional<double> duration = SumBehind(line, ", duration: ");
  return duration ? std::optional(*duration + init_ms.value_or(0)) : std::nullopt;
}

// A handler may print a REPORT of its own call, and what it prints may come after the emulator's:
// the one that agrees best with the duration is taken, and none that is far from it.
LambdaReport ReportOf(const std::string& out, const std::string& id,
                      std::optional<double> duration_ms) {
  const std::string mark = "REPORT RequestId: " + id;
  LambdaReport best;
  // By how much a busy machine may draw the two accounts apart.
  double best_off = 250 + duration_ms.value_or(0);
  if (id.empty()) return best;
  for (size_t at = out.find(mark); at != std::string::npos; at = out.find(mark, at + 1)) {
    const LambdaReport report = ReadLambdaReport(out.substr(at, out.find('\n', at) - at), id);
    if (!report.found) continue;
    const double off = duration_ms ? std::abs(report.duration_ms.value_or(1e9) - *duration_ms) : 0;
    if (off > best_off) continue;
    best = report;
    best_off = off;
  }
  return best;
}

}  // namespace

RieLog ReadRieLog(const std::string& out, const std::string& err) {
  RieLog log;
  // Only what the emulator itself wrote (its standard error) says that init ran in this call; the
  // handler prints to the other stream.
  log.init_ms = SumBehind(err, "INIT REPORT(durationMs: ");
  log.init_failed = err.find("INIT RTDONE(status: error)") != std::string::npos;
  log.timed_out = err.find("errResetReceived") != std::string::npos;
  log.exited = err.find("exited: exit status") != std::string::npos ||
               err.find("exited: signal") != std::string::npos;
  if (const size_t at = err.rfind("INVOKE START(requestId: "); at != std::string::npos) {
    const size_t begin = at + std::string_view("INVOKE START(requestId: ").size();
    log.request_id = OneLine(err.substr(begin, err.find(')', begin) - begin), 100);
  }
  const LambdaReport report = ReportOf(out, log.request_id, DurationOf(err, log.init_ms));
  log.ended = report.found && !log.request_id.empty();
  log.billed_ms = report.billed_ms;
  log.duration_ms = report.duration_ms;
  if (log.duration_ms && log.init_ms)
    log.duration_ms = std::max(0.0, *log.duration_ms - *log.init_ms);
  return log;
}

std::string RieReason(const std::string& err) {
  constexpr std::string_view kMark = " failed error=";
  const size_t at = err.find(kMark);
  if (at == std::string::npos) return "the emulator does not say why";
  const size_t begin = at + kMark.size();
  const size_t end = std::min(err.find(" InvokeID", begin), err.find('\n', begin));
  return OneLine(err.substr(begin, end == std::string::npos ? end : end - begin));
}

void TakeRieBody(const std::string& body, const RieLog& log, Round& round) {
  const json value = json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (log.timed_out) {
    round.outcome = CallOutcome::kFunctionError;
    round.error_type = "Sandbox.Timedout";
    round.detail = OneLine(body);
  } else if (value.is_object() && value.contains("errorType") && value.contains("errorMessage") &&
             value.size() <= 4) {
    round.outcome = CallOutcome::kFunctionError;
    const auto text = [&](const char* name) {
      return value[name].is_string() ? OneLine(value[name].get<std::string>()) : std::string();
    };
    round.error_type = text("errorType");
    round.detail = round.error_type + ": " + text("errorMessage");
  }
}

}  // namespace faaslight
