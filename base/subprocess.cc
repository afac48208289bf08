// The exec happens through posix_spawn: no code of ours runs between fork and exec, so it is safe
// under threads.
#include "base/subprocess.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

extern char** environ;

namespace faaslight {
namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
  int read = -1;
  int write = -1;
  Pipe() = default;
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    CloseRead();
    CloseWrite();
  }
  bool Open() {
    std::array<int, 2> fds{};
    if (::pipe2(fds.data(), O_CLOEXEC) != 0) return false;
    read = fds[0];
    write = fds[1];
    return true;
  }
  void CloseRead() {
    if (read >= 0) ::close(std::exchange(read, -1));
  }
  void CloseWrite() {
    if (write >= 0) ::close(std::exchange(write, -1));
  }
};

// posix_spawn's two attribute objects, destroyed with this one.
struct SpawnSetup {
  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
  SpawnSetup() {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
  }
  SpawnSetup(const SpawnSetup&) = delete;
  SpawnSetup& operator=(const SpawnSetup&) = delete;
  ~SpawnSetup() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }
};

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> out;
  out.reserve(strings.size() + 1);
  for (std::string& s : strings) out.push_back(s.data());
  out.push_back(nullptr);
  return out;
}

// A write to a child that closed its input raises SIGPIPE in the writing thread. While this lives
// the signal is blocked in this thread only; one that our writes raised is taken away before the
// old mask comes back. (Ignoring it through sigaction would hold for the whole process, and two
// threads would restore each other's setting.)
class HeldSigpipe {
 public:
  HeldSigpipe() {
    sigset_t pending;
    ::sigpending(&pending);
    was_pending_ = ::sigismember(&pending, SIGPIPE) == 1;
    ::sigemptyset(&sigpipe_);
    ::sigaddset(&sigpipe_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &sigpipe_, &before_);
  }
  HeldSigpipe(const HeldSigpipe&) = delete;
  HeldSigpipe& operator=(const HeldSigpipe&) = delete;
  ~HeldSigpipe() {
    const timespec now{};
    if (!was_pending_) {
      while (::sigtimedwait(&sigpipe_, nullptr, &now) < 0 && errno == EINTR) {
      }
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t sigpipe_{};
  sigset_t before_{};
  bool was_pending_ = false;
};

struct Pipes {
  Pipe in, out, err;
};

Result<pid_t> Spawn(const Command& command, Pipes& pipes) {
  if (!pipes.in.Open() || (!command.pass_stdio && (!pipes.out.Open() || !pipes.err.Open()))) {
    return Fail(ExitCode::kSystem, fmt::format("cannot make a pipe: {}", std::strerror(errno)));
  }
  SpawnSetup setup;
  ::posix_spawn_file_actions_adddup2(&setup.actions, pipes.in.read, 0);
  if (!command.pass_stdio) {
    ::posix_spawn_file_actions_adddup2(&setup.actions, pipes.out.write, 1);
    ::posix_spawn_file_actions_adddup2(&setup.actions, pipes.err.write, 2);
  }
  if (!command.directory.empty()) {
    ::posix_spawn_file_actions_addchdir_np(&setup.actions, command.directory.c_str());
  }
  // The child starts as from a shell: whatever our caller blocks, or ignores of SIGPIPE, is no
  // business of its.
  sigset_t signals;
  ::sigemptyset(&signals);
  ::posix_spawnattr_setsigmask(&setup.attributes, &signals);
  ::sigaddset(&signals, SIGPIPE);
  ::posix_spawnattr_setsigdefault(&setup.attributes, &signals);
  ::posix_spawnattr_setpgroup(&setup.attributes, 0);
  ::posix_spawnattr_setflags(
      &setup.attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);

  std::vector<std::string> argv = command.argv;
  std::vector<std::string> env;
  if (command.env) {
    for (const auto& [key, value] : *command.env) env.push_back(fmt::format("{}={}", key, value));
  }
  std::vector<char*> argv_pointers = Pointers(argv);
  std::vector<char*> env_pointers = Pointers(env);
  pid_t pid = 0;
  int error = ::posix_spawnp(&pid, argv_pointers[0], &setup.actions, &setup.attributes,
                             argv_pointers.data(), command.env ? env_pointers.data() : environ);
  if (error == ENOENT) return Fail(ExitCode::kUsage, fmt::format("no such program: {}", argv[0]));
  if (error != 0) {
    return Fail(ExitCode::kSystem,
                fmt::format("cannot start {}: {}", argv[0], std::strerror(error)));
  }
  return pid;
}

// Reads what is there; closes the pipe at its end.
void Drain(Pipe& pipe, std::string& into, uint64_t limit) {
  std::array<char, 1 << 16> buffer;
  ssize_t n = ::read(pipe.read, buffer.data(), buffer.size());
  if (n < 0 && errno == EINTR) return;
  if (n <= 0) {
    pipe.CloseRead();
    return;
  }
  size_t room = limit > into.size() ? static_cast<size_t>(limit - into.size()) : 0;
  into.append(buffer.data(), std::min(room, static_cast<size_t>(n)));
}

void Feed(Pipe& pipe, std::string_view& input) {
  ssize_t n = ::write(pipe.write, input.data(), input.size());
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (n < 0) {  // the child does not read it
    pipe.CloseWrite();
    return;
  }
  input.remove_prefix(static_cast<size_t>(n));
  if (input.empty()) pipe.CloseWrite();
}

// Waits for the child while moving bytes. Returns the wait status.
int Attend(pid_t pid, const Command& command, Pipes& pipes, ProcessResult& result, rusage& usage) {
  const auto deadline =
      command.timeout ? Clock::now() + *command.timeout : Clock::time_point::max();
  std::string_view input = command.input;
  if (input.empty()) {
    pipes.in.CloseWrite();
  } else {
    ::fcntl(pipes.in.write, F_SETFL, O_NONBLOCK);
  }
  int status = 0;
  for (;;) {
    std::array<pollfd, 3> fds{
        {{pipes.in.write, POLLOUT, 0}, {pipes.out.read, POLLIN, 0}, {pipes.err.read, POLLIN, 0}}};
    // A descendant may keep the pipes open after the child's end: poll shortly and ask for the
    // child too.
    ::poll(fds.data(), fds.size(), 20);
    if (fds[0].revents != 0) Feed(pipes.in, input);
    if (fds[1].revents != 0) Drain(pipes.out, result.out, command.max_output);
    if (fds[2].revents != 0) Drain(pipes.err, result.err, command.max_output);
    const bool ended = ::wait4(pid, &status, WNOHANG, &usage) == pid;
    if (ended) break;
    if (Clock::now() >= deadline || (command.keep_going && !command.keep_going())) {
      result.timed_out = true;
      ::kill(-pid, SIGKILL);
      ::wait4(pid, &status, 0, &usage);
      break;
    }
  }
  ::kill(-pid, SIGKILL);  // whatever it left running
  for (auto [pipe, text] :
       {std::pair{&pipes.out, &result.out}, std::pair{&pipes.err, &result.err}}) {
    if (pipe->read >= 0) ::fcntl(pipe->read, F_SETFL, O_NONBLOCK);
    while (pipe->read >= 0) Drain(*pipe, *text, command.max_output);
  }
  return status;
}

}  // namespace

Result<ProcessResult> Run(const Command& command) {
  Pipes pipes;
  const auto start = Clock::now();
  Result<pid_t> pid = Spawn(command, pipes);
  if (!pid) return tl::unexpected(pid.error());
  pipes.in.CloseRead();
  pipes.out.CloseWrite();
  pipes.err.CloseWrite();

  ProcessResult result;
  rusage usage{};
  int status = 0;
  {
    HeldSigpipe held;
    status = Attend(*pid, command, pipes, result, usage);
  }
  result.wall = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start);
  result.max_rss_kb = static_cast<uint64_t>(usage.ru_maxrss);
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  return result;
}

}  // namespace faaslight
