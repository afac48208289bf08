// The emulator puts the runtime into a process group of its own, so killing the group that we
// started would leave the handler running. A session holds both: the child starts one (setsid), and
// whatever names it as its session in /proc is killed. What made a session of its own is found by
// its parents, or, when those are gone, as a child of ours: we are the reaper of what our children
// leave.
#include "invoke/child.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "base/files.h"
#include "invoke/processes.h"
#include "invoke/timestamp.h"

namespace faaslight {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr size_t kMaxKept = 4UL << 20;  // of each stream; the oldest half goes first

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    Close();
    fd_ = std::exchange(other.fd_, -1);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { Close(); }
  int get() const { return fd_; }
  void Close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

struct Pipe {
  Descriptor read, write;
  bool Open() {
    std::array<int, 2> fds{};
    if (::pipe2(fds.data(), O_CLOEXEC) != 0) return false;
    read = Descriptor(fds[0]);
    write = Descriptor(fds[1]);
    return true;
  }
};

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> out;
  for (std::string& text : strings) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

std::optional<double> PeakOf(pid_t pid) {
  const Result<std::string> text = ReadFile(fmt::format("/proc/{}/status", pid), 1 << 16);
  if (!text) return std::nullopt;
  const size_t at = text->find("VmHWM:");
  if (at == std::string::npos) return std::nullopt;
  const size_t digit = text->find_first_of("0123456789", at);
  uint64_t kb = 0;
  if (digit == std::string::npos ||
      std::from_chars(text->data() + digit, text->data() + text->size(), kb).ec != std::errc())
    return std::nullopt;
  return static_cast<double>(kb) / 1024;
}

// The children that run now, of all users: what is another's is not to be killed.
std::mutex g_children_mutex;
std::set<pid_t> g_children;

std::set<pid_t> OtherChildren(pid_t pid) {
  const std::scoped_lock lock(g_children_mutex);
  std::set<pid_t> others = g_children;
  others.erase(pid);
  return others;
}

void Forget(pid_t pid) {
  const std::scoped_lock lock(g_children_mutex);
  g_children.erase(pid);
}

}  // namespace

struct Child::State {
  pid_t pid = 0;
  double started_at_ms = 0;
  std::optional<int> status;  // waitpid's
  Descriptor input;
  std::array<Descriptor, 3> streams;  // standard output, standard error, replies
  Pipe wake;                          // its end tells the reader to stop
  std::mutex mutex;
  std::condition_variable news;
  std::array<std::string, 3> kept;
  bool open = true;  // the streams are
  bool stopped = false;
  std::thread reader;

  void Read();
  bool ReadOne(size_t stream);
};

// False at its end.
bool Child::State::ReadOne(size_t stream) {
  std::array<char, 65536> buffer{};
  // Under the lock, so that what is neither in a pipe nor kept is in nobody's hands: Drained(). It
  // does not wait: poll() said that there is something.
  const std::scoped_lock lock(mutex);
  const ssize_t size = ::read(streams[stream].get(), buffer.data(), buffer.size());
  if (size < 0 && errno == EINTR) return true;
  if (size <= 0) return false;
  std::string& text = kept[stream];
  text.append(buffer.data(), static_cast<size_t>(size));
  if (text.size() > kMaxKept) text.erase(0, text.size() - kMaxKept / 2);
  news.notify_all();
  return true;
}

void Child::State::Read() {
  std::array<pollfd, 4> polled{};
  for (size_t i = 0; i < 3; ++i) polled[i] = {streams[i].get(), POLLIN, 0};
  polled[3] = {wake.read.get(), POLLIN, 0};
  for (size_t open_streams = 3; open_streams > 0;) {
    if (::poll(polled.data(), polled.size(), -1) < 0 && errno != EINTR) break;
    if (polled[3].revents != 0) break;
    for (size_t i = 0; i < 3; ++i) {
      if (polled[i].fd < 0 || polled[i].revents == 0) continue;
      if (ReadOne(i)) continue;
      polled[i].fd = -1;
      --open_streams;
    }
  }
  const std::scoped_lock lock(mutex);
  open = false;
  news.notify_all();
}

Child::Child(std::unique_ptr<State> state) : state_(std::move(state)) {}

Child::~Child() {
  Stop();
  state_->wake.write.Close();
  if (state_->reader.joinable()) state_->reader.join();
}

Result<std::unique_ptr<Child>> Child::Start(const ChildCommand& command) {
  auto state = std::make_unique<State>();
  std::array<Pipe, 4> pipes;  // input, output, error, replies
  for (Pipe& pipe : pipes)
    if (!pipe.Open()) return Fail(ExitCode::kSystem, "cannot make a pipe");
  if (!state->wake.Open()) return Fail(ExitCode::kSystem, "cannot make a pipe");

  std::vector<std::string> argv = command.argv;
  std::vector<std::string> env;
  for (const auto& [name, value] : command.env) env.push_back(name + "=" + value);
  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  // Copies above 3 first: a pipe's own number may be one that is about to be given away.
  const std::array<int, 4> ends = {pipes[0].read.get(), pipes[1].write.get(), pipes[2].write.get(),
                                   pipes[3].write.get()};
  std::array<Descriptor, 4> safe;
  for (size_t i = 0; i < ends.size(); ++i)
    safe[i] = Descriptor(::fcntl(ends[i], F_DUPFD_CLOEXEC, 10));
  for (int i = 0; i < 4; ++i)
    ::posix_spawn_file_actions_adddup2(&actions, safe[static_cast<size_t>(i)].get(), i);
  if (!command.directory.empty())
    ::posix_spawn_file_actions_addchdir_np(&actions, command.directory.c_str());
  sigset_t none, defaults;
  ::sigemptyset(&none);
  ::sigemptyset(&defaults);
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE, SIGHUP}) ::sigaddset(&defaults, signal);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &defaults);
  ::posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  state->started_at_ms = NowMs();
  const int failed = ::posix_spawn(&state->pid, argv[0].c_str(), &actions, &attributes,
                                   Pointers(argv).data(), Pointers(env).data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (failed != 0)
    return Fail(failed == ENOENT ? ExitCode::kUsage : ExitCode::kSystem,
                fmt::format("cannot start {} in {}: {}", argv[0], command.directory.string(),
                            std::strerror(failed)));
  {
    const std::scoped_lock lock(g_children_mutex);
    g_children.insert(state->pid);
  }
  state->input = std::move(pipes[0].write);
  for (size_t i = 0; i < 3; ++i) state->streams[i] = std::move(pipes[i + 1].read);
  State* reading = state.get();
  state->reader = std::thread([reading] { reading->Read(); });
  return std::unique_ptr<Child>(new Child(std::move(state)));
}

