// Effects that concern only the module's own names and may go with it (R4's data list): each row
// has its reason.
#pragma once

#include "proto/trace.pb.h"

namespace faaslight {

// True when a rewritten package may leave this effect out together with the module that has it.
bool IsHarmless(const ImportEffect& effect);

}  // namespace faaslight
