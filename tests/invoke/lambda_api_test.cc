// Requests as Lambda's API documents them, its errors, and when a request is sent again.
#include "invoke/lambda_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "fakes.h"

namespace faaslight {
namespace {

using nlohmann::json;
using ::testing::Contains;
using ::testing::ElementsAre;
using testing::Failure;
using testing::FakeTime;
using ::testing::HasSubstr;
using testing::Key;
using testing::Reply;

// Answers in turn; the last one again and again.
struct Service {
  std::vector<HttpOutcome> answers;
  std::vector<HttpRequest> requests;
  FakeTime time;
  LambdaApi Api() {
    return {[this](const HttpRequest& request) {
              requests.push_back(request);
              return answers[std::min(requests.size(), answers.size()) - 1];
            },
            "https://lambda.test", Key, RetryPolicy{}, time.control()};
  }
};

LambdaTarget Target(std::string_view text) { return *ParseLambdaTarget(text); }

TEST(ParseLambdaTarget, NamesQualifiersAndArns) {
  EXPECT_EQ(Target("shop").name, "shop");
  EXPECT_EQ(Target("shop:7").qualifier, "7");
  EXPECT_EQ(Target("shop:live-1_a").qualifier, "live-1_a");
  EXPECT_EQ(Target("shop:$LATEST").qualifier, "");
  const LambdaTarget arn = Target("arn:aws:lambda:eu-west-1:123456789012:function:shop:live");
  EXPECT_EQ(arn.name, "shop");
  EXPECT_EQ(arn.qualifier, "live");
  EXPECT_EQ(arn.region, "eu-west-1");
  EXPECT_EQ(arn.account, "123456789012");
}

TEST(ParseLambdaTarget, RefusesWhatIsNone) {
  for (const char* text :
       {"", ":", "shop:", "a/b", "../x", "shop:1:2", "a b", "shop\n", "shöp", "arn:aws:s3:::bucket",
        "arn:aws:lambda:eu-west-1:1:function", "arn:aws:lambda:eu/x:1:function:shop", "http://x"}) {
    const auto target = ParseLambdaTarget(text);
    ASSERT_FALSE(target) << text;
    EXPECT_EQ(target.error().code, ExitCode::kUsage);
  }
  EXPECT_FALSE(ParseLambdaTarget(std::string(65, 'a')));
}

TEST(LambdaApi, InvokeAsksForTheLogsTail) {
  Service service{{Reply(200, "1")}, {}, {}};
  ASSERT_TRUE(service.Api().Invoke(Target("shop:live"), R"({"a":1})", std::chrono::seconds(5)));
  const HttpRequest& request = service.requests.at(0);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url,
            "https://lambda.test/2015-03-31/functions/shop/invocations?Qualifier=live");
  EXPECT_THAT(request.headers, Contains("X-Amz-Log-Type: Tail"));
  EXPECT_EQ(request.body, R"({"a":1})");
  EXPECT_EQ(request.sigv4->service, "lambda");
}

TEST(LambdaApi, ThrottlingIsWaitedForAndKept) {
  Service service{{Reply(429, R"({"message":"slow"})", {{"retry-after", "2"}}), Reply(503, ""),
                   Reply(200, "1")},
                  {},
                  {}};
  const auto sent = service.Api().Invoke(Target("shop"), "{}", std::chrono::seconds(5));
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->attempts, 3U);
  EXPECT_THAT(sent->faults,
              ElementsAre(HasSubstr("429: slow; again after 2000 ms"), HasSubstr("503; again")));
  EXPECT_EQ(service.time.slept.at(0), std::chrono::seconds(2));
}

TEST(LambdaApi, AttemptsEnd) {
  Service service{{Reply(429, "")}, {}, {}};
  const auto sent = service.Api().Invoke(Target("shop"), "{}", std::chrono::seconds(5));
  EXPECT_EQ(sent->attempts, RetryPolicy{}.max_attempts);
  EXPECT_EQ(sent->outcome->status, 429);
  EXPECT_EQ(sent->faults.size(), RetryPolicy{}.max_attempts - 1);
}

// It may have run: whether to run it twice is not ours to decide.
TEST(LambdaApi, ABrokenCallIsNotSentAgain) {
  using Kind = HttpFailure::Kind;
  for (const Kind kind : {Kind::kDropped, Kind::kTimedOut, Kind::kBadReply}) {
    Service service{{Failure(kind, "x")}, {}, {}};
    EXPECT_EQ(service.Api().Invoke(Target("shop"), "{}", std::chrono::seconds(5))->attempts, 1U);
  }
  Service service{{Failure(Kind::kNotSent, "refused"), Reply(200, "1")}, {}, {}};
  EXPECT_EQ(service.Api().Invoke(Target("shop"), "{}", std::chrono::seconds(5))->attempts, 2U);
}

