#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "replay/replay.h"

namespace faaslight {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class EventsTest : public testing::Test {
 protected:
  fs::path Write(const char* name, std::string_view text) {
    EXPECT_TRUE(WriteFile(folder_->path() / name, text));
    return folder_->path() / name;
  }
  std::string Message(const fs::path& path, ExitCode code) {
    Result<std::vector<Event>> events = LoadEvents({path});
    EXPECT_FALSE(events);
    if (events) return "";
    EXPECT_EQ(events.error().code, code) << events.error().message;
    return events.error().message;
  }
  Result<TemporaryDirectory> folder_ = TemporaryDirectory::Make({}, "events-test-");
};

TEST_F(EventsTest, AFolderGivesAllInNameOrder) {
  Write("b.json", "{\"b\": 1}\n");
  Write("a.jsonl", "1\n\n  \n{\"x\": [2]}\r\n3");
  Write("c.txt", "not an event");
  Write("sub/d.json", "4");
  std::vector<Event> events = LoadEvents({folder_->path()}).value();
  ASSERT_EQ(events.size(), 4u);
  EXPECT_EQ(events[0].name(), "a.jsonl:1");
  EXPECT_EQ(events[1].name(), "a.jsonl:4");
  EXPECT_EQ(events[1].json(), "{\"x\": [2]}");
  EXPECT_EQ(events[2].name(), "a.jsonl:5");
  EXPECT_EQ(events[3].name(), "b");
  EXPECT_EQ(events[3].json(), "{\"b\": 1}\n");
}

TEST_F(EventsTest, NoPathsNoEvents) { EXPECT_TRUE(LoadEvents({}).value().empty()); }

TEST_F(EventsTest, AByteOrderMarkIsLeftOut) {
  EXPECT_EQ(LoadEvents({Write("a.json", "\xef\xbb\xbf{}")}).value().at(0).json(), "{}");
}

TEST_F(EventsTest, NamesFileLineAndColumnOfWhatIsNotJson) {
  EXPECT_THAT(Message(Write("a.json", "{\n  \"a\": 1,\n  b: 2}"), ExitCode::kBadInput),
              HasSubstr("a.json:3:3: "));
  EXPECT_THAT(Message(Write("b.jsonl", "1\n\n[1,]\n"), ExitCode::kBadInput),
              HasSubstr("b.jsonl:3:4: "));
  EXPECT_THAT(Message(Write("c.json", "{\"a\": 1"), ExitCode::kBadInput),
              HasSubstr("c.json:1:8: "));
  EXPECT_THAT(Message(Write("d.json", "\n"), ExitCode::kBadInput), HasSubstr("d.json:1:1: "));
  EXPECT_THAT(Message(Write("e.json", "\"\xff\""), ExitCode::kBadInput), HasSubstr("e.json:1:2: "));
  EXPECT_THAT(Message(Write("f.json", "{} {}"), ExitCode::kBadInput), HasSubstr("f.json:1:4: "));
}

TEST_F(EventsTest, DeepNestingIsNoCrash) {
  const std::string deep = std::string(2'000'000, '[') + std::string(2'000'000, ']');
  EXPECT_EQ(LoadEvents({Write("deep.json", deep)}).value().size(), 1u);
}

TEST_F(EventsTest, NamesWhatIsMissing) {
  EXPECT_THAT(Message(folder_->path() / "none.json", ExitCode::kUsage), HasSubstr("none.json"));
  EXPECT_THAT(Message(folder_->path(), ExitCode::kUsage), HasSubstr("no .json"));
}

TEST_F(EventsTest, WarnsOfWhatLambdaWouldRefuse) {
  std::vector<Event> events =
      LoadEvents({Write("big.json", "\"" + std::string(6 << 20, 'x') + "\"")}).value();
  EXPECT_THAT(OversizedEvents(events), testing::ElementsAre(HasSubstr("event big has")));
  EXPECT_TRUE(OversizedEvents(LoadEvents({Write("small.json", "1")}).value()).empty());
}

}  // namespace
}  // namespace faaslight
