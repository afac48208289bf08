// What counts as a difference between the original and the rewritten package.
#include "rewriter/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace faaslight {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

Outcome Returned(const std::string& json, const std::string& printed = "") {
  Outcome outcome;
  outcome.set_returned(true);
  outcome.set_result_is_json(true);
  outcome.set_result_json(json);
  outcome.set_stdout(printed);
  return outcome;
}

Outcome Raised(const std::string& type, const std::string& message) {
  Outcome outcome;
  outcome.set_exception_type(type);
  outcome.set_exception_message(message);
  return outcome;
}

RunResult RunOf(Outcome outcome) {
  RunResult run;
  run.outcomes = {std::move(outcome)};
  run.complete = true;
  run.app = "/app";
  return run;
}

Comparison Compare(Outcome first, Outcome second, Outcome rewritten) {
  Event event;
  event.set_name("order");
  RunResult out = RunOf(std::move(rewritten));
  out.app = "/out";
  return CompareOutcomes({event}, {RunOf(std::move(first)), RunOf(std::move(second))}, out);
}

TEST(CompareOutcomesTest, EqualOutcomesAgree) {
  const Outcome outcome = Returned(R"({"a": [1, 2.5, null]})", "hello\n");
  EXPECT_THAT(Compare(outcome, outcome, outcome).differences, IsEmpty());
}

TEST(CompareOutcomesTest, OrderOfKeysIsNoDifference) {
  const Outcome original = Returned(R"({"a": 1, "b": 2})");
  EXPECT_THAT(Compare(original, original, Returned(R"({"b": 2, "a": 1})")).differences, IsEmpty());
}

TEST(CompareOutcomesTest, ADifferentResultIsNamed) {
  const Outcome original = Returned(R"({"a": 1})");
  const Comparison compared = Compare(original, original, Returned(R"({"a": 2})"));
  ASSERT_THAT(compared.differences, SizeIs(1));
  EXPECT_EQ(compared.differences[0].event, "event order");
}

TEST(CompareOutcomesTest, MoreOrLessThanBeforeIsADifference) {
  const Outcome original = Returned(R"({"a": [1]})");
  // The container's size, and the member.
  EXPECT_THAT(Compare(original, original, Returned(R"({"a": []})")).differences, SizeIs(2));
  EXPECT_THAT(Compare(original, original, Returned(R"({"a": [1], "b": 1})")).differences,
              SizeIs(1));
}

TEST(CompareOutcomesTest, WhatTheOriginalDisagreesOnIsNotCompared) {
  const Comparison compared =
      Compare(Returned(R"({"t": 1, "a": 1})"), Returned(R"({"t": 2, "a": 1})"),
              Returned(R"({"t": 3, "a": 1})"));
  EXPECT_THAT(compared.differences, IsEmpty());
  EXPECT_THAT(compared.not_compared, SizeIs(1));
  // The rest still is.
  EXPECT_THAT(Compare(Returned(R"({"t": 1, "a": 1})"), Returned(R"({"t": 2, "a": 1})"),
                      Returned(R"({"t": 3, "a": 9})"))
                  .differences,
              SizeIs(1));
}

TEST(CompareOutcomesTest, ExceptionsAndOutputCount) {
  const Outcome original = Raised("builtins.KeyError", "'a'");
  EXPECT_THAT(Compare(original, original, original).differences, IsEmpty());
  EXPECT_THAT(Compare(original, original, Raised("builtins.KeyError", "'b'")).differences,
              SizeIs(1));
  EXPECT_THAT(Compare(original, original, Raised("builtins.ValueError", "'a'")).differences,
              SizeIs(1));
  const Comparison ending = Compare(Returned("[1, 2]"), Returned("[1, 2]"), original);
  ASSERT_THAT(ending.differences, SizeIs(1));
  EXPECT_EQ(ending.differences[0].what, "ending");
  EXPECT_EQ(ending.differences[0].original, "returned");
  EXPECT_EQ(ending.differences[0].rewritten, "raised builtins.KeyError: 'a'");
  const Outcome prints = Returned("1", "a line\n");
  EXPECT_THAT(Compare(prints, prints, Returned("1", "another line\n")).differences, SizeIs(1));
  EXPECT_THAT(Compare(prints, prints, Returned("1")).differences, SizeIs(1));
}

TEST(CompareOutcomesTest, FoldersAndAddressesAreMasked) {
  const Outcome original = Returned(R"("/app/x.py <O at 0x7f00>")");
  EXPECT_THAT(Compare(original, original, Returned(R"("/out/x.py <O at 0x7fff>")")).differences,
              IsEmpty());
}

TEST(CompareOutcomesTest, AnOutcomeThatIsMissingIsADifference) {
  Event event;
  event.set_name("order");
  const RunResult original = RunOf(Returned("1"));
  RunResult killed;
  EXPECT_THAT(CompareOutcomes({event}, {original, original}, killed).differences,
              ::testing::Not(IsEmpty()));
}

// A run whose only event returned 1, and which left these files.
RunResult RunWithFiles(std::map<std::string, std::string> files) {
  RunResult run = RunOf(Returned("1"));
  run.files = std::move(files);
  return run;
}

TEST(CompareOutcomesTest, FilesLeftBehindCount) {
  const RunResult original = RunWithFiles({{"out", "folder"}, {"out/a.txt", "file of 3 bytes"}});
  EXPECT_THAT(CompareOutcomes({}, {original, original}, original).differences, IsEmpty());
  EXPECT_THAT(
      CompareOutcomes({}, {original, original}, RunWithFiles({{"out", "folder"}})).differences,
      SizeIs(1));
  EXPECT_THAT(CompareOutcomes({}, {original, original},
                              RunWithFiles({{"out", "folder"}, {"out/a.txt", "file of 4 bytes"}}))
                  .differences,
              SizeIs(1));
}

TEST(CompareOutcomesTest, NamesThatNoTwoRunsShareAreNotCompared) {
  const auto run = [](const std::string& name) {
    RunResult run = RunOf(Returned(R"({"by_id": {")" + name + R"(": 1}})"));
    run.files = {{"keep", "file of 1 bytes"}, {name, "folder"}, {name + "/x", "file of 2 bytes"}};
    return run;
  };
  EXPECT_THAT(CompareOutcomes({}, {run("tmp1"), run("tmp2")}, run("tmp3")).differences, IsEmpty());
  RunResult without = run("tmp3");
  without.files.erase("keep");
  EXPECT_THAT(CompareOutcomes({}, {run("tmp1"), run("tmp2")}, without).differences, SizeIs(1));
}

}  // namespace
}  // namespace faaslight
