// What a person should know before trusting the package, though no decision follows from it.
#pragma once

#include <string>
#include <vector>

#include "rewriter/application.h"

namespace faaslight {

// One line for people each, in this order:
// - per source file that a traced module of the application imports in its body, that no trace
//   loaded, and that does not parse: "extra/new.py stays as it is: …". Such a module leaves nothing
//   in sys.modules, so the trace alone does not know it. Imports in functions and under
//   TYPE_CHECKING are not followed: they did not run. Sorted, each file once;
// - per traced module of the application that does not parse;
// - per module of the application whose code ran and went over sys.modules as a whole (R5): what is
//   kept loaded for it. What the trace saw it do there, aliases, is kept without a word.
std::vector<std::string> NotesOf(const Application& app);

}  // namespace faaslight
