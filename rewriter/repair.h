// Which decisions must be taken back so that a package agrees with the original again?
//
// Problem: a replay says only that a package differs, not which of thousands of decisions is at
// fault. Idea: a package in which everything is pinned agrees; the shortest list of candidates
// whose pins are enough ends with one that is needed, and a binary search finds it in few replays.
// With it pinned the search goes on for the next, until what was found is enough by itself. Cost:
// about log2(candidates) + 1 replays for each pin that is needed.
//
// Nothing here touches a disk or knows Python: the caller builds and replays.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "rewriter/verify.h"

namespace faaslight {

// A pin that was found, and what differed without it.
struct FoundPin {
  std::string glob;
  Difference evidence;
};

// Builds and replays a package with these pins beside the user's own: what differs then.
using Oracle = std::function<Result<std::vector<Difference>>(const std::vector<std::string>& pins)>;

// Counts replays down. A search that runs out of them ends with the smallest set known to be
// enough.
struct Budget {
  int left = 0;
  bool ran_out = false;
};

struct PinSearch {
  bool agrees =
      false;  // false: not even all candidates pinned are enough, or the budget was too small
  std::vector<FoundPin> pins;
};

// Finds a set of `candidates` that is enough beside `fixed`, and of which none can be left out as
// far as decisions do not depend on each other. `seen`: what differs with `fixed` alone, not empty.
// Gives the pins in the order of the candidates. Errors: the oracle's.
Result<PinSearch> FindPins(const std::vector<std::string>& candidates,
                           const std::vector<std::string>& fixed, const Difference& seen,
                           const Oracle& oracle, Budget& budget);

}  // namespace faaslight
