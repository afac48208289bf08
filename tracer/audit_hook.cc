#include "tracer/audit_hook.h"

#include <fcntl.h>
#include <unistd.h>

#include <climits>
#include <cstring>
#include <string>

#include "tracer/import_hook.h"
#include "tracer/state.h"

namespace faaslight::tracer {
namespace {

PyObject* Argument(PyObject* args, Py_ssize_t index) {
  if (args == nullptr || !PyTuple_Check(args) || index >= PyTuple_GET_SIZE(args)) return nullptr;
  return PyTuple_GET_ITEM(args, index);
}

// A path argument's text: str or bytes. "" for a descriptor.
std::string PathText(PyObject* path) {
  if (path != nullptr && PyBytes_Check(path)) {
    return std::string(PyBytes_AS_STRING(path), static_cast<size_t>(PyBytes_GET_SIZE(path)));
  }
  return Utf8(path);
}

std::string Absolute(std::string path) {
  if (path.empty() || path[0] == '/') return path;
  char folder[PATH_MAX];
  if (::getcwd(folder, sizeof folder) == nullptr) return {};
  return std::string(folder) + "/" + path;
}

// importlib reads sources and .pyc files: those are modules, and recorded as such.
bool CalledByImportlib() {
  PyFrameObject* frame = PyEval_GetFrame();
  return frame != nullptr && IsImportlibFile(compat::FrameCode(frame)->co_filename);
}

// open: path, mode (None from os.open), flags
void OnOpen(PyObject* args) {
  const std::string path = Absolute(PathText(Argument(args, 0)));
  if (path.empty() || CalledByImportlib()) return;
  PyObject* flags = Argument(args, 2);
  const long bits = flags != nullptr && PyLong_Check(flags) ? PyLong_AsLong(flags) : 0;
  const bool written = (bits & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) != 0;
  SayOnce(RecordBuilder(RecordType::kOpened)
              .Text(path)
              .U32(static_cast<uint32_t>(TheState().phase))
              .U8(written ? 1 : 0));
}

// The program without its arguments, which may hold secrets.
std::string Program(PyObject* value) {
  if (value != nullptr && (PyList_Check(value) || PyTuple_Check(value))) {
    return PySequence_Fast_GET_SIZE(value) > 0 ? PathText(PySequence_Fast_GET_ITEM(value, 0))
                                               : std::string();
  }
  return PathText(value);
}

void OnChild(const char* event, PyObject* args) {
  const bool system = std::strcmp(event, "os.system") == 0;
  const bool spawn = std::strcmp(event, "os.spawn") == 0 || std::strcmp(event, "pty.spawn") == 0;
  std::string command = Program(Argument(args, spawn && Argument(args, 1) != nullptr ? 1 : 0));
  if (command.empty()) command = Program(Argument(args, 1));
  if (system) command = command.substr(0, command.find(' '));
  SayOnce(RecordBuilder(RecordType::kChild).Text(event).Text(command));
}

// import: module, file (None unless a shared library is loaded), …
void OnImport(PyObject* args) {
  const std::string file = Utf8(Argument(args, 1));
  if (!file.empty()) ExtensionEntered(file);
}

bool Is(const char* event, const char* name) { return std::strcmp(event, name) == 0; }

int OnAudit(const char* event, PyObject* args, void*) {
  if (Is(event, "open")) {
    ErrorKeeper keep;
    OnOpen(args);
  } else if (Is(event, "import")) {
    ErrorKeeper keep;
    OnImport(args);
  } else if (Is(event, "subprocess.Popen") || Is(event, "os.system") ||
             Is(event, "os.posix_spawn") || Is(event, "os.exec") || Is(event, "os.spawn") ||
             Is(event, "pty.spawn")) {
    ErrorKeeper keep;
    OnChild(event, args);
  }
  return 0;
}

}  // namespace

bool InstallAuditHook() { return PySys_AddAuditHook(OnAudit, nullptr) == 0; }

}  // namespace faaslight::tracer
