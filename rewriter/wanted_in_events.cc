#include "rewriter/wanted_in_events.h"

namespace faaslight {
namespace {

bool RunsInEvent(const TracedModule& module, const ImportStatement& statement) {
  if (statement.never_runs || statement.unrun) return false;
  if (statement.function < 0) return module.phase == PHASE_EVENT;
  return module.events[static_cast<size_t>(statement.function)] > 0;
}

}  // namespace

std::vector<std::set<std::string>> ReadInMostEvents(const Application& app) {
  const std::vector<ReachModule> modules = app.ReachModules();
  const ModuleIndex index(modules);
  const auto all = static_cast<size_t>(app.trace().events_size());
  std::vector<std::set<std::string>> read(modules.size());
  std::vector<NameRead> reads;
  for (size_t m = 0; m < modules.size(); ++m) {
    const TracedModule& module = app.modules()[m];
    for (size_t f = 0; f < module.events.size(); ++f) {
      if (module.events[f] == 0 || 2 * module.events[f] < all) continue;
      for (const std::string& chain : module.facts->functions[f].Warm().chains)
        (void)index.ResolveChain(static_cast<int>(m), chain, &reads);
      for (const NameRead& name : reads) read[static_cast<size_t>(name.module)].emplace(name.name);
      reads.clear();
    }
  }
  return read;
}

std::vector<bool> WantedInEvents(const Application& app) {
  std::vector<bool> wanted(app.modules().size());
  for (const TracedModule& module : app.modules()) {
    if (!module.facts) continue;
    for (const ImportStatement& statement : module.facts->imports) {
      if (!RunsInEvent(module, statement)) continue;
      for (const ImportedName& name : statement.names) {
        for (const int named : ModulesNamed(app, module, name))
          wanted[static_cast<size_t>(named)] = true;
      }
    }
  }
  return wanted;
}

}  // namespace faaslight
