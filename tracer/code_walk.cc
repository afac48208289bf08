#include "tracer/code_walk.h"

#include <cstdint>

#include "tracer/compat.h"
#include "tracer/pyref.h"

namespace faaslight::tracer {
namespace {

// Deeper nesting than this no compiler accepts; a hand-made code object might have it.
constexpr int kMaxDepth = 100;

class Walker {
 public:
  Walker(RecordBuilder& record, QualnameTable& names) : record_(record), names_(names) {}

  // Describes the functions directly and indirectly in `parent`; returns the bytes of all code in
  // it.
  uint64_t Children(PyCodeObject* parent, const std::string& prefix, int depth) {
    uint64_t bytes = static_cast<uint64_t>(compat::CodeBytes(parent));
    PyObject* consts = parent->co_consts;
    const Py_ssize_t count = PyTuple_GET_SIZE(consts);
    for (Py_ssize_t i = 0; depth < kMaxDepth && i < count; ++i) {
      PyObject* item = PyTuple_GET_ITEM(consts, i);
      if (!PyCode_Check(item)) continue;
      PyObject* next = i + 1 < count ? PyTuple_GET_ITEM(consts, i + 1) : nullptr;
      bytes += Child(reinterpret_cast<PyCodeObject*>(item), next, prefix, depth);
    }
    return bytes;
  }

  uint32_t count() const { return count_; }

 private:
  uint64_t Child(PyCodeObject* code, PyObject* next, const std::string& prefix, int depth) {
    const std::string name = Utf8(code->co_name);
    const std::string qualname = Qualname(code, name, next, prefix);
    if (!IsFunction(code)) return Children(code, qualname + ".", depth + 1);
    names_.Put(code, qualname);
    ++count_;
    record_.Text(qualname).Text(name).U32(static_cast<uint32_t>(code->co_firstlineno));
    const size_t at = record_.bytes().size();
    record_.U64(0);
    const uint64_t bytes = Children(code, qualname + ".<locals>.", depth + 1);
    record_.Patch32(at, static_cast<uint32_t>(bytes));
    return bytes;
  }

  // From 3.11 on the code knows. Before, the compiler puts a function's qualified name behind its
  // code in the constants; that tells `global f` in a function ("f") from a nested f
  // ("outer.<locals>.f"). All other cases follow from the nesting.
  static std::string Qualname(PyCodeObject* code, const std::string& name, PyObject* next,
                              const std::string& prefix) {
    if (PyObject* own = compat::CodeQualname(code)) return Utf8(own);
    const bool function =
        compat::HasFastLocals(code);  // a class's name alone stands there, nested or not
    if (function && next != nullptr && PyUnicode_Check(next) && Utf8(next) == name) return name;
    return prefix + name;
  }

  RecordBuilder& record_;
  QualnameTable& names_;
  uint32_t count_ = 0;
};

}  // namespace

void QualnameTable::Put(PyCodeObject* code, std::string qualname) {
  if (compat::CodeQualname(code) != nullptr) return;
  if (names_.emplace(code, std::move(qualname)).second)
    Py_INCREF(reinterpret_cast<PyObject*>(code));
}

std::string QualnameTable::Get(PyCodeObject* code) const {
  if (PyObject* own = compat::CodeQualname(code)) return Utf8(own);
  auto found = names_.find(code);
  return found == names_.end() ? std::string() : found->second;
}

bool IsFunction(PyCodeObject* code) {
  if (!compat::HasFastLocals(code)) return false;
  if (PyUnicode_GET_LENGTH(code->co_name) == 0 || PyUnicode_READ_CHAR(code->co_name, 0) != '<')
    return true;
  return PyUnicode_CompareWithASCIIString(code->co_name, "<lambda>") == 0;
}

RecordBuilder DescribeDefinitions(PyCodeObject* module_code, const std::string& module,
                                  const std::string& file, QualnameTable& names) {
  RecordBuilder record(RecordType::kDefinitions);
  record.Text(module).Text(file);
  const size_t at = record.bytes().size();
  record.U64(0).U32(0);
  Walker walker(record, names);
  const uint64_t bytes = walker.Children(module_code, "", 0);
  record.Patch32(at, static_cast<uint32_t>(bytes));
  record.Patch32(at + 8, walker.count());
  return record;
}

}  // namespace faaslight::tracer
