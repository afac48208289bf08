#include "invoke/plots.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/escape.h"
#include "invoke/render_parts.h"

namespace faaslight {
namespace {

// Units of the drawing: a phone shows them at about 0.85 pixels, so letters of 12 stay readable.
constexpr double kWidth = 440;
constexpr double kLeft = 46, kRight = 418;
constexpr double kTop = 12, kCurveHeight = 150;
constexpr double kBoxHeight = 16, kBoxStep = 26;
constexpr double kWhisker = 1.5;  // times the interquartile range

// Tenths of a unit: nothing finer is seen.
std::string At(double coordinate) {
  std::string text = fmt::format("{:.1f}", coordinate);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text == "-0" ? "0" : text;
}

std::string TickLabel(double tick) {
  if (tick != 0 && (std::abs(tick) >= 1e7 || std::abs(tick) < 1e-3)) {
    return fmt::format("{:.0e}", tick);
  }
  const bool negative = tick < 0;
  if (std::abs(tick) < 1000) return fmt::format("{:.6g}", tick);
  return (negative ? "-" : "") + Thousands(static_cast<uint64_t>(std::llround(std::abs(tick))));
}

class Drawing {
 public:
  Drawing(std::string_view unit, const std::vector<Series>& series)
      : unit_(unit),
        series_(series),
        axis_(AxisFor(std::min_element(series.begin(), series.end(), ByFirst)->values.front(),
                      std::max_element(series.begin(), series.end(), ByLast)->values.back())),
        boxes_top_(kTop + kCurveHeight + 14),
        bottom_(boxes_top_ + kBoxStep * static_cast<double>(series.size())) {}

  std::string Render(std::string_view title) {
    out_ =
        fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\"><title>{}</title><desc>{}</desc>\n",
                    At(kWidth), At(bottom_ + 38), HtmlEscaped(title), HtmlEscaped(Description()));
    DrawAxes();
    for (size_t i = 0; i < series_.size(); ++i) DrawBox(i);
    for (size_t i = 0; i < series_.size(); ++i) DrawCurve(i);
    out_ += "</svg>\n";
    return std::move(out_);
  }

 private:
  static bool ByFirst(const Series& a, const Series& b) {
    return a.values.front() < b.values.front();
  }
  static bool ByLast(const Series& a, const Series& b) { return a.values.back() < b.values.back(); }

  std::string Description() const {
    std::string text = "Share of calls that took at most so much, and a box plot below.";
    if (unit_ != "ms") text = "Share of calls that used at most so much, and a box plot below.";
    for (const Series& one : series_) {
      text += fmt::format(" {}: {}, median {} {}, 95th percentile {} {}.", Escaped(one.label),
                          CountOf(one.values.size(), "call", "calls"),
                          ShortNumber(one.stats.median), unit_, ShortNumber(one.stats.p95), unit_);
    }
    return text;
  }

  double X(double value) const {
    // Differences of logarithms, not logarithms of quotients: those may overflow.
    const auto scaled = [&](double v) { return axis_.logarithmic ? std::log(v) : v; };
    const double low = scaled(axis_.low);
    const double share = (scaled(value) - low) / (scaled(axis_.high) - low);
    return kLeft + share * (kRight - kLeft);
  }

  static double Y(double share) { return kTop + (1 - share) * kCurveHeight; }

  std::string Class(size_t i) const { return fmt::format("s{}", series_[i].style % kSeriesStyles); }

  void Line(const char* style, double x1, double y1, double x2, double y2) {
    out_ += fmt::format("<line class=\"{}\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>\n", style,
                        At(x1), At(y1), At(x2), At(y2));
  }

  void Text(const char* anchor, double x, double y, std::string_view text) {
    out_ += fmt::format("<text text-anchor=\"{}\" x=\"{}\" y=\"{}\">{}</text>\n", anchor, At(x),
                        At(y), HtmlEscaped(text));
  }

  void DrawAxes() {
    for (const double share : {0.0, 0.5, 0.95}) {
      Line(share == 0 ? "axis" : "grid", kLeft, Y(share), kRight, Y(share));
      Text("end", kLeft - 5, Y(share) + 4, fmt::format("{:.0f} %", share * 100));
    }
    for (const double tick : axis_.ticks) {
      Line("grid", X(tick), kTop, X(tick), bottom_);
      Text("middle", X(tick), bottom_ + 16, TickLabel(tick));
    }
    Line("axis", kLeft, bottom_, kRight, bottom_);
    Text("middle", (kLeft + kRight) / 2, bottom_ + 33,
         fmt::format("{}{}", unit_, axis_.logarithmic ? " (logarithmic)" : ""));
  }

