#include "tracer/line_hook.h"

#include <Python.h>
#include <frameobject.h>

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "tracer/compat.h"
#include "tracer/monitoring.h"
#include "tracer/pyref.h"
#include "tracer/state.h"

namespace faaslight::tracer {
namespace {

constexpr int kMostLines = 1'000'000;  // longer files than any that is read later

// By file name object: code objects of a file share it. The reference keeps its address its own.
struct Files {
  std::unordered_map<PyObject*, std::vector<bool>> lines;
  PyObject* latest = nullptr;
  std::vector<bool>* latest_lines = nullptr;
};

Files& TheFiles() {
  static auto* files = new Files;
  return *files;
}

void Note(PyCodeObject* code, int line) {
  // Bodies of modules and classes run from top to bottom: nothing is asked about them.
  if ((code->co_flags & CO_OPTIMIZED) == 0 || line <= 0 || line > kMostLines) return;
  Files& files = TheFiles();
  if (files.latest != code->co_filename) {
    auto [found, added] = files.lines.try_emplace(code->co_filename);
    if (added) Py_INCREF(code->co_filename);
    files.latest = code->co_filename;
    files.latest_lines = &found->second;
  }
  std::vector<bool>& lines = *files.latest_lines;
  if (lines.size() <= static_cast<size_t>(line)) lines.resize(static_cast<size_t>(line) + 64);
  lines[static_cast<size_t>(line)] = true;
}

#if FAASLIGHT_HAS_MONITORING

PyObject* OnLine(PyObject*, PyObject* const* args, Py_ssize_t count) {
  if (count >= 2 && PyCode_Check(args[0]) && PyLong_Check(args[1])) {
    Note(reinterpret_cast<PyCodeObject*>(args[0]), static_cast<int>(PyLong_AsLong(args[1])));
  }
  return Disable();
}

PyMethodDef g_on_line = {"faaslight_on_line",
                         reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(OnLine)),
                         METH_FASTCALL, nullptr};

#else

int OnEvent(PyObject*, PyFrameObject* frame, int what, PyObject*) {
  if (what == PyTrace_LINE) Note(compat::FrameCode(frame), PyFrame_GetLineNumber(frame));
  return 0;
}

#endif

}  // namespace

bool StartLines() {
#if FAASLIGHT_HAS_MONITORING
  return MonitorEvent("LINE", &g_on_line);
#else
  PyEval_SetTrace(OnEvent, nullptr);
  return true;
#endif
}

void WriteLines() {
  ErrorKeeper keep;
  for (const auto& [name, lines] : TheFiles().lines) {
    const std::string file = Utf8(name);
    if (file.empty() || file.front() != '/') continue;
    std::vector<uint32_t> ran;
    for (size_t line = 0; line < lines.size(); ++line) {
      if (lines[line]) ran.push_back(static_cast<uint32_t>(line));
    }
    RecordBuilder record(RecordType::kLines);
    record.Text(file).U32(static_cast<uint32_t>(ran.size()));
    for (const uint32_t line : ran) record.U32(line);
    TheState().log.Append(record);
  }
  TheState().log.Append(RecordBuilder(RecordType::kLines).Text("").U32(0));
}

}  // namespace faaslight::tracer
