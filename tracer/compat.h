// What differs between CPython 3.9 and 3.13 for the tracer's hooks (the effect witness has a file
// of its own).
#pragma once

#include <Python.h>
#include <frameobject.h>

#if PY_VERSION_HEX >= 0x030B0000 && PY_VERSION_HEX < 0x030C0000
// A frame evaluator of our own (PEP 523) gets an internal frame in 3.11: its layout is in this
// header alone.
#define Py_BUILD_CORE 1
#include <internal/pycore_frame.h>
#undef Py_BUILD_CORE
#endif

// 3.12 replaced the profile function by sys.monitoring for what we need: callbacks that switch
// themselves off.
#define FAASLIGHT_HAS_MONITORING (PY_VERSION_HEX >= 0x030C0000)

namespace faaslight::tracer::compat {

#if PY_VERSION_HEX >= 0x030B0000
// Code units are a tail of the object since 3.11: co_code is made anew for each reader, its size is
// at hand.
inline Py_ssize_t CodeBytes(PyCodeObject* code) {
  constexpr Py_ssize_t kCodeUnit = 2;  // _Py_CODEUNIT, which 3.13 hides
  return Py_SIZE(code) * kCodeUnit;
}
// Borrowed.
inline PyObject* CodeQualname(PyCodeObject* code) { return code->co_qualname; }
// Borrowed: the frame's function keeps it alive.
inline PyObject* FrameGlobals(PyFrameObject* frame) {
  PyObject* globals = PyFrame_GetGlobals(frame);
  Py_XDECREF(globals);
  return globals;
}
// Borrowed: the frame keeps it alive.
inline PyCodeObject* FrameCode(PyFrameObject* frame) {
  PyCodeObject* code = PyFrame_GetCode(frame);
  Py_XDECREF(reinterpret_cast<PyObject*>(code));
  return code;
}
#else
inline Py_ssize_t CodeBytes(PyCodeObject* code) { return PyBytes_GET_SIZE(code->co_code); }
// Before 3.11 a code object does not know its qualified name: code_walk.cc finds it.
inline PyObject* CodeQualname(PyCodeObject*) { return nullptr; }
inline PyObject* FrameGlobals(PyFrameObject* frame) { return frame->f_globals; }
inline PyCodeObject* FrameCode(PyFrameObject* frame) { return frame->f_code; }
#endif

#if !FAASLIGHT_HAS_MONITORING
#if PY_VERSION_HEX >= 0x030B0000
using EvalFrame = _PyInterpreterFrame;
// Borrowed: a function's first argument, as long as its body has not begun.
inline PyObject* FirstLocal(const EvalFrame* frame) { return frame->localsplus[0]; }
// From 3.11 on the call of a generator function evaluates a frame too, only to make the generator:
// its body is entered when the generator itself owns the frame.
inline bool EntersBody(const EvalFrame* frame) {
  constexpr int kGenerators = CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR;
  return (frame->f_code->co_flags & kGenerators) == 0 || frame->owner == FRAME_OWNED_BY_GENERATOR;
}
#else
using EvalFrame = PyFrameObject;
inline PyObject* FirstLocal(const EvalFrame* frame) { return frame->f_localsplus[0]; }
inline bool EntersBody(const EvalFrame*) { return true; }
#endif
#endif

// A class body or module body has no fast locals; functions, lambdas and comprehensions have.
inline bool HasFastLocals(PyCodeObject* code) {
  return (code->co_flags & (CO_OPTIMIZED | CO_NEWLOCALS)) == (CO_OPTIMIZED | CO_NEWLOCALS);
}

}  // namespace faaslight::tracer::compat
