#include "base/subprocess.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <thread>

namespace faaslight {
namespace {

using std::chrono::milliseconds;

Command Shell(std::string script) {
  Command command;
  command.argv = {"/bin/sh", "-c", std::move(script)};
  return command;
}

TEST(Run, GivesOutputAndExitCode) {
  ProcessResult result = faaslight::Run(Shell("echo out; echo err >&2; exit 7")).value();
  EXPECT_EQ(result.out, "out\n");
  EXPECT_EQ(result.err, "err\n");
  EXPECT_EQ(result.exit_code, 7);
  EXPECT_FALSE(result.ok());
  EXPECT_GT(result.max_rss_kb, 0u);
}

TEST(Run, NamesAMissingProgram) {
  Command command;
  command.argv = {"/no/such/program"};
  Result<ProcessResult> result = faaslight::Run(command);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ExitCode::kUsage);
  EXPECT_NE(result.error().message.find("/no/such/program"), std::string::npos);
}

TEST(Run, TakesExactlyTheGivenEnvironmentAndFolder) {
  Command command;
  command.argv = {"/usr/bin/env"};
  command.env = {{"A", "1"}, {"B", "x=y"}};
  EXPECT_EQ(faaslight::Run(command).value().out, "A=1\nB=x=y\n");
  Command where = Shell("pwd -P");
  where.directory = "/";
  EXPECT_EQ(faaslight::Run(where).value().out, "/\n");
}

TEST(Run, MovesMegabytesBothWays) {
  Command command;
  command.argv = {"/bin/cat"};
  command.input = std::string(5 << 20, 'x');
  EXPECT_EQ(faaslight::Run(command).value().out, command.input);
  command.max_output = 1000;
  EXPECT_EQ(faaslight::Run(command).value().out.size(), 1000u);
}

TEST(Run, EndsAtTheTimeLimitWithAllItsChildren) {
  Command command = Shell("sleep 60 & sleep 60");
  command.timeout = milliseconds(200);
  ProcessResult result = faaslight::Run(command).value();
  EXPECT_TRUE(result.timed_out);
  EXPECT_EQ(result.signal, SIGKILL);
  EXPECT_LT(result.wall, std::chrono::seconds(20));
}

TEST(Run, DoesNotWaitForWhatTheChildLeftRunning) {
  ProcessResult result = faaslight::Run(Shell("sleep 60 & echo done")).value();
  EXPECT_EQ(result.out, "done\n");
  EXPECT_TRUE(result.ok());
  EXPECT_LT(result.wall, std::chrono::seconds(20));
}

TEST(Run, AsksWhetherToGoOn) {
  Command command = Shell("sleep 60");
  int asked = 0;
  command.keep_going = [&asked] { return ++asked < 3; };
  ProcessResult result = faaslight::Run(command).value();
  EXPECT_TRUE(result.timed_out);
  EXPECT_EQ(asked, 3);
}

TEST(Run, ReportsTheSignal) {
  EXPECT_EQ(faaslight::Run(Shell("kill -SEGV $$")).value().signal, SIGSEGV);
}

volatile std::sig_atomic_t broken_pipes = 0;

// A child that closes its input while much is to be written: no SIGPIPE may reach anybody, whatever
// other threads do, and the process's own handler stays in place.
TEST(Run, BrokenPipesStayInsideUnderThreads) {
  struct sigaction count {};
  struct sigaction before {};
  count.sa_handler = [](int) { broken_pipes = broken_pipes + 1; };
  ASSERT_EQ(::sigaction(SIGPIPE, &count, &before), 0);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int round = 0; round < 10; ++round) {
        Command command = Shell("exec <&-; sleep 0.02");
        command.input = std::string(1 << 20, 'x');
        EXPECT_TRUE(faaslight::Run(command).value().ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(broken_pipes, 0);
  struct sigaction after {};
  ASSERT_EQ(::sigaction(SIGPIPE, &before, &after), 0);
  EXPECT_EQ(after.sa_handler, count.sa_handler);
  sigset_t mask;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &mask);
  EXPECT_EQ(::sigismember(&mask, SIGPIPE), 0);
}

TEST(Run, TheChildStartsWithDefaultSignals) {
  sigset_t blocked;
  sigset_t before;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGPIPE);
  ::sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  Command command;
  command.argv = {"/bin/grep", "SigBlk",
                  "/proc/self/status"};  // no shell: it would clear the mask itself
  const ProcessResult result = faaslight::Run(command).value();
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_NE(result.out.find("SigBlk:\t0000000000000000"), std::string::npos) << result.out;
}

}  // namespace
}  // namespace faaslight
