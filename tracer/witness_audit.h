// What the interpreter's audit events tell of a module's effects on the process and on the outside
// world: audit hooks, threads, child processes, files, sockets.
//
// None of it can be read back as state, so the events are counted. An audit hook cannot be taken
// out again: use it only in a process that ends with its witness.
#pragma once

#include <cstdint>
#include <string>

namespace faaslight::tracer {

struct AuditCount {
  const char* target;     // the module that owns what changed
  const char* attribute;  // "threads started"
  uint64_t count = 0;     // of events so far
  std::string last;       // what the last one was about, for people; "" where nothing is known
};

constexpr int kAuditCounts = 5;
constexpr int kThreadsStarted = 1;  // before 3.12 threads have no event: it stays 0

// Begins to count; false when the interpreter refused the hook. Once per process, the GIL is held.
bool CountAuditEvents();

// The counts, by number from 0 to kAuditCounts - 1. The GIL is held.
const AuditCount& AuditCountOf(int number);

}  // namespace faaslight::tracer
