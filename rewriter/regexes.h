// Regular expressions compiled beforehand.
//
// `re.compile` is Python code: a fifth of app05's rewritten import. The pack holds what it comes to
// for the patterns that the traced import and events compiled, and the runtime puts them into
// `re`'s own cache, where `re.compile` finds them; nothing else changes. One that is not in the
// cache, or under another CPython than the traced one, is compiled as ever.
#pragma once

#include <vector>

#include "rewriter/decisions.h"
#include "rewriter/pack.h"

namespace faaslight {

// What the rewritten package will compile at init, in the trace's order: the patterns of modules
// that stay loaded, and those that events compiled. None when `re` is not the standard library's,
// or is not surely loaded by the import anyway.
std::vector<PatternToCompile> PatternsToPrepare(const Application& app, const Choices& choices);

}  // namespace faaslight
