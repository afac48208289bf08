// What the import of the handler's module still loads although it is rewritten: what each such
// module costs, and which rule keeps it.
//
// The modules that stay form a graph: an edge where one imports another, with the rule that keeps
// the import. A module *holds* what every way from the handler leads through it to (it dominates
// it): that would go if the module went. A rule holds what no way leads to any more when the
// imports that it alone keeps are taken away. Both are bounds, not promises: another rule may keep
// what one lets go. Times are the trace's, without the modules that a module imports.
#pragma once

#include "report/join.h"

namespace faaslight {

// Precondition: a plan. Cost: linear in the graph, times the number of rules.
WhyEager ExplainEager(const TracePlan& join);

}  // namespace faaslight
