// Progress on long work: one line on a terminal that is written over, else a line now and then.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "invoke/results.h"

namespace faaslight {

class Progress {
 public:
  // Writes to standard error. `quiet`: nothing at all.
  Progress(bool quiet, std::vector<Deployment> deployments);
  void Call(uint64_t made, uint64_t due, const Round& last);
  // A line of its own.
  void Say(const std::string& line);
  // Leaves the terminal's line empty.
  void End();

 private:
  bool quiet_, terminal_;
  std::vector<Deployment> deployments_;
  std::chrono::steady_clock::time_point began_, said_;
};

// "12 of 60 calls, 2 min 5 s left, after: cold 512.3 ms".
std::string ProgressLine(uint64_t made, uint64_t due, double seconds, const std::string& label,
                         const Round& last);

}  // namespace faaslight
