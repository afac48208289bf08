// The record log: nothing that was written is lost, whatever else is in the file.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "base/files.h"
#include "tracer/log_reader.h"
#include "tracer/log_writer.h"

namespace faaslight {
namespace {

class LogTest : public testing::Test {
 protected:
  LogTest() : folder_(*TemporaryDirectory::Make({}, "log-test-")), log_(*LogFile::Create(Path())) {
    EXPECT_TRUE(writer_.Open(Path().c_str()));
  }
  std::filesystem::path Path() const { return folder_.path() / "log"; }

  void Warn(const std::string& text) {
    writer_.Append(RecordBuilder(RecordType::kWarning).Text(text));
  }

  std::vector<std::string> Warnings(size_t* damaged = nullptr) {
    std::vector<std::string> out;
    const size_t torn = log_.ForEach([&out](std::string_view payload) {
      RecordParser in(payload);
      if (in.U8() == static_cast<uint8_t>(RecordType::kWarning)) out.push_back(in.Text());
    });
    if (damaged != nullptr) *damaged = torn;
    return out;
  }

  // Overwrites bytes of the file behind everybody's back.
  void Scribble(off_t at, std::string_view bytes) {
    const int fd = ::open(Path().c_str(), O_WRONLY);
    EXPECT_EQ(::pwrite(fd, bytes.data(), bytes.size(), at), static_cast<ssize_t>(bytes.size()));
    ::close(fd);
  }

  TemporaryDirectory folder_;
  LogFile log_;
  LogWriter writer_;
};

TEST_F(LogTest, GivesBackWhatWasWritten) {
  Warn("one");
  Warn("");
  Warn(std::string(100'000, 'x'));
  EXPECT_THAT(Warnings(), testing::ElementsAre("one", "", std::string(100'000, 'x')));
}

TEST_F(LogTest, SkipsATornRecordAndFindsTheNext) {
  Warn("first");
  const uint64_t second = log_.header().tail.load();
  Warn("second");
  Warn("third");
  Scribble(static_cast<off_t>(second + sizeof(RecordHeader) + 6), "X");
  size_t damaged = 0;
  EXPECT_THAT(Warnings(&damaged), testing::ElementsAre("first", "third"));
  EXPECT_EQ(damaged, 1U);
}

TEST_F(LogTest, ALengthThatLeavesTheFileIsNotFollowed) {
  Warn("first");
  const uint64_t second = log_.header().tail.load();
  Warn("second");
  Scribble(static_cast<off_t>(second + 4), "\xff\xff\xff\xff");
  EXPECT_THAT(Warnings(), testing::ElementsAre("first"));
}

TEST_F(LogTest, ATailThatLeavesTheFileIsNotFollowed) {
  Warn("first");
  Scribble(offsetof(LogHeader, tail), std::string_view("\xff\xff\xff\xff\xff\xff\xff\x7f", 8));
  EXPECT_THAT(Warnings(), testing::ElementsAre("first"));
}

TEST_F(LogTest, KilledAndForkedWritersLoseNothing) {
  const pid_t child = ::fork();
  if (child == 0) {
    for (int i = 0; i < 100; ++i) Warn("child");
    ::kill(::getpid(), SIGKILL);
  }
  for (int i = 0; i < 100; ++i) Warn("parent");
  int status = 0;
  ::waitpid(child, &status, 0);
  const std::vector<std::string> all = Warnings();
  EXPECT_EQ(std::count(all.begin(), all.end(), "child"), 100);
  EXPECT_EQ(std::count(all.begin(), all.end(), "parent"), 100);
}

TEST_F(LogTest, ClosedDescriptorsDoNotHurt) {
  for (int fd = 3; fd < 256; ++fd) ::close(fd);
  Warn("still here");
  EXPECT_THAT(Warnings(), testing::ElementsAre("still here"));
}

TEST_F(LogTest, ThreadsDoNotOverwriteEachOther) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 1000; ++i) Warn(std::string(static_cast<size_t>(t * 7 + 1), 'x'));
    });
  }
  for (std::thread& thread : threads) thread.join();
  size_t damaged = 0;
  EXPECT_EQ(Warnings(&damaged).size(), 4000U);
  EXPECT_EQ(damaged, 0U);
}

TEST_F(LogTest, CountsWhatFindsNoRoom) {
  const std::string large(kMaxRecord - 100, 'x');
  for (uint64_t i = 0; i < kLogBytes / kMaxRecord + 2; ++i) Warn(large);
  Warn("small, behind the end");
  EXPECT_GT(log_.header().lost.load(), 0U);
  EXPECT_EQ(Warnings().size(), kLogBytes / kMaxRecord - 1 + 1);
}

TEST_F(LogTest, StagesAreSeenFromOutside) {
  writer_.Stage(TracePhase::kEvent, 7, true, false);
  EXPECT_EQ(log_.header().event.load(), 7U);
  EXPECT_EQ(log_.header().busy.load(), 1U);
  EXPECT_EQ(log_.header().stage.load(), 1U);
}

TEST(Log, RefusesForeignFiles) {
  TemporaryDirectory folder = *TemporaryDirectory::Make({}, "log-test-");
  const auto path = folder.path() / "foreign";
  ASSERT_TRUE(WriteFile(path, "something"));
  EXPECT_EQ(LogFile::Open(path).error().code, ExitCode::kBadInput);
  LogWriter writer;
  EXPECT_FALSE(writer.Open(path.c_str()));
  writer.Append(RecordBuilder(RecordType::kWarning).Text("goes nowhere"));
  EXPECT_FALSE(LogFile::Create(path)) << "an existing file is not taken over";
}

TEST(Record, ShortPayloadsGiveZerosAndSaySo) {
  RecordParser in(std::string_view("\x05\x00\x00\x00", 4));
  EXPECT_EQ(in.Text(), "");
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.U64(), 0U);
}

}  // namespace
}  // namespace faaslight
