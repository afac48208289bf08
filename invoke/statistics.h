// Statistics of repeated calls: summaries with bootstrap intervals, outliers (kept, and marked),
// and the paired comparison of two deployments. Pure functions; deterministic (fixed seed);
// thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace faaslight {

// A closed interval.
struct Interval {
  double low = 0, high = 0;
};

// The quantile q (0..1) of `sorted` (ascending, not empty): linear interpolation between order
// statistics, Hyndman and Fan's type 7, which is numpy's and R's default.
double Quantile(const std::vector<double>& sorted, double q);

struct Stats {
  uint64_t count = 0;
  double mean = 0, sd = 0;  // sd: of the sample (n-1); 0 for one value
  double min = 0, q1 = 0, median = 0, q3 = 0, p90 = 0, p95 = 0, p99 = 0, max = 0;
  // 95 % percentile bootstrap, 2,000 resamples; absent for fewer than 3 values.
  std::optional<Interval> mean_ci, median_ci;
  std::vector<double>
      outliers;  // beyond the quartiles by more than 3 IQR; ascending; counted above
};

// Of finite values in any order. No values: count 0 and zeros.
Stats Summarize(std::vector<double> values);

// Paired comparison of (before, after), both > 0 where a ratio is to be had.
struct PairedStats {
  uint64_t pairs = 0;
  double before = 0, after = 0;      // the medians of the pairs' two sides
  double ratio = 0;                  // before / after: above 1, after is faster; 0: no such ratio
  std::optional<Interval> ratio_ci;  // 95 % bootstrap over pairs; absent for fewer than 3 pairs
  // Wilcoxon's signed-rank test, two-sided: exact to 25 pairs without ties, else the normal
  // approximation with correction for ties and continuity; zero differences are left out
  // (Wilcoxon's own way). Absent for fewer than 6 pairs that differ: no result could reach 0.05.
  std::optional<double> p_value;
};
PairedStats Compare(const std::vector<std::pair<double, double>>& pairs);

}  // namespace faaslight
