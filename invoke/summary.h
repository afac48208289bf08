// Results → summaries: what all outputs print. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "invoke/results.h"
#include "invoke/statistics.h"

namespace faaslight {

// One metric of one deployment's cold or warm calls.
struct MetricSummary {
  Metric metric = Metric::kEndToEnd;
  Stats stats;
};

struct StartSummary {
  uint32_t deployment = 0;
  Start start = Start::kCold;
  uint64_t calls = 0;                  // calls of outcome ok with this start
  std::vector<MetricSummary> metrics;  // those with at least one value, in the order of kMetrics
};

// How many calls of a deployment ended in which way.
struct OutcomeCount {
  uint32_t deployment = 0;
  CallOutcome outcome = CallOutcome::kOk;
  uint64_t calls = 0;
  std::string example;  // the first one's detail
};

struct MetricComparison {
  Start start = Start::kCold;
  Metric metric = Metric::kEndToEnd;
  PairedStats stats;
};

struct ResultsSummary {
  std::vector<StartSummary> starts;  // by deployment, then cold, warm, unknown; none without calls
  std::vector<OutcomeCount> outcomes;         // by deployment; ok first
  std::vector<MetricComparison> comparisons;  // only when results.compared
  // For a comparison: events whose answers (of ok calls; where none is ok, the error's type) differ
  // between before and after although each of the two always gave one answer. The one finding that
  // no speed makes up for.
  std::vector<std::string> different_answers;
  // Events whose answers vary within one deployment (a time, a random number): not compared.
  std::vector<std::string> varying_answers;
  std::vector<std::string> notes;  // for people: shortfalls, clock skew, asked cold but came warm
};

// Calls that are not ok count in outcomes alone. A pair is the two deployments' calls of the same
// session, call and event, both ok and both of the same start.
ResultsSummary SummarizeResults(const Results& results);

}  // namespace faaslight
