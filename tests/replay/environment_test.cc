#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "replay/replay.h"

namespace faaslight {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::HasSubstr;
using testing::Key;
using testing::Not;
using testing::Pair;
using Variables = std::map<std::string, std::string>;

RunSpec SomeSpec() {
  RunSpec spec;
  spec.app = "/srv/app";
  spec.handler = "main.handler";
  return spec;
}

TEST(HandlerEnvironment, IsCleanByDefault) {
  ::setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
  ::setenv("PYTHONPATH", "/elsewhere", 1);
  const Variables clean = HandlerEnvironment(SomeSpec(), "/tmp/scratch");
  EXPECT_THAT(clean, Not(Contains(Key("AWS_SECRET_ACCESS_KEY"))));
  EXPECT_THAT(clean, Contains(Pair("PYTHONHASHSEED", "0")));
  EXPECT_THAT(clean, Contains(Pair("LAMBDA_TASK_ROOT", "/srv/app")));
  EXPECT_THAT(clean, Contains(Pair("_HANDLER", "main.handler")));
  EXPECT_THAT(clean, Contains(Pair("HOME", "/tmp/scratch")));

  RunSpec spec = SomeSpec();
  spec.inherit_env = true;
  spec.env = {{"AWS_REGION", "eu-west-1"}, {"PYTHONHASHSEED", "7"}};
  const Variables inherited = HandlerEnvironment(spec, "/tmp/scratch");
  EXPECT_THAT(inherited, Contains(Pair("AWS_SECRET_ACCESS_KEY", "secret")));
  EXPECT_THAT(inherited, Not(Contains(Key("PYTHONPATH"))));
  EXPECT_THAT(inherited, Contains(Pair("AWS_REGION", "eu-west-1")));
  EXPECT_THAT(inherited, Contains(Pair("PYTHONHASHSEED", "0")));
  EXPECT_THAT(inherited, Contains(Pair("HOME", "/tmp/scratch")));
  ::unsetenv("AWS_SECRET_ACCESS_KEY");
  ::unsetenv("PYTHONPATH");
}

TEST(HandlerEnvironment, IsGooglesForHttp) {
  RunSpec spec = SomeSpec();
  spec.trigger = "http";
  const Variables env = HandlerEnvironment(spec, "/tmp/scratch");
  EXPECT_THAT(env, Contains(Pair("FUNCTION_TARGET", "handler")));
  EXPECT_THAT(env, Contains(Key("K_SERVICE")));
  EXPECT_THAT(env, Not(Contains(Key("LAMBDA_TASK_ROOT"))));
}

TEST(RunnerRequest, IsWhatTheRunnerReads) {
  RunSpec spec = SomeSpec();
  spec.layers = {"/opt/layer"};
  spec.timeout = std::chrono::milliseconds(2500);
  Event& event = spec.events.emplace_back();
  event.set_name("e");
  event.set_json("{\"k\": \"\u00fc\"}");
  const auto request = nlohmann::json::parse(RunnerRequest(spec, "/tmp/o"));
  EXPECT_EQ(request["app"], "/srv/app");
  EXPECT_EQ(request["layers"][0], "/opt/layer");
  EXPECT_EQ(request["timeout_s"], 2.5);
  EXPECT_EQ(request["events"][0]["json"], event.json());
  EXPECT_EQ(request["outcomes"], "/tmp/o");
}

class LoadEnvTest : public testing::Test {
 protected:
  Result<Variables> Load(std::string_view text, const std::vector<std::string>& assignments = {}) {
    EXPECT_TRUE(WriteFile(folder_->path() / "dev.env", text));
    return LoadEnv(assignments, {folder_->path() / "dev.env"});
  }
  Result<TemporaryDirectory> folder_ = TemporaryDirectory::Make({}, "env-test-");
};

TEST_F(LoadEnvTest, ReadsEnvFiles) {
  const Variables env = Load(
                            "# comment\n\nA=1\nexport B = two words # note\nC='it is # "
                            "$x'\nD=\"a\\nb \\\"q\\\"\" # x\r\n"
                            "E=\nF=a=b#c\nA=2\n")
                            .value();
  const Variables expected = {{"A", "2"},          {"B", "two words"}, {"C", "it is # $x"},
                              {"D", "a\nb \"q\""}, {"E", ""},          {"F", "a=b#c"}};
  EXPECT_EQ(env, expected);
}

TEST_F(LoadEnvTest, ArgumentsWin) {
  EXPECT_EQ(Load("A=1\nB=1", {"A=x=y", "C="}).value(),
            (Variables{{"A", "x=y"}, {"B", "1"}, {"C", ""}}));
}

TEST_F(LoadEnvTest, NamesTheBadLine) {
  for (const char* bad :
       {"A=1\nnonsense", "A=1\n=x", "A=1\n1A=x", "A=1\nB='open", "A=1\nB=\"open", "A=1\nB='a' b"}) {
    Result<Variables> env = Load(bad);
    ASSERT_FALSE(env) << bad;
    EXPECT_EQ(env.error().code, ExitCode::kBadInput);
    EXPECT_THAT(env.error().message, HasSubstr("dev.env:2: "));
  }
  EXPECT_EQ(LoadEnv({"novalue"}, {}).error().code, ExitCode::kUsage);
  EXPECT_EQ(LoadEnv({}, {"/no/such.env"}).error().code, ExitCode::kUsage);
}

}  // namespace
}  // namespace faaslight
