#include "tracer/witness_harmless.h"

#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "tracer/witness_compat.h"
#include "tracer/witness_slots.h"
#include "tracer/witness_text.h"

namespace faaslight::tracer {
namespace {

// Shell patterns without brackets: "*" stands for anything, "?" for one character.
bool Matches(const char* pattern, const std::string& text) {
  return fnmatch(pattern, text.c_str(), FNM_NOESCAPE) == 0;
}

struct NotFollowed {
  std::string_view module;  // "": a name of any class, instance or function; "*": of any module
  std::string_view name;
  std::string_view reason;
};

constexpr std::array kNotFollowed = {
    NotFollowed{"sys", "modules",
                "sys.modules: what is loaded; TakeAliases tells what is odd there"},
    NotFollowed{"sys", "path_importer_cache", "caches of directory listings"},
    NotFollowed{"*", "__builtins__", "builtins itself is a module that is watched"},
    NotFollowed{"*", "__spec__", "the import system's own record of the module"},
    NotFollowed{"*", "__loader__", "the import system's own"},
    NotFollowed{"*", "__warningregistry__", "which warnings were shown already"},
    NotFollowed{"_frozen_importlib", "_module_locks", "the import system's locks"},
    NotFollowed{"_frozen_importlib", "_blocking_on", "the import system's locks"},
    NotFollowed{"", "__wrapped__", "the wrapped function is another's, or reached by its own name"},
    NotFollowed{"", "__globals__", "a module's dict under another name"},
};

struct TypeNotFollowed {
  std::string_view module;
  std::string_view name;
  std::string_view reason;
};

constexpr std::array kTypesNotFollowed = {
    TypeNotFollowed{"logging", "Logger",
                    "witness_probes.cc looks at each logger's level, handlers and filters"},
    TypeNotFollowed{"logging", "RootLogger", "as Logger"},
    TypeNotFollowed{"logging", "Manager", "as Logger"},
    TypeNotFollowed{"logging", "PlaceHolder", "says that loggers below a name exist, no more"},
    TypeNotFollowed{"_frozen_importlib", "ModuleSpec",
                    "the import system's own record of a module"},
    TypeNotFollowed{"_frozen_importlib_external", "_NamespacePath",
                    "recomputes itself when sys.path changes"},
    TypeNotFollowed{"_frozen_importlib_external", "SourceFileLoader", "the import system's own"},
    TypeNotFollowed{"_frozen_importlib_external", "ExtensionFileLoader", "the import system's own"},
    TypeNotFollowed{"_frozen_importlib_external", "FileFinder", "caches of directory listings"},
    TypeNotFollowed{"functools", "_lru_cache_wrapper", "a cache: its answers are the function's"},
};

// When a row's change is harmless.
enum class Only {
  kAlways,
  kOwnWarnings,  // adds warnings filters for categories that the executing module or one below it
                 // defines
  kOwnImporter,  // adds six's importer, which serves names below the executing module's own
  kOwnNullHandler,  // adds NullHandlers to the logger of the executing module or of one below it
  kOwnTypes,        // adds entries whose keys are classes that the executing module defines
  kOwnCallbacks,    // adds functions of the executing module, or methods of its objects
  kCType,           // a C type's own descriptors
};

struct HarmlessChange {
  const char* target;
  const char* attribute;
  Only only;
  std::string_view reason;
};

constexpr std::array kHarmless = {
    HarmlessChange{"*", "__warningregistry__", Only::kAlways, "which warnings were shown already"},
    HarmlessChange{"warnings", "onceregistry", Only::kAlways, "which warnings were shown already"},
    HarmlessChange{"warnings", "_onceregistry", Only::kAlways, "which warnings were shown already"},
    HarmlessChange{"warnings", "_filters_version", Only::kAlways, "a counter beside `filters`"},
    HarmlessChange{"warnings", "filters", Only::kOwnWarnings,
                   "only its own code gives these warnings"},
    HarmlessChange{"sys", "meta_path", Only::kOwnImporter,
                   "serves only names below the module itself"},
    HarmlessChange{"logging", "getLogger*", Only::kOwnNullHandler,
                   "only its own code logs there, and none is shown"},
    HarmlessChange{"logging", "_handlers*", Only::kAlways,
                   "names of handlers; those in use show at their logger"},
    HarmlessChange{"logging", "_at_fork_reinit_lock_weakset*", Only::kAlways,
                   "locks of handlers that exist, made anew in a forked child"},
    HarmlessChange{"logging", "_handlerList", Only::kAlways,
                   "all handlers, for shutdown; those in use show at their logger"},
    HarmlessChange{"re", "_cache*", Only::kAlways, "compiled patterns by text: a memo"},
    HarmlessChange{"sre_compile", "_cache*", Only::kAlways, "a memo"},
    HarmlessChange{"encodings", "_cache", Only::kAlways, "codecs by name: a memo"},
    HarmlessChange{"linecache", "cache", Only::kAlways, "lines of files: a memo"},
    HarmlessChange{"typing", "_cleanups", Only::kAlways, "functions that empty typing's caches"},
    HarmlessChange{"typing", "_caches*", Only::kAlways, "a memo"},
    HarmlessChange{"typing", "_overload_registry*", Only::kAlways,
                   "overloads under the module's own name"},
    HarmlessChange{"functools", "_cache*", Only::kAlways, "a memo"},
    HarmlessChange{"fnmatch", "_cache*", Only::kAlways, "a memo"},
    HarmlessChange{"_strptime", "_regex_cache", Only::kAlways, "a memo"},
    HarmlessChange{"_strptime", "_TimeRE_cache*", Only::kAlways, "a memo"},
    HarmlessChange{"urllib.parse", "_parse_cache", Only::kAlways, "a memo"},
    HarmlessChange{"urllib.parse", "_safe_quoters", Only::kAlways, "a memo"},
    HarmlessChange{"inspect", "modulesbyfile", Only::kAlways, "a memo"},
    HarmlessChange{"inspect", "_filesbymodname", Only::kAlways, "a memo"},
    HarmlessChange{"gettext", "_translations", Only::kAlways, "a memo by file"},
    HarmlessChange{"copyreg", "dispatch_table", Only::kOwnTypes,
                   "only its own code makes such objects"},
    HarmlessChange{"os", "register_at_fork*", Only::kOwnCallbacks,
                   "brings its own state in order; without the module there is none"},
    HarmlessChange{"*", "*", Only::kCType,
                   "a C type is completed when it is first used, by whom does not matter"},
    HarmlessChange{"six", "*", Only::kAlways,
                   "six.moves: a name is resolved when it is first asked for"},
    HarmlessChange{"*.six", "*", Only::kAlways, "as six"},
    HarmlessChange{"six.moves*", "*", Only::kAlways, "as six"},
    HarmlessChange{"*.six.moves*", "*", Only::kAlways, "as six"},
    HarmlessChange{"_cython_*", "*", Only::kAlways,
                   "Cython's shared types: whoever needs one first makes it"},
    HarmlessChange{"sys", "modules?'_cython_*", Only::kAlways, "as _cython_"},
    HarmlessChange{"sys", "modules?'cython_runtime'?", Only::kAlways,
                   "made by whichever Cython module comes first"},
    HarmlessChange{"platform", "_*_cache*", Only::kAlways, "a memo"},
    HarmlessChange{"sysconfig", "_CONFIG_VARS*", Only::kAlways,
                   "the interpreter's build settings: a memo"},
    HarmlessChange{"zipimport", "_zip_directory_cache", Only::kAlways, "a memo"},
    HarmlessChange{"ctypes", "_c_functype_cache", Only::kAlways,
                   "function types by signature: a memo"},
    HarmlessChange{"ctypes", "_win_functype_cache", Only::kAlways, "a memo"},
    HarmlessChange{"ctypes", "_pointer_type_cache", Only::kAlways, "pointer types by type: a memo"},
    HarmlessChange{"_ctypes", "_pointer_type_cache", Only::kAlways,
                   "pointer types by type: a memo"},
    HarmlessChange{"threading", "_dangling*", Only::kAlways, "threads that run"},
    HarmlessChange{"threading", "_active", Only::kAlways,
                   "witness_probes.cc reports threads started"},
    HarmlessChange{"threading", "_limbo", Only::kAlways, "threads about to start"},
    HarmlessChange{"threading", "_shutdown_locks", Only::kAlways, "threads that run"},
    HarmlessChange{"threading", "_shutdown_locks_lock", Only::kAlways, "threads that run"},
    HarmlessChange{"concurrent.futures", "*PoolExecutor", Only::kAlways,
                   "imported when it is first asked for"},
    HarmlessChange{"multiprocessing.reduction", "ForkingPickler._extra_reducers", Only::kOwnTypes,
                   "only its own code makes such objects"},
    HarmlessChange{"sys", "modules?'__mp_main__'?", Only::kAlways,
                   "for multiprocessing's own children"},
    HarmlessChange{"_collections_abc", "ByteString._removal_version", Only::kAlways,
                   "typing's note for a warning"},
    HarmlessChange{"tempfile", "_name_sequence", Only::kAlways, "random names"},
};

// Effects of a module of the standard library on its own other half, which all come to through it,
// and its own tidying up at exit.
struct OwnHalf {
  const char* maker;
  const char* target;
  std::string_view reason;
};

constexpr std::array kOwnHalves = {
    OwnHalf{"ast", "_ast", "completes the node classes"},
    OwnHalf{"csv", "_csv", "registers the dialects that csv names"},
    OwnHalf{"importlib", "_frozen_importlib*", "gives the frozen modules their public names"},
    OwnHalf{"logging", "atexit", "flushes the handlers that were made through it"},
    OwnHalf{"_decimal", "numbers", "registers Decimal, which it makes for decimal"},
    OwnHalf{"weakref", "_collections_abc", "WeakSet, which it takes from _weakrefset, is a set"},
    OwnHalf{"weakref", "atexit", "runs the finalizers that were made through it"},
    OwnHalf{"concurrent.futures.*", "atexit", "waits for the workers that were started through it"},
    OwnHalf{"concurrent.futures.*", "threading",
            "waits for the workers that were started through it"},
    OwnHalf{"multiprocessing.*", "atexit", "ends the workers that were started through it"},
    OwnHalf{"importlib._bootstrap*", "_frozen_importlib*", "the same modules"},
};

// Names that a class or an instance gets when it is used, whoever uses it.
struct HarmlessName {
  std::string_view name;
  std::string_view reason;
};

constexpr std::array kHarmlessNames = {
    HarmlessName{"__annotations__", "made empty when it is first asked for"},
    HarmlessName{"__slotnames__", "copyreg's memo"},
    HarmlessName{"__warningregistry__", "which warnings were shown already"},
    HarmlessName{"_value2member_map_", "enum: composed flags by value, made when first composed"},
    HarmlessName{"__forward_value__", "typing: a memo"},
    HarmlessName{"__forward_evaluated__", "typing: a memo"},
    HarmlessName{"_dirty_len", "a weak dictionary's own book-keeping"},
    HarmlessName{"_pending_removals", "a weak collection's own book-keeping"},
    HarmlessName{"_iterating", "a weak collection's own book-keeping"},
    HarmlessName{"__abstractmethods__", "set by ABCMeta together with the class"},
};

std::string_view LastName(std::string_view path) {
  const size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? path : path.substr(dot + 1);
}

bool AddsOnly(const Change& change) { return change.removed == 0 && !change.added.empty(); }

bool IsOwnWarningsFilter(PyObject* filter, const std::string& executing) {
  if (!PyTuple_CheckExact(filter) || PyTuple_GET_SIZE(filter) < 3) return false;
  PyObject* category = PyTuple_GET_ITEM(filter, 2);
  if (category == nullptr || !PyType_Check(category)) return false;
  const std::string module = TypeModule(reinterpret_cast<PyTypeObject*>(category));
  return IsInPackage(module, executing);
}

bool IsOwnSixImporter(PyObject* importer, const std::string& executing) {
  PyTypeObject* type = Py_TYPE(importer);
  return TypeName(type) == "_SixMetaPathImporter" && TypeModule(type) == executing;
}

// The logger's name stands in the attribute: getLogger('a.b').handlers.
bool IsOwnNullHandlers(const Change& change, const std::string& executing) {
  const size_t begin = change.attribute.find('\'');
  const size_t end = change.attribute.rfind('\'');
  if (begin == std::string::npos || end <= begin) return false;
  const std::string logger = change.attribute.substr(begin + 1, end - begin - 1);
  return IsInPackage(logger, executing) && change.attribute.substr(end) == "').handlers" &&
         std::all_of(change.added.begin(), change.added.end(), [&executing](PyObject* handler) {
           const std::string module = TypeModule(Py_TYPE(handler));  // boto3 brings its own class
           return TypeName(Py_TYPE(handler)) == "NullHandler" &&
                  (module == "logging" || module == executing);
         });
}

// The classes of a Cython module may have another name for it, under which it is in sys.modules as
// well: its last component ("_loss" of sklearn._loss._loss), or where it lay when it was built.
bool IsNameOfModule(const std::string& name, const std::string& executing) {
  if (name == executing) return true;
  PyObject* modules = PyImport_GetModuleDict();
  PyObject* named = PyDict_GetItemString(modules, name.c_str());
  return named != nullptr && named == PyDict_GetItemString(modules, executing.c_str());
}

bool IsOwnType(PyObject* key, const std::string& executing) {
  if (PyWeakref_Check(key)) key = compat::WeaklyReferenced(key);
  return PyType_Check(key) &&
         IsNameOfModule(TypeModule(reinterpret_cast<PyTypeObject*>(key)), executing);
}

bool IsOwnCallback(PyObject* callback, const std::string& executing) {
  if (PyFunction_Check(callback))
    return TextOf(reinterpret_cast<PyFunctionObject*>(callback)->func_module) == executing;
  PyObject* self = PyMethod_Check(callback)           ? PyMethod_GET_SELF(callback)
                   : PyCFunction_CheckExact(callback) ? PyCFunction_GET_SELF(callback)
                                                      : nullptr;
  return self != nullptr && TypeModule(Py_TYPE(self)) == executing;
}

bool IsDescriptorOfC(PyObject* value) {
  static constexpr std::array kTypes = {"wrapper_descriptor",     "method_descriptor",
                                        "classmethod_descriptor", "member_descriptor",
                                        "getset_descriptor",      "builtin_function_or_method"};
  const std::string type = value == nullptr ? "" : TypeName(Py_TYPE(value));
  return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

bool Holds(Only only, const Change& change, const std::string& executing) {
  switch (only) {
    case Only::kAlways:
      return true;
    case Only::kOwnWarnings:
      return AddsOnly(change) &&
             std::all_of(change.added.begin(), change.added.end(),
                         [&](PyObject* filter) { return IsOwnWarningsFilter(filter, executing); });
    case Only::kOwnImporter:
      return AddsOnly(change) &&
             std::all_of(change.added.begin(), change.added.end(),
                         [&](PyObject* importer) { return IsOwnSixImporter(importer, executing); });
    case Only::kOwnNullHandler:
      return AddsOnly(change) && IsOwnNullHandlers(change, executing);
    case Only::kOwnTypes:
      return AddsOnly(change) &&
             std::all_of(change.added.begin(), change.added.end(),
                         [&](PyObject* key) { return IsOwnType(key, executing); });
    case Only::kOwnCallbacks:
      return AddsOnly(change) &&
             std::all_of(change.added.begin(), change.added.end(),
                         [&](PyObject* callback) { return IsOwnCallback(callback, executing); });
    case Only::kCType:
      return change.is_static_type && change.before == 0 &&
             (IsDescriptorOfC(change.value) || LastName(change.attribute) == "__doc__");
  }
  return false;
}

// register() of an abstract class, given classes of the executing module alone: who asks about them
// has them from there.
bool IsOwnRegistration(const Change& change, const std::string& executing) {
  if (LastName(change.attribute) != kRegisteredSlot) return false;
  std::vector<PyObject*> classes = change.added;
  if (classes.empty() && change.value != nullptr && PySet_Check(change.value)) {
    VisitSlots(change.value, Shape::kSet, [&classes](const WitnessSlot& slot) {
      classes.push_back(slot.value);
      return true;
    });
  }
  return !classes.empty() && std::all_of(classes.begin(), classes.end(), [&](PyObject* item) {
    return IsOwnType(item, executing);
  });
}

// Nobody looks for plugins among the subclasses of the standard library's own classes: there,
// counting them would name each class with a base.
bool IsSubclassOfStandardClass(const Change& change) {
  if (LastName(change.attribute) != kSubclassesSlot) return false;
  const auto file_of = [](const char* module) -> std::string {
    PyObject* object = PyDict_GetItemString(PyImport_GetModuleDict(), module);
    PyObject* globals = object == nullptr ? nullptr : compat::InstanceDict(object);
    PyObject* file = globals == nullptr ? nullptr : PyDict_GetItemString(globals, "__file__");
    return file == nullptr ? std::string() : TextOf(file);
  };
  const std::string file = file_of(change.target.c_str());
  const std::string os = file_of("os");
  const std::string library = os.substr(0, os.rfind('/') + 1);
  return file.empty() || (!library.empty() && file.rfind(library, 0) == 0 &&
                          file.find("/site-packages/") == std::string::npos);
}

// The import system binds a submodule on its package, whoever asked for the submodule.
bool IsSubmoduleBinding(const Change& change) {
  if (change.value == nullptr || change.kind != 0 || !PyModule_Check(change.value)) return false;
  const std::string name = change.target + "." + change.attribute;
  return PyDict_GetItemString(PyImport_GetModuleDict(), name.c_str()) == change.value;
}

struct Registry {
  const char* target;
  const char* attribute;
};

constexpr std::array kRegistries = {
    Registry{"sys", "path"},
    Registry{"sys", "meta_path"},
    Registry{"sys", "path_hooks"},
    Registry{"sys", "warnoptions"},
    Registry{"os", "environ*"},
    Registry{"copyreg", "*"},
    Registry{"mimetypes", "*"},
    Registry{"warnings", "filters"},
    Registry{"warnings", "showwarning"},
};

}  // namespace

bool IsNeverFollowed(const std::string& module, const std::string& name) {
  return std::any_of(kNotFollowed.begin(), kNotFollowed.end(), [&](const NotFollowed& row) {
    const bool same_module = row.module == "*" ? !module.empty() : row.module == module;
    return same_module && row.name == name;
  });
}

bool IsNeverFollowedType(PyTypeObject* type) {
  const std::string_view full = type->tp_name;
  for (const TypeNotFollowed& row : kTypesNotFollowed) {
    if (LastName(full) == row.name && TypeModule(type) == row.module) return true;
  }
  // Loggers of a program's own class are loggers.
  for (PyTypeObject* base = type->tp_base; base != nullptr; base = base->tp_base) {
    if (std::strcmp(base->tp_name, "Logger") == 0 && TypeModule(base) == "logging") return true;
  }
  return false;
}

bool IsHarmless(const Change& change, const std::string& executing) {
  if (IsSubmoduleBinding(change) || IsOwnRegistration(change, executing) ||
      IsSubclassOfStandardClass(change)) {
    return true;
  }
  const std::string_view last = LastName(change.attribute);
  for (const HarmlessName& row : kHarmlessNames) {
    if (row.name == last) return true;
  }
  for (const OwnHalf& row : kOwnHalves) {
    if (Matches(row.maker, executing) && Matches(row.target, change.target)) return true;
  }
  for (const HarmlessChange& row : kHarmless) {
    if (Matches(row.target, change.target) && Matches(row.attribute, change.attribute) &&
        Holds(row.only, change, executing)) {
      return true;
    }
  }
  return false;
}

bool IsProcessRegistry(const std::string& target, const std::string& attribute) {
  return std::any_of(kRegistries.begin(), kRegistries.end(), [&](const Registry& row) {
    return target == row.target && Matches(row.attribute, attribute);
  });
}

}  // namespace faaslight::tracer
