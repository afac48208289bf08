// Servers are started, watched and stopped with all that they started.
#include "invoke/child.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <charconv>
#include <thread>

namespace faaslight {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

std::unique_ptr<Child> Shell(const std::string& script) {
  auto child = Child::Start(
      {.argv = {"/bin/sh", "-c", script}, .env = {{"PATH", "/bin:/usr/bin"}}, .directory = "/"});
  EXPECT_TRUE(child) << child.error().message;
  return std::move(*child);
}

const auto kAlways = [] { return true; };

bool Alive(pid_t pid) { return ::kill(pid, 0) == 0; }

TEST(Child, ItsThreeStreamsAreRead) {
  const auto child = Shell("read line; echo out $line; echo err >&2; echo reply >&3; sleep 60");
  EXPECT_TRUE(child->Write("hello\n"));
  const auto all = [](const ChildOutput& output) {
    return output.out == "out hello\n" && output.err == "err\n" && output.replies == "reply\n";
  };
  EXPECT_TRUE(child->WaitFor(all, seconds(20), kAlways)) << child->Output().out;
  child->ClearOutput();
  EXPECT_EQ(child->Output().out, "");
  EXPECT_TRUE(child->Running());
}

TEST(Child, ItsEndIsSeen) {
  const auto child = Shell("echo last words; exit 3");
  EXPECT_FALSE(child->WaitFor([](const ChildOutput&) { return false; }, seconds(20), kAlways));
  while (child->Running()) std::this_thread::sleep_for(milliseconds(1));
  EXPECT_EQ(child->EndedBy(), "exited with 3");
  EXPECT_EQ(child->Output().out, "last words\n");
}

TEST(Child, WhatItStartedEndsWithIt) {
  // A grandchild in a process group of its own, that ignores what can be ignored.
  auto child =
      Shell("set -m; sh -c 'trap \"\" TERM; echo $$; while :; do sleep 1; done' & sleep 60");
  pid_t grandchild = 0;
  ASSERT_TRUE(child->WaitFor(
      [&](const ChildOutput& output) {
        if (output.out.find('\n') == std::string::npos) return false;
        std::from_chars(output.out.data(), output.out.data() + output.out.size(), grandchild);
        return true;
      },
      seconds(20), kAlways));
  ASSERT_TRUE(Alive(grandchild));
  child.reset();
  for (int i = 0; i < 200 && Alive(grandchild); ++i) std::this_thread::sleep_for(milliseconds(10));
  EXPECT_FALSE(Alive(grandchild));
}

TEST(Child, OneThatIgnoresTermIsKilled) {
  const auto child = Shell("trap '' TERM; echo ready; while :; do sleep 1; done");
  ASSERT_TRUE(child->WaitFor([](const ChildOutput& output) { return !output.out.empty(); },
                             seconds(20), kAlways));
  child->Stop(milliseconds(50));
  EXPECT_EQ(child->EndedBy(), "killed by signal 9");
}

TEST(Child, ManyWordsAreBounded) {
  const auto child = Shell("head -c 20000000 /dev/zero; echo end; sleep 60");
  const auto end = [](const ChildOutput& output) {
    return output.out.find("end\n") != std::string::npos;
  };
  EXPECT_TRUE(child->WaitFor(end, seconds(60), kAlways));
  EXPECT_LE(child->Output().out.size(), 4UL << 20);
}

TEST(Child, WaitingEndsWhenToldTo) {
  const auto child = Shell("sleep 60");
  const auto began = std::chrono::steady_clock::now();
  EXPECT_FALSE(
      child->WaitFor([](const ChildOutput&) { return false; }, seconds(30), [] { return false; }));
  EXPECT_LT(std::chrono::steady_clock::now() - began, seconds(10));
}

TEST(Child, ItsPeakOfMemoryIsRead) {
  const auto child = Shell("echo; sleep 60");
  const auto peak = child->PeakMemoryMb(false);
  ASSERT_TRUE(peak);
  EXPECT_GT(*peak, 0.1);
  EXPECT_LT(*peak, 100);
}

TEST(Child, AProgramThatIsNotThereIsNamed) {
  const auto child = Child::Start({.argv = {"/no/such"}, .env = {}, .directory = "/"});
  ASSERT_FALSE(child);
  EXPECT_EQ(child.error().code, ExitCode::kUsage);
  EXPECT_THAT(child.error().message, HasSubstr("/no/such"));
  EXPECT_FALSE(Child::Start({.argv = {"/bin/sh"}, .env = {}, .directory = "/no/such"}));
}

TEST(FreePort, IsFreeUntilSomeoneListens) {
  const auto port = FreePort();
  ASSERT_TRUE(port);
  EXPECT_FALSE(AcceptsConnections(*port));
}

}  // namespace
}  // namespace faaslight
