// The report for people: sections in the order in which one asks. Totals, events, where the time
// goes, what became lazy, what stays and why, what no event ran, then what the trace wants to warn
// of.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/escape.h"
#include "base/table.h"
#include "report/report.h"
#include "report/rule_titles.h"
#include "report/text_parts.h"

namespace faaslight {
namespace {

using Align = Table::Align;

constexpr size_t kNarrow = 96;  // below it the widest tables leave out their last columns

std::string Kilobytes(uint64_t bytes) { return Thousands((bytes + 512) / 1024); }

std::string Count(const std::optional<uint64_t>& number) {
  return number ? Thousands(*number) : "-";
}

std::string Share(uint64_t part, const std::optional<uint64_t>& whole) {
  if (!whole || *whole == 0) return "-";
  return fmt::format("{:.0f}%", 100.0 * static_cast<double>(part) / static_cast<double>(*whole));
}

std::string Change(uint64_t before, const std::optional<uint64_t>& after) {
  if (!after || before == 0) return "";
  const double change = 100.0 * (static_cast<double>(*after) / static_cast<double>(before) - 1);
  return fmt::format("{:+.1f} %", change);
}

class TextReport {
 public:
  TextReport(const Summary& summary, const TextOptions& options)
      : summary_(summary), options_(options), width_(std::max<size_t>(options.width, 60)) {}

  std::string Render() {
    Head();
    Totals();
    Events();
    Packages();
    CostliestModules();
    if (summary_.plan) {
      BecameLazy();
      LeftOutFiles();
      Stays();
      Rules();
      Hoists();
      Unrun();
    }
    Effects();
    Remarks();
    return std::move(out_);
  }

 private:
  void Line(std::string_view text) {
    out_ += text;
    out_ += '\n';
  }

  std::string Styled(std::string_view code, std::string_view text) const {
    return options_.color ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
  }

  void Heading(std::string_view title, std::string_view remark = "") {
    Line("");
    if (remark.empty()) return Line(Styled("1", title));
    Line(fmt::format("{}  {}", Styled("1", title), CutEnd(remark, width_ - title.size() - 2)));
  }

  // How many of `count` rows are shown; what is left out is told by More.
  size_t Shown(size_t count) const {
    return options_.top == 0 ? count : std::min(count, options_.top);
  }

  void More(size_t count) {
    if (Shown(count) < count)
      Line(fmt::format("  … and {} more (--top)", Thousands(count - Shown(count))));
  }

  void Head() {
    if (summary_.truncated) {
      const auto& [cause, where] = *summary_.truncated;
      std::string text = fmt::format("TRUNCATED TRACE: {}", Escaped(cause));
      if (!where.empty()) text += fmt::format(", {}", Escaped(where));
      Line(Styled("1;33", text + "; what follows is what was seen until then"));
    }
    Line(Styled("1", fmt::format("{} on CPython {}, {}", Escaped(summary_.handler),
                                 Escaped(summary_.python),
                                 Plural(summary_.events.size(), "event", "events"))));
    if (summary_.init_failure) {
      const EventRow& failure = *summary_.init_failure;
      Line(Styled("1;33", CutEnd(fmt::format("The import of the handler's module {}: {}",
                                             failure.outcome, Escaped(failure.detail)),
                                 width_)));
    }
    if (!summary_.plan) return;
    const PlanSummary& plan = *summary_.plan;
    Line(CutEnd(fmt::format("Rewritten with --keep {}: {} changed", Escaped(plan.keep),
                            Plural(plan.rewritten_modules, "module", "modules")),
                width_));
    Line(plan.verified ? fmt::format("Verified on {}: {} and {} were loaded on demand",
                                     Plural(plan.verified_events, "event", "events"),
                                     Plural(plan.demanded_functions, "function", "functions"),
                                     Plural(plan.demanded_modules, "module", "modules"))
                       : "Not verified");
  }

