// One page: what differs, the comparison, then for each kind of start its figures and numbers, then
// what went wrong. Every text from outside passes through HtmlEscaped.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>

#include "base/escape.h"
#include "invoke/page_style.h"
#include "invoke/plots.h"
#include "invoke/render.h"
#include "invoke/render_parts.h"

namespace faaslight {
namespace {

constexpr size_t kMostFaults = 50;  // different ones

// What a comparison says, in words that claim no more than it shows.
const char* InWords(const MetricComparison& comparison, const Verdict& verdict) {
  if (verdict.kind == Verdict::Kind::kNone) return "a median is 0 or less: there is no ratio";
  if (!comparison.stats.p_value && verdict.kind == Verdict::Kind::kUnclear) {
    return verdict.text == "the same" ? "no difference was seen"
                                      : "too few pairs that differ to tell more";
  }
  switch (verdict.kind) {
    case Verdict::Kind::kBetter:
    case Verdict::Kind::kWorse:
      return "so clear a difference is rare where nothing has changed";
    default:
      return "these calls do not tell the two apart";
  }
}

class Page {
 public:
  Page(const Results& results, const ResultsSummary& summary)
      : results_(results), summary_(summary) {}

  std::string Render() {
    Begin();
    Alarms();
    Facts();
    Comparison();
    for (const Start start : kStarts) Starts(start);
    Outcomes();
    Faults();
    Notes();
    HowToRead();
    out_ += "</main>\n</body>\n</html>\n";
    return std::move(out_);
  }

 private:
  template <typename... Arguments>
  void Add(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Arguments>(arguments)...);
    out_ += '\n';
  }

  std::string Label(uint32_t deployment) const {
    return HtmlEscaped(LabelOf(results_, deployment));
  }

