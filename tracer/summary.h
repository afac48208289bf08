// What a trace holds, in a few lines for people.
#pragma once

#include <string>

#include "proto/trace.pb.h"

namespace faaslight {

// Ends with a newline.
std::string Summarise(const Trace& trace);

}  // namespace faaslight
