#include "rewriter/harmless_effects.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>

#include "rewriter/second_names.h"

namespace faaslight {
namespace {

struct Row {
  std::string_view module;     // prefix of the module that has the effect, "" for any
  std::string_view target;     // the target module
  std::string_view attribute;  // prefix of the attribute
  std::string_view detail;     // prefix of what changed
  std::string_view reason;
};

// A row must be harmless whatever else the program does. One that is harmless for one package only
// names it.
constexpr std::array<Row, 28> kRows{{
    {"", "re", "_cache", "", "a memo of compiled patterns, filled on demand"},
    {"numpy.f2py.crackfortran", "re", "_MAXCACHE", "", "how large that memo may become"},
    {"", "certifi.core", "_CACERT", "",
     "a memo of where certificates lie, filled by certifi.where()"},
    {"werkzeug.urls", "codecs", "register_error", "",
     "an error handler that only its own functions name"},
    {"urllib3.util.connection", "socket", "bind()", "",
     "asks whether the system has IPv6; the socket is closed again"},
    {"", "linecache", "cache", "", "a memo of source lines"},
    // numpy.iinfo's limits per kind of integer, computed when first asked for. numpy 2 has
    // numpy._core.
    {"", "numpy.core.getlimits", "iinfo._max_vals", "", "a memo of limits"},
    {"", "numpy.core.getlimits", "iinfo._min_vals", "", "a memo of limits"},
    {"", "numpy._core.getlimits", "iinfo._max_vals", "", "a memo of limits"},
    {"", "numpy._core.getlimits", "iinfo._min_vals", "", "a memo of limits"},
    {"", "numpy.core.getlimits", "finfo._finfo_cache", "", "a memo of limits"},
    {"", "numpy._core.getlimits", "finfo._finfo_cache", "", "a memo of limits"},
    {"", "scipy.linalg.blas", "get_blas_funcs.memo", "", "a memo of functions by their types"},
    {"", "scipy.linalg.lapack", "get_lapack_funcs.memo", "", "a memo of functions by their types"},
    {"", "builtins", "__pybind11_internals_", "added: PyCapsule",
     "what pybind11's modules share: made by whichever comes first"},
    // Reducers of classes of scipy._lib._uarray._uarray: without it there are no objects of these.
    {"scipy._lib._uarray._backend", "copyreg", "dispatch_table", "",
     "how objects of its own classes are pickled"},
    // In a child after a fork it empties its own table.
    {"joblib.externals.loky.process_executor", "multiprocessing.util", "_afterfork_registry", "",
     "brings its own state in order; without the module there is none"},
    {"loky.process_executor", "multiprocessing.util", "_afterfork_registry", "",
     "brings its own state in order; without the module there is none"},
    // With numbers in them that nobody knows beforehand, and gone as soon as they are made.
    {"joblib.externals.loky.backend", "multiprocessing.synchronize", "SemLock._make_name",
     "replaced: staticmethod", "the names of semaphores"},
    {"loky.backend", "multiprocessing.synchronize", "SemLock._make_name", "replaced: staticmethod",
     "the names of semaphores"},
    // numpy 1: numpy.ma.core adds inf to both, and is the only module that reads them.
    {"numpy.ma.core", "numpy.core.numerictypes", "_maxvals", "", "a table that only it reads"},
    {"numpy.ma.core", "numpy.core.numerictypes", "_minvals", "", "a table that only it reads"},
    {"", "numpy.core._internal", "_getintp_ctype.cache", "", "a memo of the C type of a pointer"},
    // Cython's modules with generators wrap it, so that it knows their generators: for all other
    // objects it says what it said. Such a generator is made by a module that has done so.
    {"", "inspect", "isgenerator", "replaced: function cy_wrap.<locals>.cy_isgenerator",
     "is asked for generators of its own alone"},
    // From CPython 3.13 on typing.__getattr__ makes these when they are first asked for.
    {"", "typing", "Pattern", "added: _SpecialGenericAlias", "made by typing on demand"},
    {"", "typing", "Match", "added: _SpecialGenericAlias", "made by typing on demand"},
    {"", "typing", "ContextManager", "added: _SpecialGenericAlias", "made by typing on demand"},
    {"", "typing", "AsyncContextManager", "added: _SpecialGenericAlias",
     "made by typing on demand"},
}};

bool Matches(std::string_view prefix, std::string_view text) {
  return text.substr(0, prefix.size()) == prefix;
}

constexpr std::string_view kSubclasses = ".<subclasses>";  // as the witness names it

std::string TopPackage(const std::string& name) { return name.substr(0, name.find('.')); }

// Whether code of the module reads an attribute of that name, of anything.
bool ReadsAttribute(const Facts& facts, const std::string& name) {
  const auto reads = [&](const Uses& uses) { return uses.methods.count(name) != 0; };
  return reads(facts.at_import) ||
         std::any_of(facts.functions.begin(), facts.functions.end(),
                     [&](const FunctionFacts& function) { return reads(function.own); });
}

// The top-level packages among whose classes somebody looks for subclasses.
std::set<std::string> PackagesSearched(const Application& app) {
  std::set<std::string> packages;
  for (const TracedModule& module : app.modules()) {
    if (!module.in_app() || !module.facts || !ReadsAttribute(*module.facts, "__subclasses__"))
      continue;
    packages.insert(TopPackage(module.name));
    for (const ImportStatement& statement : module.facts->imports) {
      for (const ImportedName& name : statement.names)
        packages.insert(TopPackage(AbsoluteName(module, name)));
    }
  }
  return packages;
}

// tempfile.tempdir is a memo of gettempdir(), which reads TMPDIR, TEMP and TMP when it is first
// called. It is harmless where no code of the application could tell when that was: none names
// these, or the memo.
bool MayTellTemporaryFolder(const Application& app) {
  return std::any_of(app.modules().begin(), app.modules().end(), [&](const TracedModule& module) {
    if (!module.facts || !module.in_app()) return false;
    const Facts& facts = *module.facts;
    for (const char* name : {"TMPDIR", "TEMP", "TMP", "tempfile.tempdir"}) {
      if (facts.string_literals.count(name) != 0) return true;
    }
    for (const ImportStatement& statement : facts.imports) {
      for (const ImportedName& name : statement.names) {
        if (name.module == "tempfile" && name.attribute == "tempdir") return true;
      }
    }
    return ReadsAttribute(facts, "tempdir");
  });
}

// loky makes its ways of starting processes known to multiprocessing. Who asks for one of them by
// name there, without having loaded loky, would not find it: code that asks for any. loky's own
// code does, and joblib's does when an environment variable names one; neither names loky's.
bool MayAskForContext(const Application& app) {
  return std::any_of(app.modules().begin(), app.modules().end(), [](const TracedModule& module) {
    if (!module.facts || !module.in_app()) return false;
    const std::string top = TopPackage(module.name);
    if (top == "joblib" || top == "loky") return false;
    const Facts& facts = *module.facts;
    const auto asks = [](const ImportedName& name) {
      return name.attribute == "get_context" || name.attribute == "set_start_method";
    };
    return ReadsAttribute(facts, "get_context") || ReadsAttribute(facts, "set_start_method") ||
           std::any_of(facts.imports.begin(), facts.imports.end(), [&](const ImportStatement& s) {
             return std::any_of(s.names.begin(), s.names.end(), asks);
           });
  });
}

bool IsContextOfLoky(const ImportEffect& effect) {
  return effect.target_module() == "multiprocessing.context" &&
         effect.attribute() == "_concrete_contexts" &&
         (effect.module() == "joblib.externals.loky.backend.context" ||
          effect.module() == "loky.backend.context");
}

}  // namespace

std::vector<const ImportEffect*> EffectsThatCount(const Application& app) {
  const std::set<std::string> searched = PackagesSearched(app);
  const std::map<std::string, std::string> names = AnsweredNames(app);
  std::vector<const ImportEffect*> out;
  for (const ImportEffect& effect : app.trace().effects()) {
    if (IsHarmless(effect)) continue;
    if (IsOwnSecondName(effect, names)) continue;
    const bool is_folder = effect.target_module() == "tempfile" && effect.attribute() == "tempdir";
    if (is_folder && !MayTellTemporaryFolder(app)) continue;
    if (IsContextOfLoky(effect) && !MayAskForContext(app)) continue;
    const bool is_subclass = effect.attribute().ends_with(kSubclasses);
    if (is_subclass && searched.count(TopPackage(effect.target_module())) == 0) continue;
    out.push_back(&effect);
  }
  return out;
}

bool IsHarmless(const ImportEffect& effect) {
  for (const Row& row : kRows) {
    if (Matches(row.module, effect.module()) && row.target == effect.target_module() &&
        Matches(row.attribute, effect.attribute()) && Matches(row.detail, effect.detail())) {
      return true;
    }
  }
  return false;
}

}  // namespace faaslight
