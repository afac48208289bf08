#include "tracer/witness_graph.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <utility>

#include "tracer/witness_compare.h"
#include "tracer/witness_harmless.h"
#include "tracer/witness_marks.h"
#include "tracer/witness_slots.h"
#include "tracer/witness_text.h"

namespace faaslight::tracer {
namespace {

// How deep below a module's names to look: containers may hang one level below instances, classes
// and functions.
constexpr int kDeepestContainer = 6;
constexpr int kDeepestNames = 5;

// Finds the global `name` of the module called `module`, borrowed; null if there is none. Looks
// only with plain strs.
PyObject* FindGlobal(PyObject* module, PyObject* name) {
  if (module == nullptr || name == nullptr || !PyUnicode_CheckExact(module) ||
      !PyUnicode_CheckExact(name)) {
    return nullptr;
  }
  PyObject* object = PyDict_GetItemWithError(PyImport_GetModuleDict(), module);
  PyObject* globals = object == nullptr ? nullptr : compat::InstanceDict(object);
  if (globals == nullptr || !PyDict_Check(globals)) return nullptr;
  return PyDict_GetItemWithError(globals, name);
}

// Whether a class or function is a global of the module that made it, other than `holder`: then it
// is looked at there, and not wherever it was imported to.
bool IsAtHomeElsewhere(PyObject* value, Shape shape, const std::string& holder) {
  PyObject* module = nullptr;
  PyObject* name = nullptr;
  if (shape == Shape::kFunction) {
    module = reinterpret_cast<PyFunctionObject*>(value)->func_module;
    name = reinterpret_cast<PyFunctionObject*>(value)->func_name;
    return TextOf(module) != holder && FindGlobal(module, name) == value;
  }
  auto* type = reinterpret_cast<PyTypeObject*>(value);
  const std::string home = TypeModule(type);
  if (home == holder) return false;
  module = PyUnicode_FromStringAndSize(home.data(), static_cast<Py_ssize_t>(home.size()));
  name = PyUnicode_FromString(TypeName(type).c_str());
  const bool elsewhere = FindGlobal(module, name) == value;
  Py_XDECREF(module);
  Py_XDECREF(name);
  PyErr_Clear();
  return elsewhere;
}

// Whether what a node holds is reached as if the node were not there: a proxy, a closure's cells, a
// bound method, a partial, a property.
bool IsSeenThrough(const WitnessNode& node) {
  if (node.shape == Shape::kTraversed) return !IsDequeType(node.type);
  if (node.shape != Shape::kTuple || node.path.empty()) return false;
  return node.path.back() == '>';  // a function's <closure> or <defaults>
}

// Containers whose members go by themselves.
bool HoldsWeakly(const WitnessNode& parent, const WitnessSlot& slot) {
  if (slot.name == kRegisteredSlot || slot.name == kSubclassesSlot) return true;
  if (parent.shape != Shape::kInstance) return false;
  const std::string type = TypeName(parent.type);
  return type == "WeakSet" || type == "WeakValueDictionary" || type == "WeakKeyDictionary";
}

// What stands behind a node's path for this entry: ".name" or "[key]".
std::string StepOf(const WitnessNode& node, const WitnessSlot& slot) {
  if (HasNames(node.shape)) {
    const std::string name = slot.name != nullptr ? slot.name : TextOf(slot.key);
    return node.shape == Shape::kModule ? name : "." + name;
  }
  if (IsSeenThrough(node)) return "";
  return slot.key == nullptr ? "[]" : "[" + ShortText(slot.key) + "]";
}

// Whether a dict is the globals of a module (`d = globals()`), which are looked at there.
bool IsNamesOfModule(PyObject* dict) {
  PyObject* name = PyDict_GetItemString(dict, "__name__");
  if (name == nullptr || !PyUnicode_CheckExact(name)) return false;
  PyObject* module = PyDict_GetItemWithError(PyImport_GetModuleDict(), name);
  return module != nullptr && compat::InstanceDict(module) == dict;
}

bool HoldsOnlyConstants(PyObject* tuple) {
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(tuple); ++i) {
    PyObject* item = PyTuple_GET_ITEM(tuple, i);
    if (item != nullptr && ShapeOf(item) != Shape::kNone) return false;
  }
  return true;
}

// Functions are looked into where they are at home, once.
void NoteFunctions(WitnessNode& node) {
  for (size_t i = 0; i < node.entries.size(); ++i) {
    PyObject* value =
        const_cast<PyObject*>(node.entries[i].value);  // alive: the entries were read just now
    if (!PyFunction_Check(value) || IsAtHomeElsewhere(value, Shape::kFunction, node.owner->path))
      continue;
    node.functions.push_back({i, InsidesOf(value)});
  }
}

int DepthBelow(const WitnessNode& node) {
  // A function or a proxy is no level of its own: singledispatch's registry hangs below both.
  return node.shape == Shape::kFunction || IsSeenThrough(node) ? node.depth : node.depth + 1;
}

}  // namespace

