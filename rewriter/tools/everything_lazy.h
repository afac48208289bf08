// The boldest decisions that a file allows: what a plan would never choose, but must be able to.
// For tests.
#pragma once

#include "rewriter/edits.h"
#include "rewriter/facts.h"

namespace faaslight {

// Every function and module-level import lazy that can be, every other function guarded, hoists,
// prologue and epilogue. With `guards_only` no function is lazy and all are guarded.
FileDecisions EverythingLazy(const Facts& facts, bool guards_only);

}  // namespace faaslight
