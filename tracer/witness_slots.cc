#include "tracer/witness_slots.h"

#include <cstring>

#include "tracer/witness_marks.h"

namespace faaslight::tracer {
namespace {

bool IsPartial(PyTypeObject* type) { return std::strcmp(type->tp_name, "functools.partial") == 0; }

// Objects that hold others but have nothing of their own that a module would change.
bool IsWrapper(PyTypeObject* type) {
  return type == &PyProperty_Type || type == &PyClassMethod_Type || type == &PyStaticMethod_Type ||
         type == &PyMethod_Type || type == &PyCFunction_Type || IsPartial(type);
}

// A shallow look at a function: the cells and defaults are not asked further, or a function that
// calls itself would never end.
bool HoldsThings(PyFunctionObject* function) {
  const PyObject* dict = function->func_dict;
  if (dict != nullptr && PyDict_GET_SIZE(dict) > 0) return true;
  if (function->func_closure != nullptr) return true;
  PyObject* defaults = function->func_defaults;
  for (Py_ssize_t i = 0; defaults != nullptr && i < PyTuple_GET_SIZE(defaults); ++i) {
    PyObject* value = PyTuple_GET_ITEM(defaults, i);
    if (PyDict_Check(value) || PyList_Check(value) || PySet_Check(value)) return true;
  }
  return function->func_kwdefaults != nullptr;
}

bool IsWorthFollowing(PyObject* value) {
  if (PyFunction_Check(value)) return HoldsThings(reinterpret_cast<PyFunctionObject*>(value));
  return !PyModule_Check(value) && !PyType_Check(value) && !IsWrapper(Py_TYPE(value)) &&
         ShapeOf(value) != Shape::kNone;
}

Shape ShapeOfWrapper(PyObject* value) {
  for (PyObject* held : TraversedBy(value)) {
    if (IsWorthFollowing(held)) return Shape::kTraversed;
  }
  return Shape::kNone;
}

bool HasObjectMembers(PyTypeObject* type) {
  for (; type != nullptr && (type->tp_flags & Py_TPFLAGS_HEAPTYPE) != 0; type = type->tp_base) {
    for (const PyMemberDef* member = type->tp_members; member != nullptr && member->name != nullptr;
         ++member) {
      if (compat::IsObjectMember(*member)) return true;
    }
  }
  return false;
}

int Collect(PyObject* object, void* items) {
  static_cast<std::vector<PyObject*>*>(items)->push_back(object);
  return 0;
}

}  // namespace

bool IsDequeType(PyTypeObject* type) {
  for (; type != nullptr; type = type->tp_base) {
    if (std::strcmp(type->tp_name, "collections.deque") == 0) return true;
  }
  return false;
}

Shape ShapeOf(PyObject* value) {
  PyTypeObject* type = Py_TYPE(value);
  if (IsPlainConstant(type) || value == Py_None || type == &PyBool_Type) return Shape::kNone;
  if (type == &PyFunction_Type) {
    return HoldsThings(reinterpret_cast<PyFunctionObject*>(value)) ? Shape::kFunction
                                                                   : Shape::kNone;
  }
  if (PyType_Check(value)) return Shape::kClass;
  if (type == &PyCell_Type) {
    return PyCell_GET(value) != nullptr && !PyModule_Check(PyCell_GET(value)) ? Shape::kTraversed
                                                                              : Shape::kNone;
  }
  if (IsWrapper(type)) return ShapeOfWrapper(value);
  if (PyModule_Check(value) || PyCode_Check(value)) return Shape::kNone;
  if (PyDict_Check(value)) return Shape::kDict;
  if (PyList_Check(value)) return Shape::kList;
  if (PyTuple_Check(value)) return PyTuple_GET_SIZE(value) > 0 ? Shape::kTuple : Shape::kNone;
  if (PySet_Check(value)) return Shape::kSet;
  if (type == &PyDictProxy_Type || IsDequeType(type)) return Shape::kTraversed;
  if (type->tp_dictoffset != 0) {
    const bool is_python_class = (type->tp_flags & Py_TPFLAGS_HEAPTYPE) != 0;
    return is_python_class || compat::InstanceDict(value) != nullptr ? Shape::kInstance
                                                                     : Shape::kNone;
  }
  return HasObjectMembers(type) ? Shape::kInstance : Shape::kNone;
}

bool VisitMembers(PyObject* object, bool (*visit)(void* context, const WitnessSlot&),
                  void* context) {
  for (PyTypeObject* type = Py_TYPE(object); type != nullptr; type = type->tp_base) {
    if ((type->tp_flags & Py_TPFLAGS_HEAPTYPE) == 0) break;
    // A subclass without __slots__ shares its base's members: look at each table once.
    if (type->tp_base != nullptr && type->tp_members == type->tp_base->tp_members) continue;
    for (const PyMemberDef* member = type->tp_members; member != nullptr && member->name != nullptr;
         ++member) {
      if (!compat::IsObjectMember(*member)) continue;
      PyObject* value =
          *reinterpret_cast<PyObject**>(reinterpret_cast<char*>(object) + member->offset);
      if (value == nullptr) continue;
      if (!visit(context, WitnessSlot{member->name, nullptr, member->name, value})) return false;
    }
  }
  return true;
}

bool VisitHidden(PyObject* object, Shape shape, bool (*visit)(void* context, const WitnessSlot&),
                 void* context) {
  const auto slot = [&](const char* name, PyObject* value) {
    return value == nullptr || visit(context, WitnessSlot{name, nullptr, name, value});
  };
  if (shape == Shape::kFunction) {
    auto* function = reinterpret_cast<PyFunctionObject*>(object);
    return slot(kClosureSlot, function->func_closure) &&
           slot(kDefaultsSlot, function->func_defaults) &&
           slot(kDefaultsSlot, function->func_kwdefaults);
  }
  auto* type = reinterpret_cast<PyTypeObject*>(object);
  return slot(kRegisteredSlot, compat::AbcRegistry(type)) &&
         slot(kSubclassesSlot, compat::Subclasses(type));
}

std::vector<PyObject*> TraversedBy(PyObject* object) {
  std::vector<PyObject*> items;
  const traverseproc traverse = Py_TYPE(object)->tp_traverse;
  if (traverse != nullptr && PyObject_IS_GC(object)) traverse(object, Collect, &items);
  return items;
}

}  // namespace faaslight::tracer
