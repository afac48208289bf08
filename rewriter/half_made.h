// R14: what a body read of a module that was half made then, and changes it later.
//
// core binds NAMES, imports lib, binds NAMES again; lib's body reads core.NAMES, through a circular
// import. If core's import of lib were lazy, lib would read what came of it. So it stays, and with
// it the whole way from the one to the other; the cycle of eager imports that this makes is entered
// where it always was (rewriter/cycles.h).
#pragma once

#include <map>
#include <string>
#include <utility>

#include "rewriter/application.h"

namespace faaslight {

// The import statements (module, index into its Facts::imports) that lead from such a module to
// its reader, with a text that says who reads what. Seen are from-imports and attribute chains in
// the reader's body, and names that the other body binds more than once, that a function binds, or
// that hold what the body uses itself and so may fill. Not seen: what only functions fill, and what
// functions that the reader's body calls read.
std::map<std::pair<int, int>, std::string> ImportsReadInTime(const Application& app);

}  // namespace faaslight
