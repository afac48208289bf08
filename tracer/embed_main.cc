// tracer-3.N: CPython 3.N with the hooks inside. One interpreter, one pass, one process: started by
// faaslight-trace.
//
//   tracer-3.N LOG functions|effects PYTHON RUNNER.py REQUEST.json
//
// The interpreter is laid out as `PYTHON -S -s -B -I RUNNER.py REQUEST.json` would be, so that the
// program cannot tell the difference: the same prefix and standard library, sys.executable
// (multiprocessing starts it), hash seed 0, the locale's encodings, no .pyc written.
#include <Python.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "tracer/audit_hook.h"
#include "tracer/function_hook.h"
#include "tracer/hooks_module.h"
#include "tracer/import_hook.h"
#include "tracer/line_hook.h"
#include "tracer/module_info.h"
#include "tracer/state.h"
#include "tracer/text_calls.h"

namespace faaslight::tracer {
namespace {

struct Arguments {
  const char* log;
  const char* pass;
  char* python;
  char* runner;
  char* request;
};

// Exit codes that the launcher tells from the program's own.
constexpr int kCannotStart = 97;

bool Ok(PyStatus status, const char* what) {
  if (PyStatus_Exception(status) == 0) return true;
  std::fprintf(stderr, "tracer: %s: %s\n", what,
               status.err_msg == nullptr ? "failed" : status.err_msg);
  return false;
}

bool SetText(PyConfig& config, wchar_t** field, const char* text) {
  return Ok(PyConfig_SetBytesString(&config, field, text), text);
}

// As the `python` program decodes and prints, which the isolated preset does not: it would leave
// the C locale.
bool Preinitialize() {
  PyPreConfig config;
  PyPreConfig_InitPythonConfig(&config);
  config.parse_argv = 0;
  config.isolated = 1;
  config.use_environment = 0;
  return Ok(Py_PreInitialize(&config), "preinitialisation");
}

bool Configure(PyConfig& config, const Arguments& arguments) {
  PyConfig_InitIsolatedConfig(&config);
  config.parse_argv = 0;
  config.site_import = 0;
  config.write_bytecode = 0;
  config.use_hash_seed = 1;
  config.hash_seed = 0;
  // As in a plain run: SIGPIPE is ignored, SIGINT is KeyboardInterrupt; both are visible to a
  // handler.
  config.install_signal_handlers = 1;
  config.configure_c_stdio = 1;
  char* argv[] = {arguments.runner, arguments.request};
  return SetText(config, &config.program_name, arguments.python) &&
         SetText(config, &config.executable, arguments.python) &&
         SetText(config, &config.run_filename, arguments.runner) &&
         Ok(PyConfig_SetBytesArgv(&config, 2, argv), "arguments");
}

std::string Attribute(PyObject* object, const char* name) {
  PyRef value = PyRef::Steal(object == nullptr ? nullptr : PyObject_GetAttrString(object, name));
  PyErr_Clear();
  return Utf8(value.get());
}

void RecordPython() {
  PyRef util = PyRef::Steal(PyImport_ImportModule("_frozen_importlib_external"));
  PyRef magic = PyRef::Steal(util ? PyObject_GetAttrString(util.get(), "MAGIC_NUMBER") : nullptr);
  PyRef os = PyRef::Steal(PyImport_ImportModule("os"));
  std::string stdlib = Attribute(os.get(), "__file__");
  stdlib.resize(stdlib.rfind('/') == std::string::npos ? 0 : stdlib.rfind('/'));
  std::string magic_bytes;
  if (magic && PyBytes_Check(magic.get())) {
    magic_bytes.assign(PyBytes_AS_STRING(magic.get()),
                       static_cast<size_t>(PyBytes_GET_SIZE(magic.get())));
  }
  PyErr_Clear();
  const std::string version = Py_GetVersion();
  TheState().log.Append(RecordBuilder(RecordType::kPython)
                            .Text(version.substr(0, version.find(' ')))
                            .U32(PY_VERSION_HEX)
                            .Text(magic_bytes)
                            .Text(Attribute(PySys_GetObject("implementation"), "cache_tag"))
                            .Text(Utf8(PySys_GetObject("executable")))
                            .Text(stdlib));
}

bool InstallHooks() {
  State& state = TheState();
  RecordPython();
  if (state.effects_pass) return InstallImportHook() && StartWitness() && StartLines();
  return InstallFunctionHook() && InstallImportHook() && WatchEvaluations();
}

int Run(const Arguments& arguments) {
  State& state = TheState();
  state.effects_pass = std::strcmp(arguments.pass, "effects") == 0;
  state.runner_file = arguments.runner;
  if (!state.log.Open(arguments.log)) {
    std::fprintf(stderr, "tracer: %s is not a record log\n", arguments.log);
    return kCannotStart;
  }
  PyImport_AppendInittab("_faaslight_tracer", InitHooksModule);
  if (!state.effects_pass && !InstallAuditHook()) return kCannotStart;
  if (!Preinitialize()) return kCannotStart;
  PyConfig config;
  const bool started =
      Configure(config, arguments) && Ok(Py_InitializeFromConfig(&config), "initialisation");
  PyConfig_Clear(&config);
  if (!started) return kCannotStart;
  if (!InstallHooks()) {
    PyErr_Print();
    return kCannotStart;
  }
  return Py_RunMain();
}

}  // namespace
}  // namespace faaslight::tracer

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr, "%s is started by faaslight-trace\n", argv[0]);
    return 2;
  }
  return faaslight::tracer::Run({argv[1], argv[2], argv[3], argv[4], argv[5]});
}
