#include "invoke/http_round.h"

#include <fmt/format.h>

#include <cmath>

#include "base/files.h"
#include "invoke/handler_times.h"
#include "invoke/one_line.h"

namespace faaslight {
namespace {

constexpr double kClockTolerance_ms = 1000;

CallOutcome OutcomeOf(HttpFailure::Kind kind) {
  switch (kind) {
    case HttpFailure::Kind::kTimedOut:
      return CallOutcome::kTimedOut;
    case HttpFailure::Kind::kBadReply:
    case HttpFailure::Kind::kTooLarge:
      return CallOutcome::kBadReply;
    case HttpFailure::Kind::kDropped:
      return CallOutcome::kDropped;
    case HttpFailure::Kind::kNotSent:
    case HttpFailure::Kind::kStopped:
    case HttpFailure::Kind::kOther:
      break;
  }
  return CallOutcome::kRefused;
}

}  // namespace

void TakeFailure(const HttpFailure& failure, Round& round) {
  round.outcome = OutcomeOf(failure.kind);
  round.detail = OneLine(failure.message);
  round.sent_at_ms = failure.sent_at_ms;
}

Start InstanceSigns::Seen(std::optional<double> init_start_ms, double sent_at_ms) {
  if (!init_start_ms) return Start::kUnknown;
  const bool is_new = known_.insert(*init_start_ms).second;
  return is_new && *init_start_ms >= sent_at_ms - kClockTolerance_ms ? Start::kCold : Start::kWarm;
}

Round RoundOfHttp(const RetriedOutcome& sent) {
  Round round;
  round.attempts = sent.attempts;
  round.faults = sent.faults;
  if (!sent.outcome) {
    TakeFailure(sent.outcome.error(), round);
    return round;
  }
  const HttpReply& reply = *sent.outcome;
  round.http_status = reply.status;
  round.sent_at_ms = reply.sent_at_ms;
  round.connect_ms = reply.connect_ms;
  round.request_id = OneLine(reply.Header("function-execution-id"), 100);
  if (round.request_id.empty())
    round.request_id = OneLine(reply.Header("x-cloud-trace-context"), 100);
  round.at(Metric::kEndToEnd) = reply.reply_ms;
  round.answer_sha256 = Hex(Sha256(reply.body));
  if (reply.status == 429) round.outcome = CallOutcome::kThrottled;
  if (reply.status == 401 || reply.status == 403) round.outcome = CallOutcome::kRefused;
  if (reply.status >= 500) round.outcome = CallOutcome::kFunctionError;
  if (round.outcome != CallOutcome::kOk)
    round.detail = fmt::format("status {}: {}", reply.status, OneLine(reply.body, 120));
  else if (reply.status >= 300)
    round.faults.push_back(fmt::format("the answer's status is {}", reply.status));
  return round;
}

void TakeHandlerTimes(const std::string& answer, InstanceSigns* signs, Round& round) {
  const HandlerTimes times = ReadHandlerTimes(answer, "");
  if (signs != nullptr) round.start = signs->Seen(times.init_start, round.sent_at_ms);
  if (round.start == Start::kCold && signs != nullptr && times.init_start && times.init_end &&
      *times.init_end >= *times.init_start)
    round.at(Metric::kInit) = *times.init_end - *times.init_start;
  if (times.function_start && times.function_end && *times.function_end >= *times.function_start)
    round.at(Metric::kFunction) = *times.function_end - *times.function_start;
  if (!times.function_start) return;
  const double arrive = *times.function_start - round.sent_at_ms;
  if (std::abs(arrive) > 3'600'000) return;
  round.at(Metric::kArrive) = arrive;
  if (round.start != Start::kUnknown)
    round.at(Metric::kPrepare) = arrive - round.at(Metric::kInit).value_or(0);
}

}  // namespace faaslight
