// What the hooks of one traced process share. One object, made before the interpreter starts and
// never destroyed: hooks run until the very end of the process.
#pragma once

#include <Python.h>

#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "tracer/code_walk.h"
#include "tracer/log_writer.h"

namespace faaslight::tracer {

class EffectWitness;

// A module whose import has begun and not ended, on one thread.
struct ImportFrame {
  uint64_t id = 0;
  std::string name;  // as it was asked for
  uint64_t started_ns = 0;
  uint64_t children_ns = 0;  // taken by the imports inside it
  bool executing =
      false;  // its body was entered (a parent package that is imported first comes before that)
  bool loaded_inside = false;  // its parent package, imported first, imported it: that counts
  ModuleDetails details;       // filled when its body is entered
};

struct State {
  LogWriter log;
  bool effects_pass = false;
  std::string runner_file;  // runner.py: not a module of the program
  TracePhase phase = TracePhase::kPreload;
  uint32_t event = 0;
  uint32_t generation = 0;  // counts phase and event changes
  QualnameTable qualnames;
  std::unordered_set<std::string> defined;     // module bodies described so far: file + module name
  std::unordered_set<std::string> known_keys;  // of sys.modules, accounted for
  std::unordered_set<std::string> seen_patterns;  // of `re`'s cache
  int64_t known_patterns = 0;                     // how many it held at the last look
  PyCodeObject* dedent = nullptr;         // of textwrap.dedent, once it was entered; kept for ever
  uint32_t dedent_generation = 0;         // in which its entry was written
  std::unordered_set<std::string> texts;  // of the calls that were written
  std::unordered_set<std::string> recorded;  // modules with a kModuleStart
  std::unordered_set<std::string>
      said;  // records to write once: "V module names", "R path", "U how command"
  std::unique_ptr<EffectWitness> witness;  // of the pass "effects", from begin_init on
};

// The process's state. Made by main before any hook is installed.
State& TheState();

// The imports in progress on this thread, outermost first.
std::vector<ImportFrame>& ImportStack();

uint64_t NowNs();

// True for importlib's own frames, which stand between an importer and what it imports.
bool IsImportlibFile(PyObject* filename);

// The name of the module whose globals these are: __spec__.name, else __name__, else "".
std::string ModuleOfGlobals(PyObject* globals);

// Writes a record unless an equal one was said before; forgets nothing, takes up to 100,000.
void SayOnce(const RecordBuilder& record);
void Warn(const std::string& text);

}  // namespace faaslight::tracer