  void Totals() {
    const Counts& total = summary_.total;
    Heading("Totals");
    Table table({{"", Align::kLeft},
                 {summary_.plan ? "before" : ""},
                 {summary_.plan ? "after" : ""},
                 {"", Align::kLeft}});
    table.Add({"modules loaded by the import", Thousands(total.modules_before),
               summary_.plan ? Count(total.modules_after) : "",
               Change(total.modules_before, total.modules_after)});
    table.Add({"kB of code loaded by it", Kilobytes(total.code_before),
               summary_.plan ? (total.code_after ? Kilobytes(*total.code_after) : "-") : "",
               Change(total.code_before, total.code_after)});
    table.Add({"import time under the trace, ms", Ms(total.self_us)});
    if (summary_.plan) {
      uint64_t gone = 0;
      for (const LazyTree& tree : summary_.plan->lazy_trees) gone += tree.import_us;
      table.Add({"  of it in modules now lazy", Ms(gone), "", Percent(gone, total.self_us)});
    }
    table.Add({"modules loaded by events", Thousands(total.modules_in_events)});
    table.Add({"functions defined", Thousands(total.functions)});
    table.Add({"  entered", Thousands(total.entered), "",
               Percent(total.entered, total.functions) + " of defined"});
    table.Add(
        {"  statically reachable", Count(total.reachable), "",
         total.reachable ? Percent(total.entered, *total.reachable) + " of these entered" : ""});
    if (summary_.plan) table.Add({"  lazy", Count(total.lazy_functions)});
    out_ += table.Render(2);
    if (summary_.plan && total.reachable) {
      Line(fmt::format("  Reachable: as far as {} lead.",
                       summary_.plan->reach_whole ? "all sources of the application and of CPython"
                                                  : "the modules that the trace loaded"));
    }
    if (summary_.preloaded_modules > 0) {
      Line(fmt::format("  Not counted: {} that the serverless runtime loads itself.",
                       Plural(summary_.preloaded_modules, "module", "modules")));
    }
  }

  void Events() {
    if (summary_.events.empty()) return;
    Heading("Events");
    Table table({{"event", Align::kLeft, 24},
                 {"ms"},
                 {"functions"},
                 {"only here"},
                 {"outcome", Align::kLeft, width_ > 75 ? width_ - 54 : 21}});
    for (size_t i = 0; i < Shown(summary_.events.size()); ++i) {
      const EventRow& event = summary_.events[i];
      std::string outcome = event.outcome;
      if (!event.detail.empty()) outcome += " " + Escaped(event.detail);
      table.Add({Escaped(event.name), event.outcome == "no outcome" ? "-" : Ms(event.duration_us),
                 Thousands(event.entered), Thousands(event.only),
                 CutEnd(outcome, width_ > 75 ? width_ - 54 : 21)});
    }
    out_ += table.Render(2);
    More(summary_.events.size());
  }

  // The columns that packages and modules share. Without a plan those that need one are left out,
  // except what can run, which is shown as unknown.
  std::vector<Table::Column> CountColumns() const {
    std::vector<Table::Column> columns = {{"functions\ndefined"},
                                          {"\nentered", Align::kRight, 0, 1},
                                          {"\ncan run", Align::kRight, 0, 1},
                                          {"\nof it", Align::kRight, 0, 1},
                                          {"import ms\nself"},
                                          {"\ncumul.", Align::kRight, 0, 1}};
    if (width_ < kNarrow) return columns;
    columns.push_back({summary_.plan ? "code kB\nbefore" : "code\nkB"});
    if (summary_.plan) columns.push_back({"\nafter", Align::kRight, 0, 1});
    return columns;
  }

  void AddCounts(std::vector<std::string>& cells, const Counts& counts) const {
    cells.insert(
        cells.end(),
        {Thousands(counts.functions), Thousands(counts.entered), Count(counts.reachable),
         Share(counts.entered, counts.reachable), Ms(counts.self_us), Ms(counts.cumulative_us),
         Kilobytes(counts.code_before), counts.code_after ? Kilobytes(*counts.code_after) : "-"});
  }

