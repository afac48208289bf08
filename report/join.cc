#include "report/join.h"

#include <algorithm>
#include <unordered_set>

namespace faaslight {
namespace {

constexpr size_t kLongestChain = 64;  // real ones have at most some 30 steps

std::string Key(std::string_view importer, std::string_view target) {
  std::string key(importer);
  key += '\n';
  return key += target;
}

}  // namespace

TracePlan::TracePlan(const Trace& trace, const Plan* plan)
    : trace_(trace), plan_(plan), planned_(trace.modules_size()), children_(trace.modules_size()) {
  for (int m = 0; m < size(); ++m) by_name_.emplace(module(m).name(), m);
  if (plan != nullptr) {
    for (const PlanModule& planned : plan->modules()) {
      const int m = Find(planned.name());
      if (m >= 0 && planned_[m] == nullptr) planned_[m] = &planned;
      ReadDecisions(planned);
    }
  }
  Hang();
}

int TracePlan::Find(std::string_view name) const {
  const auto it = by_name_.find(name);
  return it == by_name_.end() ? -1 : it->second;
}

bool TracePlan::LoadedAfter(int m) const {
  return planned_[m] == nullptr ? LoadedBefore(m) : planned_[m]->loaded_after();
}

int TracePlan::ImporterAfter(int m) const {
  if (planned_[m] == nullptr || !planned_[m]->loaded_after()) return ImporterBefore(m);
  return Find(planned_[m]->importer());
}

void TracePlan::Hang() {
  std::vector<bool> hung(size());
  const auto hang_below = [&](int root) {
    std::vector<int> todo{root};
    hung[root] = true;
    while (!todo.empty()) {
      const int m = todo.back();
      todo.pop_back();
      // A child that hangs already is the root itself, met again in a circle of importers.
      std::vector<int>& children = children_[m];
      children.erase(
          std::remove_if(children.begin(), children.end(), [&](int c) { return hung[c]; }),
          children.end());
      for (const int child : children) {
        hung[child] = true;
        todo.push_back(child);
      }
    }
    roots_.push_back(root);
  };
  for (int m = 0; m < size(); ++m) {
    if (IsFirst(m) && ImporterBefore(m) >= 0) children_[ImporterBefore(m)].push_back(m);
  }
  for (int m = 0; m < size(); ++m) {
    if (IsFirst(m) && ImporterBefore(m) < 0) hang_below(m);
  }
  for (int m = 0; m < size(); ++m) {
    if (IsFirst(m) && !hung[m]) hang_below(m);
  }
}

void TracePlan::Enter(Causes& causes, const std::string& importer, const std::string& target,
                      const ImportCause& cause) {
  for (size_t end = target.size(); end != std::string::npos && end > 0;
       end = target.rfind('.', end - 1)) {
    causes.emplace(Key(importer, std::string_view(target).substr(0, end)), cause);
  }
}

void TracePlan::ReadDecisions(const PlanModule& module) {
  for (const ImportDecision& decision : module.imports()) {
    const ImportCause cause{decision.line(), {decision.reason().rule(), decision.reason().text()}};
    Causes& causes = decision.lazy() ? lazy_ : eager_;
    if (!decision.attribute().empty() && decision.attribute() != "*") {
      causes.emplace(Key(module.name(), decision.target() + "." + decision.attribute()), cause);
    }
    Enter(causes, module.name(), decision.target(), cause);
  }
  for (const Hoist& hoist : module.hoists()) {
    Enter(eager_, module.name(), hoist.module(),
          {hoist.line(), {hoist.reason().rule(), hoist.reason().text()}});
  }
}

const ImportCause* TracePlan::Eager(std::string_view importer, std::string_view target) const {
  const auto it = eager_.find(Key(importer, target));
  return it == eager_.end() ? nullptr : &it->second;
}

const ImportCause* TracePlan::Lazy(std::string_view importer, std::string_view target) const {
  const auto it = lazy_.find(Key(importer, target));
  return it == lazy_.end() ? nullptr : &it->second;
}

std::vector<ChainStep> ImportChain(const TracePlan& join, int m) {
  std::vector<ChainStep> chain;
  std::unordered_set<int> seen;
  const bool after = join.plan() != nullptr && join.LoadedAfter(m);
  while (m >= 0 && seen.insert(m).second && chain.size() < kLongestChain) {
    const int importer = after ? join.ImporterAfter(m) : join.ImporterBefore(m);
    ChainStep step{join.module(m).name(), 0};
    if (importer >= 0) {
      const ImportCause* eager =
          after ? join.Eager(join.module(importer).name(), step.module) : nullptr;
      if (importer == join.ImporterBefore(m)) step.line = join.module(m).importer_line();
      if (eager != nullptr && step.line == 0) step.line = eager->line;
    }
    chain.push_back(std::move(step));
    m = importer;
  }
  std::reverse(chain.begin(), chain.end());
  chain.front().line = 0;
  return chain;
}

std::string PackageOf(const Module& module) {
  if (module.root() == ROOT_STDLIB || module.kind() == KIND_BUILTIN) return "(standard library)";
  return module.name().substr(0, module.name().find('.'));
}

}  // namespace faaslight