TEST(WaitBefore, GrowsWithJitterAndHasALimit) {
  const RetryPolicy policy;
  EXPECT_EQ(WaitBefore(policy, 1, "", 0), std::chrono::milliseconds(100));
  EXPECT_EQ(WaitBefore(policy, 1, "", 1), std::chrono::milliseconds(200));
  EXPECT_EQ(WaitBefore(policy, 4, "", 1), std::chrono::milliseconds(1600));
  EXPECT_EQ(WaitBefore(policy, 4'000'000, "", 1), policy.longest_wait);
  EXPECT_EQ(WaitBefore(policy, 1, "4000000", 0), std::chrono::seconds(60));
  EXPECT_EQ(WaitBefore(policy, 1, "soon", 1), std::chrono::milliseconds(200));
  EXPECT_EQ(WaitBefore(policy, 1, "-5", 1), std::chrono::milliseconds(200));
}

TEST(LambdaApi, ReadsAConfiguration) {
  Service service{{Reply(200, R"({"FunctionArn":"arn:x","RevisionId":"r1","MemorySize":256,
      "Timeout":30,"State":"Active","LastUpdateStatus":"Successful","Architectures":["arm64"],
      "SnapStart":{"ApplyOn":"PublishedVersions"},"Environment":{"Variables":{"A":"1"}}})")},
                  {},
                  {}};
  const auto read = service.Api().Configuration(Target("shop"));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->revision_id, "r1");
  EXPECT_EQ(read->memory_mb, 256U);
  EXPECT_EQ(read->timeout_s, 30U);
  EXPECT_EQ(read->architecture, "arm64");
  EXPECT_TRUE(read->snapstart);
  EXPECT_EQ(read->variables->at("A"), "1");
}

// Variables that are not shown must never be taken for none: writing would delete them.
TEST(LambdaApi, VariablesThatAreNotShownAreAbsent) {
  for (const char* environment : {R"({"Error":{"ErrorCode":"AccessDeniedException"}})",
                                  R"({"Variables":[1]})", R"({"Variables":{"A":1}})", "7"}) {
    Service service{{Reply(200, std::string(R"({"Environment":)") + environment + "}")}, {}, {}};
    EXPECT_FALSE(service.Api().Configuration(Target("shop"))->variables) << environment;
  }
  Service service{{Reply(200, "{}")}, {}, {}};
  EXPECT_TRUE(service.Api().Configuration(Target("shop"))->variables->empty());
}

TEST(LambdaApi, AnswersThatAreNoneAreErrors) {
  for (const char* body : {"", "[]", "<html>", "\xff"}) {
    Service service{{Reply(200, body)}, {}, {}};
    EXPECT_EQ(service.Api().Configuration(Target("shop")).error().code, ExitCode::kSystem) << body;
  }
}

TEST(LambdaApi, ErrorsNameOperationCauseAndNextStep) {
  Service service{{Reply(404, R"({"Message":"Function not found"})",
                         {{"x-amzn-errortype", "ResourceNotFoundException:http://x"}})},
                  {},
                  {}};
  const auto error = service.Api().Configuration(Target("shop")).error();
  EXPECT_EQ(error.code, ExitCode::kUsage);
  EXPECT_EQ(error.message,
            "reading the configuration of shop: 404 ResourceNotFoundException: Function not found; "
            "check the name, --region and --profile");
}

TEST(LambdaApi, AnUpdateNamesItsRevisionAndConflictsAreNoErrors) {
  Service service{{Reply(412, "{}"), Reply(200, R"({"RevisionId":"r2"})")}, {}, {}};
  const LambdaApi api = service.Api();
  const auto conflict = api.SetVariables(Target("shop"), {{"A", "ü\"1"}}, "r1");
  ASSERT_TRUE(conflict);
  EXPECT_FALSE(*conflict);
  const auto updated = api.SetVariables(Target("shop"), {{"A", "ü\"1"}}, "r1");
  EXPECT_EQ((*updated)->revision_id, "r2");
  const json body = json::parse(service.requests.at(1).body);
  EXPECT_EQ(body["RevisionId"], "r1");
  EXPECT_EQ(body["Environment"]["Variables"]["A"], "ü\"1");
  EXPECT_EQ(service.requests.at(1).method, "PUT");
}

TEST(LambdaApi, AVersionThatIsGoneIsDeleted) {
  Service service{{Reply(404, "{}"), Reply(204, ""), Reply(403, "{}")}, {}, {}};
  const LambdaApi api = service.Api();
  EXPECT_TRUE(api.DeleteVersion(Target("shop"), "7"));
  EXPECT_TRUE(api.DeleteVersion(Target("shop"), "7"));
  EXPECT_FALSE(api.DeleteVersion(Target("shop"), "7"));
  EXPECT_EQ(service.requests.at(0).url,
            "https://lambda.test/2015-03-31/functions/shop?Qualifier=7");
}

}  // namespace
}  // namespace faaslight