  void Packages() {
    if (summary_.packages.empty()) return;
    Heading("Packages", "costliest import first; of it: how much of what can run was entered");
    std::vector<Table::Column> columns = {
        {"\npackage", Align::kLeft, width_ < kNarrow ? 16 : size_t{20}}};
    columns.push_back({summary_.plan ? "modules\nbefore" : "\nmodules"});
    if (summary_.plan) columns.push_back({"\nafter", Align::kRight, 0, 1});
    for (Table::Column& column : CountColumns()) columns.push_back(std::move(column));
    Table table(std::move(columns));
    for (size_t i = 0; i < Shown(summary_.packages.size()); ++i) {
      const PackageRow& row = summary_.packages[i];
      std::vector<std::string> cells = {Escaped(row.name), Thousands(row.counts.modules_before)};
      if (summary_.plan) cells.push_back(Count(row.counts.modules_after));
      AddCounts(cells, row.counts);
      table.Add(std::move(cells));
    }
    out_ += table.Render(2);
    More(summary_.packages.size());
  }

  static std::string Fate(const ModuleRow& row) {
    if (row.counts.modules_before == 0) return "event";
    if (!row.counts.modules_after) return "";
    return *row.counts.modules_after > 0 ? "stays" : "lazy";
  }

  void CostliestModules() {
    if (summary_.modules.empty()) return;
    Heading("Costliest modules",
            summary_.plan ? "" : "and the way to each from the handler: line by line");
    std::vector<Table::Column> columns = {
        {"\nmodule", Align::kLeft, width_ < kNarrow ? 25 : size_t{34}}};
    for (Table::Column& column : CountColumns()) columns.push_back(std::move(column));
    columns.insert(columns.begin() + 1, {"", Align::kLeft});
    Table table(std::move(columns));
    for (size_t i = 0; i < Shown(summary_.modules.size()); ++i) {
      const ModuleRow& row = summary_.modules[i];
      std::vector<std::string> cells = {Escaped(row.name), Fate(row)};
      AddCounts(cells, row.counts);
      table.Add(std::move(cells));
    }
    out_ += table.Render(2);
    More(summary_.modules.size());
    if (summary_.plan) return;
    Heading("Why they are loaded",
            "the way from the handler: each module with the line that imports the next");
    Chains(summary_.modules, [](const ModuleRow&) { return true; });
  }

  // Two lines per module: what it costs and why it is there, and the way to it.
  template <typename Wanted>
  void Chains(const std::vector<ModuleRow>& rows, Wanted wanted) {
    std::vector<const ModuleRow*> shown;
    for (const ModuleRow& row : rows) {
      if (wanted(row)) shown.push_back(&row);
    }
    for (size_t i = 0; i < Shown(shown.size()); ++i) {
      const ModuleRow& row = *shown[i];
      std::string text = fmt::format("  {:>8} ms  {}", Ms(row.counts.self_us), Escaped(row.name));
      if (row.cause) text += "  " + CauseText(*row.cause);
      Line(CutEnd(text, width_));
      if (row.chain.size() > 1) Line(std::string(13, ' ') + ChainText(row.chain, width_ - 13));
    }
    More(shown.size());
  }

  void BecameLazy() {
    const std::vector<LazyTree>& trees = summary_.plan->lazy_trees;
    Heading("Became lazy", "modules that the import no longer loads, by the import they hung on");
    if (trees.empty()) return Line("  none");
    const size_t text_width = width_ > 84 ? width_ - 70 : 14;
    Table table({{"module", Align::kLeft, 24},
                 {"with it"},
                 {"self ms"},
                 {"was imported at", Align::kLeft, 24},
                 {"why", Align::kLeft}});
    for (size_t i = 0; i < Shown(trees.size()); ++i) {
      const LazyTree& tree = trees[i];
      table.Add({Escaped(tree.module), Thousands(tree.modules), Ms(tree.import_us),
                 At(tree.importer, tree.line), CutEnd(CauseText(tree.cause), text_width)});
    }
    out_ += table.Render(2);
    More(trees.size());
  }

