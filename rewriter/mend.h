// Verifies a package, and mends it where it differs: the decisions at fault are found by bisection
// (repair.h) and pinned.
//
// First whole modules are pinned, in the order of the trace; then, in each module that was found,
// single decisions: that it is loaded where it always was, the names it imports, its functions. So
// a plan keeps all of its other decisions. Cost: one build and one replay per step; the search is
// bounded.
#pragma once

#include <vector>

#include "base/result.h"
#include "rewriter/build.h"
#include "rewriter/repair.h"
#include "rewriter/verify.h"

namespace faaslight {

struct MendOptions {
  bool repair = true;
  int max_replays = 100;  // of the search
  Progress progress = [](const std::string&) {};
};

struct Mended {
  PackageBuilder::Package package;      // the last one built, which lies in the builder's folder
  std::vector<Difference> differences;  // that are left: then the package must not be used
  std::vector<FoundPin> pins;           // that mended it
  std::vector<Difference> before;       // what differed without them
  int replays = 0;                      // of the search
};

// Builds, replays `traced` (the events that shaped the plan) and `holdout` (null: there are none)
// and, when something differs, repairs. The plan gets the verification and the repairs. Errors:
// those of building and replaying. What cannot be mended within the bound is a result.
Result<Mended> BuildAndMend(const Application& app, PackageBuilder& builder,
                            const std::filesystem::path& package, Verifier& traced,
                            Verifier* holdout, const MendOptions& options);

}  // namespace faaslight
