// sys.monitoring (CPython 3.12 and later): callbacks that switch themselves off.
#pragma once

#include "tracer/compat.h"

#if FAASLIGHT_HAS_MONITORING
namespace faaslight::tracer {

// Has `callback` called for an event ("PY_START", "LINE") of all code, on all threads. Once per
// process. False with a Python error set when that could not be done.
bool MonitorEvent(const char* event, PyMethodDef* callback);

// What a callback returns so that it is not called again for this place. A new reference.
PyObject* Disable();

// Calls them for all places again.
bool RestartMonitoring();

}  // namespace faaslight::tracer
#endif
