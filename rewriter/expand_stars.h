// Star imports as lists of names, where the list is certain.
//
// `from m import *` with m's `__all__` known to the last name says the same as `from m import a, b,
// c`. Written so each name is decided for itself like any other (R2, R9): without, one used name
// keeps all of them, and what m defines for nobody is loaded.
#pragma once

#include <memory>

#include "rewriter/application.h"

namespace faaslight {

// The facts of module `index` with every star import that can be expanded replaced by its names;
// null when there is none. A star import stays what it is when its module was not traced, did not
// complete, may be half executed when the statement runs (an import cycle), has no `__all__` and no
// certain public names either (rewriter/public_names.h), or has an `__all__` that is bound under
// `if` or `try`; when another module changed that `__all__`; and under try, with or a loop. Where
// the text does not give an `__all__` exactly (code puts it together, or it is an extension
// module's) it is the trace's.
std::shared_ptr<const Facts> WithStarsExpanded(const Application& app, int index);

}  // namespace faaslight
