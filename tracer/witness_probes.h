// State of the whole process that no module's names show: signal handlers, atexit, codecs, loggers,
// the locale, …
//
// Each probe is one number that a cheap C function gives (a hash of what it stands for) and is
// compared like any other fingerprint. Loggers have a probe of their own, since they are found by
// name and most changes to them are harmless.
#pragma once

#include <Python.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tracer/witness_graph.h"

namespace faaslight::tracer {

class ProcessProbes {
 public:
  // Finds what it can only find while nothing was added yet (the list of codecs' search functions).
  ProcessProbes();
  ~ProcessProbes();
  ProcessProbes(const ProcessProbes&) = delete;
  ProcessProbes& operator=(const ProcessProbes&) = delete;

  // Looks at everything again and hands what differs since the last time to `sink`; null: look
  // only.
  void Look(ChangeSink* sink);

 private:
  struct Logger {
    uint64_t settings = 0;  // level, propagate, disabled, filters
    std::vector<uint64_t> handlers;
    bool seen = false;
  };

  // A list of the interpreter's own that no name leads to and that only grows.
  struct Hidden {
    PyObject* held = nullptr;
    bool searched = false;  // it is searched for once: that takes long
    Py_ssize_t seen = 0;    // how many items were looked at
  };

  void LookAtNumbers(ChangeSink* sink);
  void Compare(const char* target, const std::string& attribute, uint64_t now, ChangeSink* sink,
               const std::string& note = "");
  void LookAtContext(ChangeSink* sink);
  void LookAtForkHandlers(ChangeSink* sink);
  void LookAtAuditCounts(ChangeSink* sink);
  void LookAtLoggers(ChangeSink* sink);
  void LookAtLogger(const std::string& name, PyObject* logger, ChangeSink* sink);

  std::map<std::string, uint64_t> numbers_;  // by "module attribute"
  std::map<std::string, Logger> loggers_;
  PyObject* codec_searchers_ = nullptr;  // the interpreter's own list and dict, held
  PyObject* codec_errors_ = nullptr;
  Hidden fork_handlers_[3];  // before, in the parent, in the child
  bool context_seen_ = false;
};

}  // namespace faaslight::tracer
