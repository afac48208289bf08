// Reads the decisions that a golden case names in its last comment lines.
//   # lazy: QUALNAME…        these functions get lazy bodies, numbered in this order
//   # guard: QUALNAME…       these get guards, for the names of `# use:`
//   # no guard: QUALNAME…    these must have no spot
//   # remove: NAME…          imports that bind these names
//   # hoist: NAME MODULE…    at the import that binds NAME
//   # names: …   # submodules: …   # epilogue   # hold   # python: 3.N (the first that compiles it)
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "rewriter/edits.h"

namespace faaslight {

struct GoldenCase {
  FileDecisions decisions;
  std::vector<int> no_guard;  // functions that must have no spot
};

// Fails when a directive names something that the file does not have.
Result<GoldenCase> ReadGoldenCase(std::string_view source, const Facts& facts);

}  // namespace faaslight
