#include "tracer/import_hook.h"

#include <vector>

#include "tracer/function_hook.h"
#include "tracer/module_info.h"
#include "tracer/regexes.h"
#include "tracer/state.h"
#if FAASLIGHT_HAS_WITNESS
#include "tracer/witness.h"
#endif

namespace faaslight::tracer {
namespace {

constexpr std::string_view kOwnModule = "_faaslight_tracer";

// The originals that our callables stand in for; owned for ever.
PyObject* g_find_and_load = nullptr;
PyObject* g_lock_unlock = nullptr;

struct Place {
  std::string module;
  uint32_t line = 0;
};

// Who imports: the innermost frame that is not importlib's, and the innermost module body that was
// under way. They differ where a function imports: then it is the body's line that led to it.
struct Importer {
  Place code;
  Place body;
};

Place PlaceOf(PyFrameObject* frame) {
  const int line = PyFrame_GetLineNumber(frame);
  return {ModuleOfGlobals(compat::FrameGlobals(frame)), line > 0 ? static_cast<uint32_t>(line) : 0};
}

// The code of a module's file, not of a text that was given to exec().
bool IsModuleBody(PyFrameObject* frame) {
  const PyCodeObject* code = compat::FrameCode(frame);
  return Utf8(code->co_name) == "<module>" && Utf8(code->co_filename).rfind('<', 0) != 0;
}

Importer FindImporter() {
  Importer found;
  PyRef frame = PyRef::Borrow(reinterpret_cast<PyObject*>(PyEval_GetFrame()));
  while (frame) {
    auto* raw = reinterpret_cast<PyFrameObject*>(frame.get());
    PyObject* file = compat::FrameCode(raw)->co_filename;
    if (!IsImportlibFile(file)) {
      if (Utf8(file) == TheState().runner_file) return found;
      const bool is_body = IsModuleBody(raw);
      if (is_body || found.code.module.empty()) {
        Place place = PlaceOf(raw);
        if (found.code.module.empty()) found.code = place;
        if (is_body) {
          found.body = std::move(place);
          return found;
        }
      }
    }
    frame = PyRef::Steal(reinterpret_cast<PyObject*>(PyFrame_GetBack(raw)));
  }
  return found;
}

void WriteStart(uint64_t id, const std::string& name, const Importer& importer) {
  State& state = TheState();
  state.recorded.insert(name);
  state.log.Append(RecordBuilder(RecordType::kModuleStart)
                       .U64(id)
                       .Text(name)
                       .Text(importer.code.module)
                       .U32(importer.code.line)
                       .U32(static_cast<uint32_t>(state.phase))
                       .U32(state.event)
                       .Text(importer.body.module)
                       .U32(importer.body.line));
}

void WriteEnd(uint64_t id, ModuleEnd end, bool executed, uint64_t self_ns, uint64_t cumulative_ns,
              const ModuleDetails& details) {
  TheState().log.Append(RecordBuilder(RecordType::kModuleEnd)
                            .U64(id)
                            .U8(static_cast<uint8_t>(end))
                            .U8(executed ? 1 : 0)
                            .U64(self_ns)
                            .U64(cumulative_ns)
                            .Text(details.name)
                            .Text(details.file)
                            .U8(details.kind)
                            .U8(details.is_package ? 1 : 0));
}

// A module that the import system did not load in front of us: loaded before, or made by code.
void WriteWhole(const std::string& name, const Importer& importer, const ModuleDetails& details) {
  const uint64_t id = TheState().log.NextId();
  WriteStart(id, name, importer);
  WriteEnd(id, ModuleEnd::kCompleted, true, 0, 0, details);
}

// A boundary of a module's execution: what appeared in sys.modules since the last one came from
// `executing`. Normal imports account for their own key, so that the whole table is looked through
// only when somebody else changed it.
void Boundary(const std::string& executing) {
  State& state = TheState();
  if (!executing.empty() && LoadedModule(executing) != nullptr) state.known_keys.insert(executing);
  PyObject* modules = SysModules();
  if (modules != nullptr && PyDict_Check(modules) &&
      static_cast<size_t>(PyDict_GET_SIZE(modules)) != state.known_keys.size()) {
    ScanSysModules(executing);
  }
  if (!state.effects_pass) NotePatterns(executing);
  WitnessBoundary(executing);
}

// Opens and closes one import; the error that the import raises, if any, passes through untouched.
class ImportScope {
 public:
  explicit ImportScope(std::string name) : depth_(ImportStack().size()) {
    ErrorKeeper keep;
    Boundary(Executing());
    ImportFrame frame;
    frame.id = TheState().log.NextId();
    frame.name = std::move(name);
    WriteStart(frame.id, frame.name, FindImporter());
    frame.started_ns = NowNs();
    ImportStack().push_back(std::move(frame));
  }

