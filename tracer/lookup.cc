#include "tracer/lookup.h"

#include <Python.h>

#include <string>
#include <vector>

#include "tracer/module_info.h"
#include "tracer/pyref.h"
#include "tracer/state.h"

namespace faaslight::tracer {
namespace {

// The file that an import of `name` would execute now, or "frozen" or "built-in"; "" for none.
std::string OriginOf(PyObject* find_spec, const std::string& name) {
  PyRef spec = PyRef::Steal(PyObject_CallFunction(find_spec, "sO", name.c_str(), Py_None));
  if (!spec || spec.get() == Py_None) return {};
  PyRef origin = PyRef::Steal(PyObject_GetAttrString(spec.get(), "origin"));
  return Utf8(origin.get());
}

// False for what code made and gave a name, such as multiprocessing's __mp_main__.
bool WasImported(PyObject* module) {
  if (!PyModule_Check(module)) return false;
  PyObject* spec = DictGet(PyModule_GetDict(module), "__spec__");
  return spec != nullptr && spec != Py_None;
}

// Top-level modules with a file that stand in sys.modules under their own name.
std::vector<ModuleDetails> TopLevelFiles() {
  std::vector<ModuleDetails> found;
  PyObject* key = nullptr;
  PyObject* module = nullptr;
  Py_ssize_t position = 0;
  while (PyDict_Next(SysModules(), &position, &key, &module) != 0) {
    const std::string name = Utf8(key);
    if (name.empty() || name == "__main__" || name.find('.') != std::string::npos ||
        !WasImported(module))
      continue;
    ModuleDetails details = DetailsOfModule(module, name);
    if (details.name == name && details.kind <= 1 && !details.file.empty())
      found.push_back(std::move(details));
  }
  return found;
}

}  // namespace

void RecordMoved() {
  if (SysModules() == nullptr) return;
  ErrorKeeper keep;
  PyRef importlib = PyRef::Steal(PyImport_ImportModule("_frozen_importlib"));
  if (!importlib) return;
  PyRef find_spec = PyRef::Steal(PyObject_GetAttrString(importlib.get(), "_find_spec"));
  if (!find_spec) return;
  for (const ModuleDetails& details : TopLevelFiles()) {
    // A frozen module of the standard library names its source as its file.
    const std::string origin = OriginOf(find_spec.get(), details.name);
    if (origin != details.file && origin != "frozen")
      TheState().log.Append(RecordBuilder(RecordType::kMoved).Text(details.name));
    PyErr_Clear();
  }
}

}  // namespace faaslight::tracer
