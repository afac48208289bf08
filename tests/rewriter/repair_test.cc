// The search for pins, against packages that are only sets of names.
#include "rewriter/repair.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace faaslight {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Names = std::vector<std::string>;

bool Has(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Names Candidates(int count) {
  Names out;
  for (int i = 0; i < count; ++i) out.push_back("m" + std::to_string(i));
  return out;
}

// A package that agrees when every one of `needed` is pinned; it differs in the first that is not.
struct Needs {
  Names needed;
  int asked = 0;

  Oracle AsOracle() {
    return [this](const Names& pins) -> Result<std::vector<Difference>> {
      ++asked;
      for (const std::string& name : needed) {
        if (!Has(pins, name)) return std::vector<Difference>{{"event e", name, "1", "2"}};
      }
      return std::vector<Difference>();
    };
  }
};

Names Globs(const PinSearch& search) {
  Names out;
  for (const FoundPin& pin : search.pins) out.push_back(pin.glob);
  return out;
}

constexpr int kEnough = 1000;

TEST(FindPinsTest, FindsTheOneThatIsNeeded) {
  for (int i = 0; i < 37; ++i) {
    Needs package{{"m" + std::to_string(i)}};
    Budget budget{kEnough};
    const auto found =
        FindPins(Candidates(37), {}, {"event e", "x", "", ""}, package.AsOracle(), budget);
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->agrees);
    EXPECT_THAT(Globs(*found), ElementsAre(package.needed[0]));
    EXPECT_LE(package.asked, 8);  // 1 for all, 6 to halve 37, 1 for it alone
    EXPECT_EQ(package.asked, kEnough - budget.left);
  }
}

TEST(FindPinsTest, FindsSeveralAndNothingElse) {
  Needs package{{"m3", "m17", "m36", "m0"}};
  Budget budget{kEnough};
  const auto found = FindPins(Candidates(37), {}, {}, package.AsOracle(), budget);
  ASSERT_TRUE(found);
  EXPECT_THAT(Globs(*found), ElementsAre("m0", "m3", "m17", "m36"));
  // Each with what differed when it was left out.
  for (const FoundPin& pin : found->pins) {
    EXPECT_EQ(pin.evidence.what, pin.glob);
  }
}

TEST(FindPinsTest, WhatIsFixedCounts) {
  Needs package{{"m1", "other"}};
  Budget budget{kEnough};
  const auto found = FindPins(Candidates(3), {"other"}, {}, package.AsOracle(), budget);
  ASSERT_TRUE(found);
  EXPECT_THAT(Globs(*found), ElementsAre("m1"));
}

TEST(FindPinsTest, SaysWhenEverythingPinnedIsNotEnough) {
  Needs package{{"elsewhere"}};
  Budget budget{kEnough};
  const auto found = FindPins(Candidates(37), {}, {}, package.AsOracle(), budget);
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->agrees);
  EXPECT_EQ(package.asked, 1);
  Budget none{kEnough};
  EXPECT_FALSE(FindPins({}, {}, {}, package.AsOracle(), none)->agrees);
}

TEST(FindPinsTest, EitherOfTwoIsEnough) {
  const Oracle either = [](const Names& pins) -> Result<std::vector<Difference>> {
    if (Has(pins, "m2") || Has(pins, "m5")) return std::vector<Difference>();
    return std::vector<Difference>{{}};
  };
  Budget budget{kEnough};
  EXPECT_THAT(Globs(*FindPins(Candidates(9), {}, {}, either, budget)), ElementsAre("m2"));
}

TEST(FindPinsTest, ABudgetThatRunsOutLeavesEnoughPinned) {
  for (int replays = 0; replays < 12; ++replays) {
    Needs package{{"m3", "m17"}};
    Budget budget{replays};
    const auto found = FindPins(Candidates(37), {}, {}, package.AsOracle(), budget);
    ASSERT_TRUE(found);
    EXPECT_LE(package.asked, replays);
    if (replays == 0) {
      EXPECT_FALSE(found->agrees);
      EXPECT_THAT(found->pins, IsEmpty());
      continue;
    }
    EXPECT_TRUE(found->agrees);
    EXPECT_THAT(Globs(*found), ::testing::IsSupersetOf({"m3", "m17"}));
  }
}

TEST(FindPinsTest, ErrorsOfTheOracleEndIt) {
  const Oracle broken = [](const Names&) -> Result<std::vector<Difference>> {
    return Fail(ExitCode::kSystem, "disk full");
  };
  Budget budget{kEnough};
  EXPECT_EQ(FindPins(Candidates(3), {}, {}, broken, budget).error().message, "disk full");
}

}  // namespace
}  // namespace faaslight
