// Functions over HTTP: what tells a cold start, where a token comes from and may go.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes.h"
#include "invoke/gcf_deployment.h"
#include "invoke/http_round.h"

namespace faaslight {
namespace {

using ::testing::ElementsAre;
using testing::FakeTime;
using ::testing::HasSubstr;
using testing::Reply;

constexpr double kSent = 1'700'000'000'000;

TEST(InstanceSigns, ColdIsANewInstanceThatBeganAfterTheRequest) {
  InstanceSigns signs;
  EXPECT_EQ(signs.Seen(std::nullopt, kSent), Start::kUnknown);
  EXPECT_EQ(signs.Seen(kSent + 50, kSent), Start::kCold);
  EXPECT_EQ(signs.Seen(kSent + 50, kSent + 500), Start::kWarm) << "the same instance";
  EXPECT_EQ(signs.Seen(kSent - 60'000, kSent + 900), Start::kWarm) << "began before us";
  EXPECT_EQ(signs.Seen(kSent + 999, kSent + 1500), Start::kCold) << "two clocks";
}

TEST(TakeHandlerTimes, OfAColdStart) {
  Round round;
  round.sent_at_ms = kSent;
  InstanceSigns signs;
  TakeHandlerTimes(R"({"InitStart": 1700000000100, "InitEnd": 1700000000400,
                       "functionStart": 1700000000500, "functionEnd": 1700000000525.5})",
                   &signs, round);
  EXPECT_EQ(round.start, Start::kCold);
  EXPECT_EQ(round.at(Metric::kInit), 300);
  EXPECT_EQ(round.at(Metric::kFunction), 25.5);
  EXPECT_EQ(round.at(Metric::kArrive), 500);
  EXPECT_EQ(round.at(Metric::kPrepare), 200);
}

TEST(TakeHandlerTimes, TimesThatRunBackwardsMeasureNothing) {
  Round round;
  round.sent_at_ms = kSent;
  InstanceSigns signs;
  TakeHandlerTimes(R"({"InitStart": 1700000000400, "InitEnd": 1700000000100,
                       "functionStart": 1700000000500, "functionEnd": 1700000000400})",
                   &signs, round);
  EXPECT_FALSE(round.at(Metric::kInit));
  EXPECT_FALSE(round.at(Metric::kFunction));
}

TEST(RoundOfHttp, StatusesAreOutcomes) {
  const std::vector<std::pair<int, CallOutcome>> cases = {{200, CallOutcome::kOk},
                                                          {204, CallOutcome::kOk},
                                                          {404, CallOutcome::kOk},
                                                          {401, CallOutcome::kRefused},
                                                          {403, CallOutcome::kRefused},
                                                          {429, CallOutcome::kThrottled},
                                                          {500, CallOutcome::kFunctionError},
                                                          {503, CallOutcome::kFunctionError}};
  for (const auto& [status, outcome] : cases)
    EXPECT_EQ(RoundOfHttp({Reply(status, "x"), 1, {}}).outcome, outcome) << status;
  EXPECT_THAT(RoundOfHttp({Reply(404, "x"), 1, {}}).faults,
              ElementsAre(HasSubstr("status is 404")));
}

TEST(BearerToken, IsTheCommandsOutputAndKept) {
  BearerToken token("echo \" tok$$ \"");
  const std::string first = token.Get(false).value();
  EXPECT_THAT(first, ::testing::StartsWith("tok"));
  EXPECT_EQ(token.Get(false).value(), first);
  EXPECT_NE(token.Get(true).value(), first);
  EXPECT_EQ(BearerToken("").Get(false).value(), "");
}

TEST(BearerToken, ACommandThatFailsIsToldWithItsComplaint) {
  for (const char* command :
       {"echo no login >&2; exit 1", "true", "echo two words", "echo x; exit 3"}) {
    BearerToken token(command);
    const auto got = token.Get(false);
    ASSERT_FALSE(got) << command;
    EXPECT_EQ(got.error().code, ExitCode::kUsage);
    EXPECT_THAT(got.error().message, HasSubstr("--token-command"));
  }
  BearerToken token("echo no login >&2; exit 1");
  EXPECT_THAT(token.Get(false).error().message, HasSubstr("no login"));
}

TEST(GcfDeployment, ATokenGoesOverHttpsOnly) {
  BearerToken token("echo secret");
  FakeTime time;
  const auto send = [](const HttpRequest&) -> HttpOutcome { return Reply(200, ""); };
  const auto prepare = [&](const std::string& url) {
    return MakeGcfDeployment(send, url, token, std::chrono::seconds(1), {}, time.control())
        ->Prepare();
  };
  EXPECT_TRUE(prepare("https://host/f"));
  EXPECT_TRUE(prepare("http://127.0.0.1:8080/f"));
  const Status refused = prepare("http://host/f");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message.find("secret"), std::string::npos);
}

TEST(GcfDeployment, AnExpiredTokenIsMadeAnewOnceAndOnlyThrottlingIsRetried) {
  BearerToken token("echo tok");
  FakeTime time;
  std::vector<HttpReply> answers = {Reply(401, ""), Reply(429, ""), Reply(500, "")};
  size_t sent = 0;
  const auto send = [&](const HttpRequest&) -> HttpOutcome { return answers.at(sent++); };
  const auto deployment =
      MakeGcfDeployment(send, "https://host/f", token, std::chrono::seconds(1), {}, time.control());
  const auto round = deployment->Call({"e", "{}"});
  ASSERT_TRUE(round);
  EXPECT_EQ(round->outcome, CallOutcome::kFunctionError);
  EXPECT_EQ(sent, 3U);
}

TEST(GcfDeployment, ARefusalAtTheFirstCallEndsIt) {
  BearerToken token("");
  FakeTime time;
  const auto send = [](const HttpRequest&) -> HttpOutcome { return Reply(403, ""); };
  const auto deployment =
      MakeGcfDeployment(send, "https://host/f", token, std::chrono::seconds(1), {}, time.control());
  EXPECT_EQ(deployment->Call({"e", "{}"}).error().code, ExitCode::kUsage);
}

TEST(CloudFunctionUrl, IsMadeOfPlainParts) {
  EXPECT_EQ(CloudFunctionUrl("shop", "europe-west1", "my-project").value(),
            "https://europe-west1-my-project.cloudfunctions.net/shop");
  EXPECT_FALSE(CloudFunctionUrl("shop", "", "p"));
  EXPECT_FALSE(CloudFunctionUrl("shop", "evil.com/", "p"));
  EXPECT_FALSE(CloudFunctionUrl("a/b", "r", "p"));
}

}  // namespace
}  // namespace faaslight
