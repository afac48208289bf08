#include "invoke/plots.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace faaslight {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Series Of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {"after", 1, values, Summarize(values)};
}

size_t Count(std::string_view text, std::string_view part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(Axis, RoundTicksAroundAllValues) {
  const Axis axis = AxisFor(203, 1144);
  EXPECT_FALSE(axis.logarithmic);
  EXPECT_EQ(axis.low, 200);
  EXPECT_EQ(axis.high, 1200);
  EXPECT_THAT(axis.ticks, ElementsAre(200, 400, 600, 800, 1000, 1200));
}

TEST(Axis, EqualValuesLieWithin) {
  for (const double value : {0.0, 104.0, -3.0, 1e-9, 1e15}) {
    const Axis axis = AxisFor(value, value);
    EXPECT_LT(axis.low, axis.high) << value;
    EXPECT_LE(axis.low, value);
    EXPECT_GE(axis.high, value);
    EXPECT_GE(axis.ticks.size(), 2U);
  }
}

TEST(Axis, LogarithmicWhereOneValueWouldHideTheRest) {
  const Axis axis = AxisFor(8, 400);
  EXPECT_TRUE(axis.logarithmic);
  EXPECT_THAT(axis.ticks, ElementsAre(10, 20, 50, 100, 200));
  EXPECT_FALSE(AxisFor(0, 400).logarithmic);
  EXPECT_FALSE(AxisFor(-1, 400).logarithmic);
  EXPECT_FALSE(AxisFor(20, 400).logarithmic);
}

TEST(Axis, FewTicksWhateverTheRange) {
  for (const double low : {-1e15, -7.0, 0.0, 1e-300, 3.0}) {
    for (const double high : {4.0, 60.0, 61.0, 5e5, 1e15}) {
      const Axis axis = AxisFor(low, high);
      EXPECT_GE(axis.ticks.size(), 2U) << low << " " << high;
      EXPECT_LE(axis.ticks.size(), 11U) << low << " " << high;
      EXPECT_LE(axis.low, low);
      EXPECT_GE(axis.high, high);
    }
  }
}

TEST(Svg, WhiskersAndPoints) {
  // Quartiles 2 and 6: whiskers reach to -4 at least and 12 at most; 13 is beyond, 19 an outlier.
  const std::string svg = DistributionSvg("init", "ms", {Of({1, 2, 2, 3, 4, 5, 6, 13, 19})});
  EXPECT_EQ(Count(svg, "class=\"near s1\""), 1U);
  EXPECT_EQ(Count(svg, "class=\"far s1\""), 1U);
  EXPECT_EQ(Count(svg, "<rect class=\"box s1\""), 1U);
  EXPECT_EQ(Count(svg, "class=\"curve s1\""), 1U);
}

TEST(Svg, TheCurveEndsAtAll) {
  // An axis from 10 to 20 over 372 units, from 46; 0 is at 162, 1 at 12.
  const std::string svg = DistributionSvg("init", "ms", {Of({10, 15, 15, 20})});
  EXPECT_THAT(svg, HasSubstr("d=\"M46 162H46V124.5H232V49.5H418V12\""));
}

TEST(Svg, ManyValuesMakeNoLargeFigure) {
  std::vector<double> values;
  for (int i = 0; i < 10000; ++i) values.push_back(100 + i % 997 * 0.1);
  values.insert(values.end(), 100, 900);
  EXPECT_LT(DistributionSvg("init", "ms", {Of(std::move(values))}).size(), 60'000U);
}

TEST(Svg, AnyRangeHasItsPlace) {
  for (const double low : {-1e15, 0.0, 1e-300}) {
    const std::string svg = DistributionSvg("init", "ms", {Of({low, 1, 2, 3, 4, 5, 1e15})});
    EXPECT_THAT(svg, Not(HasSubstr("nan"))) << low;
    EXPECT_THAT(svg, Not(HasSubstr("inf"))) << low;
    EXPECT_THAT(svg, HasSubstr("cx=\"")) << low;
  }
}

TEST(Svg, NamesAreEscaped) {
  Series series = Of({1, 2, 3});
  series.label = "<b>\"&";
  const std::string svg = DistributionSvg("a<b", "ms", {series});
  EXPECT_THAT(svg, Not(HasSubstr("<b")));
  EXPECT_THAT(svg, HasSubstr("<title>a&lt;b</title>"));
  EXPECT_EQ(DistributionSvg("none", "ms", {}), "");
}

}  // namespace
}  // namespace faaslight
