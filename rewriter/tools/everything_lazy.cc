#include "rewriter/tools/everything_lazy.h"

#include <vector>

namespace faaslight {

FileDecisions EverythingLazy(const Facts& facts, bool guards_only) {
  FileDecisions decisions;
  decisions.index = 1;
  decisions.source_hash = "0123456789abcdef";
  std::vector<bool> lazy(facts.functions.size());
  for (size_t i = 0; i < facts.functions.size(); ++i) {
    const FunctionFacts& function = facts.functions[i];
    if (function.is_lambda) continue;
    bool inside_lazy = function.parent >= 0 && lazy[static_cast<size_t>(function.parent)];
    lazy[i] = inside_lazy;
    if (inside_lazy) continue;
    bool can = !guards_only && !function.introspection && !function.other_free_variables &&
               function.place != Place::kFunction &&
               function.kind != FunctionKind::kAsyncGenerator &&
               function.body.begin != function.body.end;
    if (can) {
      lazy[i] = true;
      decisions.lazy_bodies.push_back({static_cast<int>(i), static_cast<uint32_t>(i)});
    } else if (function.guard) {
      decisions.guards.push_back({static_cast<int>(i), -1, {"os", "os.path"}});
    }
  }
  for (size_t i = 0; i < facts.imports.size(); ++i) {
    const ImportStatement& statement = facts.imports[i];
    if (statement.function >= 0 || statement.names.front().module == "__future__") continue;
    // Every other statement keeps its first name, every third loads something before.
    for (size_t n = i % 2 == 0 || statement.names.size() == 1 ? 0 : 1; n < statement.names.size();
         ++n) {
      decisions.lazy_imports.emplace_back(static_cast<int>(i), static_cast<int>(n));
    }
    if (i % 3 == 0) decisions.hoists.push_back({static_cast<int>(i), {"a.b", "c"}});
  }
  decisions.epilogue = true;
  decisions.hold = 0;
  return decisions;
}

}  // namespace faaslight
