#include "tracer/witness_probes.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <clocale>
#include <cstring>
#include <functional>
#include <optional>
#include <string_view>

#include "tracer/witness.h"
#include "tracer/witness_audit.h"
#include "tracer/witness_compat.h"
#include "tracer/witness_marks.h"
#include "tracer/witness_text.h"

namespace faaslight::tracer {
namespace {

// Gives the global `name` of a module, borrowed; null when the module is not loaded or has none.
PyObject* Global(const char* module, const char* name) {
  PyObject* object = PyDict_GetItemString(PyImport_GetModuleDict(), module);
  PyObject* globals = object == nullptr ? nullptr : compat::InstanceDict(object);
  return globals != nullptr && PyDict_Check(globals) ? PyDict_GetItemString(globals, name)
                                                     : nullptr;
}

uint64_t HashText(const char* text) {
  return text == nullptr ? 0 : std::hash<std::string_view>()(std::string_view(text));
}

// A C function of the interpreter, borrowed; null when its module is not loaded, or when it was
// replaced by something that is no C function and so might run code of the program.
PyObject* CFunction(const char* module, const char* name) {
  PyObject* function = Global(module, name);
  return function != nullptr && PyCFunction_CheckExact(function) ? function : nullptr;
}

// The mark of a call's answer, which it releases; 0 for an exception.
uint64_t MarkOfAnswer(PyObject* answer) {
  if (answer == nullptr) {
    PyErr_Clear();
    return 0;
  }
  const uint64_t mark = MarkOf(answer);
  Py_DECREF(answer);
  return mark;
}

std::optional<uint64_t> Ask(const char* module, const char* name) {
  PyObject* function = CFunction(module, name);
  if (function == nullptr) return std::nullopt;
  return MarkOfAnswer(PyObject_CallNoArgs(function));
}

std::optional<uint64_t> SignalHandlers() {
  constexpr long kSignals = 65;
  PyObject* function = CFunction("_signal", "getsignal");
  if (function == nullptr) return std::nullopt;
  uint64_t mark = 0;
  for (long number = 1; number < kSignals; ++number) {
    PyObject* argument = PyLong_FromLong(number);
    mark = Mix(mark, MarkOfAnswer(PyObject_CallFunctionObjArgs(function, argument, nullptr)));
    Py_DECREF(argument);
  }
  return mark;
}

#if PY_VERSION_HEX < 0x030C0000
// The latest number of a thread's state. A thread that ended before the boundary is not seen.
uint64_t LatestThread() {
  static uint64_t latest = 0;
  PyInterpreterState* interpreter = PyInterpreterState_Get();
  for (PyThreadState* thread = PyInterpreterState_ThreadHead(interpreter); thread != nullptr;
       thread = PyThreadState_Next(thread)) {
    latest = std::max(latest, PyThreadState_GetID(thread));
  }
  return latest;
}
#endif

// Reading it with umask() would change it for a moment, under other threads' feet.
std::optional<uint64_t> FileMask() {
  constexpr std::string_view kLine = "\nUmask:";
  char text[1024];
  const int file = ::open("/proc/self/status", O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::nullopt;
  const ssize_t size = ::read(file, text, sizeof text);
  ::close(file);
  const std::string_view all(text, static_cast<size_t>(std::max<ssize_t>(size, 0)));
  const size_t line = all.find(kLine);
  if (line == std::string_view::npos) return std::nullopt;
  return std::hash<std::string_view>()(all.substr(line, all.find('\n', line + 1) - line));
}

// The state of the generator behind random.random(), which seed() sets.
std::optional<uint64_t> RandomState() {
  PyObject* generator = Global("random", "_inst");
  PyObject* type = Global("_random", "Random");
  if (generator == nullptr || type == nullptr || !PyType_Check(type) ||
      reinterpret_cast<PyObject*>(Py_TYPE(generator)) != Global("random", "Random") ||
      !PyType_IsSubtype(Py_TYPE(generator), reinterpret_cast<PyTypeObject*>(type))) {
    return std::nullopt;
  }
  PyObject* state = PyObject_CallMethod(type, "getstate", "O", generator);
  const Py_hash_t hash = state != nullptr ? PyObject_Hash(state) : 0;  // a tuple of ints
  Py_XDECREF(state);
  PyErr_Clear();
  return static_cast<uint64_t>(hash);
}

// A decimal context made in C, by what its repr says: precision, rounding, traps, flags.
std::optional<uint64_t> MarkOfDecimal(PyObject* context) {
  if (context == nullptr ||
      reinterpret_cast<PyObject*>(Py_TYPE(context)) != Global("_decimal", "Context")) {
    return std::nullopt;
  }
  PyObject* text = PyObject_Repr(context);
  return MarkOfAnswer(text);
}

std::optional<uint64_t> WorkingFolder() {
  char folder[4096];
  return HashText(getcwd(folder, sizeof folder));
}

std::optional<uint64_t> SumOf(PyObject* held) {
  if (held == nullptr) return std::nullopt;
  uint64_t sum = 1;
  if (PyList_Check(held)) {
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(held); ++i)
      sum = Mix(sum, MarkOf(PyList_GET_ITEM(held, i)));
    return sum;
  }
  PyObject* key = nullptr;
  PyObject* value = nullptr;
  Py_ssize_t position = 0;
  while (PyDict_Next(held, &position, &key, &value)) sum += Mix(MarkOf(key), MarkOf(value));
  return sum;
}

// Finds the container of exact type `type` that holds `item` and passes `is_it`; a new reference or
// null. The codec registry is reachable only so: the interpreter has no function that lists it.
PyObject* FindHolder(PyObject* item, PyTypeObject* type, bool (*is_it)(PyObject*)) {
  PyObject* gc = PyImport_ImportModule("gc");
  PyObject* holders = gc == nullptr ? nullptr : PyObject_CallMethod(gc, "get_referrers", "O", item);
  PyObject* found = nullptr;
  for (Py_ssize_t i = 0; holders != nullptr && i < PyList_GET_SIZE(holders) && found == nullptr;
       ++i) {
    PyObject* holder = PyList_GET_ITEM(holders, i);
    if (Py_TYPE(holder) == type && is_it(holder)) found = holder;
  }
  Py_XINCREF(found);
  Py_XDECREF(holders);
  Py_XDECREF(gc);
  PyErr_Clear();
  return found;
}

bool IsSearchPath(PyObject* list) {
  return PyList_GET_SIZE(list) > 0 &&
         PyList_GET_ITEM(list, 0) == Global("encodings", "search_function");
}

bool IsErrorRegistry(PyObject* dict) {
  return PyDict_GetItemString(dict, "strict") != nullptr &&
         PyDict_GetItemString(dict, "xmlcharrefreplace") != nullptr;
}

uint64_t MarkOfName(PyObject* dict, const char* name) {
  PyObject* value = PyDict_GetItemString(dict, name);
  return value == nullptr ? 0 : MarkOf(value);
}

uint64_t SettingsOf(PyObject* dict) {
  uint64_t mark = MarkOfName(dict, "level");
  mark = Mix(mark, MarkOfName(dict, "propagate"));
  mark = Mix(mark, MarkOfName(dict, "disabled"));
  PyObject* filters = PyDict_GetItemString(dict, "filters");
  return Mix(mark, filters != nullptr && PyList_Check(filters) ? SumOf(filters).value_or(0) : 0);
}

// What a logger has that nobody has touched.
uint64_t DefaultSettings() {
  PyObject* dict = PyDict_New();
  PyObject* zero = PyLong_FromLong(0);
  PyObject* filters = PyList_New(0);
  PyDict_SetItemString(dict, "level", zero);
  PyDict_SetItemString(dict, "propagate", Py_True);
  PyDict_SetItemString(dict, "disabled", Py_False);
  PyDict_SetItemString(dict, "filters", filters);
  const uint64_t settings = SettingsOf(dict);
  Py_DECREF(filters);
  Py_DECREF(zero);
  Py_DECREF(dict);
  return settings;
}

struct Number {
  const char* target;
  const char* attribute;
  std::optional<uint64_t> (*read)();
};

constexpr Number kNumbers[] = {
    {"signal", "signal()", SignalHandlers},
    {"os", "umask()", FileMask},
    {"random", "seed(), or numbers drawn", RandomState},
    {"decimal", "DefaultContext",
     [] { return MarkOfDecimal(Global("decimal", "DefaultContext")); }},
    {"sys", "settrace()", [] { return Ask("sys", "gettrace"); }},
    {"os", "chdir()", WorkingFolder},
    {"locale", "setlocale()",
     [] { return std::optional<uint64_t>(HashText(std::setlocale(LC_ALL, nullptr))); }},
    {"sys", "setrecursionlimit()", [] { return std::optional<uint64_t>(Py_GetRecursionLimit()); }},
    {"sys", "setswitchinterval()", [] { return Ask("sys", "getswitchinterval"); }},
    {"sys", "set_int_max_str_digits()", [] { return Ask("sys", "get_int_max_str_digits"); }},
    {"atexit", "register()", [] { return Ask("atexit", "_ncallbacks"); }},
    {"gc", "set_threshold()", [] { return Ask("gc", "get_threshold"); }},
    {"gc", "callbacks", [] { return SumOf(Global("gc", "callbacks")); }},
    {"faulthandler", "enable()", [] { return Ask("faulthandler", "is_enabled"); }},
    {"socket", "setdefaulttimeout()", [] { return Ask("_socket", "getdefaulttimeout"); }},
    {"threading", "stack_size()", [] { return Ask("_thread", "stack_size"); }},
    {"tracemalloc", "start()", [] { return Ask("_tracemalloc", "is_tracing"); }},
};

}  // namespace

ProcessProbes::ProcessProbes() {
  CountAuditEvents();  // where the interpreter refuses it, those effects are not seen
  if (PyObject* search = Global("encodings", "search_function")) {
    codec_searchers_ = FindHolder(search, &PyList_Type, IsSearchPath);
  }
  if (PyObject* strict = PyCodec_LookupError("strict")) {
    codec_errors_ = FindHolder(strict, &PyDict_Type, IsErrorRegistry);
    Py_DECREF(strict);
  }
  PyErr_Clear();
}

ProcessProbes::~ProcessProbes() {
  if (Py_IsInitialized() == 0) return;  // the interpreter has freed them
  Py_XDECREF(codec_searchers_);
  Py_XDECREF(codec_errors_);
  for (const Hidden& handlers : fork_handlers_) Py_XDECREF(handlers.held);
}

void ProcessProbes::Look(ChangeSink* sink) {
  LookAtNumbers(sink);
  LookAtContext(sink);
  LookAtForkHandlers(sink);
  LookAtAuditCounts(sink);
  LookAtLoggers(sink);
}

void ProcessProbes::Compare(const char* target, const std::string& attribute, uint64_t now,
                            ChangeSink* sink, const std::string& note) {
  const auto [place, is_new] = numbers_.try_emplace(std::string(target) + " " + attribute, now);
  if (is_new || place->second == now) return;
  Change change;
  change.target = target;
  change.attribute = attribute;
  change.kind = kEffectRegistry;
  change.note = note;
  change.before = place->second | 1;
  change.after = now | 1;
  if (change.before == change.after)
    change.before ^= 2;  // small counts differ in the last bit only
  place->second = now;
  if (sink != nullptr) sink->Changed(change);
}

void ProcessProbes::LookAtNumbers(ChangeSink* sink) {
  const auto look = [this, sink](const char* target, const char* attribute,
                                 std::optional<uint64_t> now) {
    if (now) Compare(target, attribute, *now, sink);
  };
  for (const Number& number : kNumbers) look(number.target, number.attribute, number.read());
  look("codecs", "register()", SumOf(codec_searchers_));
  look("codecs", "register_error()", SumOf(codec_errors_));
}

void ProcessProbes::LookAtAuditCounts(ChangeSink* sink) {
  for (int i = 0; i < kAuditCounts; ++i) {
    const AuditCount& counted = AuditCountOf(i);
    uint64_t count = counted.count;
#if PY_VERSION_HEX < 0x030C0000
    if (i == kThreadsStarted) count = LatestThread();
#endif
    Compare(counted.target, counted.attribute, count, sink, counted.last);
  }
}

// The variables of the current context. A decimal context that equals the default one was only made
// when it was first asked for.
void ProcessProbes::LookAtContext(ChangeSink* sink) {
  PyObject* context = PyContext_CopyCurrent();
  PyObject* variables = context == nullptr ? nullptr : PyObject_GetIter(context);
  while (PyObject* variable = variables == nullptr ? nullptr : PyIter_Next(variables)) {
    PyObject* value = PyObject_GetItem(context, variable);
    PyObject* name = PyObject_GetAttrString(variable, "name");
    const std::string text = TextOf(name);
    if (value != nullptr) {
      const std::optional<uint64_t> decimal = MarkOfDecimal(value);
      const uint64_t now = decimal ? *decimal : MarkOf(value);
      const uint64_t unset =
          decimal ? MarkOfDecimal(Global("decimal", "DefaultContext")).value_or(0) : 0;
      const std::string attribute = "ContextVar '" + text + "'";
      numbers_.try_emplace("contextvars " + attribute, context_seen_ ? unset : now);
      Compare("contextvars", attribute, now, sink);
    }
    Py_XDECREF(name);
    Py_XDECREF(value);
    Py_DECREF(variable);
  }
  context_seen_ = true;
  Py_XDECREF(variables);
  Py_XDECREF(context);
  PyErr_Clear();
}

// os.register_at_fork() keeps three lists. logging is in each of them on all versions, so they are
// found through its functions, once it is loaded.
void ProcessProbes::LookAtForkHandlers(ChangeSink* sink) {
  struct Known {
    const char* attribute;
    const char* names[2];  // of logging: up to 3.12, and later
  };
  constexpr Known kKnown[] = {
      {"register_at_fork(before)", {"_acquireLock", "_prepareFork"}},
      {"register_at_fork(after_in_parent)", {"_releaseLock", "_afterFork"}},
      {"register_at_fork(after_in_child)", {"_after_at_fork_child_reinit_locks", nullptr}}};
  for (size_t i = 0; i < std::size(kKnown); ++i) {
    Hidden& handlers = fork_handlers_[i];
    for (const char* name : kKnown[i].names) {
      PyObject* function = handlers.searched || name == nullptr ? nullptr : Global("logging", name);
      if (function == nullptr) continue;
      handlers.searched = true;
      handlers.held = FindHolder(function, &PyList_Type, [](PyObject*) { return true; });
      handlers.seen = handlers.held == nullptr ? 0 : PyList_GET_SIZE(handlers.held);
    }
    if (handlers.held == nullptr || PyList_GET_SIZE(handlers.held) == handlers.seen) continue;
    Change change;
    change.target = "os";
    change.attribute = kKnown[i].attribute;
    change.kind = kEffectRegistry;
    change.type = "list";
    change.size_before = handlers.seen;
    change.size_after = PyList_GET_SIZE(handlers.held);
    for (Py_ssize_t item = handlers.seen; item < change.size_after; ++item)
      change.added.push_back(PyList_GET_ITEM(handlers.held, item));
    change.before = static_cast<uint64_t>(change.size_before) + 1;
    change.after = static_cast<uint64_t>(change.size_after) + 1;
    handlers.seen = change.size_after;
    if (sink != nullptr) sink->Changed(change);
  }
}

void ProcessProbes::LookAtLoggers(ChangeSink* sink) {
  PyObject* root = Global("logging", "root");
  PyObject* type = Global("logging", "Logger");
  PyObject* names = type != nullptr && PyType_Check(type)
                        ? compat::TypeDict(reinterpret_cast<PyTypeObject*>(type))
                        : nullptr;
  PyObject* manager = names == nullptr ? nullptr : PyDict_GetItemString(names, "manager");
  PyObject* state = manager == nullptr ? nullptr : compat::InstanceDict(manager);
  if (root == nullptr || state == nullptr) return;
  LookAtLogger("root", root, sink);
  PyObject* loggers = PyDict_GetItemString(state, "loggerDict");
  if (loggers == nullptr || !PyDict_Check(loggers)) return;
  PyObject* name = nullptr;
  PyObject* logger = nullptr;
  Py_ssize_t position = 0;
  while (PyDict_Next(loggers, &position, &name, &logger)) {
    if (PyUnicode_CheckExact(name)) LookAtLogger(TextOf(name), logger, sink);
  }
}

void ProcessProbes::LookAtLogger(const std::string& name, PyObject* logger, ChangeSink* sink) {
  static const uint64_t default_settings = DefaultSettings();
  PyObject* dict = compat::InstanceDict(logger);
  PyObject* handlers = dict == nullptr ? nullptr : PyDict_GetItemString(dict, "handlers");
  if (handlers == nullptr || !PyList_Check(handlers)) return;  // a PlaceHolder
  Logger& known = loggers_[name];
  if (!known.seen) known.settings = default_settings;
  const bool is_first_root = !known.seen && name == "root";
  known.seen = true;
  Change change;
  change.target = "logging";
  change.kind = kEffectRegistry;
  change.before = known.settings | 1;
  known.settings = SettingsOf(dict);
  change.after = known.settings | 1;
  change.attribute = "getLogger('" + name + "') settings";
  if (sink != nullptr && !is_first_root && change.before != change.after) sink->Changed(change);

  std::vector<uint64_t> now;
  change.before = change.after = 1;
  for (const uint64_t handler : known.handlers) change.before = Mix(change.before, handler) | 1;
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(handlers); ++i) {
    PyObject* handler = PyList_GET_ITEM(handlers, i);
    now.push_back(MarkOf(handler));
    change.after = Mix(change.after, now.back()) | 1;
    const bool was_there =
        std::find(known.handlers.begin(), known.handlers.end(), now.back()) != known.handlers.end();
    if (!was_there) change.added.push_back(handler);
  }
  change.removed = known.handlers.size() + change.added.size() - now.size();
  change.size_before = static_cast<Py_ssize_t>(known.handlers.size());
  change.size_after = static_cast<Py_ssize_t>(now.size());
  change.attribute = "getLogger('" + name + "').handlers";
  change.type = "list";
  known.handlers = std::move(now);
  if (sink != nullptr && change.before != change.after) sink->Changed(change);
}

}  // namespace faaslight::tracer
