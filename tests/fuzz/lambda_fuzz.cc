// What comes from AWS and goes into no file of ours first: log tails, handlers' answers, and the
// shared configuration files.
//
// Input: the first byte, modulo 5, chooses the reader (a tail, an answer, a log, a config file, a
// credentials file); the rest is its text.
#include <algorithm>
#include <array>

#include "invoke/aws_profile.h"
#include "invoke/handler_times.h"
#include "invoke/lambda_report.h"
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

}  // namespace
}  // namespace faaslight

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace faaslight;
  if (size == 0) return 0;
  const std::string_view text = Bytes(data + 1, size - 1);
  switch (data[0] % 5) {
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
    default:
      TryProfile("", text);
  }
  return 0;
}
