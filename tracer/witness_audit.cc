#include "tracer/witness_audit.h"

#include <Python.h>
#include <fcntl.h>

#include <array>
#include <cstring>

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

// open(path, mode, flags). The import system's own caches are no business of the module's.
void OnOpen(PyObject* args) {
  if (args == nullptr || !PyTuple_Check(args) || PyTuple_GET_SIZE(args) < 3) return;
  PyObject* flags = PyTuple_GET_ITEM(args, 2);
  if (!PyLong_CheckExact(flags)) return;
  int overflow = 0;
  const long bits = PyLong_AsLongAndOverflow(flags, &overflow);
  if ((bits & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) == 0) return;
  const std::string path = ShortText(PyTuple_GET_ITEM(args, 0));
  if (path.find("/dev/") != std::string::npos || path.find(".pyc") != std::string::npos) return;
  ++g_counts[kFiles].count;
  g_counts[kFiles].last = path;
}

int OnAudit(const char* event, PyObject* args, void*) {
  if (std::strcmp(event, "open") == 0) {
    OnOpen(args);
    return 0;
  }
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
