#include "tracer/exports.h"

#include <Python.h>

#include <string>
#include <vector>

#include "tracer/module_info.h"
#include "tracer/pyref.h"
#include "tracer/state.h"
#include "tracer/witness_text.h"

namespace faaslight::tracer {
namespace {

constexpr Py_ssize_t kMostNames = 20000;

// The strings of an exact list or tuple; false for everything else.
bool Strings(PyObject* list, std::vector<std::string>& names) {
  if (list == nullptr || !(PyList_CheckExact(list) || PyTuple_CheckExact(list))) return false;
  const Py_ssize_t count = PySequence_Fast_GET_SIZE(list);
  if (count > kMostNames) return false;
  for (Py_ssize_t i = 0; i < count; ++i) {
    PyObject* item = PySequence_Fast_GET_ITEM(list, i);
    if (!PyUnicode_CheckExact(item)) return false;
    names.push_back(TextOf(item));
  }
  return true;
}

}  // namespace

void RecordExports() {
  PyObject* modules = SysModules();
  if (modules == nullptr || !PyDict_Check(modules)) return;
  ErrorKeeper keep;
  PyObject* key = nullptr;
  PyObject* module = nullptr;
  for (Py_ssize_t at = 0; PyDict_Next(modules, &at, &key, &module) != 0;) {
    if (!PyModule_Check(module)) continue;
    PyObject* dict = PyModule_GetDict(module);
    std::vector<std::string> names;
    if (!Strings(PyDict_GetItemString(dict, "__all__"), names)) continue;
    RecordBuilder record(RecordType::kExports);
    record.Text(DetailsOfDict(dict, TextOf(key)).name).U32(static_cast<uint32_t>(names.size()));
    for (const std::string& name : names) record.Text(name);
    TheState().log.Append(record);
  }
}

}  // namespace faaslight::tracer
