// R4: registries that only certain modules read, and that need to be full only for these.
//
// numpy 2 enters every function with an __array_function__ into one set,
// numpy._core.overrides.ARRAY_FUNCTIONS. Each such module changes another one when it is imported,
// so all would be loaded at their old places: half of numpy. But numpy._core.overrides itself only
// adds to the set, and numpy.testing.overrides is the only other file of the application that names
// it. So the modules that fill it need not be loaded for it, as long as numpy.testing.overrides
// loads them when it is imported itself.
//
// What a text does not name it does not read: `getattr` of a name that is put together, and walks
// over all that a module holds, are not seen. Whoever reads the namespace of a module of that name
// as a dict is.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "proto/trace.pb.h"
#include "rewriter/facts.h"

namespace faaslight {

class Application;

// A file that names the registry.
struct RegistryReader {
  int module = -1;  // index into Application::modules(); -1: no trace loaded it
  std::string name;
  std::string file;                    // relative to the package's folder
  std::string source;                  // of one that no trace loaded; else empty
  std::shared_ptr<const Facts> facts;  // the same
};

struct Registry {
  std::string module;     // that binds it to a set, once, and does nothing with it but add
  std::string attribute;  // its name there
  std::vector<RegistryReader> readers;
};

// The sets that other modules' imports change (EFFECT_CONTAINER) and of which all this is
// certain: they are named only in source files, each of which can be made to load modules at its
// end and, traced or not, does not use it before; not in layers. None in an application that has
// archives or linked folders, which are not searched. Cost: reads each `.py` and `.so` of the
// application, when there is a candidate.
std::vector<Registry> FindRegistries(const Application& app);

// Whether the effect is an addition to this registry.
bool Fills(const ImportEffect& effect, const Registry& registry);

}  // namespace faaslight
