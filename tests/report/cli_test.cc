// The program as users meet it: exit codes, one line of error, formats.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/subprocess.h"
#include "proto/envelope.h"
#include "tests/report/sample.h"

namespace faaslight {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class Program : public ::testing::Test {
 protected:
  void SetUp() override {
    Result<TemporaryDirectory> made = TemporaryDirectory::Make({}, "report");
    ASSERT_TRUE(made);
    folder_.emplace(std::move(*made));
    ASSERT_TRUE(WriteFile(Path("app.trace"), Wrap(SampleTrace())));
    ASSERT_TRUE(WriteFile(Path("faaslight.plan"), Wrap(SamplePlan())));
  }

  std::string Path(const std::string& name) const { return (folder_->path() / name).string(); }

  static ProcessResult Report(std::vector<std::string> arguments) {
    Command command;
    command.argv = std::move(arguments);
    command.argv.insert(command.argv.begin(), std::string(FAASLIGHT_BIN_DIR) + "/faaslight-report");
    Result<ProcessResult> result = faaslight::Run(command);
    EXPECT_TRUE(result) << result.error().message;
    return result ? *result : ProcessResult{};
  }

  static void ExpectError(const ProcessResult& result, int code, const std::string& part) {
    EXPECT_EQ(result.exit_code, code);
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, HasSubstr(part));
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
  }

  std::optional<TemporaryDirectory> folder_;
};

TEST_F(Program, PrintsText) {
  const ProcessResult result = Report({Path("app.trace")});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, StartsWith("main.handler on CPython 3.11.7, 2 events\n"));
  EXPECT_EQ(result.out.find('\x1b'), std::string::npos) << "no terminal, no colour";
  EXPECT_EQ(result.err, "");
}

TEST_F(Program, PrintsJson) {
  const ProcessResult result = Report(
      {Path("app.trace"), "--plan", Path("faaslight.plan"), "--format", "json", "--top", "2"});
  EXPECT_EQ(result.exit_code, 0);
  const nlohmann::json json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json["format"], "faaslight-report");
  EXPECT_EQ(json["version"], 1);
  EXPECT_EQ(json["modules"].size(), 2u);
  EXPECT_EQ(json["modules_count"], 8);
  EXPECT_EQ(json["plan"]["keep"], "traced");
}

TEST_F(Program, RefusesWhatItCannotRead) {
  ExpectError(Report({Path("none.trace")}), 2, "none.trace");
  ExpectError(Report({Path("faaslight.plan")}), 3, "not a trace");
  ExpectError(Report({Path("app.trace"), "--plan", Path("app.trace")}), 3, "not a plan");
  ExpectError(Report({Path("app.trace"), "--plan", Path("none.plan")}), 2, "none.plan");
  ASSERT_TRUE(WriteFile(Path("foreign"), "hello"));
  ExpectError(Report({Path("foreign")}), 3, "not a faaslight trace");
  const std::string bytes = Wrap(SampleTrace());
  ASSERT_TRUE(WriteFile(Path("torn.trace"), std::string_view(bytes).substr(0, bytes.size() / 2)));
  ExpectError(Report({Path("torn.trace")}), 3, "truncated");
}

TEST_F(Program, RefusesThePlanOfAnotherTrace) {
  Plan plan = SamplePlan();
  plan.set_handler("other.handler");
  ASSERT_TRUE(WriteFile(Path("other.plan"), Wrap(plan)));
  ExpectError(Report({Path("app.trace"), "--plan", Path("other.plan")}), 3, "other.handler");
}

TEST_F(Program, RefusesWrongArguments) {
  EXPECT_EQ(Report({}).exit_code, 2);
  EXPECT_EQ(Report({Path("app.trace"), "--format", "html"}).exit_code, 2);
  EXPECT_EQ(Report({Path("app.trace"), "--top", "-3"}).exit_code, 2);
  EXPECT_EQ(Report({Path("app.trace"), "--nonsense"}).exit_code, 2);
}

TEST_F(Program, Helps) {
  const ProcessResult result = Report({"--help"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, HasSubstr("Examples:"));
  EXPECT_EQ(Report({"--version"}).out, std::string(FAASLIGHT_VERSION) + "\n");
}

TEST_F(Program, SaysWhenTheDiskIsFull) {
  Command command;
  command.argv = {"/bin/sh", "-c", "\"$0\" \"$1\" > /dev/full",
                  std::string(FAASLIGHT_BIN_DIR) + "/faaslight-report", Path("app.trace")};
  const Result<ProcessResult> result = faaslight::Run(command);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->exit_code, 5);
  EXPECT_THAT(result->err, HasSubstr("No space left on device"));
}

}  // namespace
}  // namespace faaslight
