// Which modules sys.path no longer leads to when the run ends.
//
// A program may put a folder into sys.path for a few imports and take it out again, or put another
// one before it, or change the directory that a relative entry is meant in. Imported then, a module
// was found; looked for on first use, it would not be, or another one would.
#pragma once

namespace faaslight::tracer {

// Looks each top-level module with a file up again, as an import would, and writes a record for
// each of which the lookup now gives another file or none. Finders of the program run: only at a
// run's end.
void RecordMoved();

}  // namespace faaslight::tracer
