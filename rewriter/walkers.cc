#include "rewriter/walkers.h"

#include <fmt/format.h>

#include <set>

namespace faaslight {
namespace {

bool RanAndWalked(const TracedModule& module) {
  if (module.facts->at_import.walks_sys_modules) return true;
  const std::vector<FunctionFacts>& functions = module.facts->functions;
  for (size_t i = 0; i < functions.size(); ++i) {
    if (module.entered[i] && functions[i].own.walks_sys_modules) return true;
  }
  return false;
}

bool LiesBelow(const std::string& name, const std::string& package) {
  return name == package || name.rfind(package + ".", 0) == 0;
}

bool IsOfTheApp(const TracedModule& module) {
  return module.root == ROOT_APP && module.phase != PHASE_PRELOAD;
}

Walker WalkerAt(const Application& app, int index) {
  const TracedModule& walker = app.modules()[static_cast<size_t>(index)];
  std::set<std::string> packages{walker.name.substr(0, walker.name.find('.'))};
  std::string named;
  for (const std::string& literal : walker.facts->string_literals) {
    const int found = app.Find(literal);
    if (found < 0 || !IsOfTheApp(app.modules()[static_cast<size_t>(found)])) continue;
    packages.insert(literal);
    named += (named.empty() ? " and names " : ", ") + literal;
  }
  Walker out{index, {}, fmt::format("{} goes over sys.modules{}", walker.name, named)};
  std::vector<int> all;
  for (size_t i = 0; i < app.modules().size(); ++i) {
    const TracedModule& module = app.modules()[i];
    if (!IsOfTheApp(module) || static_cast<int>(i) == index) continue;
    all.push_back(static_cast<int>(i));
    for (const std::string& package : packages) {
      if (!LiesBelow(module.name, package)) continue;
      out.seeks.push_back(static_cast<int>(i));
      break;
    }
  }
  if (out.seeks.empty()) out.seeks = std::move(all);
  return out;
}

}  // namespace

std::vector<Walker> WalkersOf(const Application& app) {
  std::set<std::string> aliasing;
  for (const ModuleAlias& alias : app.trace().aliases()) aliasing.insert(alias.made_by());
  std::vector<Walker> out;
  for (size_t i = 0; i < app.modules().size(); ++i) {
    const TracedModule& module = app.modules()[i];
    if (!module.in_app() || !module.facts || aliasing.count(module.name) != 0) continue;
    if (RanAndWalked(module)) out.push_back(WalkerAt(app, static_cast<int>(i)));
  }
  return out;
}

}  // namespace faaslight
