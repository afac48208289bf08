#include <algorithm>
#include <set>

#include "rewriter/decisions.h"

namespace faaslight {

bool ModuleChoice::NeedsText() const {
  if (!rewritable) return false;
  if (!hoists.empty() || !submodules.empty() || !companions.empty()) return true;
  for (const std::vector<NameChoice>& names : imports) {
    if (std::any_of(names.begin(), names.end(), [](const NameChoice& name) { return name.lazy; }))
      return true;
  }
  return std::any_of(functions.begin(), functions.end(), [](const FunctionChoice& function) {
    return function.action == FunctionAction::kLazy ||
           (function.action == FunctionAction::kGuard &&
            (function.uses_all || !function.uses.empty())) ||
           std::any_of(function.cold.begin(), function.cold.end(),
                       [](const std::vector<std::string>& uses) { return !uses.empty(); });
  });
}

std::vector<std::string> ModuleChoice::LazyNames(const Facts& facts,
                                                 std::optional<bool> in_branch) const {
  std::set<std::string> names;
  for (size_t s = 0; s < imports.size(); ++s) {
    if (in_branch && facts.imports[s].in_branch != *in_branch) continue;
    for (size_t n = 0; n < imports[s].size(); ++n) {
      if (imports[s][n].NameIsLazy()) names.insert(facts.imports[s].names[n].bound);
    }
  }
  return {names.begin(), names.end()};
}

}  // namespace faaslight
