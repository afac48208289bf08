// With which texts the program's import calls textwrap.dedent, eval and exec.
//
// What dedent answers depends on its argument alone, and it is slow: some libraries write their
// docstrings with decorators that dedent hundreds of them, an eighth of pandas' import. What eval
// and exec compile a text to depends on the text alone too; each namedtuple compiles one. The
// rewriter has the answers made beforehand (docs/performance.md).
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

// Notes, from now on, the texts that the built-in eval and exec are given, by the function pointers
// in their method tables: the objects, and what they do, stay as they are. False with a Python
// error if these built-ins are not what CPython's are.
bool WatchEvaluations();

}  // namespace faaslight::tracer
