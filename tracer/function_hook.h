// Sees which functions are entered, at a cost that the program does not feel.
//
// 3.12+: a sys.monitoring callback for PY_START that answers DISABLE, so that each code object
// calls us once per event (restart_events switches them on again at each event's beginning). All
// threads are covered. 3.9–3.11: a C profile function. It is called for every call, so it must do
// little: a look into a set of pointers, and out. Each thread has to install it; threads of
// `threading` do, through threading.setprofile.
#pragma once

#include "tracer/pyref.h"

namespace faaslight::tracer {

// Installs the hook for this thread and those to come. False with a Python exception set.
bool InstallFunctionHook();

// A new phase or event begins: every function counts again. False with a Python exception set.
bool RestartFunctionHook();

// Describes what a module's code object defines (kDefinitions), once per file and module.
void RecordDefinitions(PyCodeObject* code, const std::string& module);

}  // namespace faaslight::tracer
