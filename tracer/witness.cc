#include "tracer/witness.h"

#include <algorithm>
#include <map>
#include <utility>

#include "tracer/witness_compat.h"
#include "tracer/witness_graph.h"
#include "tracer/witness_harmless.h"
#include "tracer/witness_probes.h"
#include "tracer/witness_text.h"

namespace faaslight::tracer {
namespace {

PyObject* DictOf(PyObject* object) {
  PyObject* dict = object == nullptr ? nullptr : compat::InstanceDict(object);
  return dict != nullptr && PyDict_Check(dict) ? dict : nullptr;
}

PyObject* NameIn(PyObject* dict, const char* name) {
  return dict == nullptr ? nullptr : PyDict_GetItemString(dict, name);
}

// `__spec__.name`, else `__name__`, else "".
std::string RealName(PyObject* module) {
  PyObject* globals = DictOf(module);
  const std::string spec_name = TextOf(NameIn(DictOf(NameIn(globals, "__spec__")), "name"));
  return spec_name.empty() ? TextOf(NameIn(globals, "__name__")) : spec_name;
}

// The import system marks a module's spec while its body runs.
bool IsExecuting(const std::string& name) {
  PyObject* module = NameIn(PyImport_GetModuleDict(), name.c_str());
  return NameIn(DictOf(NameIn(DictOf(module), "__spec__")), "_initializing") == Py_True;
}

// Some of the new items, for people: "'a', class B, …".
std::string Sample(const Change& change) {
  constexpr size_t kShown = 3;
  std::string text;
  for (size_t i = 0; i < change.added.size() && i < kShown; ++i) {
    text += (i == 0 ? ": " : ", ") + ShortText(change.added[i]);
  }
  return change.added.size() > kShown ? text + ", …" : text;
}

// A change that someone made and has not undone.
struct Pending {
  std::string target;
  std::string attribute;
  int kind;
  uint64_t before;
  Py_ssize_t size_before;
  std::string detail;
};

std::string Describe(const Change& change, const Pending& pending) {
  if (change.size_after >= 0) {
    const bool same_size = change.size_after == pending.size_before;
    const std::string what = same_size && change.added.empty() ? " (reordered)" : Sample(change);
    return change.type + ": " + std::to_string(pending.size_before) + " -> " +
           std::to_string(change.size_after) + " items" + what;
  }
  if (change.type.empty()) return change.after == 0 ? "deleted" : "changed";
  if (pending.before == 0) return "added: " + change.type;
  return (change.in_place ? "changed in place: " : "replaced: ") + change.type;
}

}  // namespace

class EffectWitness::Impl : public ChangeSink {
 public:
  Impl() { Boundary(""); }

  void Boundary(const std::string& executing) {
    const compat::PendingError pending_error;
    const compat::CollectorPause pause;
    executing_ = executing;
    PyObject* own = executing.empty() ? nullptr : NameIn(PyImport_GetModuleDict(), executing.c_str());
    if (own != nullptr && !RealName(own).empty()) executing_ = RealName(own);
    ChangeSink* sink = executing.empty() ? nullptr : this;
    probes_.Look(sink);  // first: on 3.9 its calls may run a collection, from here on only pointers are read
    LookAtSysModules();
    graph_.Walk(modules_, own, sink);
  }

  void Changed(const Change& change) override {
    if (IsHarmless(change, executing_)) return;
    const int kind = IsProcessRegistry(change.target, change.attribute) ? int{kEffectRegistry} : change.kind;
    std::vector<Pending>& effects = effects_[executing_];
    const auto same = [&](const Pending& p) {
      return p.kind == kind && p.target == change.target && p.attribute == change.attribute;
    };
    auto place = std::find_if(effects.begin(), effects.end(), same);
    if (place == effects.end()) {
      effects.push_back({change.target, change.attribute, kind, change.before, change.size_before, ""});
      place = effects.end() - 1;
    } else if (place->before == change.after) {
      effects.erase(place);
      return;
    }
    place->detail = Describe(change, *place);
  }