  // From 0 at the first value to 1 at the last. Steps that fall on the same tenth are one.
  void DrawCurve(size_t i) {
    const Series& one = series_[i];
    std::string path = fmt::format("M{} {}", At(X(one.values.front())), At(Y(0)));
    std::string last_x, last_y;
    for (size_t k = 0; k < one.values.size(); ++k) {
      const std::string x = At(X(one.values[k]));
      const bool falls_together = k + 1 < one.values.size() && x == At(X(one.values[k + 1]));
      if (falls_together) continue;
      const std::string y =
          At(Y(static_cast<double>(k + 1) / static_cast<double>(one.values.size())));
      if (x != last_x) path += "H" + x;
      if (y != last_y) path += "V" + y;
      last_x = x;
      last_y = y;
    }
    out_ += fmt::format("<path class=\"curve {}\" d=\"{}\"/>\n", Class(i), path);
    Mark(i, "median", one.stats.median, 0.5);
    Mark(i, "p95", one.stats.p95, 0.95);
  }

  // The median as a circle, the 95th percentile as a diamond.
  void Mark(size_t i, const char* name, double value, double share) {
    const std::string tip = HtmlEscaped(
        fmt::format("{}: {} {} {}", Escaped(series_[i].label), name, ShortNumber(value), unit_));
    const double x = X(value), y = Y(share);
    if (share == 0.5) {
      out_ += fmt::format("<circle class=\"mark {}\" cx=\"{}\" cy=\"{}\" r=\"4\">", Class(i), At(x),
                          At(y));
      out_ += fmt::format("<title>{}</title></circle>\n", tip);
      return;
    }
    out_ += fmt::format("<path class=\"mark {}\" d=\"M{} {}l5 5l-5 5l-5-5z\"><title>{}</title>",
                        Class(i), At(x), At(y - 5), tip);
    out_ += "</path>\n";
  }

  // Quartiles, median, whiskers to the last values within 1.5 interquartile ranges; all values
  // beyond as points, filled where the tables count them as outliers.
  void DrawBox(size_t i) {
    const Series& one = series_[i];
    const Stats& stats = one.stats;
    const double reach = kWhisker * (stats.q3 - stats.q1);
    const auto first = std::lower_bound(one.values.begin(), one.values.end(), stats.q1 - reach);
    const auto last = std::upper_bound(first, one.values.end(), stats.q3 + reach);
    const double top = boxes_top_ + kBoxStep * static_cast<double>(i);
    const double middle = top + kBoxHeight / 2;
    const std::string style = Class(i);
    const std::string line = "box " + style;
    Line(line.c_str(), X(*first), middle, X(stats.q1), middle);
    Line(line.c_str(), X(stats.q3), middle, X(*(last - 1)), middle);
    for (const double end : {*first, *(last - 1)}) {
      Line(line.c_str(), X(end), middle - 4, X(end), middle + 4);
    }
    const double left = X(stats.q1);
    out_ += fmt::format(
        "<rect class=\"box {}\" x=\"{}\" y=\"{}\" width=\"{}\" "
        "height=\"{}\"><title>{}</title></rect>\n",
        style, At(left), At(top), At(std::max(1.0, X(stats.q3) - left)), At(kBoxHeight),
        HtmlEscaped(fmt::format("{}: quartiles {} and {} {}", Escaped(one.label),
                                ShortNumber(stats.q1), ShortNumber(stats.q3), unit_)));
    Line(("median " + style).c_str(), X(stats.median), top, X(stats.median), top + kBoxHeight);
    std::string drawn;
    for (auto value = one.values.begin(); value != one.values.end(); ++value) {
      if (value >= first && value < last) continue;
      const std::string x = At(X(*value));
      const bool far = std::binary_search(stats.outliers.begin(), stats.outliers.end(), *value);
      if (x == drawn) continue;  // points on one spot are one
      drawn = x;
      out_ += fmt::format("<circle class=\"{} {}\" cx=\"{}\" cy=\"{}\" r=\"3\"/>\n",
                          far ? "far" : "near", style, x, At(middle));
    }
  }

  std::string_view unit_;
  const std::vector<Series>& series_;
  Axis axis_;
  double boxes_top_, bottom_;
  std::string out_;
};

}  // namespace

std::string HtmlEscaped(std::string_view text) {
  std::string out;
  for (const char c : Escaped(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string DistributionSvg(std::string_view title, std::string_view unit,
                            const std::vector<Series>& series) {
  if (series.empty()) return "";
  return Drawing(unit, series).Render(title);
}

}  // namespace faaslight
