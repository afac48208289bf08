// Which modules the rewritten package loads: followed through the imports that stay, to a fixpoint.
//
// Two answers, because two questions are asked of them. `may` over-approximates: whatever might run
// is followed, so a module outside it is surely not loaded before something is used on demand.
// `must` under-approximates: only plain statements of module bodies, and what code that stays
// loaded in the trace, so a module inside it is surely loaded, at its old place: at init, or in the
// events, if an event loaded it. An effect is safe
// when its source must be loaded or its target may not be.
#pragma once

#include <string>
#include <vector>

#include "rewriter/decisions.h"

namespace faaslight {

// Sets may_load, must_load and via of every module from the choices made so far (hoists included).
void ComputeLoads(const Application& app, Choices& choices);

// The modules that are loaded when `attribute` of `module` is read, as indexes: the submodule, or
// what a lazy name of it imports. Empty when nothing is.
std::vector<int> LoadedByAttribute(const Application& app, const Choices& choices, int module,
                                   const std::string& attribute);

// The modules that one name of an import statement loads (parents first).
std::vector<int> LoadedByName(const Application& app, const Choices& choices, int importer,
                              const ImportedName& name);

// Index of the import statement that a line belongs to, or -1.
int ImportStatementAt(const Facts& facts, uint32_t line);

}  // namespace faaslight
