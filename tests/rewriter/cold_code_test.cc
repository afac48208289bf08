// Where the code begins, in functions that ran, that no event came to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "rewriter/facts.h"

namespace faaslight {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// The facts of a text of which these lines ran.
Facts Read(std::string_view source, const std::vector<uint32_t>& lines) {
  Result<Facts> facts = ReadFacts(source, &lines);
  EXPECT_TRUE(facts) << facts.error().message << "\n" << source;
  return facts ? *facts : Facts();
}

// "line: names" of each cold region of the first function.
std::vector<std::string> Regions(const Facts& facts) {
  std::vector<std::string> out;
  for (const ColdRegion& region : facts.functions.front().cold) {
    std::string text = std::to_string(region.line) + ":";
    for (const auto& name : region.uses.names) text += " " + name.first;
    out.push_back(text);
  }
  return out;
}

std::vector<std::string> Warm(const Facts& facts) {
  std::vector<std::string> names;
  for (const auto& name : facts.functions.front().Warm().names) names.push_back(name.first);
  return names;
}

TEST(ColdCode, ABlockThatDidNotRun) {
  const Facts facts = Read("def f(x):\n  if x:\n    return a\n  return b\n", {2, 4});
  EXPECT_THAT(Regions(facts), ElementsAre("3: a"));
  EXPECT_THAT(Warm(facts), ElementsAre("b"));
}

TEST(ColdCode, TheRestOfABlock) {
  const Facts facts = Read("def f(x):\n  if x:\n    return a\n  y = b\n  return c\n", {2, 3});
  EXPECT_THAT(Regions(facts), ElementsAre("4: b c"));
  EXPECT_THAT(Warm(facts), ElementsAre("a"));
}

// The region of the outer block comes first in the list, and is not that of a block before it.
TEST(ColdCode, ABlockBeforeTheRestHasARegionOfItsOwn) {
  const Facts facts =
      Read("def f(x):\n  if x:\n    return a\n  elif y:\n    return b\n  return c\n", {2, 4, 5});
  EXPECT_THAT(Regions(facts), testing::UnorderedElementsAre("3: a", "6: c"));
  EXPECT_THAT(Warm(facts), ElementsAre("b", "y"));
}

TEST(ColdCode, WhatIsInsideBelongsToTheOutermost) {
  const Facts facts = Read(
      "def f(x):\n  if x:\n    g = lambda: a\n    def h():\n      return b\n    if c:\n      d()\n"
      "  return 1\n",
      {2, 8});
  EXPECT_THAT(Regions(facts), ElementsAre("3: a b c d"));
  EXPECT_THAT(Warm(facts), IsEmpty());
  EXPECT_TRUE(facts.functions[1].in_cold);
  EXPECT_TRUE(facts.functions[2].in_cold);
}

TEST(ColdCode, AStatementOfSeveralLinesRanWhenOneOfThemDid) {
  const Facts facts = Read("def f(x):\n  g(\n    x,\n    a)\n", {3});
  EXPECT_THAT(Regions(facts), IsEmpty());
}

TEST(ColdCode, ABlockOnTheLineOfItsHeaderRan) {
  const Facts facts = Read("def f(x):\n  if x: return a\n  return b\n", {2, 3});
  EXPECT_THAT(Regions(facts), IsEmpty());
}

// `while` asks again and again: there is no place before it that runs once.
TEST(ColdCode, BeginsWhereThereIsRoom) {
  const Facts facts =
      Read("def f(x):\n  if x:\n    while a:\n      b()\n    return c\n  return 1\n", {2, 6});
  EXPECT_THAT(Regions(facts), testing::UnorderedElementsAre("4: b", "5: c"));
  EXPECT_THAT(Warm(facts), ElementsAre("a"));
}

TEST(ColdCode, NothingIsKnownOfAFunctionWithoutLines) {
  const Facts facts = Read("def f(x):\n  if x:\n    return a\n  return b\n", {9});
  EXPECT_THAT(Regions(facts), IsEmpty());
  EXPECT_THAT(Warm(facts), ElementsAre("a", "b"));
}

TEST(ColdCode, ANamespaceThatIsReadThere) {
  Facts facts = Read("def f(x):\n  if x:\n    return globals()\n  return b\n", {2, 4});
  EXPECT_TRUE(facts.functions.front().cold.front().uses.own_namespace);
  EXPECT_FALSE(facts.functions.front().Warm().own_namespace);
  EXPECT_TRUE(facts.functions.front().own.own_namespace);
  facts = Read("def f(x):\n  if x:\n    return globals()\n  return globals()\n", {2, 4});
  EXPECT_TRUE(facts.functions.front().Warm().own_namespace);
}

TEST(ColdCode, WithoutLinesNothingIsCold) {
  const Result<Facts> facts = ReadFacts("def f(x):\n  if x:\n    return a\n  return b\n");
  ASSERT_TRUE(facts);
  EXPECT_THAT(facts->functions.front().cold, IsEmpty());
  EXPECT_EQ(facts->functions.front().Warm().names.size(), 2U);
}

TEST(Branches, AreUnderIfAlone) {
  const Result<Facts> facts = ReadFacts(
      "import a\nif x:\n  import b\nelif y:\n  if z: import c\nelse:\n  import d\n"
      "try:\n  import e\nfinally:\n  if x:\n    import f\nfor i in x:\n  if i:\n    import g\n"
      "class C:\n  if x:\n    import h\n");
  ASSERT_TRUE(facts);
  std::string in_branch;
  for (const ImportStatement& statement : facts->imports) {
    if (statement.in_branch) in_branch += statement.names.front().bound;
  }
  EXPECT_EQ(in_branch, "bcd");
}

}  // namespace
}  // namespace faaslight
