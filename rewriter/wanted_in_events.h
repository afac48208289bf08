// Which modules the events of the trace import, loaded by then or not: by functions that an event
// entered, and by the bodies of modules that an event loaded.
#pragma once

#include <vector>

#include "rewriter/application.h"

namespace faaslight {

// By module. An over-approximation: where the lines that ran are not known, all imports of a
// function count.
std::vector<bool> WantedInEvents(const Application& app);

}  // namespace faaslight