  void LeftOutFiles() {
    const PlanSummary& plan = *summary_.plan;
    if (plan.trim.empty()) return;
    uint64_t bytes = 0;
    for (const LeftOutRow& row : plan.left_out) bytes += row.bytes;
    Heading("Left out", fmt::format("{} of {} KB (--trim={})", Kilobytes(bytes),
                                    Kilobytes(plan.bytes_before), Escaped(plan.trim)));
    if (plan.left_out.empty()) return Line("  nothing");
    Table table({{"KB"}, {"files"}, {"what", Align::kLeft}, {"most of it in", Align::kLeft}});
    for (const LeftOutRow& row : plan.left_out) {
      std::string most;
      for (size_t i = 0; i < std::min<size_t>(3, row.parts.size()); ++i)
        most += (i == 0 ? "" : ", ") + Escaped(row.parts[i].first);
      table.Add({Kilobytes(row.bytes), Thousands(row.files), Escaped(row.what), most});
    }
    out_ += table.Render(2);
  }

  void Stays() {
    Heading("Stays", "costliest first: why, and the way from the handler");
    Chains(summary_.modules,
           [](const ModuleRow& row) { return row.counts.modules_after.value_or(0) > 0; });
  }

  void Rules() {
    const std::vector<RuleRow>& rules = summary_.plan->rules;
    if (rules.empty()) return;
    Heading("Decisions by rule");
    const bool wide = width_ >= kNarrow;
    Table table({{"\nrule", Align::kLeft, 8},
                 {"\nabout", Align::kLeft, wide ? size_t{36} : size_t{18}},
                 {"imports\nlazy"},
                 {"\nstay", Align::kRight, 0, 1},
                 {"functions\nlazy"},
                 {"\nguarded", Align::kRight, 0, 1},
                 {"\nkept", Align::kRight, 0, 1},
                 {"\nhoists"}});
    const auto number = [](uint64_t count) {
      return count == 0 ? std::string() : Thousands(count);
    };
    for (const RuleRow& row : rules) {
      table.Add({row.rule.empty() ? "-" : Escaped(row.rule), std::string(RuleTitle(row.rule)),
                 number(row.lazy_imports), number(row.eager_imports), number(row.lazy_functions),
                 number(row.guarded_functions), number(row.kept_functions), number(row.hoists)});
    }
    out_ += table.Render(2);
    Line("  For example");
    for (const RuleRow& row : rules) {
      if (row.example.empty()) continue;
      Line(CutEnd(fmt::format("  {:<5} {}", row.rule.empty() ? "-" : Escaped(row.rule),
                              Escaped(row.example)),
                  width_));
    }
  }

  void Hoists() {
    const std::vector<HoistRow>& hoists = summary_.plan->hoists;
    if (hoists.empty()) return;
    Heading("Hoists", "modules loaded at a fixed place although no name of theirs is bound there");
    for (size_t i = 0; i < Shown(hoists.size()); ++i) {
      Line(CutEnd(fmt::format("  {} at {}  {}", Escaped(hoists[i].module),
                              At(hoists[i].at, hoists[i].line), CauseText(hoists[i].cause)),
                  width_));
    }
    More(hoists.size());
  }

  void Unrun() {
    const std::vector<UnrunFunction>& unrun = summary_.plan->unrun;
    if (unrun.empty() || !summary_.total.reachable) return;
    Heading("Can run, but nothing entered it", "the handler's own code first, then by size");
    Table table({{"bytes"}, {"function", Align::kLeft, width_ - 12}});
    for (size_t i = 0; i < Shown(unrun.size()); ++i) {
      table.Add(
          {Thousands(unrun[i].code_bytes),
           fmt::format("{} {}", At(unrun[i].module, unrun[i].line), Escaped(unrun[i].qualname))});
    }
    out_ += table.Render(2);
    More(unrun.size());
  }

