// The table on a terminal, in the order in which one asks: is it still the same function, what has
// changed, the numbers, what went wrong.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <functional>

#include "base/escape.h"
#include "base/table.h"
#include "invoke/render.h"
#include "invoke/render_parts.h"

namespace faaslight {
namespace {

using Align = Table::Align;

constexpr size_t kLeastWidth = 80;
constexpr size_t kLabelWidth = 20;
constexpr const char* kBold = "1";
constexpr const char* kRed = "1;31";
constexpr const char* kYellow = "1;33";

// A column of the statistics. The narrower the terminal, the fewer are shown: the highest `rank`
// goes first, 0 always stays.
struct StatsColumn {
  const char* title;
  int rank;
  std::function<std::string(const Stats&)> cell;
};

const std::vector<StatsColumn>& StatsColumns() {
  static const std::vector<StatsColumn> columns = {
      {"n", 0, [](const Stats& s) { return Thousands(s.count); }},
      {"mean", 2, [](const Stats& s) { return ShortNumber(s.mean); }},
      {"median", 0, [](const Stats& s) { return ShortNumber(s.median); }},
      {"its 95% CI", 0, [](const Stats& s) { return ShortInterval(s.median_ci); }},
      {"p90", 5, [](const Stats& s) { return ShortNumber(s.p90); }},
      {"p95", 1, [](const Stats& s) { return ShortNumber(s.p95); }},
      {"p99", 3, [](const Stats& s) { return ShortNumber(s.p99); }},
      {"sd", 4, [](const Stats& s) { return ShortNumber(s.sd); }},
      {"", 0,
       [](const Stats& s) {
         if (s.outliers.empty()) return std::string();
         return fmt::format("({})", CountOf(s.outliers.size(), "outlier", "outliers"));
       }},
  };
  return columns;
}

size_t WidestLine(std::string_view text) {
  size_t widest = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    widest = std::max(widest, Columns(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return widest;
}

class TextRenderer {
 public:
  TextRenderer(const Results& results, const ResultsSummary& summary, const TextStyle& style)
      : results_(results),
        summary_(summary),
        color_(style.color),
        width_(std::max(style.width, kLeastWidth)) {}

  std::string Render() {
    Alarm();
    Head();
    Comparisons();
    for (const Start start : kStarts) Statistics(start);
    Failures();
    Notes();
    return std::move(out_);
  }

 private:
  // `text` is cut at the width. Escape codes are put around it afterwards, and count for nothing.
  void Line(std::string_view text, const char* code = nullptr) {
    const std::string cut = CutEnd(text, width_);
    out_ += code != nullptr && color_ ? fmt::format("\x1b[{}m{}\x1b[0m\n", code, cut) : cut + "\n";
  }

  // Words are kept whole; the following lines are indented by two more blanks.
  void Wrapped(std::string_view indent, std::string_view text, const char* code = nullptr) {
    std::string line(indent);
    bool empty = true;
    while (!text.empty()) {
      const size_t end = std::min(text.find(' '), text.size());
      const std::string_view word = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      if (!empty && Columns(line) + 1 + Columns(word) > width_) {
        Line(line, code);
        line = std::string(indent) + "  ";
        empty = true;
      }
      if (!empty) line += ' ';
      line += word;
      empty = false;
    }
    Line(line, code);
  }

  void Heading(std::string_view text) {
    out_ += '\n';
    Line(text, kBold);
  }

  void Alarm() {
    for (const std::string& event : summary_.different_answers) {
      Wrapped("",
              fmt::format("DIFFERENT ANSWER: event {}: {} does not answer as {} does. Times of "
                          "functions that do different things say nothing.",
                          Escaped(event), LabelOf(results_, 1), LabelOf(results_, 0)),
              kRed);
    }
    if (results_.interrupted) {
      Wrapped("", "INTERRUPTED: what follows is what was measured until then.", kYellow);
    }
  }

  void Head() {
    Line(fmt::format("{}, {}, started {}", CountOf(results_.rounds.size(), "call", "calls"),
                     Escaped(results_.provider), Escaped(results_.started)),
         kBold);
    for (const Deployment& deployment : results_.deployments) {
      const std::string label = Escaped(deployment.label);
      const std::string target = Escaped(deployment.target);
      Line(label == target ? "  " + label : fmt::format("  {}: {}", label, target));
    }
    if (!results_.setting.empty()) Wrapped("  ", Escaped(results_.setting));
    if (!results_.machine.empty()) Wrapped("  ", Escaped(results_.machine));
  }

  static const char* Color(Verdict::Kind kind) {
    switch (kind) {
      case Verdict::Kind::kBetter:
        return "32";
      case Verdict::Kind::kWorse:
        return "31";
      default:
        return nullptr;
    }
  }

  void Comparisons() {
    for (const Start start : kStarts) Comparisons(start);
    if (summary_.comparisons.empty()) return;
    Wrapped(
        "  ",
        "Medians of the pairs, their ratio (95% interval), Wilcoxon's signed-rank test. Unclear: "
        "the interval holds 1, or p is not below 0.05.");
  }

  // Verdicts are coloured line by line, so that the table itself needs not know of colours.
  void Comparisons(Start start) {
    std::vector<const MetricComparison*> rows;
    for (const MetricComparison& row : summary_.comparisons) {
      if (row.start == start) rows.push_back(&row);
    }
    if (rows.empty()) return;
    const uint64_t pairs = rows[0]->stats.pairs;
    Heading(fmt::format("{} compared with {}, {}, {}", LabelOf(results_, 1), LabelOf(results_, 0),
                        TitleOfStarts(start), CountOf(pairs, "pair", "pairs")));
    Table table({{"", Align::kLeft},
                 {CutMiddle(LabelOf(results_, 0), kLabelWidth)},
                 {CutMiddle(LabelOf(results_, 1), kLabelWidth)},
                 {"", Align::kLeft, 0, 1},
                 {"", Align::kLeft},
                 {"", Align::kLeft}});
    std::vector<const char*> codes = {nullptr};
    for (const MetricComparison* row : rows) {
      const PairedStats& stats = row->stats;
      const Verdict verdict = VerdictOf(*row);
      std::string test = PText(stats.p_value);
      if (stats.pairs != pairs) test += ", " + CountOf(stats.pairs, "pair", "pairs");
      table.Add({std::string(TitleOf(row->metric)), ShortNumber(stats.before),
                 ShortNumber(stats.after), std::string(UnitOf(row->metric)), verdict.text, test});
      codes.push_back(Color(verdict.kind));
    }
    Lines(table.Render(2), codes);
  }

  void Lines(std::string_view text, const std::vector<const char*>& codes) {
    for (const char* code : codes) {
      const size_t end = std::min(text.find('\n'), text.size());
      Line(text.substr(0, end), code);
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  void Statistics(Start start) {
    std::vector<const StartSummary*> parts;
    std::string title = TitleOfStarts(start);
    for (const StartSummary& part : summary_.starts) {
      if (part.start != start) continue;
      title += fmt::format("{} {} {}", parts.empty() ? ":" : ",",
                           LabelOf(results_, part.deployment), Thousands(part.calls));
      parts.push_back(&part);
    }
    if (parts.empty()) return;
    title[0] = static_cast<char>(std::toupper(title[0]));
    Heading(title);
    int rank = 5;
    std::string table = StatsTable(parts, rank);
    while (WidestLine(table) > width_ && rank > 0) table = StatsTable(parts, --rank);
    Lines(table, std::vector<const char*>(std::count(table.begin(), table.end(), '\n')));
  }

  std::string StatsTable(const std::vector<const StartSummary*>& parts, int most_rank) const {
    std::vector<Table::Column> columns = {{"", Align::kLeft}, {"", Align::kLeft, 0, 1}};
    if (parts.size() > 1) columns.push_back({"", Align::kLeft, kLabelWidth});
    for (const StatsColumn& column : StatsColumns()) {
      if (column.rank <= most_rank) columns.push_back({column.title});
    }
    Table table(std::move(columns));
    for (const Metric metric : kMetrics) {
      bool named = false;
      for (const StartSummary* part : parts) {
        const auto found = std::find_if(part->metrics.begin(), part->metrics.end(),
                                        [&](const auto& m) { return m.metric == metric; });
        if (found == part->metrics.end()) continue;
        std::vector<std::string> cells = {named ? "" : std::string(TitleOf(metric)),
                                          named ? "" : std::string(UnitOf(metric))};
        named = true;
        if (parts.size() > 1) cells.push_back(LabelOf(results_, part->deployment));
        for (const StatsColumn& column : StatsColumns()) {
          if (column.rank <= most_rank) cells.push_back(column.cell(found->stats));
        }
        table.Add(std::move(cells));
      }
    }
    return table.Render(2);
  }

  void Failures() {
    bool any = false;
    for (const OutcomeCount& count : summary_.outcomes) {
      if (count.outcome == CallOutcome::kOk) continue;
      if (!any) Heading("Calls that are not ok, and not counted above");
      any = true;
      Wrapped("  ",
              fmt::format("{}: {} {}{}{}", LabelOf(results_, count.deployment),
                          Thousands(count.calls), KeyOf(count.outcome),
                          count.example.empty() ? "" : ", the first: ", Escaped(count.example)),
              kYellow);
    }
  }

  void Notes() {
    const bool varying = results_.compared && !summary_.varying_answers.empty();
    if (summary_.notes.empty() && !varying) return;
    Heading("Notes");
    for (const std::string& note : summary_.notes) Wrapped("  ", Escaped(note));
    if (!varying) return;
    for (const std::string& event : summary_.varying_answers) {
      Wrapped("  ", VaryingNote(event));
    }
  }

  const Results& results_;
  const ResultsSummary& summary_;
  const bool color_;
  const size_t width_;
  std::string out_;
};

}  // namespace

std::string RenderText(const Results& results, const ResultsSummary& summary,
                       const TextStyle& style) {
  return TextRenderer(results, summary, style).Render();
}

}  // namespace faaslight
