#include "invoke/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string_view>
#include <tuple>

#include "base/escape.h"

namespace faaslight {
namespace {

constexpr uint64_t kFewPairs = 10;

bool IsOk(const Round& round) { return round.outcome == CallOutcome::kOk; }

bool HasValue(const Round& round, Metric metric) {
  return round.at(metric) && std::isfinite(*round.at(metric));
}

// The calls of one deployment.
using Calls = std::vector<const Round*>;

std::vector<Calls> ByDeployment(const Results& results) {
  std::vector<Calls> calls(results.deployments.size());
  for (const Round& round : results.rounds) {
    if (round.deployment < calls.size()) calls[round.deployment].push_back(&round);
  }
  return calls;
}

StartSummary SummarizeStart(uint32_t deployment, Start start, const Calls& calls) {
  StartSummary summary{.deployment = deployment, .start = start, .calls = 0, .metrics = {}};
  std::array<std::vector<double>, kMetrics.size()> values;
  for (const Round* round : calls) {
    if (!IsOk(*round) || round->start != start) continue;
    ++summary.calls;
    for (const Metric metric : kMetrics) {
      if (HasValue(*round, metric)) {
        values[static_cast<size_t>(metric)].push_back(*round->at(metric));
      }
    }
  }
  for (const Metric metric : kMetrics) {
    std::vector<double>& found = values[static_cast<size_t>(metric)];
    if (!found.empty()) summary.metrics.push_back({metric, Summarize(std::move(found))});
  }
  return summary;
}

void AddOutcomes(uint32_t deployment, const Calls& calls, std::vector<OutcomeCount>& outcomes) {
  for (const CallOutcome outcome : kOutcomes) {
    OutcomeCount count{.deployment = deployment, .outcome = outcome, .calls = 0, .example = ""};
    for (const Round* round : calls) {
      if (round->outcome != outcome) continue;
      if (++count.calls == 1) {
        count.example = round->detail.empty() ? round->error_type : round->detail;
      }
    }
    if (count.calls > 0) outcomes.push_back(std::move(count));
  }
}

using Pair = std::pair<const Round*, const Round*>;  // before, after

// The calls of both deployments that were made for the same purpose, whatever became of them.
std::vector<Pair> PairsOf(const std::vector<Calls>& calls) {
  std::map<std::tuple<uint32_t, uint32_t, std::string_view>, const Round*> before;
  for (const Round* round : calls[0]) {
    before.try_emplace({round->session, round->call, round->event}, round);
  }
  std::vector<Pair> pairs;
  for (const Round* round : calls[1]) {
    const auto found = before.find({round->session, round->call, round->event});
    if (found == before.end()) continue;
    pairs.emplace_back(found->second, round);
    before.erase(found);
  }
  return pairs;
}

std::vector<MetricComparison> CompareAll(const std::vector<Pair>& pairs) {
  std::vector<MetricComparison> comparisons;
  for (const Start start : kStarts) {
    for (const Metric metric : kMetrics) {
      std::vector<std::pair<double, double>> values;
      for (const auto& [before, after] : pairs) {
        if (!IsOk(*before) || !IsOk(*after)) continue;
        if (before->start != start || after->start != start) continue;
        if (!HasValue(*before, metric) || !HasValue(*after, metric)) continue;
        values.emplace_back(*before->at(metric), *after->at(metric));
      }
      if (!values.empty()) comparisons.push_back({start, metric, Compare(values)});
    }
  }
  return comparisons;
}

// The answers that one deployment gave to each event. A function that always failed has answered,
// too: with its error. (One that failed now and then has its other answers, and its count of
// failures.)
std::map<std::string_view, std::set<std::string>> AnswersOf(const Calls& calls) {
  std::map<std::string_view, std::set<std::string>> answers, failures;
  for (const Round* round : calls) {
    if (IsOk(*round) && !round->answer_sha256.empty())
      answers[round->event].insert(round->answer_sha256);
    if (round->outcome == CallOutcome::kFunctionError)
      failures[round->event].insert("error " + round->error_type);
  }
  answers.merge(failures);  // takes only events that have no answer
  return answers;
}

// Events in the order in which they were first called; each with the different answers that each
// deployment gave.
void CompareAnswers(const Results& results, const std::vector<Calls>& calls,
                    ResultsSummary& summary) {
  std::vector<std::string> events;
  std::map<std::string_view, std::vector<std::set<std::string>>> answers;
  for (const Round& round : results.rounds) {
    if (answers.try_emplace(round.event, calls.size()).second) events.push_back(round.event);
  }
  for (size_t i = 0; i < calls.size(); ++i)
    for (auto& [event, given] : AnswersOf(calls[i])) answers[event][i] = std::move(given);
  for (const std::string& event : events) {
    const std::vector<std::set<std::string>>& given = answers[event];
    if (std::any_of(given.begin(), given.end(), [](const auto& set) { return set.size() > 1; })) {
      summary.varying_answers.push_back(event);
    } else if (results.compared && given.size() >= 2 && given[0].size() == 1 &&
               given[1].size() == 1 && given[0] != given[1]) {
      summary.different_answers.push_back(event);
    }
  }
}

// Clocks that count whole milliseconds (JavaScript's Date) are behind by up to one.
constexpr double kWholeMs = 1;

class Notes {
 public:
  Notes(const Results& results, std::vector<std::string>& notes)
      : results_(results), notes_(notes) {}