ModuleGraph::ModuleGraph() = default;
ModuleGraph::~ModuleGraph() = default;

WitnessNode* ModuleGraph::RootFor(const LoadedModule& module) {
  WitnessNode*& node = by_object_[module.object];
  if (node == nullptr) {
    nodes_.push_back(std::make_unique<WitnessNode>());
    node = nodes_.back().get();
    node->object = module.object;
  }
  if (node->shape != Shape::kModule || node->type != Py_TYPE(module.object)) {
    node->shape = Shape::kModule;
    node->type = Py_TYPE(module.object);
    node->depth = 0;
    node->fresh = true;
    node->owner = node;
  }
  node->path = module.name;
  node->root_epoch = epoch_;
  return node;
}

void ModuleGraph::Walk(const std::vector<LoadedModule>& modules, PyObject* executing,
                       ChangeSink* sink) {
  ++epoch_;
  visited_ = 0;
  sink_ = sink;
  executing_ = nullptr;
  deferred_.clear();
  std::vector<WitnessNode*> roots;
  roots.reserve(modules.size());
  for (const LoadedModule& module : modules) {
    roots.push_back(RootFor(module));
    if (module.object == executing) executing_ = roots.back();
  }
  // First come, first owned: what the executing module has made is its own, even where others hold
  // it already.
  if (executing_ != nullptr) {
    WitnessNode* own = by_object_.find(executing)->second;
    Visit(own, own);
  }
  for (WitnessNode* root : roots) Visit(root, root);
  AdoptDeferred();
  if (visited_ != nodes_.size()) Sweep();
}

void ModuleGraph::Visit(WitnessNode* node, WitnessNode* root) {
  if (node->epoch == epoch_) return;
  if (node->owner != root) {
    deferred_.emplace_back(node, root);
    return;
  }
  node->epoch = epoch_;
  ++visited_;
  Refresh(node);
  for (WitnessNode* child : node->children) Visit(child, root);
}

void ModuleGraph::Refresh(WitnessNode* node) {
  if (node->type != Py_TYPE(node->object)) {
    // `obj.__class__ = …`, or another object at the same address: a new thing either way.
    node->type = Py_TYPE(node->object);
    node->shape = node->shape == Shape::kModule ? Shape::kModule : ShapeOf(node->object);
    node->fresh = true;
  }
  if (!node->fresh && !node->stale && IsUnchanged(*node)) return;
  std::vector<WitnessEntry> now = EntriesNow(*node);
  if (!node->fresh && sink_ != nullptr && node->owner != executing_)
    ReportDifference(*node, now, *sink_);
  Rebuild(node, std::move(now));
}

