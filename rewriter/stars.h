// R6: what `from package import *` copies depends on when it runs.
//
// Without an __all__ the statement copies what the package holds at that moment, so also the
// submodules that were loaded by then, and none of those that came later. Code can tell (dir(), a
// name of a module that hides a builtin, a second star import of the copy). So the statement runs
// where it did, after the submodules that were there, and before those that came later.
#pragma once

#include <vector>

#include "rewriter/application.h"

namespace faaslight {

// One submodule of the package from which one module imports all names.
struct StarCopy {
  int importer = -1;
  int submodule = -1;
  bool copied = false;  // it was loaded when the statement ran; false: it came later
};

// Every star import of a package without __all__ that a body in the trace has run, with each
// submodule that the trace loaded, in the order of the modules.
std::vector<StarCopy> StarCopiesOf(const Application& app);

}  // namespace faaslight
