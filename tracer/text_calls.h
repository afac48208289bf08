// With which texts the program's import calls textwrap.dedent.
//
// Its answer depends on its argument alone, and it is slow: some libraries write their docstrings
// with decorators that dedent hundreds of them, an eighth of pandas' import. The rewriter has the
// answers made beforehand (docs/performance.md).
#pragma once

#include <Python.h>

#include <string>

namespace faaslight::tracer {

// Notes the calls of this code from now on (State::dedent) if it is the standard library's
// textwrap.dedent. `file` is its file.
void LookForDedent(PyCodeObject* code, const std::string& file);

// Writes a record unless an equal one was written. `text`: the argument; borrowed, may be null.
// Only before the first event, only of a str, up to a limit of both length and number.
void NoteDedent(PyObject* text);

}  // namespace faaslight::tracer
