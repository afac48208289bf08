// The decisions as a Plan (proto/plan.proto), for printing, for the report and for tests.
#pragma once

#include <string>
#include <vector>

#include "proto/plan.pb.h"
#include "rewriter/decisions.h"

namespace faaslight {

// "traced", "reachable", "none".
std::string_view KeepName(Keep keep);

Plan MakePlan(const Application& app, const Policy& policy, const Choices& choices,
              const std::vector<std::string>& notes);

}  // namespace faaslight
