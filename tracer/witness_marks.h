// Marks: 64 bits that tell whether a slot still holds the same value, without asking the value.
//
// A pointer alone is not enough, since an address may be used again by another object while nobody
// holds a reference (and we hold none: finalizers must run when they would have). So a mark mixes
// in the type. Plain constants (str, int, float, bytes, tuples of them) are marked by their value:
// setting an equal one again changes nothing for anybody.
#pragma once

#include <Python.h>

#include <cstdint>

namespace faaslight::tracer {

inline uint64_t Mix(uint64_t a, uint64_t b) {
  uint64_t x = (a ^ (b + 0x9E3779B97F4A7C15ull + (a << 6) + (a >> 2))) * 0xFF51AFD7ED558CCDull;
  return x ^ (x >> 32);
}

inline uint64_t PointerBits(const void* p) { return reinterpret_cast<uintptr_t>(p); }

// Whether two equal values of this exact type are the same to everybody; their hash runs no code of
// the program.
inline bool IsPlainConstant(PyTypeObject* type) {
  return type == &PyUnicode_Type || type == &PyLong_Type || type == &PyBytes_Type ||
         type == &PyFloat_Type;
}

// The mark of a value; never 0, which stands for "no value".
inline uint64_t MarkOf(PyObject* value, int depth = 0) {
  constexpr Py_ssize_t kLongTuple = 64;
  PyTypeObject* type = Py_TYPE(value);
  const uint64_t type_bits = PointerBits(type);
  if (IsPlainConstant(type)) return Mix(type_bits, static_cast<uint64_t>(type->tp_hash(value))) | 1;
  if (type == &PyTuple_Type && depth < 3 && PyTuple_GET_SIZE(value) <= kLongTuple) {
    uint64_t mark = type_bits;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(value); ++i) {
      PyObject* item = PyTuple_GET_ITEM(value, i);
      mark = Mix(mark, item != nullptr ? MarkOf(item, depth + 1) : 0);
    }
    return mark | 1;
  }
  return Mix(PointerBits(value), type_bits) | 1;
}

// What an outsider can replace inside a function. The size of its dict, not its address: reading
// `f.__dict__` creates an empty one.
inline uint64_t InsidesOf(PyObject* value) {
  auto* f = reinterpret_cast<PyFunctionObject*>(value);
  uint64_t mark = Mix(PointerBits(f->func_code),
                      PointerBits(f->func_defaults) + 3 * PointerBits(f->func_kwdefaults));
  const Py_ssize_t attributes = f->func_dict != nullptr ? PyDict_GET_SIZE(f->func_dict) : 0;
  return Mix(mark, PointerBits(f->func_doc) + static_cast<uint64_t>(attributes));
}

}  // namespace faaslight::tracer
