// The builtin module `_faaslight_tracer`, by which runner.py tells the tracer where the run is.
#pragma once

#include <Python.h>

namespace faaslight::tracer {

// For PyImport_AppendInittab.
extern "C" PyObject* InitHooksModule();

}  // namespace faaslight::tracer
