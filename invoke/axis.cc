#include <algorithm>
#include <cmath>

#include "invoke/plots.h"

namespace faaslight {
namespace {

constexpr double kLogarithmicFrom = 20;  // the highest value in terms of the lowest
constexpr int kIntervals = 5;            // about as many between the ticks of a linear axis
constexpr size_t kMostTicks = 8;

// The next of 1, 2, 5, 10, … × a power of ten that is not below `raw` (> 0).
double RoundStep(double raw) {
  const double power = std::pow(10, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= raw) return factor * power;
  }
  return 10 * power;
}

Axis Linear(double lowest, double highest) {
  Axis axis;
  const double size = std::max(std::abs(lowest), std::abs(highest));
  // Equal values, or nearly: an axis around them that shows where they are.
  const double least_span = size > 0 ? size * 0.02 : 1;
  const double lack = std::max(0.0, least_span - (highest - lowest)) / 2;
  const double step = RoundStep((highest - lowest + 2 * lack) / kIntervals);
  const double first = std::floor((lowest - lack) / step);
  const double last = std::ceil((highest + lack) / step);
  axis.low = first * step;
  axis.high = last * step;
  for (double i = first; i <= last; ++i) axis.ticks.push_back(i * step);
  return axis;
}

Axis Logarithmic(double lowest, double highest) {
  Axis axis;
  axis.logarithmic = true;
  axis.low = lowest / 1.1;
  axis.high = highest * 1.1;
  const int first = static_cast<int>(std::floor(std::log10(axis.low)));
  const int last = static_cast<int>(std::ceil(std::log10(axis.high)));
  const int every = (last - first) / static_cast<int>(kMostTicks) + 1;
  const bool fine = last - first <= 3;
  for (int exponent = first; exponent <= last; exponent += fine ? 1 : every) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double tick = factor * std::pow(10, exponent);
      if (factor > 1 && !fine) break;
      if (tick >= axis.low && tick <= axis.high) axis.ticks.push_back(tick);
    }
  }
  return axis;
}

}  // namespace

Axis AxisFor(double lowest, double highest) {
  if (lowest > 0 && highest / lowest > kLogarithmicFrom) return Logarithmic(lowest, highest);
  return Linear(lowest, highest);
}

}  // namespace faaslight
