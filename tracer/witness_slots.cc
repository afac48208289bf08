#include "tracer/witness_slots.h"

#include <cstring>

#include "tracer/witness_marks.h"

namespace faaslight::tracer {
namespace {

bool IsDeque(PyTypeObject* type) {
  for (; type != nullptr; type = type->tp_base) {
    if (std::strcmp(type->tp_name, "collections.deque") == 0) return true;
  }
  return false;
}

// Objects that have attributes of their own but nothing that another module would change.
bool IsPlumbing(PyObject* value) {
  PyTypeObject* type = Py_TYPE(value);
  return type == &PyProperty_Type || type == &PyClassMethod_Type || type == &PyStaticMethod_Type ||
         type == &PyMethod_Type || type == &PyCFunction_Type || PyModule_Check(value) ||
         PyCode_Check(value);
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

Shape ShapeOf(PyObject* value) {
  PyTypeObject* type = Py_TYPE(value);
  if (IsPlainConstant(type) || value == Py_None || type == &PyBool_Type) return Shape::kNone;
  if (type == &PyFunction_Type) {
    PyObject* dict = reinterpret_cast<PyFunctionObject*>(value)->func_dict;
    return dict != nullptr && PyDict_GET_SIZE(dict) > 0 ? Shape::kFunction : Shape::kNone;
  }
  if (PyType_Check(value)) return Shape::kClass;
  if (IsPlumbing(value)) return Shape::kNone;
  if (PyDict_Check(value)) return Shape::kDict;
  if (PyList_Check(value)) return Shape::kList;
  if (PyTuple_Check(value)) return PyTuple_GET_SIZE(value) > 0 ? Shape::kTuple : Shape::kNone;
  if (PySet_Check(value)) return Shape::kSet;
  if (type == &PyDictProxy_Type || IsDeque(type)) return Shape::kTraversed;
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

std::vector<PyObject*> TraversedBy(PyObject* object) {
  std::vector<PyObject*> items;
  const traverseproc traverse = Py_TYPE(object)->tp_traverse;
  if (traverse != nullptr && PyObject_IS_GC(object)) traverse(object, Collect, &items);
  return items;
}

}  // namespace faaslight::tracer
