// Words and numbers that the text and the page share. All texts are escaped (base/escape.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "invoke/results.h"
#include "invoke/summary.h"

namespace faaslight {

// 1234.5, 512.3, 20.19, 0.53: four digits or so, as many as repeated calls can bear out.
std::string ShortNumber(double number);

// "501.2–515.8"; "-3.1 to 2.0" where a dash would read as a sign. "-" of nothing.
std::string ShortInterval(const std::optional<Interval>& interval);

// "1 pair", "50 pairs".
std::string CountOf(uint64_t count, const char* one, const char* many);

// The deployment's label, or "deployment 7" where there is none.
std::string LabelOf(const Results& results, uint32_t deployment);

// "cold starts", "warm starts", "calls whose start is unknown".
const char* TitleOfStarts(Start start);

// For a comparison: of an event in ResultsSummary::varying_answers.
std::string VaryingNote(std::string_view event);

// "p < 0.001", "p = 0.034", "too few pairs".
std::string PText(const std::optional<double>& p_value);

// What a comparison lets one say. Better or worse only where the interval leaves out 1 and the test
// finds less than 0.05: otherwise the ratio is told, and that nothing is clear.
struct Verdict {
  enum class Kind { kBetter, kWorse, kUnclear, kNone };
  Kind kind = Kind::kNone;
  std::string text;  // "2.54x faster (2.48–2.61)", "1.02x, unclear (0.97–1.06)", "the same"
};
Verdict VerdictOf(const MetricComparison& comparison);

}  // namespace faaslight
