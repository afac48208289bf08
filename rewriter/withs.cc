#include "rewriter/withs.h"

#include <algorithm>

namespace faaslight {
namespace {

bool IsUnderWith(const Facts& facts, uint32_t line) {
  return std::any_of(facts.with_lines.begin(), facts.with_lines.end(), [&](const auto& lines) {
    return lines.first <= line && line <= lines.second;
  });
}

}  // namespace

std::vector<WithLoad> LoadedUnderWith(const Application& app) {
  std::vector<WithLoad> found;
  for (int i = 0; i < static_cast<int>(app.modules().size()); ++i) {
    for (const auto& [parent, line] : app.BodiesAround(i)) {
      const TracedModule& holder = app.modules()[static_cast<size_t>(parent)];
      if (holder.phase == PHASE_PRELOAD) break;
      if (!holder.facts || !IsUnderWith(*holder.facts, line)) continue;
      found.push_back({i, parent});
      break;
    }
  }
  return found;
}

}  // namespace faaslight
