#include "tracer/text_calls.h"

#include "tracer/import_hook.h"
#include "tracer/module_info.h"
#include "tracer/pyref.h"
#include "tracer/state.h"

namespace faaslight::tracer {
namespace {

constexpr Py_ssize_t kLongest = 1 << 16;
constexpr size_t kMost = 4000;

}  // namespace

void LookForDedent(PyCodeObject* code, const std::string& file) {
  if (PyUnicode_CompareWithASCIIString(code->co_name, "dedent") != 0) return;
  PyObject* module = LoadedModule("textwrap");
  if (module == nullptr || !PyModule_Check(module)) return;
  PyObject* names = PyModule_GetDict(module);
  PyObject* function = PyDict_GetItemString(names, "dedent");
  if (function == nullptr || !PyFunction_Check(function)) return;
  if (PyFunction_GetCode(function) != reinterpret_cast<PyObject*>(code)) return;
  if (Utf8(DictGet(names, "__file__")) != file) return;
  Py_INCREF(reinterpret_cast<PyObject*>(code));  // so that no other code gets its address
  TheState().dedent = code;
}

void NoteDedent(PyObject* text) {
  State& state = TheState();
  if (state.phase != TracePhase::kInit || state.effects_pass) return;
  if (text == nullptr || !PyUnicode_CheckExact(text) || state.dedented.size() >= kMost) return;
  Py_ssize_t size = 0;
  const char* bytes = PyUnicode_AsUTF8AndSize(text, &size);
  if (bytes == nullptr) {  // half of a surrogate pair
    PyErr_Clear();
    return;
  }
  if (size > kLongest) return;
  std::string copy(bytes, static_cast<size_t>(size));
  RecordBuilder record(RecordType::kTextCall);
  record.Text("textwrap.dedent").Text(Executing()).Text(copy);
  if (state.dedented.insert(std::move(copy)).second) state.log.Append(record);
}

}  // namespace faaslight::tracer
