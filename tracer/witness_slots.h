// How to look into an object: its shape, and the slots (names or items with their values) that the
// shape has.
//
// Everything is read through the C structures, so that no `__eq__`, `__hash__`, `__getattr__` or
// property of the program runs, and proxies and lazy objects are seen as what they are.
#pragma once

#include <Python.h>

#include <cstdint>
#include <vector>

#include "tracer/witness_compat.h"

namespace faaslight::tracer {

enum class Shape : uint8_t {
  kNone,       // nothing to look into
  kModule,     // names
  kClass,      // names
  kInstance,   // names: its dict and its slots
  kFunction,   // names: its dict, its closure and its defaults
  kDict,       // items, and names if it is of a subclass
  kList,       // "
  kTuple,      // "; the items themselves cannot change
  kSet,        // "
  kTraversed,  // items that the garbage collector would see: deque, mappingproxy, a closure's cell,
               // what a bound method, a partial or a property holds
};

inline bool HasNames(Shape shape) { return shape >= Shape::kModule && shape <= Shape::kFunction; }

// One place of an object that holds a value. `id` is stable while the slot exists.
struct WitnessSlot {
  const void* id = nullptr;
  PyObject* key = nullptr;     // a dict's key or an attribute's name, null for items without one
  const char* name = nullptr;  // of a member (`__slots__`)
  PyObject* value = nullptr;
};

// Names of slots that no attribute shows.
inline constexpr const char* kClosureSlot = "<closure>";        // of a function: its cells
inline constexpr const char* kDefaultsSlot = "<defaults>";      // of a function
inline constexpr const char* kRegisteredSlot = "<registered>";  // of an abstract class: register()
inline constexpr const char* kSubclassesSlot =
    "<subclasses>";  // of a class: what __subclasses__() sees

bool IsDequeType(PyTypeObject* type);

// What there is to look into; kNone for constants and for objects without attributes.
Shape ShapeOf(PyObject* value);

// Calls visit(slot) -> bool (go on?) for what `object`'s members (`__slots__`, C members that hold
// objects) hold.
bool VisitMembers(PyObject* object, bool (*visit)(void* context, const WitnessSlot&),
                  void* context);

// Calls visit(slot) -> bool for what a function or a class holds beside its dict.
bool VisitHidden(PyObject* object, Shape shape, bool (*visit)(void* context, const WitnessSlot&),
                 void* context);

// Gives what the garbage collector sees below `object`.
std::vector<PyObject*> TraversedBy(PyObject* object);

// Calls visit(slot) -> bool (go on?) for a dict's items.
template <typename Visit>
bool VisitDict(PyObject* dict, Visit& visit) {
  PyObject* key = nullptr;
  PyObject* value = nullptr;
  Py_ssize_t position = 0;
  while (PyDict_Next(dict, &position, &key, &value)) {
    if (!visit(WitnessSlot{key, key, nullptr, value})) return false;
  }
  return true;
}

// Calls visit(slot) -> bool for the attributes of an instance.
template <typename Visit>
bool VisitAttributes(PyObject* object, Visit& visit) {
  PyObject* dict = compat::InstanceDict(object);
  if (dict != nullptr && PyDict_Check(dict) && !VisitDict(dict, visit)) return false;
  if ((Py_TYPE(object)->tp_flags & Py_TPFLAGS_HEAPTYPE) == 0) return true;
  return VisitMembers(
      object,
      [](void* context, const WitnessSlot& slot) { return (*static_cast<Visit*>(context))(slot); },
      &visit);
}

template <typename Visit>
bool VisitSet(PyObject* object, Visit& visit) {
  auto* set = reinterpret_cast<PySetObject*>(object);
  for (Py_ssize_t i = 0; i <= set->mask; ++i) {
    PyObject* item = set->table[i].key;
    if (item == nullptr || set->table[i].hash == -1) continue;  // -1: a removed item's place
    if (!visit(WitnessSlot{item, item, nullptr, item})) return false;
  }
  return true;
}

template <typename Visit>
bool VisitItems(PyObject* const* items, Py_ssize_t size, Visit& visit) {
  for (Py_ssize_t i = 0; i < size; ++i) {
    if (items[i] != nullptr && !visit(WitnessSlot{nullptr, nullptr, nullptr, items[i]}))
      return false;
  }
  return true;
}

// Calls visit(slot) -> bool (go on?) for all slots of `object`, which is of `shape`, in a stable
// order.
template <typename Visit>
void VisitSlots(PyObject* object, Shape shape, Visit visit) {
  PyObject* dict = nullptr;
  bool go_on = true;
  switch (shape) {
    case Shape::kNone:
      return;
    case Shape::kModule:
      dict = compat::InstanceDict(object);
      break;
    case Shape::kClass:
      dict = compat::TypeDict(reinterpret_cast<PyTypeObject*>(object));
      break;
    case Shape::kFunction:
      dict = reinterpret_cast<PyFunctionObject*>(object)->func_dict;
      break;
    case Shape::kInstance:
      VisitAttributes(object, visit);
      return;
    case Shape::kDict:
      go_on = VisitDict(object, visit);
      break;
    case Shape::kList:
      go_on = VisitItems(reinterpret_cast<PyListObject*>(object)->ob_item, PyList_GET_SIZE(object),
                         visit);
      break;
    case Shape::kTuple:
      go_on = VisitItems(reinterpret_cast<PyTupleObject*>(object)->ob_item,
                         PyTuple_GET_SIZE(object), visit);
      break;
    case Shape::kSet:
      go_on = VisitSet(object, visit);
      break;
    case Shape::kTraversed: {
      const std::vector<PyObject*> items = TraversedBy(object);
      VisitItems(items.data(), static_cast<Py_ssize_t>(items.size()), visit);
      return;
    }
  }
  if (shape == Shape::kClass || shape == Shape::kFunction) {
    if (dict != nullptr && PyDict_Check(dict) && !VisitDict(dict, visit)) return;
    VisitHidden(
        object, shape,
        [](void* context, const WitnessSlot& slot) {
          return (*static_cast<Visit*>(context))(slot);
        },
        &visit);
  } else if (dict != nullptr && PyDict_Check(dict)) {
    VisitDict(dict, visit);
  } else if (go_on && !HasNames(shape) && (Py_TYPE(object)->tp_flags & Py_TPFLAGS_HEAPTYPE) != 0) {
    VisitAttributes(object, visit);
  }
}

}  // namespace faaslight::tracer
