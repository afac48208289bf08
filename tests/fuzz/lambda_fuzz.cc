// What faaslight-invoke reads: log tails, handlers' answers, the shared configuration files,
// results, events of the http trigger, the emulator's log.
//
// Input: the first byte, modulo 8, chooses the reader (a tail, an answer, a log, a config file, a
// credentials file, results, an event, an emulator's log); the rest is its text.
#include <algorithm>
#include <array>
#include <utility>

#include "invoke/aws_profile.h"
#include "invoke/handler_times.h"
#include "invoke/http_event.h"
#include "invoke/lambda_report.h"
#include "invoke/render.h"
#include "invoke/rie_log.h"
#include "invoke/summary.h"
#include "tests/fuzz/target.h"

namespace faaslight {
namespace {

// As in the seeds.
constexpr std::string_view kRequest = "55bc566d-1e2c-11e7-93e6-6705ceb4c1cc";

void CheckWord(std::string_view word) {
  const auto printable = [](char byte) { return byte > 0x20 && byte < 0x7f; };
  Require(std::all_of(word.begin(), word.end(), printable), "a word is fit for a terminal");
}

void CheckNumber(const std::optional<double>& number) {
  if (number) Require(*number >= 0 && *number <= 1e12, "a number is within its bounds");
}

void TryTail(std::string_view tail) {
  for (const std::string_view id : {kRequest, std::string_view()}) {
    const LambdaReport report = ReadLambdaReport(tail, id);
    for (const auto& number :
         {report.duration_ms, report.billed_ms, report.init_ms, report.restore_ms,
          report.billed_restore_ms, report.memory_mb, report.used_mb})
      CheckNumber(number);
    for (const auto& word :
         {report.status, report.error_type, report.xray_trace_id, report.xray_segment_id})
      CheckWord(word);
    if (report.init_report) {
      CheckNumber(report.init_report->init_ms);
      CheckWord(report.init_report->phase);
    }
    Require(report.found || !report.duration_ms, "without a REPORT there is no duration");
  }
}

void TryTimes(std::string_view answer, std::string_view log) {
  const HandlerTimes times = ReadHandlerTimes(answer, log);
  // Years 0 to 9999, in milliseconds.
  for (const auto& time :
       {times.init_start, times.init_end, times.function_start, times.function_end})
    if (time) Require(*time > -1e14 && *time < 1e15, "a time is within its bounds");
}

void TryProfile(std::string_view config, std::string_view credentials) {
  for (const std::string_view name : {"default", "dev"}) {
    const auto profile = ReadAwsProfile({"config", std::string(config)},
                                        {"credentials", std::string(credentials)}, name);
    if (!profile) {
      Require(profile.error().code == ExitCode::kBadInput, "a bad file is bad input");
      // "config:LINE: " and one of our own texts, whatever the file holds.
      Require(profile.error().message.size() < 100, "a message holds nothing of the file");
      continue;
    }
    if (!*profile) continue;
    const AwsProfile& found = **profile;
    for (const std::string& value : {found.access_key_id, found.secret_access_key.Reveal(),
                                     found.region, found.credential_process})
      Require(value.find('\n') == std::string::npos, "a value is one line");
  }
}

void TryResults(std::string_view text) {
  const auto results = ReadResults(text);
  if (!results) {
    Require(results.error().code == ExitCode::kBadInput, "bad results are bad input");
    return;
  }
  const ResultsSummary summary = SummarizeResults(*results);
  const std::string json = RenderJson(*results, summary);
  const auto again = ReadResults(json);
  Require(again.has_value(), "what is written is read");
  Require(RenderJson(*again, SummarizeResults(*again)) == json, "and is the same");
  const std::string shown = RenderText(*results, summary, {}) + RenderHtml(*results, summary);
  Require(shown.find("nan") == std::string::npos || text.find("nan") != std::string_view::npos,
          "no number is none");
  RenderCsv(*results);
}

void TryEvent(std::string_view text) {
  const auto request = RequestOfEvent("https://host/f", std::string(text));
  if (!request) return;
  Require(request->url.rfind("https://host/", 0) == 0, "an event leads to no other host");
  Require(request->url.find_first_of(" \r\n") == std::string::npos, "a URL is one word");
}

void TryRieLog(std::string_view text) {
  const size_t half = text.size() / 2;
  const std::array<std::pair<std::string_view, std::string_view>, 2> streams = {
      {{text.substr(0, half), text.substr(half)}, {text, text}}};
  for (const auto& [out, err] : streams) {
    const RieLog log = ReadRieLog(std::string(out), std::string(err));
    CheckNumber(log.duration_ms);
    if (log.init_ms) Require(*log.init_ms >= 0, "an init is no less than nothing");
  }
}

}  // namespace
}  // namespace faaslight

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace faaslight;
  if (size == 0) return 0;
  const std::string_view text = Bytes(data + 1, size - 1);
  switch (data[0] % 8) {
    case 0:
      TryTail(text);
      break;
    case 1:
      TryTimes(text, "");
      break;
    case 2:
      TryTimes("", text);
      break;
    case 3:
      TryProfile(text, "");
      break;
    case 4:
      TryProfile("", text);
      break;
    case 5:
      TryResults(text);
      break;
    case 6:
      TryEvent(text);
      break;
    default:
      TryRieLog(text);
  }
  return 0;
}
