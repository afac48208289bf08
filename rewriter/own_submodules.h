// R3: names that a package uses although none of its statements binds them: its submodules.
//
// Importing pkg.a also binds `a` in pkg. Code of pkg that says `a`, or `del a`, looks into the
// namespace itself, where no __getattr__ can help: pkg.a must be loaded by then.
#pragma once

#include <map>
#include <string>

#include "rewriter/application.h"

namespace faaslight {

// Name -> line of a use (0: by evaluated code), for each traced submodule of the package whose name
// its own code uses and does not bind itself. Concludes nothing about names that are bound in more
// than one way (R8). Empty for what is no package of the application.
std::map<std::string, uint32_t> SubmodulesUsedBare(const Application& app, int package);

// True when the clause of an import statement of `importer` loads importer.submodule.
bool LoadsOwnSubmodule(const TracedModule& importer, const ImportedName& name,
                       const std::string& submodule);

}  // namespace faaslight
