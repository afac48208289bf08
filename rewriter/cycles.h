// R14: import cycles as decisions have left them.
#pragma once

#include <set>
#include <vector>

#include "rewriter/decisions.h"

namespace faaslight {

// True when `package` is a package around `of`: importing `of` runs its body before.
bool IsAncestor(const Application& app, int package, int of);

// What is still a cycle of a group that was one in the trace. A group with an extension module is
// one whatever we decide: its imports are its own. Of source modules those count whose eager
// imports reach each other. Cost: one search per member.
std::vector<std::set<int>> EagerCycles(const Application& app, const Choices& choices,
                                       const std::vector<int>& group);

}  // namespace faaslight
