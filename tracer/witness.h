// The effect witness: which modules change something outside themselves while they are imported?
//
// Problem: the rewriter may leave a module's import out (or do it later) only if nobody else
// notices. A module that registers a type with another module, patches a function or installs a
// handler is noticed. Idea: at each boundary of a module's execution, fingerprint what all other
// modules hold, compare with the boundary before, and charge what differs to the module that was
// executing in between. Nothing of the program runs for it: values are looked at from C, as raw
// pointers, types and entries, and no reference is kept. Cost: each boundary walks every module
// that is loaded, so a pass with the witness is slow (pandas: some seconds) and has its own
// process.
//
// What hangs on no name is asked for or counted beside (witness_probes.h, witness_audit.h). What it
// cannot see: state inside C extensions that no attribute shows (a C library's own registry, an
// iterator's place), an atexit callback put in the place of another, and what is nested deeper than
// six levels below a module's names.
#pragma once

#include <memory>
#include <string>
#include <tuple>
#include <vector>

namespace faaslight::tracer {

// The values of EffectKind in proto/trace.proto, so that the embedded tracers need not link
// protobuf for it.
enum EffectKindValue : int {
  kEffectAttribute = 0,
  kEffectContainer = 1,
  kEffectClass = 2,
  kEffectInstance = 3,
  kEffectRegistry = 4,
};

// Executing `module` changed `attribute` of `target_module`.
struct WitnessedEffect {
  std::string module;         // who was executing
  std::string target_module;  // whose state changed; for a registry, the module that owns it
  std::string attribute;      // path inside the target: "registry", "Class.attr", "obj.table"
  std::string detail;         // for people: "dict: 3 -> 5 items: 'a', 'b'"
  int kind = kEffectAttribute;
};

// Watches the modules of the running interpreter. One per process; the GIL is held in all calls. A
// call runs no code of the program and leaves a pending Python exception as it was.
class EffectWitness {
 public:
  // Takes the state of all loaded modules as the one to compare with. Imports gc (builtin): make it
  // before import hooks that need it.
  EffectWitness();
  ~EffectWitness();
  EffectWitness(const EffectWitness&) = delete;
  EffectWitness& operator=(const EffectWitness&) = delete;

  // Everything that changed since the last boundary is charged to `executing`, the innermost module
  // that was executing since then; "" charges nobody (handler code, the runtime). Call it with the
  // importer before a module that is not loaded is imported, and with the module itself after.
  void Boundary(const std::string& executing);

  // Gives the effects witnessed since the last call, of the modules whose body has ended: until
  // then a module may undo a change (`with warnings.catch_warnings()`), and such a change is no
  // effect. `all`: of the others too, as they stand (at the end of the run).
  std::vector<WitnessedEffect> TakeEffects(bool all = false);

  // Gives the keys of sys.modules that came since the last call and hold a module of another name:
  // (key, the module's real name, the module that was executing when the key appeared).
  std::vector<std::tuple<std::string, std::string, std::string>> TakeAliases();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace faaslight::tracer
