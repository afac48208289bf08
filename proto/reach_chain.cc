#include "proto/reach_chain.h"

#include <fmt/format.h>

#include <set>

namespace faaslight {
namespace {

// "pandas.core.frame:DataFrame.sum (pandas/core/frame.py:12), entered"
std::string Describe(const Plan& plan, const ReachStep& step, uint32_t line) {
  std::string text = step.name();
  if (step.file() < static_cast<uint32_t>(plan.reach_files_size())) {
    const std::string& file = plan.reach_files(static_cast<int>(step.file()));
    if (!file.empty())
      text += line == 0 ? fmt::format(" ({})", file) : fmt::format(" ({}:{})", file, line);
  }
  const bool function = step.name().find(':') != std::string::npos;
  if (function) return text + (step.ran() ? ", entered" : ", not entered");
  return text + (step.ran() ? ", loaded" : ", not loaded");
}

std::string How(const Plan& plan, const ReachStep& step) {
  if (step.how() >= static_cast<uint32_t>(plan.reach_how_size())) return "?";
  return plan.reach_how(static_cast<int>(step.how()));
}

void AddChain(const Plan& plan, const ReachStep& first, std::vector<std::string>& lines) {
  lines.push_back(Describe(plan, first, first.line()));
  std::set<const ReachStep*> seen;
  const ReachStep* at = &first;
  while (seen.insert(at).second) {
    if (at->from() == 0 || at->from() > static_cast<uint32_t>(plan.reach_size())) {
      lines.push_back("  " + How(plan, *at));
      return;
    }
    const ReachStep& from = plan.reach(static_cast<int>(at->from()) - 1);
    const uint32_t line = at->from_line() != 0 ? at->from_line() : from.line();
    lines.push_back(fmt::format("  {} in {}", How(plan, *at), Describe(plan, from, line)));
    at = &from;
  }
}

}  // namespace

std::vector<std::string> ChainOf(const Plan& plan, std::string_view name) {
  std::vector<std::string> lines;
  for (const ReachStep& step : plan.reach()) {
    if (step.name() == name) AddChain(plan, step, lines);
  }
  return lines;
}

}  // namespace faaslight
