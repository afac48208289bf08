// Where, in a function that ran, the code begins that no event came to.
//
// Problem: a function that ran holds the names that it uses. But much of it did not run: error
// paths, other kinds of input. Sklearn's check of an array names scipy.stats on such a line.
// Idea: a block is run from its first statement on. When no line from some statement to the end of
// its block ran, a guard before that statement comes before all of them: so it may bind what they
// use, and the lines that did run are what they were.
// The trace's lines are evidence only of where guards cost nothing. Where they are wrong (another
// thread ran the code, or chance did) the guard does its work all the same.
#include <algorithm>

#include "rewriter/fact_reader.h"

namespace faaslight {

bool FactReader::Ran(uint32_t first, uint32_t last) const {
  const auto found = std::lower_bound(lines_->begin(), lines_->end(), first);
  return found != lines_->end() && *found <= last;
}

uint32_t FactReader::LineAt(uint32_t offset) const {
  return static_cast<uint32_t>(std::upper_bound(line_starts_.begin(), line_starts_.end(), offset) -
                               line_starts_.begin());
}

void FactReader::UseLines(const std::vector<uint32_t>& lines) {
  lines_ = &lines;
  line_starts_.push_back(0);
  for (uint32_t at = 0; at < tree_.source().size(); ++at) {
    if (tree_.source()[at] == '\n') line_starts_.push_back(at + 1);
  }
}

// The context of a function's body. Nothing is known of a function of which no line ran, although
// something entered it.
Context FactReader::OfBody(NodeId body, Context context) const {
  if (lines_ == nullptr) return context;
  context.lines_known = Ran(LineAt(tree_[body].begin), LineAt(tree_[body].end - 1));
  return context;
}

NodeId FactReader::FindCold(NodeId block, const Context& context) {
  const bool looks = lines_ != nullptr && context.lines_known && context.cold < 0 &&
                     context.owner >= 0 && scopes_[context.scope].kind == ScopeKind::kFunction;
  if (!looks) return kNoNode;
  const std::vector<NodeId> statements = tree_.NamedChildren(block);
  size_t from = statements.size();
  while (from > 0 &&
         !Ran(tree_.line(statements[from - 1]), LineAt(tree_[statements[from - 1]].end - 1)))
    --from;
  // A statement that has no room before it stays warm.
  for (; from < statements.size(); ++from) {
    const std::vector<NodeId> rest(statements.begin() + static_cast<std::ptrdiff_t>(from),
                                   statements.end());
    const uint32_t before = from == 0
                                ? tree_[rest.front()].begin
                                : EndWithSemicolon(tree_.source(), tree_[statements[from - 1]].end);
    std::optional<Spot> spot = FindGuard(tree_, rest, false, before);
    if (!spot) continue;
    FunctionFacts& function = facts_.functions[static_cast<size_t>(context.owner)];
    if (!function.warm) function.warm.emplace();
    cold_.push_back({context.owner, {*spot, tree_.line(rest.front()), {}}});
    return rest.front();
  }
  return kNoNode;
}

// Once all names are resolved: each function gets its cold regions.
void FactReader::FinishCold() {
  for (auto& [owner, region] : cold_)
    facts_.functions[static_cast<size_t>(owner)].cold.push_back(std::move(region));
  for (size_t f = 0; f < facts_.functions.size(); ++f) {
    FunctionFacts& function = facts_.functions[f];
    if (!function.warm) continue;
    function.warm->own_namespace = warm_namespace_.count(static_cast<int>(f)) != 0;
    function.warm->namespaces = function.own.namespaces;
  }
}

void FactReader::NoteNamespace(int owner, int cold) {
  UsesOf(owner)->own_namespace = true;
  if (cold >= 0) {
    cold_[static_cast<size_t>(cold)].second.uses.own_namespace = true;
  } else {
    warm_namespace_.insert(owner);
  }
}

void FactReader::NoteName(const Load& load) {
  const auto add = [&](Uses& uses) {
    auto [found, added] = uses.names.emplace(names_[load.name], load.line);
    if (!added) found->second = std::min(found->second, load.line);
  };
  Uses* uses = UsesOf(load.owner);
  if (uses == nullptr) return;
  add(*uses);
  if (load.bare) uses->bare.insert(names_[load.name]);
  if (load.cold >= 0) {
    add(cold_[static_cast<size_t>(load.cold)].second.uses);
  } else if (load.owner >= 0 && facts_.functions[static_cast<size_t>(load.owner)].warm) {
    add(*facts_.functions[static_cast<size_t>(load.owner)].warm);
  }
}

void FactReader::NoteChain(const DottedRead& chain) {
  UsesOf(chain.owner)->chains.insert(names_[chain.dotted]);
  if (chain.bare) UsesOf(chain.owner)->bare.insert(names_[chain.dotted]);
  if (chain.cold >= 0) {
    cold_[static_cast<size_t>(chain.cold)].second.uses.chains.insert(names_[chain.dotted]);
  } else if (chain.owner >= 0 && facts_.functions[static_cast<size_t>(chain.owner)].warm) {
    facts_.functions[static_cast<size_t>(chain.owner)].warm->chains.insert(names_[chain.dotted]);
  }
}

}  // namespace faaslight
