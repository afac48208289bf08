// What a call's outcome becomes: classification by measurement, and nothing lost.
#include "invoke/lambda_round.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes.h"
#include "invoke/base64.h"

namespace faaslight {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using testing::Failure;
using ::testing::HasSubstr;
using testing::Reply;

constexpr const char* kId = "11111111-2222-3333-4444-555555555555";

std::string Base64(std::string_view text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i < text.size(); i += 3) {
    uint32_t bits = 0;
    for (size_t j = 0; j < 3; ++j)
      bits = bits << 8 | (i + j < text.size() ? static_cast<unsigned char>(text[i + j]) : 0);
    for (size_t j = 0; j < 4; ++j)
      out += i + j > text.size() ? '=' : kDigits[bits >> (18 - 6 * j) & 63];
  }
  return out;
}

Round RoundOf(const std::string& tail, const std::string& body = "null",
              std::vector<std::pair<std::string, std::string>> more = {}) {
  more.emplace_back("x-amzn-requestid", kId);
  more.emplace_back("x-amz-log-result", Base64(tail));
  return RoundOfInvoke({Reply(200, body, std::move(more)), 1, {}});
}

std::string Report(const std::string& rest) {
  return std::string("REPORT RequestId: ") + kId +
         "\tDuration: 12.50 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 64 "
         "MB\t" +
         rest + "\n";
}

TEST(LambdaRound, InitDurationMakesTheCallCold) {
  const Round round = RoundOf(Report("Init Duration: 250.75 ms\t"));
  EXPECT_EQ(round.start, Start::kCold);
  EXPECT_EQ(round.at(Metric::kInit), 250.75);
  EXPECT_EQ(round.at(Metric::kFunction), 12.5);
  EXPECT_EQ(round.at(Metric::kBilled), 13);
  EXPECT_EQ(round.at(Metric::kUsedMemory), 64);
  EXPECT_EQ(round.memory_size_mb, 128);
  EXPECT_EQ(round.at(Metric::kEndToEnd), 100);
  EXPECT_EQ(round.request_id, kId);
  EXPECT_TRUE(round.faults.empty());
}

TEST(LambdaRound, ARestoreIsAColdStartToo) {
  const Round round =
      RoundOf(Report("Restore Duration: 400.10 ms\tBilled Restore Duration: 74 ms\t"));
  EXPECT_EQ(round.start, Start::kCold);
  EXPECT_EQ(round.at(Metric::kInit), 400.1);
}

TEST(LambdaRound, WithoutInitItIsWarm) {
  const Round round = RoundOf(Report(""));
  EXPECT_EQ(round.start, Start::kWarm);
  EXPECT_FALSE(round.at(Metric::kInit));
}

// A tail that was cut says nothing, so nothing is assumed.
TEST(LambdaRound, WithoutReportTheStartIsUnknown) {
  const Round round = RoundOf("the end of a long story\n");
  EXPECT_EQ(round.start, Start::kUnknown);
  EXPECT_EQ(round.outcome, CallOutcome::kOk);
  EXPECT_EQ(round.at(Metric::kEndToEnd), 100);
  EXPECT_THAT(round.faults, ElementsAre(HasSubstr("no REPORT")));
}

TEST(LambdaRound, MissingAndBrokenLogTailsAreFaults) {
  Round round = RoundOfInvoke({Reply(200, "1", {}), 1, {}});
  EXPECT_THAT(round.faults, ElementsAre(HasSubstr("no log tail")));
  round = RoundOfInvoke({Reply(200, "1", {{"x-amz-log-result", "%%%"}}), 1, {}});
  EXPECT_THAT(round.faults, ElementsAre(HasSubstr("no base64")));
  EXPECT_EQ(round.start, Start::kUnknown);
}

