// What modules say of themselves, read without running code of the program.
#pragma once

#include <Python.h>

#include <string>

#include "tracer/log_format.h"

namespace faaslight::tracer {

// Reads __spec__ and __file__ from a module's dict. `key` is its name if they do not say. Reading a
// module's attributes in the ordinary way might run its __getattr__, or load it, if it is a lazy
// one.
ModuleDetails DetailsOfDict(PyObject* dict, const std::string& key);

// The same for a value of sys.modules, which may be any object.
ModuleDetails DetailsOfModule(PyObject* module, const std::string& key);

// sys.modules; borrowed. Null only while the interpreter is torn down.
PyObject* SysModules();

// sys.modules[name], borrowed; null if absent.
PyObject* LoadedModule(const std::string& name);

}  // namespace faaslight::tracer
