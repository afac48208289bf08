// Owned references and other RAII over the raw CPython API, for the embedded tracer. The GIL is
// held in all of it.
#pragma once

#include <Python.h>

#include <string>
#include <utility>

#include "tracer/compat.h"

namespace faaslight::tracer {

// One owned reference, or null.
class PyRef {
 public:
  PyRef() = default;
  // Takes over a new reference (null allowed).
  static PyRef Steal(PyObject* object) { return PyRef(object); }
  // Adds a reference to a borrowed object (null allowed).
  static PyRef Borrow(PyObject* object) {
    Py_XINCREF(object);
    return PyRef(object);
  }
  PyRef(PyRef&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  PyRef& operator=(PyRef&& other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  PyRef(const PyRef&) = delete;
  PyRef& operator=(const PyRef&) = delete;
  ~PyRef() { Py_XDECREF(object_); }
  PyObject* get() const { return object_; }
  PyObject* Release() { return std::exchange(object_, nullptr); }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  explicit PyRef(PyObject* object) : object_(object) {}
  PyObject* object_ = nullptr;
};

// Keeps the exception that is pending, if any, out of the way while it lives, and drops those that
// our own calls raise: a hook must never change what the program sees.
class ErrorKeeper {
 public:
  ErrorKeeper() { PyErr_Fetch(&type_, &value_, &traceback_); }
  ErrorKeeper(const ErrorKeeper&) = delete;
  ErrorKeeper& operator=(const ErrorKeeper&) = delete;
  ~ErrorKeeper() { PyErr_Restore(type_, value_, traceback_); }

 private:
  PyObject* type_ = nullptr;
  PyObject* value_ = nullptr;
  PyObject* traceback_ = nullptr;
};

// The text of a str; undecodable file names keep their bytes. "" for anything else. Leaves no
// exception behind.
std::string Utf8(PyObject* object);

// Looks `key` up in a dict without running code of the program; borrowed, null if absent.
PyObject* DictGet(PyObject* dict, const char* key);

}  // namespace faaslight::tracer
