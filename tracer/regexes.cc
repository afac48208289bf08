#include "tracer/regexes.h"

#include <Python.h>

#include "tracer/module_info.h"
#include "tracer/pyref.h"
#include "tracer/state.h"

namespace faaslight::tracer {
namespace {

constexpr Py_ssize_t kLongest = 1 << 16;

// A key of the cache: (type of the pattern, pattern, flags). False for any other.
bool Append(PyObject* key, RecordBuilder& record) {
  if (!PyTuple_CheckExact(key) || PyTuple_GET_SIZE(key) != 3) return false;
  PyObject* pattern = PyTuple_GET_ITEM(key, 1);
  PyObject* flags = PyTuple_GET_ITEM(key, 2);
  if (!PyLong_CheckExact(flags)) return false;
  const long value = PyLong_AsLong(flags);
  if (value < 0 || value > 0xffff) {
    PyErr_Clear();
    return false;
  }
  Py_ssize_t size = 0;
  const char* text = nullptr;
  const bool is_bytes = PyBytes_CheckExact(pattern);
  if (is_bytes) {
    size = PyBytes_GET_SIZE(pattern);
    text = PyBytes_AS_STRING(pattern);
  } else if (PyUnicode_CheckExact(pattern)) {
    text = PyUnicode_AsUTF8AndSize(pattern, &size);
  }
  if (text == nullptr) {  // half of a surrogate pair
    PyErr_Clear();
    return false;
  }
  if (size > kLongest) return false;
  record.U8(is_bytes ? 1 : 0)
      .U32(static_cast<uint32_t>(value))
      .Text({text, static_cast<size_t>(size)});
  return true;
}

}  // namespace

void NotePatterns(const std::string& executing) {
  State& state = TheState();
  PyObject* re = LoadedModule("re");
  if (re == nullptr || !PyModule_Check(re)) return;
  PyObject* cache = PyDict_GetItemString(PyModule_GetDict(re), "_cache");
  if (cache == nullptr || !PyDict_CheckExact(cache)) return;
  if (PyDict_GET_SIZE(cache) == state.known_patterns) return;
  state.known_patterns = PyDict_GET_SIZE(cache);
  ErrorKeeper keep;
  PyObject* key = nullptr;
  PyObject* value = nullptr;
  for (Py_ssize_t at = 0; PyDict_Next(cache, &at, &key, &value) != 0;) {
    RecordBuilder record(RecordType::kPattern);
    record.Text(executing)
        .U32(static_cast<uint32_t>(state.phase))
        .U32(static_cast<uint32_t>(state.event));
    const size_t head = record.bytes().size();
    if (!Append(key, record)) continue;
    if (state.seen_patterns.insert(record.bytes().substr(head)).second) state.log.Append(record);
  }
}

}  // namespace faaslight::tracer
