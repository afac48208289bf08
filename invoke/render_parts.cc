#include "invoke/render_parts.h"

#include <fmt/format.h>

#include <cmath>

#include "base/escape.h"

namespace faaslight {
namespace {

constexpr double kSignificant = 0.05;

std::string Ratio(double ratio) {
  if (ratio >= 1e6) return fmt::format("{:.3g}", ratio);
  return fmt::format("{:.{}f}", ratio, ratio < 10 ? 2 : ratio < 100 ? 1 : 0);
}

std::string Told(double ratio, const char* word, const std::optional<Interval>& interval) {
  std::string text = fmt::format("{}x{}", Ratio(ratio), word);
  if (interval) text += fmt::format(" ({}–{})", Ratio(interval->low), Ratio(interval->high));
  return text;
}

// How a metric is better than another, and worse.
std::pair<const char*, const char*> Words(Metric metric) {
  if (metric == Metric::kBilled || metric == Metric::kUsedMemory) return {" less", " more"};
  return {" faster", " slower"};
}

}  // namespace

std::string ShortNumber(double number) {
  const double size = std::abs(number);
  if (size >= 1e9) return fmt::format("{:.3g}", number);
  const std::string text = fmt::format("{:.{}f}", number, size < 100 ? 2 : size < 1e5 ? 1 : 0);
  return text == "-0.00" ? "0.00" : text;
}

std::string ShortInterval(const std::optional<Interval>& interval) {
  if (!interval) return "-";
  return ShortNumber(interval->low) + (interval->low < 0 ? " to " : "–") +
         ShortNumber(interval->high);
}

std::string CountOf(uint64_t count, const char* one, const char* many) {
  return fmt::format("{} {}", Thousands(count), count == 1 ? one : many);
}

std::string LabelOf(const Results& results, uint32_t deployment) {
  if (deployment >= results.deployments.size()) return fmt::format("deployment {}", deployment);
  return Escaped(results.deployments[deployment].label);
}

const char* TitleOfStarts(Start start) {
  switch (start) {
    case Start::kCold:
      return "cold starts";
    case Start::kWarm:
      return "warm starts";
    case Start::kUnknown:
      break;
  }
  return "calls whose start is unknown";
}

std::string VaryingNote(std::string_view event) {
  return fmt::format("event {}: the answer varies from call to call: not compared", Escaped(event));
}

std::string PText(const std::optional<double>& p_value) {
  if (!p_value) return "too few pairs";
  if (*p_value < 0.001) return "p < 0.001";
  return fmt::format("p = {:.{}f}", *p_value, *p_value < 0.1 ? 3 : 2);
}

Verdict VerdictOf(const MetricComparison& comparison) {
  const PairedStats& stats = comparison.stats;
  const std::optional<Interval>& interval = stats.ratio_ci;
  if (stats.ratio <= 0) return {Verdict::Kind::kNone, "no ratio"};
  if (stats.ratio == 1 && (!interval || (interval->low == 1 && interval->high == 1))) {
    return {Verdict::Kind::kUnclear, "the same"};
  }
  const bool apart = interval && (interval->low > 1 || interval->high < 1);
  if (!apart || !stats.p_value || *stats.p_value >= kSignificant) {
    return {Verdict::Kind::kUnclear, Told(stats.ratio, ", unclear", interval)};
  }
  const auto [better, worse] = Words(comparison.metric);
  if (stats.ratio > 1) {
    return {Verdict::Kind::kBetter, Told(stats.ratio, better, interval)};
  }
  const Interval inverse{1 / interval->high, 1 / interval->low};
  return {Verdict::Kind::kWorse, Told(1 / stats.ratio, worse, inverse)};
}

}  // namespace faaslight
