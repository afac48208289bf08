#include "rewriter/wanted_in_events.h"

namespace faaslight {
namespace {

bool RunsInEvent(const TracedModule& module, const ImportStatement& statement) {
  if (statement.never_runs || statement.unrun) return false;
  if (statement.function < 0) return module.phase == PHASE_EVENT;
  return module.in_event[static_cast<size_t>(statement.function)];
}

}  // namespace

std::vector<bool> WantedInEvents(const Application& app) {
  std::vector<bool> wanted(app.modules().size());
  const auto add = [&](const std::string& name) {
    if (const int found = app.Find(name); found >= 0) wanted[static_cast<size_t>(found)] = true;
  };
  for (const TracedModule& module : app.modules()) {
    if (!module.facts) continue;
    for (const ImportStatement& statement : module.facts->imports) {
      if (!RunsInEvent(module, statement)) continue;
      for (const ImportedName& name : statement.names) {
        const std::string base = AbsoluteName(module, name);
        add(base);
        if (!name.attribute.empty()) add(base + "." + name.attribute);
      }
    }
  }
  return wanted;
}

}  // namespace faaslight
