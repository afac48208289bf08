#include "rewriter/app_reach.h"

#include <filesystem>
#include <map>
#include <utility>
#include <vector>

namespace faaslight {
namespace fs = std::filesystem;
namespace {

std::vector<fs::path> SearchPath(const Application& app) {
  std::vector<fs::path> path{app.directory()};
  for (const std::string& layer : app.trace().app().layers()) {
    // As in Lambda's runtime.
    path.emplace_back(fs::path(layer) / "python");
    path.emplace_back(layer);
  }
  const fs::path stdlib = app.trace().python().stdlib();
  if (!stdlib.empty()) {
    path.push_back(stdlib);
    path.push_back(stdlib / "lib-dynload");
  }
  return path;
}

std::string FileOf(const Application& app, const TracedModule& module) {
  if (module.root == ROOT_APP) return (app.directory() / module.file).string();
  if (module.root == ROOT_STDLIB)
    return (fs::path(app.trace().python().stdlib()) / module.file).string();
  return module.file;
}

}  // namespace

AppReach::AppReach(const Application& app, bool whole, const FactsCache& cache)
    : app_(app),
      whole_(whole),
      sources_(
          std::make_unique<Sources>(SearchPath(app), app.trace().python().cache_tag(), cache)) {
  std::vector<std::pair<std::string, int>> entered;
  for (const TracedModule& module : app.modules()) {
    // Files that are no sources are looked up again: what extension modules say is read there.
    if (module.facts || !whole)
      sources_->Add(module.name, module.is_package, module.facts, FileOf(app, module));
    for (size_t f = 0; f < module.entered.size(); ++f) {
      if (module.entered[f]) entered.emplace_back(module.name, static_cast<int>(f));
    }
  }
  for (const ModuleAlias& alias : app.trace().aliases())
    sources_->Alias(alias.key(), alias.module());
  const std::string& handler = app.modules()[static_cast<size_t>(app.handler_module())].name;
  result_ = whole ? FindReachableOnDisk(*sources_, handler, app.handler_function(), entered)
                  : FindReachable(sources_->modules(), handler, app.handler_function(), entered);
}

bool AppReach::Ran(const std::string& module, int function) const {
  const int index = app_.Find(module);
  if (index < 0) return false;
  const std::vector<bool>& entered = app_.modules()[static_cast<size_t>(index)].entered;
  return function < 0 ||
         (static_cast<size_t>(function) < entered.size() && entered[static_cast<size_t>(function)]);
}

void AppReach::AddSteps(Plan& plan) const {
  plan.set_reach_whole(whole_);
  using Key = std::pair<std::string_view, int>;
  std::map<Key, uint32_t> positions;  // plus one
  std::map<std::string_view, uint32_t> hows;
  const auto add = [&](const std::string& module, int function, const Link& link) {
    ReachStep* step = plan.add_reach();
    const auto index = static_cast<size_t>(sources_->Find(module));
    const auto [how, added] = hows.emplace(link.how, plan.reach_how_size());
    if (added) plan.add_reach_how(std::string(link.how));
    step->set_how(how->second);
    step->set_from_line(link.line);
    step->set_file(static_cast<uint32_t>(index));
    step->set_ran(Ran(module, function));
    step->set_name(module);
    if (function >= 0) {
      const FunctionFacts& facts =
          sources_->modules()[index].facts->functions[static_cast<size_t>(function)];
      step->set_name(module + ":" + facts.qualname);
      step->set_line(facts.def_line);
    }
    positions.emplace(Key(module, function), plan.reach_size());
  };
  for (const auto& [module, link] : result_.modules) add(module, -1, link);
  for (const auto& [thing, link] : result_.reachable) add(thing.first, thing.second, link);
  int at = 0;
  const auto connect = [&](const Link& link) {
    const auto from = positions.find(Key(link.module, link.function));
    if (from != positions.end()) plan.mutable_reach(at)->set_from(from->second);
    ++at;
  };
  for (const auto& [module, link] : result_.modules) connect(link);
  for (const auto& [thing, link] : result_.reachable) connect(link);
  for (size_t m = 0; m < sources_->modules().size(); ++m) {
    const fs::path file = sources_->file(m);
    const std::string inside = file.lexically_relative(app_.directory()).string();
    plan.add_reach_files(inside.empty() || inside.starts_with("..") ? file.string() : inside);
  }
}

}  // namespace faaslight