  // That classes got subclasses concerns few programs: only the JSON report lists it.
  static bool IsSubclass(const EffectRow& effect) {
    constexpr std::string_view kEnd = ".<subclasses>";
    return effect.attribute.size() > kEnd.size() &&
           effect.attribute.compare(effect.attribute.size() - kEnd.size(), kEnd.size(), kEnd) == 0;
  }

  void Effects() {
    std::vector<EffectRow> effects;
    std::set<std::string> modules;
    for (const EffectRow& effect : summary_.effects) {
      if (IsSubclass(effect)) continue;
      effects.push_back(effect);
      modules.insert(effect.module);
    }
    if (!effects.empty()) {
      Heading("Import effects", fmt::format("what the import of {} changed elsewhere",
                                            Plural(modules.size(), "module", "modules")));
      for (size_t i = 0; i < Shown(effects.size()); ++i) {
        const EffectRow& effect = effects[i];
        std::string text =
            fmt::format("  {} > {}.{} ({}", Escaped(effect.module), Escaped(effect.target),
                        Escaped(effect.attribute), effect.kind);
        text += effect.detail.empty() ? ")" : fmt::format(": {})", Escaped(effect.detail));
        Line(CutEnd(text, width_));
      }
      More(effects.size());
    }
    if (summary_.cycles.empty()) return;
    Heading("Import cycles");
    for (size_t i = 0; i < Shown(summary_.cycles.size()); ++i) {
      std::string text;
      for (const std::string& module : summary_.cycles[i])
        text += (text.empty() ? "" : ", ") + Escaped(module);
      Line(CutEnd("  " + text, width_));
    }
    More(summary_.cycles.size());
  }

  void List(std::string_view title, const std::vector<std::string>& lines) {
    if (lines.empty()) return;
    Heading(title);
    for (size_t i = 0; i < Shown(lines.size()); ++i) Line("  " + Escaped(lines[i]));
    More(lines.size());
  }

  void Holdouts(const std::vector<HoldoutRow>& rows) {
    if (rows.empty()) return;
    Heading("Hold-out events: same outcomes");
    Table table({{"event", Align::kLeft, width_ - 50},
                 {"loaded on demand\nfunctions"},
                 {"\nmodules", Align::kRight, 0, 1},
                 {"ms of the call\noriginal"},
                 {"\nrewritten", Align::kRight, 0, 1}});
    for (size_t i = 0; i < Shown(rows.size()); ++i) {
      const HoldoutRow& row = rows[i];
      table.Add({Escaped(row.event), Count(row.functions), Count(row.modules), Ms(row.original_us),
                 Ms(row.rewritten_us)});
    }
    out_ += table.Render(2);
    More(rows.size());
  }

  void Repairs(const std::vector<RepairRow>& rows) {
    std::vector<std::string> lines;
    lines.reserve(rows.size());
    for (const RepairRow& row : rows) lines.push_back(row.pin + ": " + row.evidence);
    List("Pinned by repair", lines);
  }

  void Remarks() {
    if (summary_.plan) {
      if (summary_.plan->foreign_modules > 0) {
        Heading("Plan and trace");
        Line(fmt::format(
            "  The plan has {} that this trace does not: it was made from further traces.",
            Plural(summary_.plan->foreign_modules, "module", "modules")));
      }
      Holdouts(summary_.plan->holdouts);
      List("Pins", summary_.plan->pins);
      Repairs(summary_.plan->repairs);
      List("Import effects that the user declared harmless", summary_.plan->ignored_effects);
      List("Not compared by the verification", summary_.plan->not_compared);
      List("Notes of the plan", summary_.plan->notes);
    }
    List("Children that were not traced", summary_.untraced_children);
    List("Warnings", summary_.warnings);
  }

  const Summary& summary_;
  const TextOptions& options_;
  const size_t width_;
  std::string out_;
};

}  // namespace

std::string RenderText(const Summary& summary, const TextOptions& options) {
  return TextReport(summary, options).Render();
}

}  // namespace faaslight
