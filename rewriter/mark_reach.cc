// Joins the reachability analysis to the choices.
#include "rewriter/decisions.h"
#include "rewriter/reach.h"

namespace faaslight {

void MarkReach(const Application& app, const ReachResult& reached, Choices& choices) {
  for (size_t i = 0; i < choices.size(); ++i) {
    const TracedModule& module = app.modules()[i];
    choices[i].reach.assign(module.entered.size(), REACH_UNREACHABLE);
    for (size_t f = 0; f < module.entered.size(); ++f) {
      if (module.entered[f]) {
        choices[i].reach[f] = REACH_TRACED;
      } else if (reached.Reaches(module.name, static_cast<int>(f))) {
        choices[i].reach[f] = REACH_REACHABLE;
      }
    }
  }
}

}  // namespace faaslight
