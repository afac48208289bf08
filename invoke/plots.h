// Distributions as inline SVG: for one metric, the step curves of each deployment (ECDF) above
// their boxes (Tukey), on one axis. No scripts, no ids, no external resources; colours are the
// classes s0 to s5 of the page's style sheet, with dashes of their own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "invoke/statistics.h"

namespace faaslight {

constexpr size_t kSeriesStyles = 6;  // classes: those after them begin anew

struct Series {
  std::string label;           // as text: it is escaped for the SVG
  size_t style = 0;            // its colour and dashes
  std::vector<double> values;  // ascending, finite, not empty
  Stats stats;                 // theirs
};

// `title` names the figure for those who do not see it; `unit` stands at the axis. No series, no
// figure: an empty text.
std::string DistributionSvg(std::string_view title, std::string_view unit,
                            const std::vector<Series>& series);

// Text in HTML and SVG, in elements and quoted attributes alike: control and invisible characters
// as base/escape.h shows them, then &, <, >, " and ' as references.
std::string HtmlEscaped(std::string_view text);

// An axis over all values.
struct Axis {
  bool logarithmic = false;
  double low = 0, high = 1;   // low < high; > 0 if logarithmic
  std::vector<double> ticks;  // ascending, within [low, high]; round numbers, 2 to about 8
};

// Linear, or logarithmic where all values are positive and the highest is over 20 times the lowest:
// an outlier would leave nothing to be seen of the rest.
Axis AxisFor(double lowest, double highest);

}  // namespace faaslight
