#include "tracer/pyref.h"

namespace faaslight::tracer {

std::string Utf8(PyObject* object) {
  if (object == nullptr || !PyUnicode_Check(object)) return {};
  Py_ssize_t size = 0;
  const char* text = PyUnicode_AsUTF8AndSize(object, &size);
  if (text != nullptr) return std::string(text, static_cast<size_t>(size));
  PyErr_Clear();
  PyRef bytes = PyRef::Steal(PyUnicode_AsEncodedString(object, "utf-8", "surrogateescape"));
  if (bytes) {
    return std::string(PyBytes_AS_STRING(bytes.get()),
                       static_cast<size_t>(PyBytes_GET_SIZE(bytes.get())));
  }
  PyErr_Clear();
  return {};
}

PyObject* DictGet(PyObject* dict, const char* key) {
  if (dict == nullptr || !PyDict_Check(dict)) return nullptr;
  PyRef name = PyRef::Steal(PyUnicode_InternFromString(key));
  PyObject* value = name ? PyDict_GetItemWithError(dict, name.get()) : nullptr;
  if (value == nullptr) PyErr_Clear();
  return value;
}

}  // namespace faaslight::tracer
