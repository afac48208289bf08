// R3: `import scipy.stats` that only brings a submodule, in a module that needs the name `scipy`.
//
// sklearn.utils.fixes has `import scipy`, `import scipy.sparse.linalg` and `import scipy.stats`,
// and uses scipy.sparse when it is imported. All three bind one name, which is needed; but it is
// there by the first of them, and nothing that runs asks for scipy.stats. A package whose text we
// write brings its submodules to whoever asks it for them, so that statement can wait.
#pragma once

#include "rewriter/decisions.h"

namespace faaslight {

// Whether this name of an import statement in the module's body can be left to the package of what
// it imports. Concludes nothing about the name itself and what it denotes (R2, R8, R9, R12 to R14
// do that). True needs: it is an `import a.b` without `as`; an earlier plain `import a…` stands in
// the same body; each package on the way to the submodule gets a text; no code of the module that
// runs names the submodule in a chain (`a.b.x`); the submodule neither has an import effect, nor
// was loaded under `with`, nor enters an import cycle elsewhere than at its first module.
//
// Precondition: MarkRewritable and ClassifyFunctions have run. Thread-safe.
bool CanBeLeftToPackage(const Application& app, const Choices& choices, int importer, int statement,
                        int position);

}  // namespace faaslight
