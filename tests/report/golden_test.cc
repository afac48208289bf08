// The whole output for the sample, compared byte for byte. FAASLIGHT_UPDATE_GOLDEN=1 writes the
// files anew: read the difference before committing it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/escape.h"
#include "base/files.h"
#include "report/report.h"
#include "tests/report/sample.h"

namespace faaslight {
namespace {

void ExpectGolden(const std::string& name, const std::string& text) {
  const std::filesystem::path path =
      std::filesystem::path(FAASLIGHT_SOURCE_DIR) / "tests/report/golden" / name;
  if (std::getenv("FAASLIGHT_UPDATE_GOLDEN") != nullptr) {
    ASSERT_TRUE(WriteFile(path, text));
    return;
  }
  const Result<std::string> golden = ReadFile(path);
  ASSERT_TRUE(golden) << golden.error().message;
  EXPECT_EQ(text, *golden);
}

Summary Sample(bool with_plan) {
  const Plan plan = SamplePlan();
  Result<Summary> summary = Summarize(SampleTrace(), with_plan ? &plan : nullptr);
  EXPECT_TRUE(summary) << summary.error().message;
  return *summary;
}

TEST(Golden, TextOfATrace) { ExpectGolden("trace.txt", RenderText(Sample(false), {})); }

TEST(Golden, TextOfATraceAndAPlan) { ExpectGolden("plan.txt", RenderText(Sample(true), {})); }

TEST(Golden, NarrowText) {
  TextOptions options;
  options.width = 80;
  options.top = 2;
  ExpectGolden("narrow.txt", RenderText(Sample(true), options));
}

TEST(Golden, JsonOfATrace) { ExpectGolden("trace.json", RenderJson(Sample(false), 0)); }

TEST(Golden, JsonOfATraceAndAPlan) { ExpectGolden("plan.json", RenderJson(Sample(true), 0)); }

TEST(Text, NoLineIsWiderThanAsked) {
  for (const size_t width : {80, 100, 140}) {
    TextOptions options;
    options.width = width;
    const std::string text = RenderText(Sample(true), options);
    for (size_t begin = 0; begin < text.size();) {
      const size_t end = text.find('\n', begin);
      const std::string line = text.substr(begin, end - begin);
      EXPECT_LE(Columns(line), width) << line;
      EXPECT_TRUE(line.empty() || line.back() != ' ') << "'" << line << "'";
      begin = end + 1;
    }
  }
}

TEST(Text, ColourOnlyWhenAsked) {
  TextOptions options;
  EXPECT_EQ(RenderText(Sample(true), options).find('\x1b'), std::string::npos);
  options.color = true;
  EXPECT_NE(RenderText(Sample(true), options).find("\x1b[1m"), std::string::npos);
}

}  // namespace
}  // namespace faaslight
