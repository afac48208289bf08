// Runs a program to its end: argument vector (no shell), an exact environment, bounded output, a
// time limit.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace faaslight {

struct Command {
  std::vector<std::string> argv;  // argv[0] is looked up in PATH only if it has no '/'
  std::optional<std::map<std::string, std::string>>
      env;                          // exactly this environment; absent: inherit
  std::filesystem::path directory;  // working folder; empty: ours
  std::string input;                // standard input; closed after it
  std::optional<std::chrono::milliseconds>
      timeout;  // after it the whole process group gets SIGKILL
  // Asked about every 20 ms from the calling thread; false ends the child as the time limit does.
  std::function<bool()> keep_going;
  uint64_t max_output =
      64ULL << 20;  // kept bytes of stdout and of stderr, each; the rest is read and dropped
  bool pass_stdio = false;  // the child writes to our own stdout and stderr, nothing is captured
};

struct ProcessResult {
  int exit_code = 0;       // when it exited
  int signal = 0;          // when a signal ended it
  bool timed_out = false;  // the time limit or keep_going ended it
  std::string out, err;
  std::chrono::microseconds wall{0};
  uint64_t max_rss_kb = 0;
  bool ok() const { return exit_code == 0 && signal == 0 && !timed_out; }
};

// Runs the command and waits for it. The child leads its own process group; what it leaves running
// in the group is killed when it ends. Fails with kUsage when the program does not exist, kSystem
// when it cannot be started. Thread-safe: no state of the process is touched; SIGPIPE is held back
// in the calling thread alone.
Result<ProcessResult> Run(const Command& command);

}  // namespace faaslight
