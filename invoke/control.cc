#include "invoke/control.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace faaslight {

Control SleepingControl(std::function<bool()> stopped) {
  Control control;
  control.stopped = std::move(stopped);
  control.sleep = [stop = control.stopped](std::chrono::milliseconds time) {
    constexpr std::chrono::milliseconds kStep{50};
    const auto end = std::chrono::steady_clock::now() + time;
    for (auto now = std::chrono::steady_clock::now(); now < end && !stop();
         now = std::chrono::steady_clock::now()) {
      std::this_thread::sleep_for(std::min<std::chrono::steady_clock::duration>(kStep, end - now));
    }
  };
  return control;
}

}  // namespace faaslight
