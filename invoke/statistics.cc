#include "invoke/statistics.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <random>
#include <tuple>

namespace faaslight {
namespace {

constexpr int kResamples = 2000;
constexpr uint64_t kSeed = 20230517;  // any; fixed, so that the same values give the same interval
constexpr size_t kLeastForInterval = 3;
constexpr size_t kLeastForTest = 6;
constexpr size_t kMostForExactTest = 25;
constexpr double kOutlierFactor = 3;  // times the interquartile range

// Draws indexes with replacement. Not by the library's distribution, which each library defines as
// it likes: the interval would depend on the compiler.
class Resampler {
 public:
  explicit Resampler(size_t count) : count_(count), indexes_(count) {}

  const std::vector<uint32_t>& Draw() {
    for (uint32_t& index : indexes_) {
      index = static_cast<uint32_t>(((random_() >> 32) * count_) >> 32);
    }
    return indexes_;
  }

 private:
  uint64_t count_;
  std::vector<uint32_t> indexes_;
  std::mt19937_64 random_{kSeed};
};

// long double: neither the sum of large values nor the squares of small deviations are lost.
double Mean(const std::vector<double>& values) {
  const long double sum = std::accumulate(values.begin(), values.end(), 0.0L);
  return static_cast<double>(sum / static_cast<long double>(values.size()));
}

double SampleDeviation(const std::vector<double>& values, double mean) {
  if (values.size() < 2) return 0;
  long double squares = 0;
  for (const double value : values) {
    const long double deviation = static_cast<long double>(value) - mean;
    squares += deviation * deviation;
  }
  return static_cast<double>(std::sqrt(squares / static_cast<long double>(values.size() - 1)));
}

// The median of any values; reorders them.
double Median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return std::midpoint(*std::max_element(values.begin(), middle), *middle);
}

Interval Middle95(std::vector<double> estimates) {
  std::sort(estimates.begin(), estimates.end());
  return {Quantile(estimates, 0.025), Quantile(estimates, 0.975)};
}

void AddIntervals(const std::vector<double>& values, Stats& stats) {
  if (values.size() < kLeastForInterval) return;
  Resampler resampler(values.size());
  std::vector<double> sample(values.size()), means, medians;
  for (int i = 0; i < kResamples; ++i) {
    const std::vector<uint32_t>& indexes = resampler.Draw();
    for (size_t k = 0; k < sample.size(); ++k) sample[k] = values[indexes[k]];
    means.push_back(Mean(sample));
    medians.push_back(Median(sample));
  }
  stats.mean_ci = Middle95(std::move(means));
  stats.median_ci = Middle95(std::move(medians));
}

// The ratio of the medians, or 0 where there is none.
double RatioOfMedians(std::vector<double>& before, std::vector<double>& after) {
  const double dividend = Median(before);
  const double divisor = Median(after);
  return dividend > 0 && divisor > 0 ? dividend / divisor : 0;
}

std::optional<Interval> RatioInterval(const std::vector<std::pair<double, double>>& pairs) {
  if (pairs.size() < kLeastForInterval) return std::nullopt;
  Resampler resampler(pairs.size());
  std::vector<double> before(pairs.size()), after(pairs.size()), ratios;
  for (int i = 0; i < kResamples; ++i) {
    const std::vector<uint32_t>& indexes = resampler.Draw();
    for (size_t k = 0; k < pairs.size(); ++k) std::tie(before[k], after[k]) = pairs[indexes[k]];
    const double ratio = RatioOfMedians(before, after);
    if (ratio == 0) return std::nullopt;
    ratios.push_back(ratio);
  }
  return Middle95(std::move(ratios));
}

struct RankSums {
  double smaller = 0;  // of the two: ranks of the rises, ranks of the falls
  double ties = 0;     // sum over groups of t equal differences: t³ - t
};

// Differences must not be 0; equal ones share the mean of their ranks.
RankSums SumRanks(std::vector<double> differences) {
  std::sort(differences.begin(), differences.end(),
            [](double a, double b) { return std::abs(a) < std::abs(b); });
  double sums[2] = {0, 0};
  RankSums result;
  for (size_t begin = 0; begin < differences.size();) {
    size_t end = begin + 1;
    while (end < differences.size() && std::abs(differences[end]) == std::abs(differences[begin]))
      ++end;
    const double rank = static_cast<double>(begin + 1 + end) / 2;
    for (size_t i = begin; i < end; ++i) sums[differences[i] > 0] += rank;
    const auto tied = static_cast<double>(end - begin);
    result.ties += tied * tied * tied - tied;
    begin = end;
  }
  result.smaller = std::min(sums[0], sums[1]);
  return result;
}

// P(W <= sum) doubled, where each of the ranks 1..count falls on either side with equal chance: the
// subsets of ranks are counted by their sum. At most 2^25 of them: whole numbers, in a double.
double ExactP(size_t count, double sum) {
  const size_t most = count * (count + 1) / 2;
  std::vector<double> subsets(most + 1, 0);
  subsets[0] = 1;
  for (size_t rank = 1; rank <= count; ++rank) {
    for (size_t total = most; total >= rank; --total) subsets[total] += subsets[total - rank];
  }
  double as_small = 0;
  for (size_t total = 0; total <= static_cast<size_t>(sum); ++total) as_small += subsets[total];
  return std::min(1.0, 2 * as_small / std::exp2(static_cast<double>(count)));
}

double ApproximateP(size_t count, const RankSums& sums) {
  const auto n = static_cast<double>(count);
  const double mean = n * (n + 1) / 4;
  const double variance = n * (n + 1) * (2 * n + 1) / 24 - sums.ties / 48;
  const double distance = std::max(0.0, mean - sums.smaller - 0.5);  // 0.5: continuity
  return std::erfc(distance / std::sqrt(variance) / std::sqrt(2.0));
}

std::optional<double> SignedRankP(const std::vector<std::pair<double, double>>& pairs) {
  std::vector<double> differences;
  for (const auto& [before, after] : pairs) {
    if (before != after) differences.push_back(before - after);
  }
  const size_t count = differences.size();
  if (count < kLeastForTest) return std::nullopt;
  const RankSums sums = SumRanks(std::move(differences));
  const bool exact = count <= kMostForExactTest && sums.ties == 0;
  return exact ? ExactP(count, sums.smaller) : ApproximateP(count, sums);
}

}  // namespace

