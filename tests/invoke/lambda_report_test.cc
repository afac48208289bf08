// The log tail and the handler's own times: recorded shapes (report_lines.json), then the lines
// that must not mislead, damage, and size.
#include "invoke/lambda_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "invoke/handler_times.h"
#include "invoke/timestamp.h"

namespace faaslight {
namespace {

using Json = nlohmann::json;

// "A".."Za".."z0".."9+/" to bytes; what is none of them is left out.
std::string FromBase64(std::string_view text) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  uint32_t bits = 0;
  int count = 0;
  for (const char letter : text) {
    const size_t value = kLetters.find(letter);
    if (value == std::string_view::npos) continue;
    bits = bits << 6 | static_cast<uint32_t>(value);
    if ((count += 6) >= 8) out += static_cast<char>(bits >> (count -= 8) & 0xff);
  }
  return out;
}

template <typename T>
void Put(Json& json, const char* name, const std::optional<T>& value) {
  if (value) json[name] = *value;
}
void Put(Json& json, const char* name, const std::string& value) {
  if (!value.empty()) json[name] = value;
}

// What was read, in the form of the file's `expected`.
Json AsJson(const LambdaReport& report, const std::string& request_id) {
  Json json = Json::object();
  if (report.found) json["request_id"] = request_id;
  Put(json, "duration_ms", report.duration_ms);
  Put(json, "billed_ms", report.billed_ms);
  Put(json, "init_ms", report.init_ms);
  Put(json, "restore_ms", report.restore_ms);
  Put(json, "billed_restore_ms", report.billed_restore_ms);
  Put(json, "memory_mb", report.memory_mb);
  Put(json, "used_mb", report.used_mb);
  Put(json, "xray_trace_id", report.xray_trace_id);
  Put(json, "xray_segment_id", report.xray_segment_id);
  Put(json, "xray_sampled", report.xray_sampled);
  Put(json, "status", report.status);
  Put(json, "error_type", report.error_type);
  if (report.init_report) {
    Json& init = json["init_report"] = Json::object();
    Put(init, "init_ms", report.init_report->init_ms);
    Put(init, "phase", report.init_report->phase);
    Put(init, "status", report.init_report->status);
    Put(init, "error_type", report.init_report->error_type);
  }
  return json;
}

struct Recorded {
  std::string name, tail, request_id;
  Json expected;
};
void PrintTo(const Recorded& recorded, std::ostream* out) { *out << recorded.name; }

// Empty where it is missing or null.
std::string TextOr(const Json& line, const char* name) {
  return line.contains(name) && line[name].is_string() ? line[name].get<std::string>() : "";
}

std::vector<Recorded> RecordedTails() {
  const auto text = ReadFile(std::string(FAASLIGHT_SOURCE_DIR) + "/tests/invoke/report_lines.json");
  std::vector<Recorded> tails;
  if (!text) return tails;
  const Json recorded = Json::parse(*text);
  for (const Json& line : recorded.at("lines")) {
    tails.push_back({line.at("name"),
                     line.contains("base64") ? FromBase64(line["base64"].get<std::string>())
                                             : line.at("text").get<std::string>(),
                     TextOr(line, "request_id"), line.at("expected")});
  }
  return tails;
}

class RecordedTail : public testing::TestWithParam<Recorded> {};

TEST_P(RecordedTail, IsReadAsExpected) {
  const Recorded& tail = GetParam();
  EXPECT_EQ(AsJson(ReadLambdaReport(tail.tail, tail.request_id), tail.request_id), tail.expected);
}

TEST_P(RecordedTail, MayHaveCarriageReturns) {
  const Recorded& tail = GetParam();
  std::string text;
  for (const char byte : tail.tail) text += byte == '\n' ? "\r\n" : std::string(1, byte);
  EXPECT_EQ(AsJson(ReadLambdaReport(text, tail.request_id), tail.request_id), tail.expected);
}

// Wherever the tail begins, a REPORT that is whole is read, and nothing that is not there.
TEST_P(RecordedTail, MayBeginAnywhere) {
  const Recorded& tail = GetParam();
  for (size_t cut = 0; cut < tail.tail.size(); ++cut) {
    const LambdaReport report = ReadLambdaReport(tail.tail.substr(cut), tail.request_id);
    if (!report.found) continue;
    if (tail.expected.contains("duration_ms")) {
      ASSERT_EQ(report.duration_ms, tail.expected["duration_ms"].get<double>()) << cut;
    }
    if (tail.expected.contains("used_mb")) {
      ASSERT_EQ(report.used_mb, tail.expected["used_mb"].get<double>()) << cut;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Lambda, RecordedTail, testing::ValuesIn(RecordedTails()),
                         [](const testing::TestParamInfo<Recorded>& info) {
                           return info.param.name;
                         });

TEST(LambdaReportTest, TheRecordedTailsAreThere) { EXPECT_GE(RecordedTails().size(), 30U); }

TEST(LambdaReportTest, WithoutARequestIdTheLastReportCounts) {
  const LambdaReport report = ReadLambdaReport(
      "REPORT RequestId: a\tDuration: 1.00 ms\tInit Duration: 7.00 ms\t\n"
      "REPORT RequestId: b\tDuration: 2.00 ms\t\n",
      "");
  EXPECT_EQ(report.duration_ms, 2.0);
  EXPECT_FALSE(report.init_ms);  // the first one's does not stay behind
}

TEST(LambdaReportTest, ARequestIdIsComparedWhole) {
  EXPECT_FALSE(ReadLambdaReport("REPORT RequestId: abc\tDuration: 1 ms\n", "ab").found);
  EXPECT_FALSE(ReadLambdaReport("REPORT RequestId: ab\tDuration: 1 ms\n", "abc").found);
}

TEST(LambdaReportTest, NumbersThatAreNoneCountAsAbsent) {
  for (const char* number : {"-1", "nan", "inf", "1e13", "1e999", "", "12.5", "0x10 m", "1,5"}) {
    const std::string line = std::string("REPORT RequestId: a\tDuration: ") + number +
                             (std::string_view(number) == "12.5" ? "" : " ms") + "\t\n";
    const LambdaReport report = ReadLambdaReport(line, "a");
    EXPECT_TRUE(report.found) << line;
    EXPECT_FALSE(report.duration_ms) << line;
    const std::string json =
        std::string(R"({"type":"platform.report","record":{"requestId":"a","metrics":)"
                    R"({"durationMs":)") +
        (*number == '\0' ? "null" : number) + "}}}";
    if (std::string_view(number) == "12.5") continue;
    EXPECT_FALSE(ReadLambdaReport(json, "a").duration_ms) << json;
  }
}

// The unit is what shows that the number was not cut.
TEST(LambdaReportTest, ACutNumberIsAbsent) {
  const LambdaReport report =
      ReadLambdaReport("REPORT RequestId: a\tDuration: 12.34 ms\tBilled Duration: 13 m", "a");
  EXPECT_EQ(report.duration_ms, 12.34);
  EXPECT_FALSE(report.billed_ms);
}

TEST(LambdaReportTest, WordsForTerminalsArePrintable) {
  const LambdaReport report = ReadLambdaReport(
      "REPORT RequestId: a\tDuration: 1 ms\tStatus: err\x01or\tError Type: "
      "\xff\xfe\n",
      "a");
  EXPECT_TRUE(report.found);
  EXPECT_EQ(report.status, "");
  EXPECT_EQ(report.error_type, "");
}

TEST(LambdaReportTest, TheXrayLineBelongsToTheReportBeforeIt) {
  const std::string trace = "XRAY TraceId: 1-x\tSegmentId: s\tSampled: false\t\n";
  const LambdaReport report =
      ReadLambdaReport("REPORT RequestId: a\tDuration: 1 ms\t\n" + trace, "a");
  EXPECT_EQ(report.xray_trace_id, "1-x");
  EXPECT_EQ(report.xray_segment_id, "s");
  EXPECT_EQ(report.xray_sampled, false);
  const LambdaReport other = ReadLambdaReport(
      "REPORT RequestId: a\tDuration: 1 ms\t\nREPORT RequestId: b\tDuration: 1 ms\t\n" + trace,
      "a");
  EXPECT_TRUE(other.found);
  EXPECT_EQ(other.xray_trace_id, "");
}

TEST(LambdaReportTest, EscapesAreSkippedWhereverTheyStand) {
  const LambdaReport report = ReadLambdaReport(
      "\x1b]0;title\aREPORT Request\x1b[1mId: a\tDura\x1b(tion: 5.0\x1b[0m ms\t\x1b]8;;unfinished\n"
      "\x1b[\nREPORT RequestId: a\tDuration: 6 ms\x1b",
      "a");
  EXPECT_EQ(report.duration_ms, 6.0);
}

// An escape that is cut ends with its line, and leaves the next one whole.
TEST(LambdaReportTest, AnUnfinishedEscapeKeepsTheLinesEnd) {
  for (const char* escape : {"\x1b", "\x1b[", "\x1b[1;", "\x1b]8;;", "\x1b]0;\x1b"}) {
    const std::string tail =
        std::string("{}") + escape + "\n" +
        R"({"type":"platform.report","record":{"requestId":"a","metrics":{"durationMs":3}}})";
    EXPECT_EQ(ReadLambdaReport(tail, "a").duration_ms, 3.0) << escape + 1;
  }
}

TEST(LambdaReportTest, NothingOfAnEarlierReportStays) {
  const LambdaReport report = ReadLambdaReport(
      "REPORT RequestId: a\tDuration: 1 ms\tXRAY TraceId: 1-x\tSegmentId: s\tSampled: true\n"
      "REPORT RequestId: a\tDuration: 2 ms\n",
      "a");
  EXPECT_EQ(report.duration_ms, 2.0);
  EXPECT_EQ(report.xray_trace_id, "");
  EXPECT_FALSE(report.xray_sampled.has_value());
}

TEST(LambdaReportTest, PlatformStartGivesTheStart) {
  const std::string start =
      R"({"time":"2022-10-12T00:00:15.064Z","type":"platform.start","record":{"requestId":"a"}})";
  EXPECT_EQ(ReadLambdaReport(start, "a").started_at_ms, 1665532815064.0);
  EXPECT_EQ(ReadLambdaReport(start, "").started_at_ms, 1665532815064.0);
  EXPECT_FALSE(ReadLambdaReport(start, "b").started_at_ms);
}

TEST(LambdaReportTest, ARestoreReportStandsInForTheReportsOwn) {
  EXPECT_EQ(ReadLambdaReport("RESTORE_REPORT Restore Duration: 9.5 ms\n"
                             "REPORT RequestId: a\tDuration: 1 ms\n",
                             "a")
                .restore_ms,
            9.5);
}

// A handler that prints a report inside a JSON message says nothing.
TEST(LambdaReportTest, AMessageIsNoReport) {
  EXPECT_FALSE(ReadLambdaReport(R"({"message":"REPORT RequestId: a Duration: 1 ms"})", "a").found);
  EXPECT_FALSE(
      ReadLambdaReport(R"({"message":"{\"time\":1,\"type\":\"platform.report\"}"})", "").found);
}

TEST(LambdaReportTest, MembersOfOtherTypesAreAbsent) {
  for (const char* line : {
           R"({"type":"platform.report","record":[1]})",
           R"({"type":"platform.report","record":{"requestId":1}})",
           R"({"type":["platform.report"],"record":{"requestId":"a"}})",
           R"({"type":"platform.report","record":{"requestId":"a","metrics":7,"tracing":[]}})",
           R"({"type":"platform.report","record":{"requestId":"a","status":{"a":1}}})",
       }) {
    const LambdaReport report = ReadLambdaReport(line, "a");
    EXPECT_FALSE(report.duration_ms) << line;
    EXPECT_EQ(report.status, "") << line;
  }
}

TEST(LambdaReportTest, DepthAndSizeAreBounded) {
  const std::string deep = R"({"time":1,"type":"platform.report","record":)" +
                           std::string(40'000, '[') + std::string(20'000, ']') + "\n";
  std::string tail = deep + std::string(900'000, '{') + "\n" + std::string(1 << 21, 'x') + "\n" +
                     std::string(50'000, '\x1b') + "\nREPORT RequestId: a\tDuration: 3 ms\n";
  EXPECT_EQ(ReadLambdaReport(tail, "a").duration_ms, 3.0);
  tail = "REPORT RequestId: a\tDuration: 3 ms\n" + std::string(1 << 20, 'x');
  EXPECT_FALSE(ReadLambdaReport(tail, "a").found);  // before the last MiB
}

// 2024-05-20T16:29:45.250Z in all the forms.
constexpr double kThen = 1716222585250.0;

TEST(HandlerTimesTest, MembersOfTheAnswerAreFound) {
  const HandlerTimes times = ReadHandlerTimes(
      R"({"InitStart": 1716222585.25, "init_end": 1716222585250,
          "FUNCTION_START": "2024-05-20 16:29:45.25", "functionEnd": "2024-05-20T18:29:45.250+02:00"})",
      "");
  EXPECT_EQ(times.init_start, kThen);
  EXPECT_EQ(times.init_end, kThen);
  EXPECT_EQ(times.function_start, kThen);
  EXPECT_EQ(times.function_end, kThen);
}

TEST(HandlerTimesTest, TheBodyOfAnHttpAnswerIsLookedInto) {
  EXPECT_EQ(ReadHandlerTimes(R"({"statusCode":200,"body":"{\"InitEnd\": \"1716222585.25\"}"})", "")
                .init_end,
            kThen);
  EXPECT_EQ(ReadHandlerTimes(R"({"body":{"InitEnd": 1716222585.25}})", "").init_end, kThen);
  EXPECT_EQ(ReadHandlerTimes(R"({"InitEnd":1716222585.25,"body":{"InitEnd":1}})", "").init_end,
            kThen);
  EXPECT_FALSE(ReadHandlerTimes(R"({"other":{"InitEnd": 1716222585.25}})", "").init_end);
  EXPECT_FALSE(ReadHandlerTimes(R"([{"InitEnd": 1716222585.25}])", "").init_end);
}

TEST(HandlerTimesTest, TheLogIsLookedIntoForWhatTheAnswerDoesNotSay) {
  const HandlerTimes times = ReadHandlerTimes(R"({"init_start": 1600000000})",
                                              "InitStart: 1716222585.25\n"
                                              "INFO init_end : 1500000000\n"
                                              "INFO init_end: 1716222585250, more\n"
                                              R"({'function_start': '2024-05-20 16:29:45.25'})"
                                              "\n"
                                              R"({"message": "{\"functionEnd\": 1716222585.25}"})");
  EXPECT_EQ(times.init_start, 1600000000000.0);
  EXPECT_EQ(times.init_end, kThen);
  EXPECT_EQ(times.function_start, kThen);
  EXPECT_EQ(times.function_end, kThen);
}

TEST(HandlerTimesTest, WhatIsNoTimeIsAbsent) {
  for (const char* value : {"12.5", "-1716222585", "1e15", "nan", "inf", "\"\"", "true", "null",
                            "\"2024-02-30 00:00:00\"", "\"2024-05-20\"", "\"1716222585x\"", "{}"}) {
    EXPECT_FALSE(ReadHandlerTimes(std::string(R"({"InitStart":)") + value + "}", "").init_start)
        << value;
    EXPECT_FALSE(ReadHandlerTimes("", std::string("InitStart: ") + value).init_start) << value;
  }
  EXPECT_FALSE(ReadHandlerTimes("", "MyInitStart: 1716222585").init_start);
  EXPECT_FALSE(ReadHandlerTimes("", "InitStart 1716222585").init_start);
  EXPECT_FALSE(ReadHandlerTimes("", "InitStart:\n1716222585").init_start);
}

TEST(HandlerTimesTest, DepthIsBounded) {
  std::string deep = R"({"body":)";
  for (int i = 0; i < 1'000'000; ++i) deep += i % 2 == 0 ? "[" : R"({"a":)";
  EXPECT_FALSE(ReadHandlerTimes(deep, deep).init_start);
  std::string objects;
  for (int i = 0; i < 200'000; ++i) objects += R"({"body":)";
  EXPECT_FALSE(ReadHandlerTimes(objects + "1" + std::string(200'000, '}'), "").init_start);
}

TEST(TimestampTest, ZonesAndDaysAreReckoned) {
  EXPECT_EQ(ParseTimestamp("1970-01-01T00:00:00Z"), 0.0);
  EXPECT_EQ(ParseTimestamp("1969-12-31T23:59:59Z"), -1000.0);
  EXPECT_EQ(ParseTimestamp("2024-02-29T12:00:00-0530"), 1709227800000.0);
  EXPECT_EQ(ParseTimestamp("2024-05-20T16:29:45.25Z"), kThen);
  for (const char* none : {"2023-02-29T12:00:00Z", "2024-05-20T24:00:00Z", "2024-05-20T16:29:45.Z",
                           "2024-05-20T16:29:45+2:00", "2024-05-20T16:29:45 ", "2024-5-20T16:29:45",
                           "20240520T162945Z", ""})
    EXPECT_FALSE(ParseTimestamp(none)) << none;
}

}  // namespace
}  // namespace faaslight
