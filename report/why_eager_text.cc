// `--why-eager` for people: two tables, by rule and by module.
#include <fmt/format.h>

#include <algorithm>

#include "base/escape.h"
#include "base/table.h"
#include "report/report.h"
#include "report/rule_titles.h"
#include "report/text_parts.h"

namespace faaslight {
namespace {

using Align = Table::Align;

std::string Bold(const TextOptions& options, const std::string& text) {
  return options.color ? fmt::format("\x1b[1m{}\x1b[0m", text) : text;
}

// The first `top` rows of a list, and how many are left out.
template <typename Row, typename Cells>
std::string Rows(Table table, const std::vector<Row>& rows, size_t top, const Cells& cells) {
  const size_t shown = top == 0 ? rows.size() : std::min(top, rows.size());
  for (size_t i = 0; i < shown; ++i) table.Add(cells(rows[i]));
  std::string out = table.Render(2);
  if (shown < rows.size())
    out += fmt::format("  … and {} more (--top)\n", Thousands(rows.size() - shown));
  return out;
}

}  // namespace

std::string RenderWhyEager(const Summary& summary, const TextOptions& options) {
  const WhyEager& why = summary.plan->why_eager;
  const size_t width = std::max<size_t>(options.width, 60);
  std::string out = fmt::format(
      "{}\n",
      Bold(options, fmt::format("{} on CPython {} still loads {}, {} ms under the trace",
                                Escaped(summary.handler), Escaped(summary.python),
                                Plural(why.modules, "module", "modules"), Ms(why.self_us))));
  out += fmt::format("\n{}  {}\n", Bold(options, "Rules"),
                     "what nothing else would load than the imports that the rule keeps");
  out += Rows(Table({{"rule", Align::kLeft, 8},
                     {"about", Align::kLeft, 40},
                     {"imports"},
                     {"modules"},
                     {"self ms"}}),
              why.rules, 0, [](const EagerRule& row) -> std::vector<std::string> {
                return {Escaped(row.rule), std::string(RuleTitle(row.rule)), Thousands(row.imports),
                        Thousands(row.held_modules), Ms(row.held_us)};
              });
  out += fmt::format("\n{}  {}\n", Bold(options, "Modules"),
                     "with it: what would go if the module went");
  const size_t name = width < 96 ? 24 : 32;
  const size_t cause = width > name + 36 ? width - name - 36 : 24;
  out += Rows(Table({{"self ms"},
                     {"with it"},
                     {"modules"},
                     {"module", Align::kLeft, name},
                     {"kept by", Align::kLeft}}),
              why.rows, options.top, [&](const EagerRow& row) -> std::vector<std::string> {
                std::string by = At(row.importer, row.line);
                if (row.importers > 1) by += fmt::format(" and {} more", row.importers - 1);
                by += "  " + CauseText(row.cause);
                return {Ms(row.self_us), Ms(row.held_us), Thousands(row.held_modules),
                        Escaped(row.module), CutEnd(by, cause)};
              });
  return out;
}

}  // namespace faaslight