  std::vector<WitnessedEffect> TakeEffects(bool all) {
    const compat::PendingError pending_error;
    std::vector<WitnessedEffect> taken;
    for (auto maker = effects_.begin(); maker != effects_.end();) {
      if (!all && IsExecuting(maker->first)) {
        ++maker;
        continue;
      }
      for (Pending& p : maker->second) {
        taken.push_back({maker->first, std::move(p.target), std::move(p.attribute), std::move(p.detail), p.kind});
      }
      maker = effects_.erase(maker);
    }
    return taken;
  }

  std::vector<std::tuple<std::string, std::string, std::string>> TakeAliases() {
    return std::exchange(aliases_, {});
  }

 private:
  struct Key {
    PyObject* key;     // for comparison
    PyObject* module;
  };

  // Brings the list of modules up to date, and tells what is odd about the keys that came.
  void LookAtSysModules() {
    size_t i = 0;
    bool same = true;
    PyObject* key = nullptr;
    PyObject* module = nullptr;
    Py_ssize_t position = 0;
    while (same && PyDict_Next(PyImport_GetModuleDict(), &position, &key, &module)) {
      same = i < keys_.size() && keys_[i].key == key && keys_[i].module == module;
      ++i;
    }
    if (same && i == keys_.size()) return;
    keys_.clear();
    modules_.clear();
    position_of_.clear();
    std::map<std::string, PyObject*> now;
    position = 0;
    while (PyDict_Next(PyImport_GetModuleDict(), &position, &key, &module)) {
      keys_.push_back({key, module});
      if (module == Py_None || !PyUnicode_CheckExact(key)) continue;
      AddKey(TextOf(key), module);
      now[TextOf(key)] = module;
    }
    known_.swap(now);
  }

  void AddKey(const std::string& key, PyObject* module) {
    std::string name = RealName(module);
    if (name.empty()) name = key;
    if (position_of_.emplace(module, modules_.size()).second) modules_.push_back({module, name});
    const auto known = known_.find(key);
    if (known != known_.end() && known->second == module) return;
    if (name != key) aliases_.emplace_back(key, name, executing_);
    ReportKey(key, module, known == known_.end() ? nullptr : known->second);
  }

  // Someone put a module into sys.modules by hand, for a name that is not below its own.
  void ReportKey(const std::string& key, PyObject* module, PyObject* before) {
    if (executing_.empty() || IsInPackage(key, executing_)) return;
    PyObject* spec = NameIn(DictOf(module), "__spec__");
    const bool came_by_import = spec != nullptr && spec != Py_None && RealName(module) == key;
    if (before == nullptr && (came_by_import || IsInPackage(key, TopPackage(executing_)))) return;
    Change change;
    change.target = "sys";
    change.attribute = "modules['" + key + "']";
    change.kind = kEffectRegistry;
    change.before = before == nullptr ? 0 : reinterpret_cast<uintptr_t>(before);
    change.after = reinterpret_cast<uintptr_t>(module);
    change.type = TypeName(Py_TYPE(module));
    Changed(change);
  }

  std::string executing_;
  std::vector<Key> keys_;
  std::map<std::string, PyObject*> known_;  // sys.modules as it was: the modules may be dead
  std::vector<LoadedModule> modules_;
  std::unordered_map<PyObject*, size_t> position_of_;
  ModuleGraph graph_;
  ProcessProbes probes_;
  std::map<std::string, std::vector<Pending>> effects_;  // by maker
  std::vector<std::tuple<std::string, std::string, std::string>> aliases_;
};

EffectWitness::EffectWitness() : impl_(std::make_unique<Impl>()) {}
EffectWitness::~EffectWitness() = default;

void EffectWitness::Boundary(const std::string& executing) { impl_->Boundary(executing); }

std::vector<WitnessedEffect> EffectWitness::TakeEffects(bool all) { return impl_->TakeEffects(all); }

std::vector<std::tuple<std::string, std::string, std::string>> EffectWitness::TakeAliases() {
  return impl_->TakeAliases();
}

}  // namespace faaslight::tracer
