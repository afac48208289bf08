// Runs the passes of a trace, each in a process of its own, and makes the trace of what they saw.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "proto/trace.pb.h"
#include "tracer/options.h"

namespace faaslight {

struct LaunchHooks {
  // Asked often while a pass runs; true ends the run, and what was seen is kept.
  std::function<bool()> interrupted;
  // A line for people, while it takes long.
  std::function<void(const std::string&)> progress;
};

// The whole trace. A run that was cut off (killed, timed out, ended by itself, interrupted) gives a
// trace that is marked truncated. Fails with kUsage when the handler's module has no such function,
// kHandler when the module cannot be imported, kSystem when a tracer cannot be started.
Result<Trace> RunTrace(const TraceRequest& request, const LaunchHooks& hooks);

}  // namespace faaslight
