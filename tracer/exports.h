// What modules say in `__all__` when the run ends.
//
// `from m import *` copies the names that m's `__all__` lists. Where that is put together by code
// (numpy joins those of its submodules) the source does not tell which names those are.
#pragma once

namespace faaslight::tracer {

// Writes a record for each loaded module of Python source that has an `__all__`, if that is a list
// or tuple of strings. Runs no code of the program.
void RecordExports();

}  // namespace faaslight::tracer