double Quantile(const std::vector<double>& sorted, double q) {
  const double position = q * static_cast<double>(sorted.size() - 1);
  const auto below = std::min(static_cast<size_t>(position), sorted.size() - 1);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], position - static_cast<double>(below));
}

Stats Summarize(std::vector<double> values) {
  Stats stats;
  stats.count = values.size();
  if (values.empty()) return stats;
  std::sort(values.begin(), values.end());
  stats.mean = Mean(values);
  stats.sd = SampleDeviation(values, stats.mean);
  stats.min = values.front();
  stats.q1 = Quantile(values, 0.25);
  stats.median = Quantile(values, 0.5);
  stats.q3 = Quantile(values, 0.75);
  stats.p90 = Quantile(values, 0.9);
  stats.p95 = Quantile(values, 0.95);
  stats.p99 = Quantile(values, 0.99);
  stats.max = values.back();
  AddIntervals(values, stats);
  const double reach = kOutlierFactor * (stats.q3 - stats.q1);
  std::copy_if(values.begin(), values.end(), std::back_inserter(stats.outliers),
               [&](double v) { return v < stats.q1 - reach || v > stats.q3 + reach; });
  return stats;
}

PairedStats Compare(const std::vector<std::pair<double, double>>& pairs) {
  PairedStats stats;
  stats.pairs = pairs.size();
  if (pairs.empty()) return stats;
  std::vector<double> before, after;
  for (const auto& [first, second] : pairs) {
    before.push_back(first);
    after.push_back(second);
  }
  stats.ratio = RatioOfMedians(before, after);
  stats.before = Median(before);
  stats.after = Median(after);
  if (stats.ratio > 0) stats.ratio_ci = RatioInterval(pairs);
  stats.p_value = SignedRankP(pairs);
  return stats;
}

}  // namespace faaslight
