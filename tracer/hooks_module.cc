#include "tracer/hooks_module.h"

#include <unistd.h>

#include "tracer/exports.h"
#include "tracer/function_hook.h"
#include "tracer/import_hook.h"
#include "tracer/line_hook.h"
#include "tracer/lookup.h"
#include "tracer/state.h"

namespace faaslight::tracer {
namespace {

void Enter(TracePhase phase, uint32_t event, bool busy) {
  BoundaryOfStage();
  State& state = TheState();
  state.phase = phase;
  state.event = event;
  state.log.Stage(phase, event, busy, false);
}

PyObject* BeginInit(PyObject*, PyObject*) {
  Enter(TracePhase::kInit, 0, true);
  Py_RETURN_NONE;
}

PyObject* EndInit(PyObject*, PyObject*) {
  Enter(TracePhase::kInit, 0, false);
  WriteEffects();
  Py_RETURN_NONE;
}

PyObject* BeginEvent(PyObject*, PyObject* args) {
  unsigned int event = 0;
  if (PyArg_ParseTuple(args, "I", &event) == 0) return nullptr;
  Enter(TracePhase::kEvent, event, true);
  if (!RestartFunctionHook()) return nullptr;
  Py_RETURN_NONE;
}

// Threads of the handler may go on between events: what they enter counts for the event that
// started them.
PyObject* EndEvent(PyObject*, PyObject* args) {
  unsigned int event = 0;
  if (PyArg_ParseTuple(args, "I", &event) == 0) return nullptr;
  Enter(TracePhase::kEvent, event, false);
  WriteEffects();
  Py_RETURN_NONE;
}

PyObject* Outcome(PyObject*, PyObject* args) {
  unsigned int event = 0;
  int during_init = 0;
  PyObject* json = nullptr;
  if (PyArg_ParseTuple(args, "IpU", &event, &during_init, &json) == 0) return nullptr;
  TheState().log.Append(
      RecordBuilder(RecordType::kOutcome).U32(event).U8(during_init != 0 ? 1 : 0).Text(Utf8(json)));
  Py_RETURN_NONE;
}

// The cloud freezes or kills the process when it is done with it: exit handlers do not run there,
// and no thread is waited for. Neither here.
PyObject* Finish(PyObject*, PyObject*) {
  BoundaryOfStage();
  WriteEffects();
  State& state = TheState();
  if (!state.effects_pass) {
    RecordMoved();
    RecordExports();
  } else {
    WriteLines();
  }
  state.log.Stage(state.phase, state.event, false, true);
  ::_exit(0);
}

PyMethodDef g_methods[] = {
    {"begin_init", BeginInit, METH_NOARGS, "The import of the handler's module begins."},
    {"end_init", EndInit, METH_NOARGS, "It has ended well."},
    {"begin_event", BeginEvent, METH_VARARGS, "Event i begins."},
    {"end_event", EndEvent, METH_VARARGS, "Event i has ended."},
    {"outcome", Outcome, METH_VARARGS, "What came of event i, or of the import, as JSON."},
    {"finish", Finish, METH_NOARGS, "The run is complete; does not return."},
    {nullptr, nullptr, 0, nullptr},
};

PyModuleDef g_module = {PyModuleDef_HEAD_INIT,
                        "_faaslight_tracer",
                        nullptr,
                        -1,
                        g_methods,
                        nullptr,
                        nullptr,
                        nullptr,
                        nullptr};

}  // namespace

extern "C" PyObject* InitHooksModule() { return PyModule_Create(&g_module); }

}  // namespace faaslight::tracer
