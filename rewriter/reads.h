// What a module's body reads of other modules while it is imported.
#pragma once

#include <string>
#include <vector>

#include "rewriter/application.h"

namespace faaslight {

// The absolute names ("pkg.mod.NAME", "pkg.mod.Class.attr") that from-imports at module level and
// attribute chains on imported names read, as far as the text tells. Precondition: it has facts.
std::vector<std::string> NamesReadBy(const TracedModule& m);

}  // namespace faaslight
