// Names that are bound at once, because the module they come from is loaded by then anyway.
//
// The problem: a lazy `from x import y` reads x.y later than the original did. If x is loaded all
// the same, somebody may patch x.y in between (setattr, mock), and the patch is seen. The idea:
// being lazy saves nothing where x is loaded by then, so y is bound where it always was. That an
// import statement stays costs some hundred nanoseconds; a lazy name costs as much when it is first
// used.
#pragma once

#include "rewriter/decisions.h"

namespace faaslight {

// Makes the lazy `from x import y` eager where x is surely loaded when the statement runs: an eager
// import of x stands before it or in it, or x is one of the modules that `draft`, a whole round of
// decisions on the same application, must load at init. Not where y is a submodule of x, is itself
// a lazy name there, or x is in an import cycle with the module, unless its own statement loads it.
// It makes no module load that was not loaded: what it changes, it changes to what the original
// did.
void BindWhatIsLoaded(const Application& app, const Choices& draft, Choices& choices);

}  // namespace faaslight
