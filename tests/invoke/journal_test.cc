// Nothing that was measured is lost, and nothing that is no journal is touched.
#include "invoke/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/files.h"

namespace faaslight {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class JournalTest : public ::testing::Test {
 protected:
  JournalTest() {
    header_.provider = "aws";
    header_.setting = "here";
    header_.started = "2026-01-01T00:00:00Z";
    header_.deployments = {{"before", "shop"}, {"after", "fast"}};
  }
  Result<Journal> Open(JournalState& state, const std::string& key = "key") {
    return Journal::Open(path_, key, header_, state);
  }
  std::string Text() const { return ReadFile(path_).value(); }
  void Write(const std::string& text) { ASSERT_TRUE(WriteFile(path_, text)); }
  void MakeOne() {
    JournalState state;
    Result<Journal> journal = Open(state);
    ASSERT_TRUE(journal) << journal.error().message;
    Round round;
    round.deployment = 1;
    round.session = 3;
    round.detail = "\xff\n";
    round.at(Metric::kInit) = 0.1;
    ASSERT_TRUE(journal->Add(round));
    ASSERT_TRUE(journal->SessionDone({3, 1}));
    ASSERT_TRUE(journal->Changed("marker shop"));
    ASSERT_TRUE(journal->Changed("version shop:7"));
    ASSERT_TRUE(journal->Undone("version shop:7"));
  }
  TemporaryDirectory folder_ = TemporaryDirectory::Make({}, "journal-").value();
  fs::path path_ = folder_.path() / "r.json.part";
  Results header_;
};

TEST_F(JournalTest, WhatWasAddedComesBack) {
  MakeOne();
  JournalState state;
  header_.started = "later";
  ASSERT_TRUE(Open(state));
  EXPECT_TRUE(state.resumed);
  ASSERT_EQ(state.results.rounds.size(), 1U);
  EXPECT_EQ(state.results.rounds[0].at(Metric::kInit), 0.1);
  EXPECT_EQ(state.done, (std::set<SessionKey>{{3, 1}}));
  EXPECT_EQ(state.changes, std::set<std::string>{"marker shop"});
  EXPECT_EQ(state.results.started, "2026-01-01T00:00:00Z");
  EXPECT_EQ(ChangesLeftIn(path_).value(), std::set<std::string>{"marker shop"});
}

// Half of a session, then the whole of it, then half of the next.
TEST_F(JournalTest, ASessionThatWasCutShortIsLeftOut) {
  MakeOne();
  JournalState state;
  Result<Journal> journal = Open(state);
  ASSERT_TRUE(journal);
  const std::vector<std::pair<uint32_t, uint32_t>> calls = {{4, 0}, {4, 0}, {4, 1}, {5, 0}};
  for (const auto& [session, call] : calls) {
    Round round;
    round.session = session;
    round.call = call;
    ASSERT_TRUE(journal->Add(round));
    if (call == 1) {
      ASSERT_TRUE(journal->SessionDone({session, 0}));
    }
  }
  { const Journal closed = std::move(*journal); }
  JournalState again;
  ASSERT_TRUE(Open(again));
  std::vector<std::pair<uint32_t, uint32_t>> kept;
  for (const Round& round : again.results.rounds) kept.emplace_back(round.session, round.call);
  EXPECT_EQ(kept, (std::vector<std::pair<uint32_t, uint32_t>>{{3, 0}, {4, 0}, {4, 1}}));
  EXPECT_EQ(again.cut_short, 1U);
}

TEST_F(JournalTest, WhetherItIsInUse) {
  EXPECT_TRUE(CheckUnused(path_));
  JournalState state;
  {
    const Result<Journal> journal = Open(state);
    ASSERT_TRUE(journal);
    const Status used = CheckUnused(path_);
    ASSERT_FALSE(used);
    EXPECT_EQ(used.error().code, ExitCode::kSystem);
  }
  EXPECT_TRUE(CheckUnused(path_));
}

// A process that was killed while it wrote, at each byte.
TEST_F(JournalTest, ATornEndIsCutOffAndTheRestStays) {
  MakeOne();
  const std::string whole = Text();
  const size_t header = whole.find('\n') + 1;
  for (size_t size = header; size <= whole.size(); ++size) {
    Write(whole.substr(0, size));
    JournalState state;
    ASSERT_TRUE(Open(state)) << size;
    EXPECT_EQ(state.torn_bytes, size - (whole.rfind('\n', size - 1) + 1)) << size;
    ASSERT_EQ(Text(), whole.substr(0, size - state.torn_bytes)) << size;
  }
}

TEST_F(JournalTest, ATornFirstLineBeginsAnew) {
  Write(R"({"faaslight_invoke_jour)");
  JournalState state;
  ASSERT_TRUE(Open(state));
  EXPECT_FALSE(state.resumed);
  JournalState again;
  ASSERT_TRUE(Open(again));
  EXPECT_TRUE(again.resumed);
}

TEST_F(JournalTest, AnotherMeasurementsIsRefusedAndStays) {
  MakeOne();
  const std::string before = Text();
  JournalState state;
  const auto opened = Open(state, "another key");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ExitCode::kUsage);
  EXPECT_THAT(opened.error().message, HasSubstr("--restart"));
  EXPECT_EQ(Text(), before);
}

TEST_F(JournalTest, WhatIsNoJournalIsRefusedAndStays) {
  MakeOne();
  const std::string first = Text().substr(0, Text().find('\n') + 1);
  for (const std::string& text :
       {std::string("my diary\n"), std::string("{}\n"), std::string("\n"), first + "x\n",
        first + "{}\n", first + "[1]\n", first + R"({"round":{}})" + "\n",
        first + R"({"session":[1,-1]})" + "\n", first + R"({"session":[1]})" + "\n",
        first + R"({"other":1})" + "\n", first + R"({"changed":1})" + "\n"}) {
    Write(text);
    JournalState state;
    const auto opened = Open(state);
    ASSERT_FALSE(opened) << text;
    EXPECT_EQ(opened.error().code, ExitCode::kBadInput) << text;
    EXPECT_EQ(Text(), text);
  }
}

TEST_F(JournalTest, ARoundOfNoDeploymentIsRefused) {
  MakeOne();
  header_.deployments.pop_back();
  JournalState state;
  EXPECT_FALSE(Open(state));
}

TEST_F(JournalTest, OneAtATime) {
  JournalState state, second;
  const auto journal = Open(state);
  ASSERT_TRUE(journal);
  const auto other = Open(second);
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().message, HasSubstr("in use"));
}

TEST_F(JournalTest, ALinkIsNotFollowed) {
  fs::create_symlink(folder_.path() / "elsewhere", path_);
  JournalState state;
  EXPECT_FALSE(Open(state));
  EXPECT_FALSE(fs::exists(folder_.path() / "elsewhere"));
}

TEST_F(JournalTest, ChangesAreReadFromAnything) {
  EXPECT_TRUE(ChangesLeftIn(path_)->empty());
  Write("garbage\n{\"changed\":\"a\"}\n[]\n{\"changed\":\"b\"}\n{\"undone\":\"a\"}\n{\"chan");
  EXPECT_EQ(ChangesLeftIn(path_).value(), std::set<std::string>{"b"});
}

}  // namespace
}  // namespace faaslight
