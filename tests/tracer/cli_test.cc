// Wrong arguments: one line that says what, where and what to do; a documented exit code; nothing
// written.
#include <fmt/format.h>

#include "traced.h"

namespace faaslight {
namespace {

using testing::HasSubstr;

class CliTest : public testing::Test {
 protected:
  CliTest() {
    EXPECT_TRUE(WriteFile(folder_.path() / "app/main.py", "def handler(e, c): return 1\n"));
    EXPECT_TRUE(WriteFile(folder_.path() / "event.json", "{}"));
  }

  std::string Path(const std::string& name) const { return (folder_.path() / name).string(); }

  ProcessResult Run(std::vector<std::string> arguments) {
    Command command;
    command.argv = {(BinFolder() / "faaslight-trace").string()};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    command.timeout = std::chrono::seconds(120);
    Result<ProcessResult> result = faaslight::Run(command);
    EXPECT_TRUE(result) << result.error().message;
    return result ? *result : ProcessResult{};
  }

  void Complains(std::vector<std::string> arguments, ExitCode code, const std::string& words) {
    const ProcessResult result = Run(std::move(arguments));
    EXPECT_EQ(result.exit_code, static_cast<int>(code)) << result.err;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    EXPECT_THAT(result.err, HasSubstr(words));
    EXPECT_EQ(result.out, "");
    EXPECT_FALSE(std::filesystem::exists(Path("x.trace")));
  }

  TemporaryDirectory folder_ = *TemporaryDirectory::Make({}, "cli-test-");
};

TEST_F(CliTest, HelpHasExamplesAndExitCodes) {
  const ProcessResult help = Run({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_THAT(help.out, HasSubstr("--handler main.handler"));
  EXPECT_THAT(help.out, HasSubstr("Exit codes"));
}

TEST_F(CliTest, WrongArguments) {
  Complains({}, ExitCode::kUsage, "APP_DIR");
  Complains({Path("app"), "--nonsense", "-o", Path("x.trace")}, ExitCode::kUsage, "--nonsense");
  Complains({Path("app"), "-o", Path("x.trace")}, ExitCode::kUsage, "--handler");
  Complains({Path("absent"), "--handler", "main.handler", "-o", Path("x.trace")}, ExitCode::kUsage,
            "absent");
  Complains({Path("app"), "--handler", "nowhere.handler", "-o", Path("x.trace")}, ExitCode::kUsage,
            "nowhere");
  Complains({Path("app"), "--handler", "main", "-o", Path("x.trace")}, ExitCode::kUsage, "main");
  Complains({Path("app"), "--handler", "main.handler", "--trigger", "cron", "-o", Path("x.trace")},
            ExitCode::kUsage, "cron");
  Complains(
      {Path("app"), "--handler", "main.handler", "--layer", Path("nolayer"), "-o", Path("x.trace")},
      ExitCode::kUsage, "nolayer");
  Complains({Path("app"), "--handler", "main.handler", "--events", Path("no.json"), "-o",
             Path("x.trace")},
            ExitCode::kUsage, "no.json");
  Complains(
      {Path("app"), "--handler", "main.handler", "--python", "/bin/sh", "-o", Path("x.trace")},
      ExitCode::kUsage, "/bin/sh is not a CPython");
}

TEST_F(CliTest, EventThatIsNotJsonNamesFileAndLine) {
  ASSERT_TRUE(WriteFile(Path("bad.jsonl"), "{}\n{\n"));
  Complains({Path("app"), "--handler", "main.handler", "--events", Path("bad.jsonl"), "-o",
             Path("x.trace")},
            ExitCode::kBadInput, "bad.jsonl:2");
}

TEST_F(CliTest, FileThatIsNotATraceIsLeftAlone) {
  ASSERT_TRUE(WriteFile(Path("notes.txt"), "precious"));
  const ProcessResult result =
      Run({Path("app"), "--handler", "main.handler", "-o", Path("notes.txt")});
  EXPECT_EQ(result.exit_code, static_cast<int>(ExitCode::kUsage));
  EXPECT_EQ(*ReadFile(Path("notes.txt")), "precious");
}

TEST_F(CliTest, AnInterpreterWithoutATracerListsThoseBuilt) {
  // A stand-in that answers as CPython 3.8 would: the machine need not have one.
  ASSERT_TRUE(WriteFile(Path("python"), "#!/bin/sh\nprintf 'cpython 3.8'\n"));
  std::filesystem::permissions(Path("python"), std::filesystem::perms::owner_all);
  Complains(
      {Path("app"), "--handler", "main.handler", "--python", Path("python"), "-o", Path("x.trace")},
      ExitCode::kUsage, "built: 3.");
}

TEST_F(CliTest, EmptyListOfEventsTracesTheImport) {
  const ProcessResult result =
      Run({Path("app"), "--handler", "main.handler", "-o", Path("y.trace")});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("functions"));
  const Result<Trace> trace = ReadTrace(Path("y.trace"));
  ASSERT_TRUE(trace);
  EXPECT_EQ(trace->outcomes_size(), 0);
}

TEST_F(CliTest, ATemplateAndAnEnvironmentAreEnough) {
  ASSERT_TRUE(WriteFile(Path("app/main.py"),
                        "import os\ndef handler(e, c): return [os.environ.get(k) for k in ('A', "
                        "'B', 'C', 'HOST_SECRET')]\n"));
  const std::string minor = TracedInterpreters().front().minor;
  ASSERT_TRUE(WriteFile(Path("serverless.yml"),
                        fmt::format("provider: {{runtime: python{}, environment: {{A: 1, B: 2}}}}\n"
                                    "functions: {{f: {{handler: main.handler}}}}\n",
                                    minor)));
  ASSERT_TRUE(WriteFile(Path(".env"), "C=4\n"));
  ::setenv("HOST_SECRET", "never", 1);
  const ProcessResult result =
      Run({Path("app"), "--template", Path("serverless.yml"), "--env", "B=3", "--env-file",
           Path(".env"), "--events", Path("event.json"), "-o", Path("z.trace"), "--no-effects"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const Result<Trace> trace = ReadTrace(Path("z.trace"));
  ASSERT_TRUE(trace);
  EXPECT_EQ(trace->outcomes(0).result_json(), R"(["1", "3", "4", null])");
  EXPECT_EQ(trace->python().version().rfind(minor, 0), 0U);
  EXPECT_EQ(trace->app().env().count("C"), 0U) << "env files may hold secrets";
}

}  // namespace
}  // namespace faaslight
