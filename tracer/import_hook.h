// Sees modules being imported: order, importer, time, cycles, aliases, and the boundaries the
// effect witness needs.
//
// The import statement, importlib.import_module and importlib itself all go through
// _frozen_importlib's
// `_find_and_load` when a module is not loaded yet; we put a C callable in its place. The same for
// `_lock_unlock_module`, which is called exactly when a module is imported that is still executing:
// a cycle.
#pragma once

#include "tracer/pyref.h"

namespace faaslight::tracer {

// Records what is loaded already and installs the hook. False with a Python exception set.
bool InstallImportHook();

// A module's body is entered (from the function hook): which one, and what its spec says. Modules
// that come by another way than the import system (runpy, exec_module) are seen only here.
void ModuleBodyEntered(PyCodeObject* code, PyObject* globals);

// The innermost module on this thread whose body is running; "" for none.
std::string Executing();

// Shared library `file` is about to be loaded for the import in progress (from the audit hook).
void ExtensionEntered(const std::string& file);

// Accounts for keys of sys.modules that appeared by other ways than the import system.
void ScanSysModules(const std::string& executing);

// The import of the handler's module or an event begins or ends here.
void BoundaryOfStage();

// Effects pass: takes the state of all modules as the one to compare with. False when it was built
// without a witness.
bool StartWitness();

// Effects pass: everything that changed since the last boundary was done by `executing`.
void WitnessBoundary(const std::string& executing);

// Writes the effects witnessed so far to the log. Not at each boundary: what a module undoes by
// itself is no effect.
void WriteEffects();

}  // namespace faaslight::tracer