  void Begin() {
    std::string title;
    for (uint32_t i = 0; i < results_.deployments.size(); ++i) {
      if (i > 0) title += i + 1 == results_.deployments.size() ? " and " : ", ";
      title += Label(i);
    }
    out_ += "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
    // Nothing is loaded even if an escape were missing somewhere.
    Add("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
        "style-src 'unsafe-inline'\">");
    Add("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
    Add("<title>Measured: {}</title>\n<style>{}</style>\n</head>\n<body>\n<main>", title,
        kPageStyle);
    Add("<h1>Measured: {}</h1>", title);
  }

  void Alarms() {
    for (const std::string& event : summary_.different_answers) {
      Add("<p class=\"alarm\" role=\"alert\">Different answer: event {}: {} does not answer as {} "
          "does. Times of functions that do different things say nothing.</p>",
          HtmlEscaped(event), Label(1), Label(0));
    }
    if (results_.interrupted) {
      Add("<p class=\"alarm\">Interrupted: what follows is what was measured until then.</p>");
    }
  }

  void Fact(std::string_view name, std::string_view text) {
    if (!text.empty()) Add("<dt>{}</dt><dd>{}</dd>", HtmlEscaped(name), HtmlEscaped(text));
  }

  void Facts() {
    Add("<dl>");
    for (const Deployment& deployment : results_.deployments) {
      const bool named = deployment.label != deployment.target;
      Fact(named ? deployment.label : "Deployment", deployment.target);
    }
    Fact("Provider", results_.provider);
    Fact("Setting", results_.setting);
    Fact("Machine", results_.machine);
    Fact("Started", results_.started);
    Fact("Calls", Thousands(results_.rounds.size()));
    Add("</dl>");
  }

  // Wide tables scroll by themselves, with the keyboard too.
  void BeginTable(std::string_view caption, std::initializer_list<const char*> titles,
                  size_t left) {
    Add("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{0}\">\n"
        "<table><caption>{0}</caption>\n<thead><tr>",
        caption);
    size_t i = 0;
    for (const char* title : titles) {
      Add("<th scope=\"col\"{}>{}</th>", i++ < left ? " class=\"left\"" : "", title);
    }
    Add("</tr></thead>\n<tbody>");
  }

  void EndTable() { Add("</tbody></table></div>"); }

  void Comparison() {
    if (summary_.comparisons.empty()) return;
    Add("<section><h2>{} compared with {}</h2>", Label(1), Label(0));
    BeginTable("Medians of the pairs, and their ratio",
               {"Start", "Metric", "Ratio (95% interval)", "Test", "In words", "Before", "After",
                "Unit", "Pairs"},
               5);
    for (const MetricComparison& row : summary_.comparisons) {
      const Verdict verdict = VerdictOf(row);
      const char* style = verdict.kind == Verdict::Kind::kBetter  ? " better"
                          : verdict.kind == Verdict::Kind::kWorse ? " worse"
                                                                  : "";
      Add("<tr><td class=\"left\">{}</td><th scope=\"row\">{}</th><td class=\"left{}\">{}</td>"
          "<td class=\"left\">{}</td><td class=\"words\">{}</td>",
          KeyOf(row.start), TitleOf(row.metric), style, verdict.text,
          HtmlEscaped(PText(row.stats.p_value)), InWords(row, verdict));
      Add("<td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>", ShortNumber(row.stats.before),
          ShortNumber(row.stats.after), UnitOf(row.metric), Thousands(row.stats.pairs));
    }
    EndTable();
    Add("<p class=\"faint\">A pair is the same call of the same session to each of the two. The "
        "test is Wilcoxon’s signed-rank test, two-sided; each row is a test of its own: of twenty "
        "rows where nothing has changed, about one falls below 0.05. What was measured holds for "
        "this setting and this time.</p></section>");
  }

  std::vector<const StartSummary*> PartsOf(Start start) const {
    std::vector<const StartSummary*> parts;
    for (const StartSummary& part : summary_.starts) {
      if (part.start == start) parts.push_back(&part);
    }
    return parts;
  }

  static const Stats* StatsOf(const StartSummary& part, Metric metric) {
    for (const MetricSummary& one : part.metrics) {
      if (one.metric == metric) return &one.stats;
    }
    return nullptr;
  }

  void Starts(Start start) {
    const std::vector<const StartSummary*> parts = PartsOf(start);
    if (parts.empty()) return;
    std::string title = TitleOfStarts(start);
    title[0] = static_cast<char>(std::toupper(title[0]));
    Add("<section><h2>{}</h2>\n<div class=\"figures\">", title);
    for (const Metric metric : kMetrics) Figure(start, metric, parts);
    Add("</div>");
    StatsTable(title, parts);
    Add("</section>");
  }

  std::vector<double> ValuesOf(uint32_t deployment, Start start, Metric metric) const {
    std::vector<double> values;
    for (const Round& round : results_.rounds) {
      if (round.deployment != deployment || round.start != start) continue;
      if (round.outcome != CallOutcome::kOk || !round.at(metric)) continue;
      if (std::isfinite(*round.at(metric))) values.push_back(*round.at(metric));
    }
    std::sort(values.begin(), values.end());
    return values;
  }

  // A deployment has the same colour and dashes in all figures, also where another has no values.
  void Figure(Start start, Metric metric, const std::vector<const StartSummary*>& parts) {
    std::vector<Series> series;
    std::string legend;
    for (const StartSummary* part : parts) {
      const Stats* stats = StatsOf(*part, metric);
      if (stats == nullptr) continue;
      Series one{LabelOf(results_, part->deployment), part->deployment,
                 ValuesOf(part->deployment, start, metric), *stats};
      if (one.values.empty()) continue;
      legend += fmt::format(
          "<span><svg class=\"key\" viewBox=\"0 0 38 12\" aria-hidden=\"true\"><path "
          "class=\"curve s{}\" d=\"M0 6H38\"/></svg>{}: median {}, p95 {}</span>\n",
          one.style % kSeriesStyles, HtmlEscaped(one.label), ShortNumber(stats->median),
          ShortNumber(stats->p95));
      series.push_back(std::move(one));
    }
    if (series.empty()) return;
    Add("<figure><h3>{}</h3>", TitleOf(metric));
    out_ += DistributionSvg(fmt::format("{}, {}", TitleOf(metric), TitleOfStarts(start)),
                            UnitOf(metric), series);
    Add("<figcaption>{}</figcaption></figure>", legend);
  }

  void StatsTable(std::string_view title, const std::vector<const StartSummary*>& parts) {
    BeginTable(fmt::format("{}: all statistics", title),
               {"Metric", "Unit", "Deployment", "Calls", "Mean", "95% interval", "Sd", "Min",
                "Median", "95% interval", "P90", "P95", "P99", "Max", "Outliers"},
               3);
    for (const Metric metric : kMetrics) {
      for (const StartSummary* part : parts) {
        const Stats* stats = StatsOf(*part, metric);
        if (stats == nullptr) continue;
        Add("<tr><th scope=\"row\">{}</th><td class=\"left\">{}</td><td class=\"left\">{}</td>",
            TitleOf(metric), UnitOf(metric), Label(part->deployment));
        for (const std::string& cell :
             {Thousands(stats->count), ShortNumber(stats->mean), ShortInterval(stats->mean_ci),
              ShortNumber(stats->sd), ShortNumber(stats->min), ShortNumber(stats->median),
              ShortInterval(stats->median_ci), ShortNumber(stats->p90), ShortNumber(stats->p95),
              ShortNumber(stats->p99), ShortNumber(stats->max),
              Thousands(stats->outliers.size())}) {
          Add("<td>{}</td>", cell);
        }
        Add("</tr>");
      }
    }
    EndTable();
  }

  void Outcomes() {
    Add("<section><h2>Outcomes</h2>");
    BeginTable("How the calls ended; those that are not ok count in no number above",
               {"Deployment", "Outcome", "Calls", "The first one’s detail"}, 2);
    for (const OutcomeCount& count : summary_.outcomes) {
      Add("<tr><th scope=\"row\">{}</th><td class=\"left\">{}</td><td>{}</td>"
          "<td class=\"words\">{}</td></tr>",
          Label(count.deployment), KeyOf(count.outcome), Thousands(count.calls),
          HtmlEscaped(count.example));
    }
    EndTable();
    Add("</section>");
  }

  void Faults() {
    std::map<std::pair<uint32_t, std::string>, uint64_t> faults;
    for (const Round& round : results_.rounds) {
      for (const std::string& fault : round.faults) ++faults[{round.deployment, fault}];
    }
    if (faults.empty()) return;
    Add("<section><h2>Faults on the way</h2>");
    BeginTable("What attempts met before the last one, and what replies lacked",
               {"Deployment", "Fault", "Times"}, 2);
    size_t shown = 0;
    for (const auto& [key, times] : faults) {
      if (shown++ == kMostFaults) break;
      Add("<tr><th scope=\"row\">{}</th><td class=\"words\">{}</td><td>{}</td></tr>",
          Label(key.first), HtmlEscaped(key.second), Thousands(times));
    }
    EndTable();
    if (faults.size() > kMostFaults) {
      Add("<p class=\"faint\">… and {} more</p>", Thousands(faults.size() - kMostFaults));
    }
    Add("</section>");
  }

  void Notes() {
    std::vector<std::string> notes = summary_.notes;
    if (results_.compared) {
      for (const std::string& event : summary_.varying_answers) notes.push_back(VaryingNote(event));
    }
    if (notes.empty()) return;
    Add("<section><h2>Notes</h2>\n<ul>");
    for (const std::string& note : notes) Add("<li>{}</li>", HtmlEscaped(note));
    Add("</ul></section>");
  }

  void HowToRead() {
    Add("<section><h2>How to read this</h2>\n<p>A curve tells which share of the calls took at "
        "most so long: further left is faster, steeper is steadier. The circle is the median, the "
        "diamond the 95th percentile. The box holds the middle half of the calls, its bar is the "
        "median; whiskers reach to the last call within 1.5 times the box’s width, points are "
        "calls beyond. Filled points, beyond 3 times, are the tables’ outliers: they are marked, "
        "and counted in every number.</p>");
    Add("<p>Intervals are 95% percentile bootstrap intervals of 2,000 resamples. Percentiles "
        "interpolate between calls; of few calls, high ones say little.</p></section>");
  }

  const Results& results_;
  const ResultsSummary& summary_;
  std::string out_;
};

}  // namespace

std::string RenderHtml(const Results& results, const ResultsSummary& summary) {
  return Page(results, summary).Render();
}

}  // namespace faaslight
