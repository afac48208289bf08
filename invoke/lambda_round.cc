#include "invoke/lambda_round.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "invoke/base64.h"
#include "invoke/handler_times.h"
#include "invoke/http_round.h"
#include "invoke/lambda_api.h"
#include "invoke/lambda_report.h"
#include "invoke/one_line.h"

namespace faaslight {
namespace {

using nlohmann::json;

void TakeReport(const LambdaReport& report, Round& round) {
  if (!report.found) {
    round.faults.emplace_back("the log's tail holds no REPORT of this request (it ends at 4 KB)");
    // INIT_REPORT alone: init failed or ran over, so the start was cold whatever came after.
    if (report.init_report) {
      round.start = Start::kCold;
      round.at(Metric::kInit) = report.init_report->init_ms;
    }
    return;
  }
  round.at(Metric::kFunction) = report.duration_ms;
  round.at(Metric::kBilled) = report.billed_ms;
  round.at(Metric::kUsedMemory) = report.used_mb;
  round.memory_size_mb = report.memory_mb;
  std::optional<double> init = report.init_ms ? report.init_ms : report.restore_ms;
  if (!init && report.init_report) init = report.init_report->init_ms;
  round.start = init ? Start::kCold : Start::kWarm;
  round.at(Metric::kInit) = init;
  if (report.init_report && !report.init_report->status.empty() &&
      report.init_report->status != "success")
    round.faults.push_back(fmt::format("init ended with {} {}", OneLine(report.init_report->status),
                                       OneLine(report.init_report->error_type)));
}

// The function's first line, by its own account or by the platform's.
void TakeTimes(const LambdaReport& report, const HandlerTimes& times, double sent_at_ms,
               Round& round) {
  const std::optional<double> start =
      times.function_start ? times.function_start : report.started_at_ms;
  if (!start) return;
  const double arrive = *start - sent_at_ms;
  // Clocks that differ by more than an hour measure nothing.
  if (std::abs(arrive) > 3'600'000) {
    round.faults.emplace_back("the function's clock and ours are more than an hour apart");
    return;
  }
  round.at(Metric::kArrive) = arrive;
  if (round.start != Start::kUnknown)
    round.at(Metric::kPrepare) = arrive - round.at(Metric::kInit).value_or(0);
}

void TakeFunctionError(const HttpReply& reply, const LambdaReport& report, Round& round) {
  round.outcome = CallOutcome::kFunctionError;
  const json body = json::parse(reply.body, nullptr, /*allow_exceptions=*/false);
  std::string message;
  if (body.is_object()) {
    round.error_type = OneLine(body.value("errorType", json("")).is_string()
                                   ? body.value("errorType", json("")).get<std::string>()
                                   : "");
    if (const json text = body.value("errorMessage", json("")); text.is_string())
      message = text.get<std::string>();
  }
  // The payload of a process that was killed for its memory says no more than that it exited.
  if (round.error_type.empty() ||
      (round.error_type == "Runtime.ExitError" && !report.error_type.empty()))
    round.error_type = OneLine(report.error_type);
  round.detail = OneLine(round.error_type.empty() ? message : round.error_type + ": " + message);
}

void TakeReply(const HttpReply& reply, Round& round) {
  round.http_status = reply.status;
  round.sent_at_ms = reply.sent_at_ms;
  round.connect_ms = reply.connect_ms;
  round.request_id = OneLine(reply.Header("x-amzn-requestid"), 100);
  round.at(Metric::kEndToEnd) = reply.reply_ms;
  if (reply.status != 200) {
    round.outcome = reply.status == 429 ? CallOutcome::kThrottled : CallOutcome::kRefused;
    round.error_type = ServiceErrorTypeOf(reply);
    round.detail = ServiceErrorOf(reply);
    return;
  }
  round.answer_sha256 = Hex(Sha256(reply.body));
  const std::optional<std::string> tail = DecodedBase64(reply.Header("x-amz-log-result"));
  LambdaReport report;
  if (!tail || tail->empty()) {
    round.faults.emplace_back(reply.Header("x-amz-log-result").empty()
                                  ? "the reply has no log tail (X-Amz-Log-Result)"
                                  : "the log tail (X-Amz-Log-Result) is no base64");
  } else {
    report = ReadLambdaReport(*tail, round.request_id);
    TakeReport(report, round);
  }
  if (!reply.Header("x-amz-function-error").empty()) TakeFunctionError(reply, report, round);
  TakeTimes(report, ReadHandlerTimes(reply.body, tail.value_or("")), reply.sent_at_ms, round);
}

}  // namespace

Round RoundOfInvoke(const RetriedOutcome& sent) {
  Round round;
  round.attempts = sent.attempts;
  round.faults = sent.faults;
  if (sent.outcome)
    TakeReply(*sent.outcome, round);
  else
    TakeFailure(sent.outcome.error(), round);
  return round;
}

}  // namespace faaslight
