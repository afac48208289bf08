#include "rewriter/cycles.h"

#include <algorithm>
#include <map>

#include "rewriter/loads.h"

namespace faaslight {
namespace {

// The members of the group that this one's body imports eagerly.
std::vector<int> EagerTargets(const Application& app, const Choices& choices, int node,
                              const std::vector<int>& group) {
  std::vector<int> targets;
  const TracedModule& m = app.modules()[static_cast<size_t>(node)];
  const ModuleChoice& c = choices[static_cast<size_t>(node)];
  for (size_t s = 0; m.facts && s < m.facts->imports.size(); ++s) {
    if (m.facts->imports[s].function >= 0 || m.facts->imports[s].never_runs) continue;
    for (size_t n = 0; n < m.facts->imports[s].names.size(); ++n) {
      if (s < c.imports.size() && c.imports[s][n].lazy) continue;
      for (int target : LoadedByName(app, choices, node, m.facts->imports[s].names[n])) {
        if (target != node && !IsAncestor(app, target, node) &&
            std::count(group.begin(), group.end(), target) != 0)
          targets.push_back(target);
      }
    }
  }
  return targets;
}

}  // namespace

bool IsAncestor(const Application& app, int package, int of) {
  const std::string& name = app.modules()[static_cast<size_t>(of)].name;
  return name.rfind(app.modules()[static_cast<size_t>(package)].name + ".", 0) == 0;
}

std::vector<std::set<int>> EagerCycles(const Application& app, const Choices& choices,
                                       const std::vector<int>& group) {
  const bool has_extension = std::any_of(group.begin(), group.end(), [&](int member) {
    return app.modules()[static_cast<size_t>(member)].kind == KIND_EXTENSION;
  });
  if (has_extension) return {std::set<int>(group.begin(), group.end())};
  std::map<int, std::vector<int>> targets;
  for (int member : group) targets[member] = EagerTargets(app, choices, member, group);
  std::map<int, std::set<int>> reached;  // by the eager imports inside the group
  for (int start : group) {
    std::vector<int> todo{start};
    while (!todo.empty()) {
      const int node = todo.back();
      todo.pop_back();
      for (int target : targets[node]) {
        if (reached[start].insert(target).second) todo.push_back(target);
      }
    }
  }
  std::vector<std::set<int>> cycles;
  std::set<int> placed;
  for (int start : group) {
    if (placed.count(start) != 0 || reached[start].count(start) == 0) continue;
    std::set<int> members;
    for (int other : reached[start]) {
      if (reached[other].count(start) != 0) members.insert(other);
    }
    placed.insert(members.begin(), members.end());
    if (members.size() > 1) cycles.push_back(std::move(members));
  }
  return cycles;
}

}  // namespace faaslight
