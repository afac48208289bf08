#include "tracer/witness.h"

#include <algorithm>
#include <map>
#include <unordered_set>
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

// The module that executes under this name; null when there is none, or when it has put another one
// in its place (the other's state is not its own).
PyObject* OwnModule(const std::string& name) {
  PyObject* module = name.empty() ? nullptr : NameIn(PyImport_GetModuleDict(), name.c_str());
  if (module == nullptr) return nullptr;
  const std::string real = RealName(module);
  const bool is_another = real != name && NameIn(PyImport_GetModuleDict(), real.c_str()) == module;
  return is_another ? nullptr : module;
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

// Two registries live in a C module, under whose name nobody knows them.
void UsePublicName(Change& change) {
  if (change.target == "_warnings") change.target = "warnings";
  if (change.target == "posix" && change.attribute == "environ") change.target = "os";
}

std::string Describe(const Change& change, const Pending& pending) {
  if (!change.note.empty()) return change.note;
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
    PyObject* own = OwnModule(executing);
    ChangeSink* sink = executing.empty() ? nullptr : this;
    probes_.Look(
        sink);  // first: on 3.9 its calls may run a collection, from here on only pointers are read
    LookAtSysModules();
    graph_.Walk(modules_, own, sink);
  }

  void Changed(const Change& seen) override {
    Change change = seen;
    UsePublicName(change);
    if (IsHarmless(change, executing_)) return;
    const int kind =
        IsProcessRegistry(change.target, change.attribute) ? int{kEffectRegistry} : change.kind;
    std::vector<Pending>& effects = effects_[executing_];
    const auto same = [&](const Pending& p) {
      return p.kind == kind && p.target == change.target && p.attribute == change.attribute;
    };
    auto place = std::find_if(effects.begin(), effects.end(), same);
    if (place == effects.end()) {
      effects.push_back(
          {change.target, change.attribute, kind, change.before, change.size_before, ""});
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
        taken.push_back({maker->first, std::move(p.target), std::move(p.attribute),
                         std::move(p.detail), p.kind});
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
    PyObject* object;  // for comparison
    PyObject* module;
    std::string text;
    bool is_first;  // of the keys that hold this module
  };

  // Brings the list of modules up to date, and tells what is odd about the keys that came. Keys
  // come at the end as a rule, so what stands before the first difference is left alone.
  void LookAtSysModules() {
    std::vector<std::pair<PyObject*, PyObject*>> now;
    now.reserve(keys_.size() + 1);
    PyObject* key = nullptr;
    PyObject* module = nullptr;
    Py_ssize_t position = 0;
    while (PyDict_Next(PyImport_GetModuleDict(), &position, &key, &module))
      now.emplace_back(key, module);
    size_t same = 0;
    while (same < now.size() && same < keys_.size() && keys_[same].object == now[same].first &&
           keys_[same].module == now[same].second) {
      ++same;
    }
    std::map<std::string, PyObject*> gone;  // the keys behind it, and what they held
    for (; keys_.size() > same; keys_.pop_back()) Forget(keys_.back(), gone);
    for (size_t i = same; i < now.size(); ++i) AddKey(now[i].first, now[i].second, gone);
    for (const auto& [text, held] : gone) ReportKey(text, nullptr, held);
  }

  void Forget(const Key& key, std::map<std::string, PyObject*>& gone) {
    if (key.is_first) {
      loaded_.erase(key.module);
      modules_.pop_back();
    }
    if (!key.text.empty()) gone[key.text] = key.module;
  }

  void AddKey(PyObject* object, PyObject* module, std::map<std::string, PyObject*>& gone) {
    keys_.push_back({object, module, TextOf(object), false});
    Key& key = keys_.back();
    if (module == Py_None || key.text.empty()) return;
    std::string name = RealName(module);
    if (name.empty()) name = key.text;
    key.is_first = loaded_.insert(module).second;
    if (key.is_first) modules_.push_back({module, name});
    PyObject* before = nullptr;
    const auto known = gone.find(key.text);
    if (known != gone.end()) {
      before = known->second;
      gone.erase(known);
      if (before == module) return;
    }
    if (name != key.text) aliases_.emplace_back(key.text, name, executing_);
    ReportKey(key.text, module, before);
  }

  // Someone changed sys.modules by hand, for a name that is not below its own.
  void ReportKey(const std::string& key, PyObject* module, PyObject* before) {
    if (executing_.empty() || IsInPackage(key, executing_)) return;
    if (before == nullptr) {
      PyObject* spec = NameIn(DictOf(module), "__spec__");
      const bool came_by_import = spec != nullptr && spec != Py_None && RealName(module) == key;
      if (came_by_import || IsInPackage(key, TopPackage(executing_))) return;
    }
    Change change;
    change.target = "sys";
    change.attribute = "modules['" + key + "']";
    change.kind = kEffectRegistry;
    change.before = reinterpret_cast<uintptr_t>(before);
    change.after = reinterpret_cast<uintptr_t>(module);
    if (module != nullptr) change.type = TypeName(Py_TYPE(module));
    Changed(change);
  }

  std::string executing_;
  std::vector<Key> keys_;              // of sys.modules, in its order
  std::vector<LoadedModule> modules_;  // each once
  std::unordered_set<PyObject*> loaded_;
  ModuleGraph graph_;
  ProcessProbes probes_;
  std::map<std::string, std::vector<Pending>> effects_;  // by maker
  std::vector<std::tuple<std::string, std::string, std::string>> aliases_;
};

EffectWitness::EffectWitness() : impl_(std::make_unique<Impl>()) {}
EffectWitness::~EffectWitness() = default;

void EffectWitness::Boundary(const std::string& executing) { impl_->Boundary(executing); }

std::vector<WitnessedEffect> EffectWitness::TakeEffects(bool all) {
  return impl_->TakeEffects(all);
}

std::vector<std::tuple<std::string, std::string, std::string>> EffectWitness::TakeAliases() {
  return impl_->TakeAliases();
}

}  // namespace faaslight::tracer
