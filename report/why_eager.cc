#include "report/why_eager.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace faaslight {
namespace {

constexpr int kNone = -1;

// An import that stays.
struct Edge {
  int from = kNone;
  int to = kNone;
  uint32_t line = 0;
  Cause cause;
};

class EagerGraph {
 public:
  explicit EagerGraph(const TracePlan& join) : join_(join), out_(join.size()) {
    for (int m = 0; m < join.size(); ++m) {
      if (Stays(m) && join.planned(m) != nullptr) AddDecisions(m);
    }
    for (int m = 0; m < join.size(); ++m) {
      if (Stays(m)) AddParents(m);
    }
    root_ = join.Find(join.trace().app().handler_module());
    AttachTheRest();
  }

  WhyEager Explain() const {
    WhyEager out;
    if (root_ < 0) return out;
    FillModules(out);
    FillRules(out);
    return out;
  }

 private:
  bool Stays(int m) const {
    return join_.IsFirst(m) && join_.LoadedBefore(m) && join_.LoadedAfter(m);
  }

  void Add(int from, int to, uint32_t line, const Cause& cause) {
    if (to < 0 || to == from || !Stays(to)) return;
    out_[from].push_back(static_cast<int>(edges_.size()));
    edges_.push_back({from, to, line, cause});
  }

  // Imports that stay only because that is free hold nothing: what else loads the module does.
  void AddDecisions(int m) {
    for (const ImportDecision& decision : join_.planned(m)->imports()) {
      if (decision.lazy() || decision.reason().rule() == "free") continue;
      const Cause cause{decision.reason().rule(), decision.reason().text()};
      Add(m, join_.Find(decision.target()), decision.line(), cause);
      if (decision.attribute().empty() || decision.attribute() == "*") continue;
      Add(m, join_.Find(decision.target() + "." + decision.attribute()), decision.line(), cause);
    }
    for (const Hoist& hoist : join_.planned(m)->hoists()) {
      Add(m, join_.Find(hoist.module()), hoist.line(),
          {hoist.reason().rule(), hoist.reason().text()});
    }
  }

  // A module's package is loaded before it.
  void AddParents(int m) {
    const std::string& name = join_.module(m).name();
    const size_t dot = name.rfind('.');
    if (dot != std::string::npos) Add(m, join_.Find(name.substr(0, dot)), 0, {"", "its package"});
  }

  // What functions, extension modules and the standard library import is in no plan: the trace
  // tells who did.
  void AttachTheRest() {
    if (root_ < 0) return;
    std::vector<bool> reached = Reach("");
    for (bool grown = true; grown;) {
      grown = false;
      for (int m = 0; m < join_.size(); ++m) {
        const int importer = reached[m] || !Stays(m) ? kNone : join_.ImporterAfter(m);
        if (importer < 0 || !reached[importer]) continue;
        Add(importer, m, 0, ModuleCause(join_, m));
        grown = true;
      }
      if (grown) reached = Reach("");
    }
  }

  // The modules to which a way leads from the handler over edges of other rules than this one.
  std::vector<bool> Reach(const std::string& without) const {
    std::vector<bool> reached(out_.size());
    std::vector<int> todo{root_};
    reached[root_] = true;
    while (!todo.empty()) {
      const int m = todo.back();
      todo.pop_back();
      for (const int e : out_[m]) {
        const Edge& edge = edges_[e];
        if (reached[edge.to] || (!without.empty() && edge.cause.rule == without)) continue;
        reached[edge.to] = true;
        todo.push_back(edge.to);
      }
    }
    return reached;
  }

  // Modules in the order in which a depth-first walk leaves them: the root last.
  std::vector<int> PostOrder() const {
    std::vector<int> order;
    std::vector<bool> seen(out_.size());
    std::vector<std::pair<int, size_t>> path{{root_, 0}};
    seen[root_] = true;
    while (!path.empty()) {
      auto& [m, next] = path.back();
      if (next == out_[m].size()) {
        order.push_back(m);
        path.pop_back();
        continue;
      }
      const int to = edges_[out_[m][next++]].to;
      if (seen[to]) continue;
      seen[to] = true;
      path.emplace_back(to, 0);
    }
    return order;
  }

