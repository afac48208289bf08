#include "tracer/monitoring.h"

#if FAASLIGHT_HAS_MONITORING

#include "tracer/pyref.h"

namespace faaslight::tracer {
namespace {

// Owned for ever.
PyObject* g_disable = nullptr;
PyObject* g_restart = nullptr;

// Tool ids 0, 1, 2 and 5 have names (debugger, coverage, profiler, optimizer); 4 and 3 are free for
// others.
PyRef UseToolId(PyObject* monitoring) {
  for (int id : {4, 3}) {
    PyRef done =
        PyRef::Steal(PyObject_CallMethod(monitoring, "use_tool_id", "is", id, "faaslight"));
    if (done) return PyRef::Steal(PyLong_FromLong(id));
    PyErr_Clear();
  }
  PyErr_SetString(PyExc_RuntimeError, "no free tool id of sys.monitoring");
  return {};
}

}  // namespace

bool MonitorEvent(const char* event, PyMethodDef* callback) {
  PyRef monitoring = PyRef::Borrow(PySys_GetObject("monitoring"));
  if (!monitoring) return false;
  g_disable = PyObject_GetAttrString(monitoring.get(), "DISABLE");
  g_restart = PyObject_GetAttrString(monitoring.get(), "restart_events");
  PyRef events = PyRef::Steal(PyObject_GetAttrString(monitoring.get(), "events"));
  PyRef number = events ? PyRef::Steal(PyObject_GetAttrString(events.get(), event)) : PyRef();
  PyRef function = PyRef::Steal(PyCFunction_New(callback, nullptr));
  PyRef id = number && function && g_disable && g_restart ? UseToolId(monitoring.get()) : PyRef();
  if (!id) return false;
  PyRef registered = PyRef::Steal(PyObject_CallMethod(monitoring.get(), "register_callback", "OOO",
                                                      id.get(), number.get(), function.get()));
  if (!registered) return false;
  PyRef set = PyRef::Steal(
      PyObject_CallMethod(monitoring.get(), "set_events", "OO", id.get(), number.get()));
  return static_cast<bool>(set);
}

PyObject* Disable() { return PyRef::Borrow(g_disable).Release(); }

bool RestartMonitoring() {
  if (g_restart == nullptr) return true;
  PyRef done = PyRef::Steal(PyObject_CallNoArgs(g_restart));
  return static_cast<bool>(done);
}

}  // namespace faaslight::tracer

#endif
