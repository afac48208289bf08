// Which modules the events of the trace import, loaded by then or not: by functions that an event
// entered, and by the bodies of modules that an event loaded.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "rewriter/application.h"

namespace faaslight {

// By module. An over-approximation: where the lines that ran are not known, all imports of a
// function count.
std::vector<bool> WantedInEvents(const Application& app);

// By module: its names that code which ran in at least half of the events reads from outside, by a
// chain ("requests.get"). Loading what is behind them in the first call instead of the import saves
// nothing, and the import has the whole processor: AWS Lambda gives the init phase more of it than
// most calls get.
std::vector<std::set<std::string>> ReadInMostEvents(const Application& app);

}  // namespace faaslight
