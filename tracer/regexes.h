// Which regular expressions the program compiles, and while which module is executed.
//
// Compiling them is Python code, and a fifth of some cold starts: the rewriter has it done
// beforehand (docs/performance.md). `re` keeps what it compiled in a dict; what is new there since
// the last boundary of a module's execution was compiled by that module, or by what it called.
#pragma once

#include <string>

namespace faaslight::tracer {

// Writes a record for each pattern that came into `re`'s cache since the last call, as compiled by
// `executing` ("" for no module). Runs no code of the program. Does nothing while `re` is not
// loaded, and where its cache is no plain dict.
void NotePatterns(const std::string& executing);

}  // namespace faaslight::tracer
