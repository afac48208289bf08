// How a handler comes to something that it can reach, for people.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proto/plan.pb.h"

namespace faaslight {

// The chain from "module" or "module:qualified.name" back to the handler, by Plan.reach: the thing
// itself first, then for each step how it was come to, where in which code, and whether the trace
// has that code; the handler last. Several definitions of one name give several chains. Empty:
// nothing of that name is reachable. A damaged plan gives a shorter chain, never an endless one.
std::vector<std::string> ChainOf(const Plan& plan, std::string_view name);

}  // namespace faaslight