  void Close(bool succeeded) {
    ErrorKeeper keep;
    const uint64_t now = NowNs();
    std::vector<ImportFrame>& stack = ImportStack();
    // Coroutines that switch stacks under us (greenlet) may have left frames above or taken ours.
    if (stack.size() <= depth_) return;
    stack.resize(depth_ + 1);
    ImportFrame frame = std::move(stack.back());
    const uint64_t cumulative = now - frame.started_ns;
    const uint64_t self = cumulative > frame.children_ns ? cumulative - frame.children_ns : 0;
    PyObject* module = LoadedModule(frame.name);
    if (frame.details.name.empty()) frame.details = DetailsOfModule(module, frame.name);
    const bool executed = frame.executing || (succeeded && !frame.loaded_inside);
    Boundary(frame.name);
    stack.pop_back();
    for (ImportFrame& outer : stack) {
      outer.loaded_inside = outer.loaded_inside || (executed && outer.name == frame.name);
    }
    WriteEnd(frame.id, succeeded ? ModuleEnd::kCompleted : ModuleEnd::kFailed, executed, self,
             cumulative, frame.details);
    if (!stack.empty()) stack.back().children_ns += NowNs() - frame.started_ns;
  }

 private:
  size_t depth_;
};

PyObject* FindAndLoad(PyObject*, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  const bool by_name = count >= 1 && PyUnicode_Check(args[0]);
  std::string name = by_name ? Utf8(args[0]) : std::string();
  // import_module comes here for modules that are loaded, too.
  if (name.empty() || name == kOwnModule || LoadedModule(name) != nullptr) {
    return PyObject_Vectorcall(g_find_and_load, args, static_cast<size_t>(count), keywords);
  }
  ImportScope scope(std::move(name));
  PyObject* result =
      PyObject_Vectorcall(g_find_and_load, args, static_cast<size_t>(count), keywords);
  scope.Close(result != nullptr);
  return result;
}

// `target` is imported while it executes. The cycle is everything whose body is on this thread's
// stack from it to the innermost. A module that imports its own package is the ordinary case and no
// cycle.
void RecordCycle(const std::string& target) {
  const std::vector<ImportFrame>& stack = ImportStack();
  if (stack.empty()) return;
  const std::string importer = FindImporter().code.module;
  if (importer == target || importer.compare(0, target.size() + 1, target + ".") == 0) return;
  size_t first = 0;
  while (first < stack.size() && stack[first].name != target) ++first;
  std::vector<std::string> names;
  for (size_t i = first; i < stack.size(); ++i) {
    if (LoadedModule(stack[i].name) != nullptr) names.push_back(stack[i].name);
  }
  if (names.size() < 2) return;
  RecordBuilder record(RecordType::kCycle);
  record.U32(static_cast<uint32_t>(names.size()));
  for (const std::string& name : names) record.Text(name);
  SayOnce(record);
}

PyObject* LockUnlock(PyObject*, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  if (count >= 1 && PyUnicode_Check(args[0])) {
    ErrorKeeper keep;
    RecordCycle(Utf8(args[0]));
  }
  return PyObject_Vectorcall(g_lock_unlock, args, static_cast<size_t>(count), keywords);
}

template <typename Function>
PyCFunction AsMethod(Function* function) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function));
}

PyMethodDef g_find_and_load_method = {"_find_and_load", AsMethod(FindAndLoad),
                                      METH_FASTCALL | METH_KEYWORDS, nullptr};
PyMethodDef g_lock_unlock_method = {"_lock_unlock_module", AsMethod(LockUnlock),
                                    METH_FASTCALL | METH_KEYWORDS, nullptr};

// Puts a callable of ours into importlib; false with an exception.
bool Replace(PyObject* importlib, PyMethodDef* method, PyObject** original) {
  *original = PyObject_GetAttrString(importlib, method->ml_name);
  PyRef ours = PyRef::Steal(PyCFunction_New(method, nullptr));
  return *original != nullptr && ours &&
         PyObject_SetAttrString(importlib, method->ml_name, ours.get()) == 0;
}

// The code of a module that was loaded before the hooks (io, codecs, encodings): its loader reads
// it again.
void DescribeLoaded(PyObject* module, const ModuleDetails& details) {
  if (details.kind != 0 || details.name == "__main__") return;
  PyObject* loader = DictGet(PyModule_GetDict(module), "__loader__");
  if (loader == nullptr || loader == Py_None) return;
  PyRef code = PyRef::Steal(PyObject_CallMethod(loader, "get_code", "s", details.name.c_str()));
  if (code && PyCode_Check(code.get())) {
    RecordDefinitions(reinterpret_cast<PyCodeObject*>(code.get()), details.name);
  }
  PyErr_Clear();
}

void RecordLoaded() {
  State& state = TheState();
  PyObject* key = nullptr;
  PyObject* module = nullptr;
  Py_ssize_t position = 0;
  std::vector<std::pair<PyRef, std::string>> loaded;
  while (PyDict_Next(SysModules(), &position, &key, &module) != 0) {
    loaded.emplace_back(PyRef::Borrow(module), Utf8(key));
  }
  for (const auto& [object, name] : loaded) {
    state.known_keys.insert(name);
    if (name == "__main__" || name == kOwnModule) continue;
    const ModuleDetails details = DetailsOfModule(object.get(), name);
    WriteWhole(details.name, {}, details);
    if (!state.effects_pass && PyModule_Check(object.get())) DescribeLoaded(object.get(), details);
  }
}

