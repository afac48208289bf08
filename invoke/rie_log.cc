#include "invoke/rie_log.h"

#include <algorithm>
#include <charconv>
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
  const LambdaReport report = ReadLambdaReport(out, log.request_id);
  log.ended = report.found;
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
