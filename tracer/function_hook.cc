#include "tracer/function_hook.h"

#include "tracer/import_hook.h"
#include "tracer/module_info.h"
#include "tracer/monitoring.h"
#include "tracer/pointer_set.h"
#include "tracer/pyref.h"
#include "tracer/state.h"
#include "tracer/text_calls.h"

namespace faaslight::tracer {
namespace {

bool StartsWith(const std::string& text, std::string_view start) {
  return text.compare(0, start.size(), start) == 0;
}

// Names that code made at run time uses from a module's globals. Attribute names are among them:
// too many are safe.
void RecordEvaluated(PyCodeObject* code, PyObject* globals) {
  const std::string name = Utf8(DictGet(globals, "__name__"));
  PyObject* module = LoadedModule(name);
  if (module == nullptr || !PyModule_Check(module) || PyModule_GetDict(module) != globals) return;
  const Py_ssize_t count = PyTuple_GET_SIZE(code->co_names);
  if (count == 0) return;
  RecordBuilder record(RecordType::kEvaluated);
  record.Text(DetailsOfDict(globals, name).name).U32(static_cast<uint32_t>(count));
  for (Py_ssize_t i = 0; i < count; ++i) record.Text(Utf8(PyTuple_GET_ITEM(code->co_names, i)));
  SayOnce(record);
}

// A code object is entered for the first time in this generation.
void FirstEntry(PyCodeObject* code, PyObject* globals) {
  State& state = TheState();
  const std::string file = Utf8(code->co_filename);
  if (file == state.runner_file || StartsWith(file, "<frozen importlib")) return;
  if (StartsWith(file, "<") && !StartsWith(file, "<frozen ")) {
    if (globals != nullptr) RecordEvaluated(code, globals);
    return;
  }
  if (PyUnicode_CompareWithASCIIString(code->co_name, "<module>") == 0) {
    if (globals == nullptr) return;
    ModuleBodyEntered(code, globals);
    // A file's code that runs in another module's globals (exec(compile(…))); a module without
    // source says .pyc.
    const std::string own = Utf8(DictGet(globals, "__file__"));
    if (StartsWith(file, "/") && own != file && own != file + "c") RecordEvaluated(code, globals);
    return;
  }
  if (!IsFunction(code)) return;
  LookForDedent(code, file);
  state.log.Append(RecordBuilder(RecordType::kEntered)
                       .Text(file)
                       .Text(state.qualnames.Get(code))
                       .Text(Utf8(code->co_name))
                       .U32(static_cast<uint32_t>(code->co_firstlineno))
                       .U32(static_cast<uint32_t>(state.phase))
                       .U32(state.event));
}

#if FAASLIGHT_HAS_MONITORING

PyObject* OnStart(PyObject*, PyObject* const* args, Py_ssize_t count) {
  if (count >= 1 && PyCode_Check(args[0])) {
    ErrorKeeper keep;
    PyFrameObject* frame = PyEval_GetFrame();
    auto* code = reinterpret_cast<PyCodeObject*>(args[0]);
    State& state = TheState();
    if (code != state.dedent || state.dedent_generation != state.generation)
      FirstEntry(code, frame == nullptr ? nullptr : compat::FrameGlobals(frame));
    if (code == state.dedent && frame != nullptr) {
      state.dedent_generation = state.generation;
      const PyRef text = PyRef::Steal(PyFrame_GetVarString(frame, "text"));
      PyErr_Clear();
      NoteDedent(text.get());
      if (state.phase != TracePhase::kEvent) Py_RETURN_NONE;  // its later calls are wanted too
    }
  }
  return Disable();
}

PyMethodDef g_on_start = {"faaslight_on_start",
                          reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(OnStart)),
                          METH_FASTCALL, nullptr};

#else

// Code that is made and dropped over and over (exec in a loop) would be kept alive by the pointer
// set for ever.
constexpr size_t kMaxHeld = 1'000'000;

PointerSet& Seen() {
  static auto* set = new PointerSet;
  return *set;
}

// The evaluator that we stand in front of: the interpreter's own, or that of who came before us.
_PyFrameEvalFunction g_evaluate = nullptr;

void Look(PyCodeObject* code, PyObject* globals) {
  const PointerSet::Look look = Seen().Touch(code, TheState().generation + 1);
  if (look == PointerSet::Look::kSeen) return;
  if (look == PointerSet::Look::kNew && Seen().size() < kMaxHeld)
    Py_INCREF(reinterpret_cast<PyObject*>(code));
  ErrorKeeper keep;
  FirstEntry(code, globals);
}

PyObject* Evaluate(PyThreadState* thread, compat::EvalFrame* frame, int throwing) {
  if (throwing == 0 && compat::EntersBody(frame)) {
    Look(frame->f_code, frame->f_globals);
    if (frame->f_code == TheState().dedent) {
      ErrorKeeper keep;
      NoteDedent(compat::FirstLocal(frame));
    }
  }
  return g_evaluate(thread, frame, throwing);
}

#endif

}  // namespace

void RecordDefinitions(PyCodeObject* code, const std::string& module) {
  State& state = TheState();
  const std::string file = Utf8(code->co_filename);
  if (!state.defined.insert(file + '\0' + module).second) return;
  state.log.Append(DescribeDefinitions(code, module, file, state.qualnames));
}

#if FAASLIGHT_HAS_MONITORING

bool InstallFunctionHook() { return MonitorEvent("PY_START", &g_on_start); }

bool RestartFunctionHook() {
  ++TheState().generation;
  return RestartMonitoring();
}

#else

bool InstallFunctionHook() {
  PyInterpreterState* interpreter = PyInterpreterState_Get();
  g_evaluate = _PyInterpreterState_GetEvalFrameFunc(interpreter);
  _PyInterpreterState_SetEvalFrameFunc(interpreter, Evaluate);
  return true;
}

bool RestartFunctionHook() {
  ++TheState().generation;
  return true;
}

#endif

}  // namespace faaslight::tracer
