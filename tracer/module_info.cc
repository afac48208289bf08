#include "tracer/module_info.h"

#include <string_view>

#include "tracer/pyref.h"

namespace faaslight::tracer {
namespace {

// The numbers of proto ModuleKind.
enum Kind : uint8_t { kSource = 0, kExtension = 1, kBuiltin = 2, kNamespace = 3, kOther = 4 };

bool EndsWith(const std::string& text, std::string_view end) {
  return text.size() >= end.size() &&
         std::string_view(text).substr(text.size() - end.size()) == end;
}

// A ModuleSpec is an ordinary object of importlib; somebody's own spec class may be anything.
PyObject* SpecDict(PyObject* spec) {
  if (spec == nullptr || spec == Py_None) return nullptr;
  PyObject** slot = _PyObject_GetDictPtr(spec);
  return slot == nullptr ? nullptr : *slot;
}

std::string SpecText(PyObject* spec, PyObject* spec_dict, const char* name) {
  if (PyObject* value = DictGet(spec_dict, name)) return Utf8(value);
  if (spec == nullptr || spec == Py_None) return {};
  // 3.11+ keeps attributes of plain objects in the object itself, with no dict until someone asks.
  // ModuleSpec has no
  // __getattr__, so asking runs no code; for another class we do not ask.
  if (std::string_view(Py_TYPE(spec)->tp_name) != "ModuleSpec") return {};
  PyRef value = PyRef::Steal(PyObject_GetAttrString(spec, name));
  if (!value) PyErr_Clear();
  return Utf8(value.get());
}

uint8_t KindOf(const std::string& origin, const std::string& file, bool is_package, bool has_spec) {
  if (origin == "built-in") return kBuiltin;
  if (EndsWith(file, ".so")) return kExtension;
  if (EndsWith(file, ".py") || EndsWith(file, ".pyc")) return kSource;
  if (origin == "frozen") return kBuiltin;
  if (has_spec && is_package && file.empty()) return kNamespace;
  return kOther;
}

}  // namespace

ModuleDetails DetailsOfDict(PyObject* dict, const std::string& key) {
  ErrorKeeper keep;
  ModuleDetails details;
  PyObject* spec = DictGet(dict, "__spec__");
  PyObject* spec_dict = SpecDict(spec);
  details.name = SpecText(spec, spec_dict, "name");
  if (details.name.empty()) details.name = key;
  const std::string origin = SpecText(spec, spec_dict, "origin");
  std::string file = Utf8(DictGet(dict, "__file__"));
  if (file.empty() && !origin.empty() && origin[0] == '/') file = origin;
  details.is_package = DictGet(dict, "__path__") != nullptr;
  details.kind = KindOf(origin, file, details.is_package, spec != nullptr && spec != Py_None);
  details.file = std::move(file);
  return details;
}

ModuleDetails DetailsOfModule(PyObject* module, const std::string& key) {
  if (module != nullptr && PyModule_Check(module))
    return DetailsOfDict(PyModule_GetDict(module), key);
  ModuleDetails details;
  details.name = key;
  return details;
}

PyObject* SysModules() { return PySys_GetObject("modules"); }

PyObject* LoadedModule(const std::string& name) {
  ErrorKeeper keep;
  PyObject* modules = SysModules();
  if (modules == nullptr || !PyDict_Check(modules)) return nullptr;
  PyRef key =
      PyRef::Steal(PyUnicode_FromStringAndSize(name.data(), static_cast<Py_ssize_t>(name.size())));
  PyObject* module = key ? PyDict_GetItemWithError(modules, key.get()) : nullptr;
  PyErr_Clear();
  return module;
}

}  // namespace faaslight::tracer
