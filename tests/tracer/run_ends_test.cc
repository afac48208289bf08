// Runs that are cut off or cannot begin: what was seen is written, and the cause is said.
#include "traced.h"

namespace faaslight {
namespace {

using testing::HasSubstr;

class EndsTest : public TraceTest {
 protected:
  // A handler that does `how` in its second event, having entered before() and begun to import
  // `cut`.
  Traced CutOff(const std::string& how, std::vector<std::string> more = {"--no-effects"}) {
    Put("main.py", R"(
import os, signal, sys, time
def before(): pass
def after(): pass
def handler(event, context):
    before()
    if event["n"] == 1:
        )" + how + R"(
    after()
    return event["n"]
)");
    return Run({R"({"n": 0})", R"({"n": 1})", R"({"n": 2})"}, std::move(more));
  }

  void ExpectTruncated(const Traced& traced, const std::string& cause) {
    EXPECT_EQ(traced.exit_code, static_cast<int>(ExitCode::kHandler)) << traced.err;
    ASSERT_TRUE(traced.written) << traced.err;
    EXPECT_THAT(traced.trace.truncation().cause(), HasSubstr(cause));
    EXPECT_EQ(traced.trace.truncation().where(), "event 2 (events.jsonl:2)");
    EXPECT_EQ(traced.Entered("main", "before"), "0 1");
    EXPECT_EQ(traced.Entered("main", "after"), "0");
    ASSERT_EQ(traced.trace.outcomes_size(), 2);
    EXPECT_TRUE(traced.trace.outcomes(0).returned());
    EXPECT_FALSE(traced.trace.outcomes(1).returned());
  }
};

TEST_P(EndsTest, SigKill) {
  ExpectTruncated(CutOff("os.kill(os.getpid(), signal.SIGKILL)"), "signal 9");
}

TEST_P(EndsTest, OsExit) { ExpectTruncated(CutOff("os._exit(3)"), "exit code 3"); }

TEST_P(EndsTest, OsExitZeroIsNoSuccess) { ExpectTruncated(CutOff("os._exit(0)"), "exit code 0"); }

TEST_P(EndsTest, Crash) {
  ExpectTruncated(CutOff("import ctypes; ctypes.string_at(0)"), "signal 11");
}

TEST_P(EndsTest, TimeOut) {
  const Traced traced = CutOff("time.sleep(600)", {"--timeout", "2", "--no-effects"});
  ExpectTruncated(traced, "time-out after 2 s");
  EXPECT_TRUE(traced.trace.outcomes(1).timed_out());
}

TEST_P(EndsTest, ClosedDescriptorsLoseNothing) {
  const Traced traced = CutOff("os.closerange(3, 300)");
  EXPECT_EQ(traced.exit_code, 0) << traced.err;
  EXPECT_EQ(traced.Entered("main", "after"), "0 1 2");
}

TEST_P(EndsTest, KilledInsideAnImport) {
  Put("cut.py", "def f(): pass\nf()\nimport os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n");
  const Traced traced = CutOff("import cut", {});
  ExpectTruncated(traced, "signal 9");
  ASSERT_NE(traced.FindModule("cut"), nullptr);
  EXPECT_FALSE(traced.FindModule("cut")->completed());
  EXPECT_EQ(traced.Entered("cut", "f"), "1");
  EXPECT_EQ(traced.trace.passes_size(), 2) << "effects of the events before are witnessed";
}

TEST_P(EndsTest, SysExitIsAnOutcome) {
  const Traced traced = CutOff("sys.exit(7)");
  EXPECT_EQ(traced.exit_code, 0) << traced.err;
  ASSERT_EQ(traced.trace.outcomes_size(), 3);
  EXPECT_EQ(traced.trace.outcomes(1).exception_type(), "builtins.SystemExit");
}

TEST_P(EndsTest, AHandlerModuleThatCannotBeImportedGivesNoTrace) {
  Put("main.py", "import nothing_of_that_name\ndef handler(e, c): pass\n");
  const Traced traced = Run({"{}"});
  EXPECT_EQ(traced.exit_code, static_cast<int>(ExitCode::kHandler));
  EXPECT_FALSE(traced.written);
  EXPECT_THAT(traced.err, HasSubstr("No module named 'nothing_of_that_name'"));
}

TEST_P(EndsTest, AHandlerThatIsNotInItsModule) {
  Put("main.py", "def handle(e, c): pass\n");
  const Traced traced = Run({"{}"});
  EXPECT_EQ(traced.exit_code, static_cast<int>(ExitCode::kUsage));
  EXPECT_FALSE(traced.written);
  EXPECT_THAT(traced.err, HasSubstr("handler"));
}

TEST_P(EndsTest, TerminatedTracerEndsTheRunAndWrites) {
  Put("main.py", "import time\ndef handler(e, c):\n    time.sleep(600)\n");
  ASSERT_TRUE(WriteFile(folder_.path() / "event.json", "{}"));
  Command command;
  command.argv = {
      "/bin/sh",
      "-c",
      R"("$0" "$1" --handler main.handler --python "$2" -o "$3" --events "$4" --timeout 0 &
         pid=$!; sleep 2; kill -TERM $pid; wait $pid)",
      (BinFolder() / "faaslight-trace").string(),
      (folder_.path() / "app").string(),
      GetParam().python.string(),
      Output().string(),
      (folder_.path() / "event.json").string()};
  command.timeout = std::chrono::seconds(60);
  const Traced traced = Finish(command);
  EXPECT_EQ(traced.exit_code, static_cast<int>(ExitCode::kHandler)) << traced.err;
  EXPECT_EQ(traced.trace.truncation().cause(), "interrupted");
  EXPECT_EQ(traced.Entered("main", "handler"), "0");
}

INSTANTIATE_TEST_SUITE_P(Each, EndsTest, testing::ValuesIn(TracedInterpreters()), InterpreterName);

}  // namespace
}  // namespace faaslight
