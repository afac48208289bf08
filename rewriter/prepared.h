// What the import asks of the standard library and what can be answered beforehand.
//
// `re.compile` and `textwrap.dedent` are Python code: a fifth of app05's rewritten import, an
// eighth of pandas'; each `namedtuple` compiles a text, a twentieth of most imports. The pack holds
// what they come to for what the traced import gave them (and, of patterns, the events). The
// runtime puts the compiled patterns into `re`'s own cache, where `re.compile` finds them, and lets
// `dedent` and namedtuple's `eval` look their texts up until the import ends; what is not there, or
// under another CPython than the traced one, is worked out as ever.
#pragma once

#include <string>
#include <vector>

#include "rewriter/decisions.h"
#include "rewriter/pack.h"

namespace faaslight {

// The patterns of the trace, those first whose module may be loaded at init, as far as `re` keeps
// them. The others are not left out: another module may compile the same, and the trace has only
// the first. None when `re` is not the standard library's, or is not surely loaded by the import
// anyway.
std::vector<PatternToCompile> PatternsToPrepare(const Application& app, const Choices& choices);

// The texts that modules which may be loaded at init gave to textwrap.dedent, in the trace's order.
// None when textwrap is not the standard library's, or is not surely loaded by the import anyway.
std::vector<std::string> TextsToDedent(const Application& app, const Choices& choices);

// The texts that `collections` gave to eval (the `lambda` of each namedtuple), under the same
// conditions. Texts of other callers are not taken: the runtime does not know their `eval`.
std::vector<std::string> TextsToEvaluate(const Application& app, const Choices& choices);

}  // namespace faaslight