// A key that nobody accounted for: an alias of a module, or a module that code made.
void AccountFor(const std::string& key, PyObject* module, const std::string& executing) {
  State& state = TheState();
  if (key == "__main__" || key == kOwnModule) return;
  const ModuleDetails details = DetailsOfModule(module, key);
  if (details.name != key) {
    state.log.Append(
        RecordBuilder(RecordType::kAlias).Text(key).Text(details.name).Text(executing));
  }
  if (state.recorded.count(details.name) == 0)
    WriteWhole(details.name, {{executing, 0}, {executing, 0}}, details);
}

bool InProgress(const std::string& name) {
  for (const ImportFrame& frame : ImportStack()) {
    if (frame.name == name) return true;
  }
  return false;
}

}  // namespace

std::string Executing() {
  const std::vector<ImportFrame>& stack = ImportStack();
  for (auto frame = stack.rbegin(); frame != stack.rend(); ++frame) {
    if (frame->executing || LoadedModule(frame->name) != nullptr) return frame->name;
  }
  return {};
}

bool InstallImportHook() {
  PyRef importlib = PyRef::Steal(PyImport_ImportModule("_frozen_importlib"));
  if (!importlib) return false;
  RecordLoaded();
  return Replace(importlib.get(), &g_find_and_load_method, &g_find_and_load) &&
         Replace(importlib.get(), &g_lock_unlock_method, &g_lock_unlock);
}

void ModuleBodyEntered(PyCodeObject* code, PyObject* globals) {
  const std::string asked = Utf8(DictGet(globals, "__name__"));
  ModuleDetails details = DetailsOfDict(globals, asked);
  const std::string file = Utf8(code->co_filename);
  RecordDefinitions(code, details.name);
  std::vector<ImportFrame>& stack = ImportStack();
  if (!stack.empty() && (stack.back().name == asked || stack.back().name == details.name)) {
    stack.back().executing = true;
    stack.back().details = std::move(details);
    return;
  }
  State& state = TheState();
  if (details.name.empty() || state.recorded.count(details.name) != 0) return;
  if (details.file.empty()) details.file = file;
  const Place place = stack.empty() ? Place{} : Place{stack.back().name, 0};
  const Importer importer{place, place};
  WriteWhole(details.name, importer, details);
}

void ExtensionEntered(const std::string& file) {
  std::vector<ImportFrame>& stack = ImportStack();
  if (stack.empty()) return;
  ImportFrame& frame = stack.back();
  frame.executing = true;
  if (frame.details.name.empty()) frame.details = {frame.name, file, 1, false};
}

void ScanSysModules(const std::string& executing) {
  ErrorKeeper keep;
  State& state = TheState();
  PyObject* modules = SysModules();
  if (modules == nullptr || !PyDict_Check(modules)) return;
  PyObject* key = nullptr;
  PyObject* module = nullptr;
  Py_ssize_t position = 0;
  std::unordered_set<std::string> present;
  while (PyDict_Next(modules, &position, &key, &module) != 0) {
    std::string name = Utf8(key);
    if (name.empty()) continue;
    // One that another thread is importing accounts for itself when it ends.
    if (state.known_keys.count(name) == 0 && state.recorded.count(name) == 0 && !InProgress(name)) {
      AccountFor(name, module, executing);
    }
    present.insert(std::move(name));
  }
  state.known_keys.swap(present);
}

void BoundaryOfStage() {
  ErrorKeeper keep;
  Boundary(Executing());
  ScanSysModules(Executing());
}

#if FAASLIGHT_HAS_WITNESS

void WitnessBoundary(const std::string& executing) {
  State& state = TheState();
  if (state.witness != nullptr) state.witness->Boundary(executing);
}

bool StartWitness() {
  TheState().witness = std::make_unique<EffectWitness>();
  return true;
}

void WriteEffects() {
  State& state = TheState();
  if (state.witness == nullptr) return;
  ErrorKeeper keep;
  for (const WitnessedEffect& effect : state.witness->TakeEffects()) {
    state.log.Append(RecordBuilder(RecordType::kEffect)
                         .Text(effect.module)
                         .Text(effect.target_module)
                         .Text(effect.attribute)
                         .U32(static_cast<uint32_t>(effect.kind))
                         .Text(effect.detail));
  }
  for (const auto& [key, module, made_by] : state.witness->TakeAliases()) {
    state.log.Append(RecordBuilder(RecordType::kAlias).Text(key).Text(module).Text(made_by));
  }
}

#else

void WitnessBoundary(const std::string&) {}
bool StartWitness() { return false; }
void WriteEffects() {}

#endif

}  // namespace faaslight::tracer
