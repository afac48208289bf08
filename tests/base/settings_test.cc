#include "base/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"

namespace faaslight {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SettingsTest : public ::testing::Test {
 protected:
  SettingsTest() : folder_(*TemporaryDirectory::Make({}, "settings-")) {}
  std::filesystem::path Write(const std::string& text) const {
    std::filesystem::path path = folder_.path() / "faaslight.toml";
    EXPECT_TRUE(WriteFile(path, text));
    return path;
  }
  TemporaryDirectory folder_;
};

TEST_F(SettingsTest, EveryKeyIsRead) {
  const Result<Settings> read = ReadSettings(Write(R"(
handler = "main.handler"
trigger = "http"
events = ["events"]
holdout = ["a.json", "/b.json"]
keep = "reachable"
pin = ["pandas.io.*"]
ignore_effects = ["shop"]
)"));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->handler, "main.handler");
  EXPECT_EQ(read->trigger, "http");
  EXPECT_EQ(read->keep, "reachable");
  EXPECT_THAT(read->events, ElementsAre(folder_.path() / "events"));
  EXPECT_THAT(read->holdout, ElementsAre(folder_.path() / "a.json", "/b.json"));
  EXPECT_THAT(read->pins, ElementsAre("pandas.io.*"));
  EXPECT_THAT(read->ignored_effects, ElementsAre("shop"));
}

TEST_F(SettingsTest, ErrorsNameThePlace) {
  const auto message = [this](const std::string& text) {
    const Result<Settings> read = ReadSettings(Write(text));
    return read ? "" : read.error().message;
  };
  EXPECT_THAT(message("pin = [\n"), HasSubstr("faaslight.toml:"));
  EXPECT_THAT(message("\npins = []\n"), HasSubstr("faaslight.toml:2:1: unknown key pins; known"));
  EXPECT_THAT(message("pin = \"a\"\n"), HasSubstr("faaslight.toml:1:7: pin is a list of strings"));
  EXPECT_THAT(message("pin = [1]\n"), HasSubstr("faaslight.toml:1:8: pin is a list"));
  EXPECT_THAT(message("keep = 1\n"), HasSubstr("keep is a string"));
  EXPECT_EQ(ReadSettings(folder_.path() / "none.toml").error().code, ExitCode::kUsage);
}

TEST(WithPinsTest, KeepsWhatIsThere) {
  const std::string text =
      "# über uns\nkeep = \"traced\"  # as ever\npin = [ # mine\n  \"a\"\n]\nhandler = \"m.h\"\n";
  const Result<std::string> added =
      WithPins(text, {{"b:<module>", "event x: 1 became\n2"}, {"a", "known already"}});
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_EQ(*added,
            "# über uns\nkeep = \"traced\"  # as ever\npin = [\n  # event x: 1 became 2\n"
            "  \"b:<module>\",\n # mine\n  \"a\"\n]\nhandler = \"m.h\"\n");
}

TEST(WithPinsTest, PlacesAreFoundBehindOtherLetters) {
  EXPECT_EQ(*WithPins("handler = \"ä\"\n\"pin\" = []", {{"x", "why"}}),
            "handler = \"ä\"\n\"pin\" = [\n  # why\n  \"x\",\n]");
}

TEST(WithPinsTest, MakesTheListWhenThereIsNone) {
  EXPECT_EQ(*WithPins("", {{"a\"b", "why"}}), "pin = [\n  # why\n  \"a\\\"b\",\n]\n");
  EXPECT_EQ(*WithPins("keep = \"none\"", {{"x", "y"}}),
            "keep = \"none\"\npin = [\n  # y\n  \"x\",\n]\n");
  EXPECT_FALSE(WithPins("pin = 1", {{"x", "y"}}));
}

TEST_F(SettingsTest, AFileThatIsNotOursStaysAsItIs) {
  const std::filesystem::path path = Write("[tool]\nother = 1\n");
  EXPECT_FALSE(AddPins(path, {{"x", "y"}}));
  EXPECT_EQ(*ReadFile(path), "[tool]\nother = 1\n");
}

}  // namespace
}  // namespace faaslight