  // What a reader must know of one deployment's calls before believing its numbers.
  void AddCalls(uint32_t deployment, const Calls& calls) {
    label_ = Escaped(results_.deployments[deployment].label);
    const auto first = [](const Round& round) { return round.call == 0; };
    const auto later = [](const Round& round) { return round.call > 0; };
    if (results_.forced) {
      Add(
          calls, first, [](const Round& round) { return round.start == Start::kWarm; },
          "cold starts that were asked for came warm");
      Add(
          calls, later, [](const Round& round) { return round.start == Start::kCold; },
          "calls that were to be warm came cold");
    }
    Add(
        calls, [](const Round&) { return true; },
        [](const Round& round) { return round.start == Start::kUnknown; },
        "calls gave no sign of whether they were cold or warm");
    Add(
        calls, [](const Round&) { return true; },
        [](const Round& round) { return round.http_status >= 300; },
        "answers have a status from 300 on: is the address the function's?");
    Add(
        calls, [](const Round& round) { return HasValue(round, Metric::kArrive); },
        [](const Round& round) { return *round.at(Metric::kArrive) < -kWholeMs; },
        "calls arrived before they were sent: the function's clock and ours differ, and "
        "arrive-to-function and prepare are off by as much");
  }

  void AddPairs(const std::vector<Pair>& pairs, const std::vector<MetricComparison>& comparisons) {
    const auto mixed = std::count_if(pairs.begin(), pairs.end(), [](const Pair& pair) {
      return IsOk(*pair.first) && IsOk(*pair.second) && pair.first->start != pair.second->start;
    });
    if (mixed > 0) {
      notes_.push_back(
          fmt::format("{} of {} pairs are not compared: one call was cold, the other not", mixed,
                      pairs.size()));
    }
    for (const Start start : kStarts) {
      uint64_t most = 0;
      for (const MetricComparison& comparison : comparisons) {
        if (comparison.start == start) most = std::max(most, comparison.stats.pairs);
      }
      if (most == 0 || most >= kFewPairs) continue;
      notes_.push_back(fmt::format("{} starts: only {} {} to compare: the intervals are wide",
                                   KeyOf(start), most, most == 1 ? "pair" : "pairs"));
    }
    if (comparisons.empty()) notes_.emplace_back("no pair of calls could be compared");
  }

 private:
  // Of the ok calls that are `of`: how many are `such`. Nothing is said of none.
  template <typename Of, typename Such>
  void Add(const Calls& calls, Of of, Such such, std::string_view text) {
    size_t all = 0, found = 0;
    for (const Round* round : calls) {
      if (!IsOk(*round) || !of(*round)) continue;
      ++all;
      found += such(*round);
    }
    if (found > 0) notes_.push_back(fmt::format("{}: {} of {} {}", label_, found, all, text));
  }

  const Results& results_;
  std::vector<std::string>& notes_;
  std::string label_;
};

// Calls that were made again: what they met is in Round::faults.
void NoteRepeats(const Results& results, uint32_t deployment, const Calls& calls,
                 std::vector<std::string>& notes) {
  const auto again = std::count_if(calls.begin(), calls.end(),
                                   [](const Round* round) { return round->attempts > 1; });
  if (again == 0) return;
  notes.push_back(fmt::format("{}: {} of {} calls took more than one attempt; the last is measured",
                              Escaped(results.deployments[deployment].label), again, calls.size()));
}

}  // namespace

ResultsSummary SummarizeResults(const Results& results) {
  ResultsSummary summary;
  const std::vector<Calls> calls = ByDeployment(results);
  Notes notes(results, summary.notes);
  for (uint32_t i = 0; i < calls.size(); ++i) {
    for (const Start start : kStarts) {
      StartSummary one = SummarizeStart(i, start, calls[i]);
      if (one.calls > 0) summary.starts.push_back(std::move(one));
    }
    AddOutcomes(i, calls[i], summary.outcomes);
    notes.AddCalls(i, calls[i]);
    NoteRepeats(results, i, calls[i], summary.notes);
  }
  CompareAnswers(results, calls, summary);
  if (!results.compared || calls.size() < 2) return summary;
  const std::vector<Pair> pairs = PairsOf(calls);
  summary.comparisons = CompareAll(pairs);
  notes.AddPairs(pairs, summary.comparisons);
  return summary;
}

}  // namespace faaslight
