// Which import effects count (R4). Some concern only the module's own names and may go with it: a
// data list, each row with its reason.
#pragma once

#include <vector>

#include "proto/trace.pb.h"
#include "rewriter/application.h"

namespace faaslight {

// True when a rewritten package may leave this effect out together with the module that has it.
bool IsHarmless(const ImportEffect& effect);

// The trace's effects without the harmless ones. That a class got a subclass counts only where
// somebody may look for it: a module of the application that reads `__subclasses__`, and lies in
// the class's top-level package or imports something of it. Pointers into the application's trace.
std::vector<const ImportEffect*> EffectsThatCount(const Application& app);

}  // namespace faaslight