double Child::started_at_ms() const { return state_->started_at_ms; }

bool Child::Running() {
  if (state_->status) return false;
  int status = 0;
  if (::waitpid(state_->pid, &status, WNOHANG) == state_->pid) state_->status = status;
  return !state_->status;
}

std::string Child::EndedBy() {
  if (Running()) return "";
  const int status = *state_->status;
  if (WIFSIGNALED(status)) return fmt::format("killed by signal {}", WTERMSIG(status));
  return fmt::format("exited with {}", WEXITSTATUS(status));
}

bool Child::Write(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(state_->input.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;  // EPIPE: main ignores SIGPIPE
    text.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

void Child::ClearOutput() {
  const std::scoped_lock lock(state_->mutex);
  for (std::string& text : state_->kept) text.clear();
}

ChildOutput Child::Output() {
  const std::scoped_lock lock(state_->mutex);
  return {state_->kept[0], state_->kept[1], state_->kept[2]};
}

ChildOutput Child::Drained() {
  constexpr milliseconds kMost{200};  // one that never stops writing
  constexpr std::chrono::microseconds kLook{100};
  const auto end = Clock::now() + kMost;
  while (true) {
    std::array<pollfd, 3> polled{};
    for (size_t i = 0; i < polled.size(); ++i) polled[i] = {state_->streams[i].get(), POLLIN, 0};
    {
      const std::scoped_lock lock(state_->mutex);
      const bool more = ::poll(polled.data(), polled.size(), 0) > 0 &&
                        std::any_of(polled.begin(), polled.end(),
                                    [](const pollfd& one) { return (one.revents & POLLIN) != 0; });
      if (!more || !state_->open || Clock::now() >= end)
        return {state_->kept[0], state_->kept[1], state_->kept[2]};
    }
    std::this_thread::sleep_for(kLook);
  }
}

// One that ends closes its streams a moment before it is a zombie.
void Child::AwaitEnd() {
  constexpr milliseconds kMoment{500}, kLook{1};
  const auto end = Clock::now() + kMoment;
  while (Running() && Clock::now() < end) std::this_thread::sleep_for(kLook);
}

bool Child::WaitFor(const std::function<bool(const ChildOutput&)>& enough, milliseconds time,
                    const std::function<bool()>& keep_going) {
  constexpr milliseconds kLook{20};
  const auto end = Clock::now() + time;
  while (true) {
    if (enough(Output())) return true;
    if (Clock::now() >= end || !keep_going()) return false;
    std::unique_lock lock(state_->mutex);
    if (!state_->open) {
      lock.unlock();
      AwaitEnd();
      return enough(Output());
    }
    state_->news.wait_for(lock, kLook);
    lock.unlock();
    // What it left running may hold the streams open.
    if (!Running()) return enough(Drained());
  }
}

std::optional<double> Child::PeakMemoryMb(bool without_first) const {
  std::optional<double> peak;
  for (const Process& process : LivingProcesses()) {
    if (process.session != state_->pid || (without_first && process.pid == state_->pid)) continue;
    const std::optional<double> one = PeakOf(process.pid);
    if (one && (!peak || *one > *peak)) peak = one;
  }
  return peak;
}

void Child::Stop(milliseconds grace) {
  constexpr milliseconds kLook{5};
  if (state_->stopped) return;
  state_->stopped = true;
  // Before it ends: those that left its session are known by their parents now, and not later.
  const std::vector<Process> left_session = FamilyOf(state_->pid, OtherChildren(state_->pid));
  if (Running()) ::kill(state_->pid, SIGTERM);
  const auto end = Clock::now() + grace;
  while (Running() && Clock::now() < end) std::this_thread::sleep_for(kLook);
  if (Running()) ::kill(state_->pid, SIGKILL);
  int status = 0;
  if (!state_->status && ::waitpid(state_->pid, &status, 0) == state_->pid) state_->status = status;
  KillFamily(state_->pid, OtherChildren(state_->pid), left_session);
  Forget(state_->pid);
}

namespace {

sockaddr_in Loopback(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

Result<uint16_t> FreePort() {
  const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (socket.get() < 0 || ::bind(socket.get(), generic, size) != 0 ||
      ::getsockname(socket.get(), generic, &size) != 0)
    return Fail(ExitCode::kSystem,
                fmt::format("no free port on 127.0.0.1: {}", std::strerror(errno)));
  return ntohs(address.sin_port);
}

bool AcceptsConnections(uint16_t port) {
  const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = Loopback(port);
  return socket.get() >= 0 &&
         ::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
}

}  // namespace faaslight
