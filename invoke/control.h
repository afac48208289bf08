// How long work is told to stop: what an interrupt asks for, and sleeping that heeds it.
#pragma once

#include <chrono>
#include <functional>

namespace faaslight {

struct Control {
  // True once the user asked to stop.
  std::function<bool()> stopped = [] { return false; };
  // Sleeps; returns early when stopped. Tests give one that does not wait.
  std::function<void(std::chrono::milliseconds)> sleep;
};

// A Control that really sleeps, and asks `stopped` every 50 ms.
Control SleepingControl(std::function<bool()> stopped);

}  // namespace faaslight
