// What the loaded modules hold, as fingerprints: the part of the effect witness that walks and
// compares.
//
// Each module is a root. Below it hang, up to six levels deep, the containers, classes, instances
// and functions that its names reach, with what functions hold in closures and defaults, bound
// methods and partials in their objects, and classes in their registries, each object once, in the
// hands of the module that had it first: `from a import TABLE` must not make TABLE b's. While a
// node's slots hold the same marks as before, its children's addresses are good and need no
// look-up, so a walk over unchanged modules is a linear read of their dicts.
#pragma once

#include <Python.h>

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace faaslight::tracer {

struct WitnessNode;
struct WitnessEntry;
struct WitnessSlot;
enum class Shape : uint8_t;

// One difference, handed to a ChangeSink while the walk stands still. Pointers are borrowed and
// valid for that call.
struct Change {
  std::string target;     // name of the module whose state changed
  std::string attribute;  // path inside it
  int kind = 0;           // EffectKindValue
  uint64_t before = 0;    // fingerprints of the thing that changed; 0: it was, or is, not there
  uint64_t after = 0;
  Py_ssize_t size_before = -1;  // of a container; -1: it is none
  Py_ssize_t size_after = -1;
  std::string type;               // of the new value, or of the container
  bool is_static_type = false;    // the target is a type made in C, which no Python code can change
  bool in_place = false;          // the same object with other insides
  PyObject* value = nullptr;      // an attribute's new value
  std::vector<PyObject*> added;   // a container's new items (a dict's: its keys)
  std::vector<PyObject*> values;  // a dict's new values, in the order of `added`
  size_t removed = 0;             // how many items went
  std::string note;               // for people, in the place of what the above would say
};

// Takes differences.
class ChangeSink {
 public:
  virtual ~ChangeSink() = default;
  virtual void Changed(const Change& change) = 0;
};

// A module that is loaded.
struct LoadedModule {
  PyObject* object;  // borrowed from sys.modules
  std::string name;
};

// The fingerprints of all that the modules hold, as of the last Walk.
class ModuleGraph {
 public:
  ModuleGraph();
  ~ModuleGraph();
  ModuleGraph(const ModuleGraph&) = delete;
  ModuleGraph& operator=(const ModuleGraph&) = delete;

  // Looks at all of `modules` again and hands what differs since the last walk to `sink`, except
  // what belongs to `executing` (may be null: nothing is its own). What is seen for the first time
  // is no difference. `sink` null: look only. The caller keeps Python code from running meanwhile.
  void Walk(const std::vector<LoadedModule>& modules, PyObject* executing, ChangeSink* sink);

  // Number of objects that are fingerprinted.
  size_t size() const { return nodes_.size(); }

 private:
  WitnessNode* RootFor(const LoadedModule& module);
  void Visit(WitnessNode* node, WitnessNode* root);
  void Refresh(WitnessNode* node);
  void Rebuild(WitnessNode* node, std::vector<WitnessEntry> entries);
  WitnessNode* Follow(const WitnessNode& parent, const WitnessSlot& slot, int depth);
  WitnessNode* NodeFor(const WitnessSlot& slot, const WitnessNode& parent, Shape shape, int depth);
  void AdoptDeferred();
  void Sweep();

  std::vector<std::unique_ptr<WitnessNode>> nodes_;
  std::unordered_map<PyObject*, WitnessNode*> by_object_;
  // (node, a root that reaches it without owning it)
  std::vector<std::pair<WitnessNode*, WitnessNode*>> deferred_;
  uint32_t epoch_ = 0;
  size_t visited_ = 0;
  const WitnessNode* executing_ = nullptr;
  ChangeSink* sink_ = nullptr;
};

}  // namespace faaslight::tracer
