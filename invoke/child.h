// A server that runs while it is measured: started in a session of its own, its output kept (the
// last part of it), stopped with everything that it started.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace faaslight {

struct ChildCommand {
  std::vector<std::string> argv;           // argv[0] with a '/'
  std::map<std::string, std::string> env;  // exactly this
  std::filesystem::path directory;
};

// What it wrote since some point in time, by stream. `replies` is what came through descriptor 3.
struct ChildOutput {
  std::string out, err, replies;
};

// Thread-safe for one user: a thread of its own reads the output.
class Child {
 public:
  // Starts it; its standard input and descriptor 3 are pipes of ours. kUsage when the program does
  // not exist, kSystem when it cannot be started.
  static Result<std::unique_ptr<Child>> Start(const ChildCommand& command);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  // Stop()s it.
  ~Child();

  // Milliseconds since 1970.
  double started_at_ms() const;
  bool Running();
  // Why it ended, for people ("exited with 3", "killed by signal 9"); empty while it runs.
  std::string EndedBy();

  // Writes to its standard input. False when it reads no more.
  bool Write(std::string_view text);
  // Forgets what it wrote until now.
  void ClearOutput();
  ChildOutput Output();
  // The same, with all that it has written until now: what still lies in the pipes is waited for.
  ChildOutput Drained();
  // Waits until `enough` says so of the output since ClearOutput() (true), or the time is over, or
  // it has ended and its output with it, or `keep_going` says no (false).
  bool WaitFor(const std::function<bool(const ChildOutput&)>& enough,
               std::chrono::milliseconds time, const std::function<bool()>& keep_going);

  // The largest peak of resident memory among the processes of its session, without the first
  // process itself when `without_first` (an emulator that is not what is measured).
  std::optional<double> PeakMemoryMb(bool without_first) const;
  // SIGTERM; SIGKILL after `grace`, and for whatever it started: of its session, descended from it,
  // and, once no other child runs, orphans that left both.
  void Stop(std::chrono::milliseconds grace = std::chrono::milliseconds(2000));

 private:
  struct State;
  explicit Child(std::unique_ptr<State> state);
  void AwaitEnd();
  std::unique_ptr<State> state_;
};

// A TCP port of 127.0.0.1 that nobody uses now.
Result<uint16_t> FreePort();
// Whether something accepts connections on that port of 127.0.0.1.
bool AcceptsConnections(uint16_t port);

}  // namespace faaslight