void ModuleGraph::Rebuild(WitnessNode* node, std::vector<WitnessEntry> entries) {
  node->entries = std::move(entries);
  node->names = NamesNow(*node);
  node->version = VersionNow(*node);
  node->functions.clear();
  if (node->shape == Shape::kModule || node->shape == Shape::kClass) NoteFunctions(*node);
  node->fresh = false;
  node->stale = false;
  node->children.clear();
  const int depth = DepthBelow(*node);
  if (depth > kDeepestContainer) return;
  // First what has names that people know: functions see the same things in their closures.
  const auto is_function = [](const WitnessNode* child) {
    return child->shape == Shape::kFunction;
  };
  VisitSlots(node->object, node->shape, [&](const WitnessSlot& slot) {
    if (WitnessNode* child = Follow(*node, slot, depth)) node->children.push_back(child);
    return true;
  });
  std::stable_partition(node->children.begin(), node->children.end(), std::not_fn(is_function));
}

WitnessNode* ModuleGraph::Follow(const WitnessNode& parent, const WitnessSlot& slot, int depth) {
  const Shape shape = ShapeOf(slot.value);
  if (shape == Shape::kNone || (shape == Shape::kTuple && HoldsOnlyConstants(slot.value)))
    return nullptr;
  if (HasNames(shape) && depth > kDeepestNames) return nullptr;
  if (HasNames(parent.shape)) {
    const std::string name = slot.name != nullptr ? slot.name : TextOf(slot.key);
    if (IsNeverFollowed(parent.shape == Shape::kModule ? parent.path : "", name)) return nullptr;
  }
  if (shape == Shape::kClass || shape == Shape::kFunction) {
    if (IsAtHomeElsewhere(slot.value, shape, parent.owner->path)) return nullptr;
  } else if (IsNeverFollowedType(Py_TYPE(slot.value))) {
    return nullptr;
  }
  if (shape == Shape::kDict && IsNamesOfModule(slot.value)) return nullptr;
  return NodeFor(slot, parent, shape, depth);
}

WitnessNode* ModuleGraph::NodeFor(const WitnessSlot& slot, const WitnessNode& parent, Shape shape,
                                  int depth) {
  WitnessNode*& node = by_object_[slot.value];
  if (node == nullptr) {
    nodes_.push_back(std::make_unique<WitnessNode>());
    node = nodes_.back().get();
    node->object = slot.value;
  } else if (node->root_epoch == epoch_) {
    return nullptr;
  }
  const bool is_new =
      node->owner == nullptr || node->type != Py_TYPE(slot.value) || node->shape != shape;
  if (is_new) {
    node->type = Py_TYPE(slot.value);
    node->shape = shape;
    node->fresh = true;
    node->owner = parent.owner;
    node->weak = HoldsWeakly(parent, slot);
    node->path = (parent.shape == Shape::kModule ? "" : parent.path) + StepOf(parent, slot);
  }
  if (is_new || depth < node->depth) {
    node->stale = !is_new;
    node->depth = static_cast<uint8_t>(depth);
  }
  return node;
}

// What no walk from its owner reached any more goes to a module that still holds it, as if it were
// new there.
void ModuleGraph::AdoptDeferred() {
  while (!deferred_.empty()) {
    const std::vector<std::pair<WitnessNode*, WitnessNode*>> deferred = std::move(deferred_);
    deferred_.clear();
    for (const auto& [node, root] : deferred) {
      if (node->epoch == epoch_) continue;
      node->owner = root;
      node->fresh = true;
      Visit(node, root);
    }
  }
}

// Forgets what nobody holds any more. Whoever listed such a node as a child is gone too, or has a
// new list.
void ModuleGraph::Sweep() {
  const auto is_gone = [this](const std::unique_ptr<WitnessNode>& node) {
    return node->epoch != epoch_;
  };
  for (const auto& node : nodes_) {
    if (is_gone(node)) by_object_.erase(node->object);
  }
  nodes_.erase(std::remove_if(nodes_.begin(), nodes_.end(), is_gone), nodes_.end());
}

}  // namespace faaslight::tracer
