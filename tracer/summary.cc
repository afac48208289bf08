#include "tracer/summary.h"

#include <fmt/format.h>

#include <algorithm>

namespace faaslight {
namespace {

std::string OneLine(std::string text, size_t limit) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80)
    --limit;  // not inside a character
  return text.substr(0, limit) + "…";
}

std::string DescribeOutcome(const Outcome& outcome) {
  if (outcome.returned()) return fmt::format("returned {}", OneLine(outcome.result_json(), 60));
  return fmt::format("{} {}: {}", outcome.timed_out() ? "timed out," : "raised",
                     outcome.exception_type(), OneLine(outcome.exception_message(), 60));
}

bool IsEntered(const Function& function) {
  return function.at_init() || function.events_size() != 0;
}

}  // namespace

std::string Summarise(const Trace& trace) {
  const auto entered = std::count_if(trace.functions().begin(), trace.functions().end(), IsEntered);
  const auto preloaded =
      std::count_if(trace.modules().begin(), trace.modules().end(),
                    [](const Module& module) { return module.phase() == PHASE_PRELOAD; });
  std::string out =
      fmt::format("CPython {}, {}\n", trace.python().version(), trace.app().handler());
  out += fmt::format("modules    {} loaded ({} of them before the handler)\n", trace.modules_size(),
                     preloaded);
  out += fmt::format("functions  {} entered of {} defined\n", entered, trace.functions_size());
  // Subclasses concern few programs: as in the report, they are not counted for people.
  const auto effects =
      std::count_if(trace.effects().begin(), trace.effects().end(), [](const ImportEffect& effect) {
        return effect.attribute().find(".<subclasses>") == std::string::npos;
      });
  out += fmt::format("effects    {}, import cycles {}, aliases {}\n", effects, trace.cycles_size(),
                     trace.aliases_size());
  for (const Outcome& outcome : trace.outcomes()) {
    const bool known = static_cast<int>(outcome.event()) < trace.events_size();
    const std::string name = outcome.during_init() ? "import"
                             : known ? trace.events(static_cast<int>(outcome.event())).name()
                                     : "?";
    out += fmt::format("event      {}: {} in {:.1f} ms\n", OneLine(name, 60),
                       DescribeOutcome(outcome), static_cast<double>(outcome.duration_us()) / 1000);
  }
  for (const UntracedChild& child : trace.untraced_children()) {
    out += fmt::format("not traced {} started by {}\n", OneLine(child.command(), 80), child.how());
  }
  for (const std::string& warning : trace.warnings())
    out += fmt::format("warning    {}\n", OneLine(warning, 200));
  for (const Pass& pass : trace.passes()) {
    out += fmt::format("pass       {}: {:.2f} s\n", pass.name(),
                       static_cast<double>(pass.wall_us()) / 1e6);
  }
  return out;
}

}  // namespace faaslight
