// R13: what was imported under a `with` belongs to it.
//
// The problem: `with deprecation.silence(): from a import b` runs a's body while something is
// switched off, and what a's body does depends on it. The statement itself stays as it is; but the
// module around it may become lazy, and `a` be loaded by somebody else, with the switch on.
//
// The idea: whoever loads `a`, or what a's import led to, loads the module with the `with` before.
// Not seen: a `with` in a function that a module's body calls.
#pragma once

#include <vector>

#include "rewriter/application.h"

namespace faaslight {

// A module, and the nearest one around it whose body ran a `with` statement when it was loaded.
struct WithLoad {
  int module = -1;
  int holder = -1;
};

// All of a trace, in the order of the modules. `contextlib.suppress` does not count: what runs
// under it runs as ever.
std::vector<WithLoad> LoadedUnderWith(const Application& app);

}  // namespace faaslight