TEST(LambdaRound, AFunctionErrorKeepsItsTypeAndItsMetrics) {
  const Round round = RoundOf(Report("Init Duration: 1 ms\t"),
                              R"({"errorMessage":"no\nshoes","errorType":"KeyError"})",
                              {{"x-amz-function-error", "Unhandled"}});
  EXPECT_EQ(round.outcome, CallOutcome::kFunctionError);
  EXPECT_EQ(round.error_type, "KeyError");
  EXPECT_EQ(round.detail, "KeyError: no shoes");
  EXPECT_EQ(round.start, Start::kCold);
}

TEST(LambdaRound, AnErrorOfAnyShapeIsTaken) {
  for (const char* body : {"[]", "\"x\"", "{\"errorType\":3,\"errorMessage\":{}}", "\xff", ""}) {
    const Round round = RoundOf(Report(""), body, {{"x-amz-function-error", "Unhandled"}});
    EXPECT_EQ(round.outcome, CallOutcome::kFunctionError) << body;
    EXPECT_EQ(round.error_type, "") << body;
  }
}

TEST(LambdaRound, RefusalsNameTheService) {
  Round round = RoundOfInvoke({Reply(429, R"({"Reason":"x","message":"Rate Exceeded."})",
                                     {{"x-amzn-errortype", "TooManyRequestsException"}}),
                               8,
                               {"earlier"}});
  EXPECT_EQ(round.outcome, CallOutcome::kThrottled);
  EXPECT_EQ(round.error_type, "TooManyRequestsException");
  EXPECT_EQ(round.detail, "429 TooManyRequestsException: Rate Exceeded.");
  EXPECT_EQ(round.attempts, 8U);
  EXPECT_THAT(round.faults, Contains("earlier"));
  round = RoundOfInvoke({Reply(500, "<html>", {}), 1, {}});
  EXPECT_EQ(round.outcome, CallOutcome::kRefused);
  EXPECT_EQ(round.detail, "500");
}

TEST(LambdaRound, FailuresOfTheConnectionAreOutcomes) {
  using Kind = HttpFailure::Kind;
  const std::vector<std::pair<Kind, CallOutcome>> cases = {
      {Kind::kDropped, CallOutcome::kDropped},
      {Kind::kTimedOut, CallOutcome::kTimedOut},
      {Kind::kBadReply, CallOutcome::kBadReply},
      {Kind::kTooLarge, CallOutcome::kBadReply},
      {Kind::kNotSent, CallOutcome::kRefused}};
  for (const auto& [kind, outcome] : cases) {
    const Round round = RoundOfInvoke({Failure(kind, "host: why"), 1, {}});
    EXPECT_EQ(round.outcome, outcome);
    EXPECT_EQ(round.detail, "host: why");
    EXPECT_FALSE(round.at(Metric::kEndToEnd));
  }
}

TEST(LambdaRound, TheHandlersOwnTimesGiveArriveAndPrepare) {
  const Round round =
      RoundOf(Report("Init Duration: 250 ms\t"), R"({"functionStart": 1700000000300.0})");
  EXPECT_EQ(round.at(Metric::kArrive), 300);
  EXPECT_EQ(round.at(Metric::kPrepare), 50);
}

TEST(LambdaRound, ClocksAnHourApartMeasureNothing) {
  const Round round = RoundOf(Report(""), R"({"functionStart": 1600000000000.0})");
  EXPECT_FALSE(round.at(Metric::kArrive));
  EXPECT_THAT(round.faults, ElementsAre(HasSubstr("hour apart")));
}

TEST(DecodedBase64, TakesWhatIsOneAndNothingElse) {
  EXPECT_EQ(DecodedBase64("aGVsbG8="), "hello");
  EXPECT_EQ(DecodedBase64("aGVsbA=="), "hell");
  EXPECT_EQ(DecodedBase64("aGVsbG8h"), "hello!");
  EXPECT_EQ(DecodedBase64(""), "");
  for (const char* text : {"a", "aGVsbG8", "a=Vs", "aGVs bG8=", "====", "\xff\xff\xff\xff"})
    EXPECT_FALSE(DecodedBase64(text)) << text;
}

}  // namespace
}  // namespace faaslight
