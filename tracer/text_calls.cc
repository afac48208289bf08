#include "tracer/text_calls.h"

#include "tracer/import_hook.h"
#include "tracer/module_info.h"
#include "tracer/pyref.h"
#include "tracer/state.h"

namespace faaslight::tracer {
namespace {

constexpr Py_ssize_t kLongest = 1 << 16;
constexpr size_t kMost = 4000;

// Whether a call with this argument (borrowed, may be null) may be written.
bool IsNoted(PyObject* text) {
  const State& state = TheState();
  return state.phase == TracePhase::kInit && !state.effects_pass && text != nullptr &&
         PyUnicode_CheckExact(text) && state.texts.size() < kMost;
}

// Writes a record of such a call unless an equal one was written.
void NoteText(const char* function, PyObject* text, const std::string& caller) {
  State& state = TheState();
  Py_ssize_t size = 0;
  const char* bytes = PyUnicode_AsUTF8AndSize(text, &size);
  if (bytes == nullptr) {  // half of a surrogate pair
    PyErr_Clear();
    return;
  }
  if (size > kLongest) return;
  std::string copy(bytes, static_cast<size_t>(size));
  RecordBuilder record(RecordType::kTextCall);
  record.Text(function).Text(Executing()).Text(copy).Text(caller);
  if (state.texts.insert(function + (" " + caller + " ") + copy).second) state.log.Append(record);
}

// A text is compiled otherwise for code with a `from __future__` of its own: not noted.
void NoteEvaluation(const char* function, PyObject* text) {
  if (!IsNoted(text)) return;
  PyCompilerFlags flags{};
  PyEval_MergeCompilerFlags(&flags);
  if ((flags.cf_flags & PyCF_MASK) == 0)
    NoteText(function, text, ModuleOfGlobals(PyEval_GetGlobals()));
}

enum Builtin { kEval, kExec };
constexpr const char* kNames[] = {"eval", "exec"};

// What the method tables held. Which of the two forms a built-in has depends on the CPython.
union Method {
  PyCFunction plain;
  _PyCFunctionFast fast;
  _PyCFunctionFastWithKeywords with_keywords;
};
Method originals[2];

template <Builtin which>
PyObject* Fast(PyObject* self, PyObject* const* arguments, Py_ssize_t count) {
  if (count > 0) NoteEvaluation(kNames[which], arguments[0]);
  return originals[which].fast(self, arguments, count);
}

template <Builtin which>
PyObject* WithKeywords(PyObject* self, PyObject* const* arguments, Py_ssize_t count,
                       PyObject* keywords) {
  if (count > 0) NoteEvaluation(kNames[which], arguments[0]);
  return originals[which].with_keywords(self, arguments, count, keywords);
}

template <Builtin which>
bool Watch() {
  PyObject* function = PyDict_GetItemString(PyEval_GetBuiltins(), kNames[which]);
  if (function == nullptr || !PyCFunction_CheckExact(function)) {
    PyErr_Format(PyExc_RuntimeError, "%s is no built-in function", kNames[which]);
    return false;
  }
  PyMethodDef* method = reinterpret_cast<PyCFunctionObject*>(function)->m_ml;
  Method ours{};
  if (method->ml_flags == METH_FASTCALL) {
    ours.fast = Fast<which>;
  } else if (method->ml_flags == (METH_FASTCALL | METH_KEYWORDS)) {
    ours.with_keywords = WithKeywords<which>;
  } else {
    PyErr_Format(PyExc_RuntimeError, "%s is called in a way that is not known", kNames[which]);
    return false;
  }
  originals[which].plain = method->ml_meth;
  method->ml_meth = ours.plain;
  return true;
}

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
  if (IsNoted(text)) NoteText("textwrap.dedent", text, {});
}

bool WatchEvaluations() { return Watch<kEval>() && Watch<kExec>(); }

}  // namespace faaslight::tracer
