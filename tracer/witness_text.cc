#include "tracer/witness_text.h"

#include "tracer/witness_compat.h"

namespace faaslight::tracer {

std::string TextOf(PyObject* text) {
  if (text == nullptr || !PyUnicode_CheckExact(text)) return "";
  Py_ssize_t size = 0;
  const char* bytes = PyUnicode_AsUTF8AndSize(text, &size);
  if (bytes == nullptr) {
    PyErr_Clear();
    return "?";
  }
  return std::string(bytes, static_cast<size_t>(size));
}

std::string TypeName(PyTypeObject* type) {
  const std::string name = type->tp_name;
  const size_t dot = name.rfind('.');
  return dot == std::string::npos ? name : name.substr(dot + 1);
}

std::string TypeModule(PyTypeObject* type) {
  if ((type->tp_flags & Py_TPFLAGS_HEAPTYPE) == 0) {
    const std::string name = type->tp_name;
    const size_t dot = name.rfind('.');
    return dot == std::string::npos ? "builtins" : name.substr(0, dot);
  }
  PyObject* dict = compat::TypeDict(type);
  return dict == nullptr ? "" : TextOf(PyDict_GetItemString(dict, "__module__"));
}

std::string ShortText(PyObject* value) {
  constexpr size_t kLongest = 40;
  if (PyUnicode_CheckExact(value)) {
    const std::string text = TextOf(value);
    if (text.size() <= kLongest) return "'" + text + "'";
    size_t end = kLongest;  // not inside a UTF-8 sequence
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return "'" + text.substr(0, end) + "…'";
  }
  if (PyType_Check(value)) return "class " + TypeName(reinterpret_cast<PyTypeObject*>(value));
  if (PyLong_CheckExact(value)) {
    int overflow = 0;
    const long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
    return overflow != 0 ? "<int>" : std::to_string(number);
  }
  if (PyFunction_Check(value)) {
    return "function " + TextOf(reinterpret_cast<PyFunctionObject*>(value)->func_name);
  }
  return "<" + TypeName(Py_TYPE(value)) + ">";
}

bool IsInPackage(const std::string& name, const std::string& package) {
  return name.compare(0, package.size(), package) == 0 &&
         (name.size() == package.size() || name[package.size()] == '.');
}

std::string TopPackage(const std::string& name) { return name.substr(0, name.find('.')); }

}  // namespace faaslight::tracer