  // The immediate dominator of each module (Cooper, Harvey, Kennedy: A Simple, Fast Dominance
  // Algorithm, 2001); of the root itself the root, of what is not reached kNone.
  std::vector<int> Dominators(const std::vector<int>& post) const {
    std::vector<int> number(out_.size(), kNone);
    for (size_t i = 0; i < post.size(); ++i) number[post[i]] = static_cast<int>(i);
    std::vector<std::vector<int>> in(out_.size());
    for (const Edge& edge : edges_) {
      if (number[edge.from] >= 0 && number[edge.to] >= 0) in[edge.to].push_back(edge.from);
    }
    std::vector<int> dominator(out_.size(), kNone);
    dominator[root_] = root_;
    // Of the two the one that was left earlier lies deeper.
    const auto common = [&](int a, int b) {
      while (a != b) {
        int& deeper = number[a] < number[b] ? a : b;
        deeper = dominator[deeper];
      }
      return a;
    };
    for (bool changed = true; changed;) {
      changed = false;
      for (auto m = post.rbegin(); m != post.rend(); ++m) {
        if (*m == root_) continue;
        int found = kNone;
        for (const int from : in[*m]) {
          if (dominator[from] >= 0) found = found < 0 ? from : common(from, found);
        }
        changed = changed || found != dominator[*m];
        dominator[*m] = found;
      }
    }
    return dominator;
  }

  void FillModules(WhyEager& out) const {
    const std::vector<int> post = PostOrder();
    const std::vector<int> dominator = Dominators(post);
    std::vector<uint64_t> modules(out_.size()), time(out_.size());
    // A dominator is left after what it dominates.
    for (const int m : post) {
      ++modules[m];
      time[m] += join_.module(m).self_us();
      if (m == root_) continue;
      modules[dominator[m]] += modules[m];
      time[dominator[m]] += time[m];
    }
    std::vector<std::vector<int>> in(out_.size());
    for (size_t e = 0; e < edges_.size(); ++e) in[edges_[e].to].push_back(static_cast<int>(e));
    for (const int m : post) {
      out.modules += 1;
      out.self_us += join_.module(m).self_us();
      if (m != root_) out.rows.push_back(Row(m, in[m], modules[m], time[m]));
    }
    std::sort(out.rows.begin(), out.rows.end(), [](const EagerRow& a, const EagerRow& b) {
      return std::tie(b.held_us, b.self_us, a.module) < std::tie(a.held_us, a.self_us, b.module);
    });
  }

  EagerRow Row(int m, const std::vector<int>& in, uint64_t held, uint64_t held_us) const {
    EagerRow row;
    row.module = join_.module(m).name();
    row.self_us = join_.module(m).self_us();
    row.held_modules = held;
    row.held_us = held_us;
    std::set<int> importers;
    const Edge* shown = nullptr;
    for (const int e : in) {
      importers.insert(edges_[e].from);
      // A submodule's edge to its package says least; the first importer's says most.
      const auto rank = [&](const Edge& edge) {
        return std::make_pair(edge.cause.rule.empty(), edge.from != join_.ImporterAfter(m));
      };
      if (shown == nullptr || rank(edges_[e]) < rank(*shown)) shown = &edges_[e];
    }
    row.importers = importers.size();
    if (shown == nullptr) return row;
    row.importer = join_.module(shown->from).name();
    row.line = shown->line;
    row.cause = shown->cause;
    return row;
  }

  void FillRules(WhyEager& out) const {
    std::map<std::string, EagerRule> rules;
    for (const Edge& edge : edges_) {
      if (edge.cause.rule.empty()) continue;
      EagerRule& rule = rules[edge.cause.rule];
      rule.rule = edge.cause.rule;
      ++rule.imports;
    }
    const std::vector<bool> all = Reach("");
    for (auto& [name, rule] : rules) {
      const std::vector<bool> left = Reach(name);
      for (int m = 0; m < join_.size(); ++m) {
        if (!all[m] || left[m]) continue;
        ++rule.held_modules;
        rule.held_us += join_.module(m).self_us();
      }
      out.rules.push_back(std::move(rule));
    }
    std::sort(out.rules.begin(), out.rules.end(), [](const EagerRule& a, const EagerRule& b) {
      return std::tie(b.held_us, a.rule) < std::tie(a.held_us, b.rule);
    });
  }

  const TracePlan& join_;
  int root_ = kNone;
  std::vector<Edge> edges_;
  std::vector<std::vector<int>> out_;  // by module: positions in edges_
};

}  // namespace

WhyEager ExplainEager(const TracePlan& join) { return EagerGraph(join).Explain(); }

}  // namespace faaslight
