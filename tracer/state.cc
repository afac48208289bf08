#include "tracer/state.h"

#include <time.h>

#include "tracer/module_info.h"
#include "tracer/pyref.h"
#if FAASLIGHT_HAS_WITNESS
#include "tracer/witness.h"
#endif

namespace faaslight::tracer {

#if !FAASLIGHT_HAS_WITNESS
class EffectWitness {};
#endif

State& TheState() {
  static State* state = new State;  // never destroyed: hooks run after static destructors
  return *state;
}

std::vector<ImportFrame>& ImportStack() {
  thread_local std::vector<ImportFrame> stack;
  return stack;
}

uint64_t NowNs() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

bool IsImportlibFile(PyObject* filename) {
  static constexpr std::string_view kFrozen = "<frozen importlib";
  static constexpr std::string_view kFile = "/importlib/__init__.py";
  if (!PyUnicode_Check(filename)) return false;
  const std::string file = Utf8(filename);
  return file.compare(0, kFrozen.size(), kFrozen) == 0 ||
         (file.size() > kFile.size() &&
          file.compare(file.size() - kFile.size(), kFile.size(), kFile) == 0);
}

std::string ModuleOfGlobals(PyObject* globals) {
  const std::string name = Utf8(DictGet(globals, "__name__"));
  return DetailsOfDict(globals, name).name;
}

void SayOnce(const RecordBuilder& record) {
  State& state = TheState();
  if (state.said.size() >= 100'000) return;
  if (state.said.insert(record.bytes()).second) state.log.Append(record);
}

void Warn(const std::string& text) { SayOnce(RecordBuilder(RecordType::kWarning).Text(text)); }

}  // namespace faaslight::tracer
