#include "tracer/witness_audit.h"

#include <Python.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cstring>
#include <string>
#include <unordered_set>

#include "tracer/witness_text.h"

namespace faaslight::tracer {
namespace {

enum Number { kHooks, kThreads = kThreadsStarted, kChildren, kFiles, kSockets };

// Hooks have no place for state of their own: this is the process's.
AuditCount g_counts[kAuditCounts] = {{"sys", "addaudithook()", 0, ""},
                                     {"threading", "threads started", 0, ""},
                                     {"subprocess", "children started", 0, ""},
                                     {"os", "files changed", 0, ""},
                                     {"socket", "bind() or connect()", 0, ""}};

// Files that were made anew: when one of them is removed, nothing has changed. scipy tries in this
// way whether files can be made, and tempfile looks so for a folder.
std::unordered_set<std::string> g_made;
constexpr size_t kMostMade = 10000;

struct Event {
  const char* name;
  Number number;
  int about;  // which argument names it; -1: none
};

constexpr std::array kEvents = {
    Event{"sys.addaudithook", kHooks, -1},
    Event{"_thread.start_new_thread", kThreads, -1},
    Event{"_thread.start_joinable_thread", kThreads, -1},
    Event{"subprocess.Popen", kChildren, 0},
    Event{"os.system", kChildren, 0},
    Event{"os.posix_spawn", kChildren, 0},
    Event{"os.fork", kChildren, -1},
    Event{"os.forkpty", kChildren, -1},
    Event{"os.mkdir", kFiles, 0},
    Event{"os.rename", kFiles, 0},
    Event{"os.remove", kFiles, 0},
    Event{"os.rmdir", kFiles, 0},
    Event{"os.link", kFiles, 1},
    Event{"os.symlink", kFiles, 1},
    Event{"os.truncate", kFiles, 0},
    Event{"os.chmod", kFiles, 0},
    Event{"os.utime", kFiles, 0},
    Event{"socket.bind", kSockets, 1},
    Event{"socket.connect", kSockets, 1},
};

std::string About(PyObject* args, int index) {
  if (index < 0 || args == nullptr || !PyTuple_Check(args) || index >= PyTuple_GET_SIZE(args))
    return {};
  return ShortText(PyTuple_GET_ITEM(args, index));
}

// A path as the system gets it; "" for a file descriptor and whatever else.
std::string PathOf(PyObject* path) {
  if (PyBytes_CheckExact(path)) return {PyBytes_AS_STRING(path), size_t(PyBytes_GET_SIZE(path))};
  return TextOf(path);
}

void OnMake(PyObject* path, long flags) {
  struct stat status {};
  const std::string made = PathOf(path);
  const bool fresh = (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL) &&
                     made.rfind('/', 0) == 0;  // a relative one depends on the working folder
  // The event comes before the call, which fails when the file is there.
  if (fresh && g_made.size() < kMostMade && ::lstat(made.c_str(), &status) != 0)
    g_made.insert(made);
}

// os.remove(path, dir_fd). True when that undoes what was counted.
bool OnRemove(PyObject* args) {
  if (args == nullptr || !PyTuple_Check(args) || PyTuple_GET_SIZE(args) < 1) return false;
  if (g_made.erase(PathOf(PyTuple_GET_ITEM(args, 0))) == 0) return false;
  --g_counts[kFiles].count;
  return true;
}

// open(path, mode, flags). A descriptor was counted when it was opened. The import system's own
// caches are no business of the module's.
void OnOpen(PyObject* args) {
  if (args == nullptr || !PyTuple_Check(args) || PyTuple_GET_SIZE(args) < 3) return;
  PyObject* flags = PyTuple_GET_ITEM(args, 2);
  if (PyLong_Check(PyTuple_GET_ITEM(args, 0))) return;
  if (!PyLong_CheckExact(flags)) return;
  int overflow = 0;
  const long bits = PyLong_AsLongAndOverflow(flags, &overflow);
  if ((bits & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) == 0) return;
  const std::string path = ShortText(PyTuple_GET_ITEM(args, 0));
  if (path.find("/dev/") != std::string::npos || path.find(".pyc") != std::string::npos) return;
  ++g_counts[kFiles].count;
  g_counts[kFiles].last = path;
  OnMake(PyTuple_GET_ITEM(args, 0), bits);
}

int OnAudit(const char* event, PyObject* args, void*) {
  if (std::strcmp(event, "open") == 0) {
    OnOpen(args);
    return 0;
  }
  if (std::strcmp(event, "os.remove") == 0 && OnRemove(args)) return 0;
  for (const Event& row : kEvents) {
    if (std::strcmp(event, row.name) != 0) continue;
    AuditCount& counted = g_counts[row.number];
    ++counted.count;
    counted.last = About(args, row.about);
  }
  return 0;
}

}  // namespace

bool CountAuditEvents() { return PySys_AddAuditHook(OnAudit, nullptr) == 0; }

const AuditCount& AuditCountOf(int number) { return g_counts[number]; }

}  // namespace faaslight::tracer
