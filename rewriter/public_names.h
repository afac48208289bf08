// What `from m import *` copies of a module without an `__all__`, where m's text says so to the
// last name.
//
// The statement copies all names without a leading underscore that m holds when it runs: those that
// m's body binds, and the submodules that were loaded by then. That is certain when the body binds
// each of them once and for all, whatever the environment, and loads the submodules itself.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rewriter/application.h"

namespace faaslight {

// The names, sorted; the statement runs after the module's body. nullopt when they are not certain:
// for what is no traced source module of the application or did not complete; one with an
// `__all__`, a `__getattr__` or star imports of its own that are no lists of names, or with code
// that may bind names unseen (`globals()`); when a public name is bound under `if`, `try` or a
// loop, is deleted, is bound by a function, or is set by another module's import; and when a public
// submodule was loaded outside its body. Nor when `importer`, the module with the statement, has a
// `__getattr__` or code that may bind names unseen: it may make use of which names are there.
std::optional<std::vector<std::string>> PublicNames(const Application& app, int importer,
                                                    int index);

}  // namespace faaslight
