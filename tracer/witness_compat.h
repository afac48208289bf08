// What differs between CPython 3.9 and 3.13 for the effect witness, and the few looks behind the C
// API that it takes. All of them read; none runs code of the program.
#pragma once

#include <Python.h>
#include <structmember.h>

#include <cstring>

namespace faaslight::tracer::compat {

// The dict behind a type's attributes, borrowed; null for the builtin types of 3.12+, which nobody
// can change.
inline PyObject* TypeDict(PyTypeObject* type) { return type->tp_dict; }

// The dict behind an object's attributes, borrowed; null if it has none (yet). Attributes
// that 3.11+ keeps inline are moved into a dict first: no program can tell, except by its memory.
inline PyObject* InstanceDict(PyObject* object) {
  PyObject** slot = _PyObject_GetDictPtr(object);
  return slot == nullptr ? nullptr : *slot;
}

// What was given to a class's register(): a set of weak references, borrowed; null when nothing was
// or the class is not abstract. The first member of `_abc._abc_data` on all these versions.
inline PyObject* AbcRegistry(PyTypeObject* type) {
  struct AbcData {
    PyObject_HEAD PyObject* registry;
  };
  PyObject* names = TypeDict(type);
  if (names == nullptr || !PyDict_Check(names)) return nullptr;
  PyObject* data = PyDict_GetItemString(names, "_abc_impl");
  if (data == nullptr || std::strcmp(Py_TYPE(data)->tp_name, "_abc._abc_data") != 0) return nullptr;
  PyObject* registry = reinterpret_cast<AbcData*>(data)->registry;
  return registry != nullptr && PySet_Check(registry) ? registry : nullptr;
}

// A class's direct subclasses: a dict of weak references, borrowed; null when it has none, or is
// made in C (there 3.12 keeps an index in its place, and nobody looks for plugins).
inline PyObject* Subclasses(PyTypeObject* type) {
  if ((type->tp_flags & Py_TPFLAGS_HEAPTYPE) == 0) return nullptr;
  auto* subclasses = static_cast<PyObject*>(type->tp_subclasses);
  return subclasses != nullptr && PyDict_Check(subclasses) ? subclasses : nullptr;
}

// What a weak reference refers to, borrowed: good until code of the program runs; None when it is
// gone.
inline PyObject* WeaklyReferenced(PyObject* reference) {
  return reinterpret_cast<PyWeakReference*>(reference)->wr_object;
}

// A number that changes whenever the dict does. (Deprecated since 3.12, where the interpreter still
// keeps it up to date; tests/tracer/witness_test.cc would tell.)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
inline uint64_t DictVersion(PyObject* dict) {
  return reinterpret_cast<PyDictObject*>(dict)->ma_version_tag;
}
#pragma GCC diagnostic pop

// Members that hold an object: those of __slots__ and those that C types declare.
inline bool IsObjectMember(const PyMemberDef& member) {
  return member.type == T_OBJECT_EX || member.type == T_OBJECT;
}

// Stops the cyclic collector while it lives: a collection runs finalizers, in the middle of a walk
// over raw pointers. On 3.9 nothing that a walk does allocates an object that the collector tracks,
// so there it has nothing to do.
class CollectorPause {
 public:
#if PY_VERSION_HEX >= 0x030A0000
  CollectorPause() : was_enabled_(PyGC_Disable()) {}
  ~CollectorPause() {
    if (was_enabled_) PyGC_Enable();
  }

 private:
  int was_enabled_;
#else
  CollectorPause() {}
  ~CollectorPause() {}

 private:
#endif
  CollectorPause(const CollectorPause&) = delete;
  CollectorPause& operator=(const CollectorPause&) = delete;
};

// Keeps the exception that is pending, if any, out of the way while it lives.
class PendingError {
 public:
#if PY_VERSION_HEX >= 0x030C0000
  PendingError() : value_(PyErr_GetRaisedException()) {}
  ~PendingError() { PyErr_SetRaisedException(value_); }

 private:
  PyObject* value_;
#else
  PendingError() { PyErr_Fetch(&type_, &value_, &traceback_); }
  ~PendingError() { PyErr_Restore(type_, value_, traceback_); }

 private:
  PyObject* type_;
  PyObject* value_;
  PyObject* traceback_;
#endif
  PendingError(const PendingError&) = delete;
  PendingError& operator=(const PendingError&) = delete;
};

}  // namespace faaslight::tracer::compat
