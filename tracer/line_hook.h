// Which lines of functions ran: in the pass that may be slow.
//
// The rewriter puts guards where no line ran (rewriter/cold_code.cc). Being wrong costs time there,
// never an answer: so threads other than the main one may go unseen before CPython 3.12.
#pragma once

namespace faaslight::tracer {

// Begins to note lines, on the calling thread before 3.12, on all from then on. False with a Python
// error set when the interpreter refused.
bool StartLines();

// Writes a record for each file, at the end of the run.
void WriteLines();

}  // namespace faaslight::tracer
