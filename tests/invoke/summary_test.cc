#include "invoke/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/invoke/sample.h"

namespace faaslight {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Results Compared() {
  Results results;
  results.provider = "aws";
  results.compared = true;
  results.forced = true;
  results.deployments = {{"before", "f:1"}, {"after", "f:2"}};
  return results;
}

// A cold call per session to both, with these inits.
Results WithInits(const std::vector<std::pair<double, double>>& inits) {
  Results results = Compared();
  for (uint32_t session = 0; session < inits.size(); ++session) {
    for (const uint32_t deployment : {0U, 1U}) {
      results.rounds.push_back(OkRound(deployment, session, 0, Start::kCold));
      results.rounds.back().at(Metric::kInit) =
          deployment == 0 ? inits[session].first : inits[session].second;
    }
  }
  return results;
}

std::vector<std::pair<double, double>> Inits(size_t count) {
  std::vector<std::pair<double, double>> inits;
  for (size_t i = 0; i < count; ++i) {
    inits.emplace_back(200 + static_cast<double>(i), 100 + static_cast<double>(i));
  }
  return inits;
}

TEST(Summary, OfNothing) {
  const ResultsSummary summary = SummarizeResults({});
  EXPECT_THAT(summary.starts, IsEmpty());
  EXPECT_THAT(summary.outcomes, IsEmpty());
  EXPECT_THAT(summary.notes, IsEmpty());
  EXPECT_THAT(SummarizeResults(Compared()).notes,
              ElementsAre("no pair of calls could be compared"));
}

TEST(Summary, StartsAreInOrderAndHoldTheMetricsThatHaveValues) {
  Results results = Compared();
  for (const Start start : {Start::kUnknown, Start::kWarm, Start::kCold}) {
    results.rounds.push_back(OkRound(1, 0, 0, start));
    results.rounds.back().at(Metric::kEndToEnd) = 5;
  }
  results.rounds.push_back(OkRound(0, 0, 0, Start::kCold));
  results.rounds.back().at(Metric::kUsedMemory) = 80;
  results.rounds.back().at(Metric::kInit) = 300;
  results.rounds.back().at(Metric::kBilled) = NAN;
  const ResultsSummary summary = SummarizeResults(results);
  ASSERT_EQ(summary.starts.size(), 4U);
  EXPECT_EQ(summary.starts[0].deployment, 0U);
  ASSERT_EQ(summary.starts[0].metrics.size(), 2U);
  EXPECT_EQ(summary.starts[0].metrics[0].metric, Metric::kInit);
  EXPECT_EQ(summary.starts[0].metrics[0].stats.median, 300);
  EXPECT_EQ(summary.starts[0].metrics[1].metric, Metric::kUsedMemory);
  EXPECT_EQ(summary.starts[1].start, Start::kCold);
  EXPECT_EQ(summary.starts[2].start, Start::kWarm);
  EXPECT_EQ(summary.starts[3].start, Start::kUnknown);
  EXPECT_EQ(summary.starts[3].calls, 1U);
}

TEST(Summary, CallsThatAreNotOkCountInOutcomesAlone) {
  Results results = WithInits(Inits(3));
  results.rounds[2].outcome = CallOutcome::kTimedOut;
  results.rounds[2].detail = "no answer within 30 s";
  results.rounds[4].outcome = CallOutcome::kTimedOut;
  results.rounds[4].detail = "another";
  const ResultsSummary summary = SummarizeResults(results);
  EXPECT_EQ(summary.starts[0].calls, 1U);
  EXPECT_EQ(summary.starts[0].metrics[0].stats.max, 200);
  ASSERT_EQ(summary.outcomes.size(), 3U);
  EXPECT_EQ(summary.outcomes[0].outcome, CallOutcome::kOk);
  EXPECT_EQ(summary.outcomes[0].calls, 1U);
  EXPECT_EQ(summary.outcomes[1].outcome, CallOutcome::kTimedOut);
  EXPECT_EQ(summary.outcomes[1].calls, 2U);
  EXPECT_EQ(summary.outcomes[1].example, "no answer within 30 s");
  EXPECT_EQ(summary.outcomes[2].deployment, 1U);
  ASSERT_EQ(summary.comparisons.size(), 1U);
  EXPECT_EQ(summary.comparisons[0].stats.pairs, 1U);
}

TEST(Summary, PairsAreCallsOfTheSameSessionCallEventAndStart) {
  Results results = WithInits({{200, 100}, {300, 150}, {999, 1}, {999, 1}, {999, 1}});
  results.rounds[4].session = 77;
  results.rounds[6].event = "other";
  results.rounds[8].start = Start::kWarm;
  const ResultsSummary summary = SummarizeResults(results);
  ASSERT_EQ(summary.comparisons.size(), 1U);
  EXPECT_EQ(summary.comparisons[0].metric, Metric::kInit);
  EXPECT_EQ(summary.comparisons[0].start, Start::kCold);
  EXPECT_EQ(summary.comparisons[0].stats.pairs, 2U);
  EXPECT_EQ(summary.comparisons[0].stats.ratio, 2);
  EXPECT_THAT(summary.notes,
              Contains("1 of 3 pairs are not compared: one call was cold, the other not"));
}

TEST(Summary, ACallIsInOnePair) {
  Results results = WithInits({{200, 100}, {300, 150}});
  results.rounds.push_back(results.rounds[1]);  // after's call once more
  EXPECT_EQ(SummarizeResults(results).comparisons[0].stats.pairs, 2U);
}

TEST(Summary, NothingIsComparedUnlessAsked) {
  Results results = WithInits(Inits(12));
  results.compared = false;
  results.rounds[0].answer_sha256 = "other";
  const ResultsSummary summary = SummarizeResults(results);
  EXPECT_THAT(summary.comparisons, IsEmpty());
  EXPECT_THAT(summary.different_answers, IsEmpty());
  EXPECT_THAT(summary.notes, IsEmpty());
}

TEST(Answers, DifferWhereEachAlwaysGaveOne) {
  Results results = WithInits(Inits(12));
  for (Round& round : results.rounds) {
    if (round.deployment == 1) round.answer_sha256 = "0ther";
  }
  ResultsSummary summary = SummarizeResults(results);
  EXPECT_THAT(summary.different_answers, ElementsAre("start"));
  EXPECT_THAT(summary.varying_answers, IsEmpty());

  results.rounds[3].answer_sha256 = "third";  // one of after's: now it varies
  summary = SummarizeResults(results);
  EXPECT_THAT(summary.different_answers, IsEmpty());
  EXPECT_THAT(summary.varying_answers, ElementsAre("start"));

  results.rounds[3].outcome = CallOutcome::kFunctionError;  // what is not ok does not count
  EXPECT_THAT(SummarizeResults(results).different_answers, ElementsAre("start"));
}

// A package that raises where the original answers is as wrong as one can be.
TEST(Answers, AFunctionThatAlwaysFailsHasAnsweredWithItsError) {
  Results results = WithInits(Inits(12));
  for (Round& round : results.rounds) {
    if (round.deployment == 0) continue;
    round.outcome = CallOutcome::kFunctionError;
    round.error_type = "KeyError";
    round.answer_sha256 = "text of the error";
  }
  EXPECT_THAT(SummarizeResults(results).different_answers, ElementsAre("start"));
  for (Round& round : results.rounds) {
    round.outcome = CallOutcome::kFunctionError;
    round.error_type = "KeyError";
  }
  EXPECT_THAT(SummarizeResults(results).different_answers, IsEmpty());
}

TEST(Answers, SameOrAbsentOnesDoNotDiffer) {
  Results results = WithInits(Inits(12));
  EXPECT_THAT(SummarizeResults(results).different_answers, IsEmpty());
  for (Round& round : results.rounds) {
    if (round.deployment == 1) round.answer_sha256.clear();
  }
  EXPECT_THAT(SummarizeResults(results).different_answers, IsEmpty());
}

TEST(Notes, ColdStartsThatCameWarm) {
  Results results = WithInits(Inits(12));
  for (const size_t i : {1, 3, 5}) results.rounds[i].start = Start::kWarm;
  EXPECT_THAT(SummarizeResults(results).notes,
              Contains("after: 3 of 12 cold starts that were asked for came warm"));
  results.forced = false;
  EXPECT_THAT(SummarizeResults(results).notes, Not(Contains(HasSubstr("asked for"))));
}

TEST(Notes, WarmCallsThatCameCold) {
  Results results = WithInits(Inits(12));
  results.rounds.push_back(OkRound(0, 0, 1, Start::kCold));
  results.rounds.push_back(OkRound(0, 0, 2, Start::kWarm));
  EXPECT_THAT(SummarizeResults(results).notes,
              Contains("before: 1 of 2 calls that were to be warm came cold"));
}

TEST(Notes, NoSignOfTheStartAndClocksThatDiffer) {
  Results results = WithInits(Inits(12));
  results.rounds[0].start = Start::kUnknown;
  results.rounds[1].at(Metric::kArrive) = -3;
  results.rounds[3].at(Metric::kArrive) = 3;
  const std::vector<std::string> notes = SummarizeResults(results).notes;
  EXPECT_THAT(notes,
              Contains("before: 1 of 12 calls gave no sign of whether they were cold or warm"));
  EXPECT_THAT(notes, Contains(HasSubstr("after: 1 of 2 calls arrived before they were sent")));
}

TEST(Notes, FewPairs) {
  EXPECT_THAT(SummarizeResults(WithInits(Inits(9))).notes,
              ElementsAre("cold starts: only 9 pairs to compare: the intervals are wide"));
  EXPECT_THAT(SummarizeResults(WithInits(Inits(1))).notes,
              ElementsAre("cold starts: only 1 pair to compare: the intervals are wide"));
  EXPECT_THAT(SummarizeResults(WithInits(Inits(10))).notes, IsEmpty());
}

TEST(Notes, RepeatedCallsAndLabelsThatAreNotPlain) {
  Results results = WithInits(Inits(10));
  results.deployments[0].label = "be\nfore";
  results.rounds[0].attempts = 3;
  EXPECT_THAT(
      SummarizeResults(results).notes,
      ElementsAre("be\\nfore: 1 of 10 calls took more than one attempt; the last is measured"));
}

TEST(Summary, RoundsOfNoDeploymentAreIgnored) {
  Results results = WithInits(Inits(10));
  results.rounds[0].deployment = 9;
  const ResultsSummary summary = SummarizeResults(results);
  EXPECT_EQ(summary.starts[0].calls, 9U);
}

}  // namespace
}  // namespace faaslight
