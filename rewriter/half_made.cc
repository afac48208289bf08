#include "rewriter/half_made.h"

#include <fmt/format.h>

#include "rewriter/loads.h"
#include "rewriter/reads.h"

namespace faaslight {
namespace {

// Whether what `m` calls `name` may be something else at the end of its body than at `line`.
bool MayChangeAfter(const Application& app, const TracedModule& m, const std::string& name,
                    uint32_t line) {
  const auto found = m.facts->bindings.find(name);
  if (found == m.facts->bindings.end() || app.Find(m.name + "." + name) >= 0) return false;
  const Binding& binding = found->second;
  if (binding.global_in_function) return true;
  if (binding.count > 1 && binding.last_line > line) return true;
  return binding.assignment && m.facts->at_import.names.count(name) != 0;
}

}  // namespace

std::map<std::pair<int, int>, std::string> ImportsReadInTime(const Application& app) {
  std::map<std::pair<int, int>, std::string> kept;
  for (const TracedModule& reader : app.modules()) {
    if (!reader.facts || reader.phase == PHASE_PRELOAD) continue;
    const std::vector<BodyPlace> around = app.BodiesAround(reader.order);
    if (around.empty()) continue;
    for (const std::string& read : NamesReadBy(reader)) {
      for (size_t k = 0; k < around.size(); ++k) {
        const TracedModule& m = app.modules()[static_cast<size_t>(around[k].module)];
        if (!m.facts || !read.starts_with(m.name + ".")) continue;
        const size_t begin = m.name.size() + 1;
        const std::string name = read.substr(begin, read.find('.', begin) - begin);
        if (!MayChangeAfter(app, m, name, around[k].line)) continue;
        for (size_t j = 0; j <= k; ++j) {
          const TracedModule& on_the_way = app.modules()[static_cast<size_t>(around[j].module)];
          const int statement =
              on_the_way.facts ? ImportStatementAt(*on_the_way.facts, around[j].line) : -1;
          if (statement < 0) continue;
          kept.emplace(std::pair(around[j].module, statement),
                       fmt::format("{} reads {} while the body of {} still runs", reader.name, name,
                                   m.name));
        }
      }
    }
  }
  return kept;
}

}  // namespace faaslight
