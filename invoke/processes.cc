#include "invoke/processes.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <optional>
#include <string_view>
#include <thread>

#include "base/files.h"

namespace faaslight {
namespace {

// /proc/PID/stat: the name (second field, in parentheses) may hold anything, so the rest is read
// from behind its last parenthesis: state, parent, group, session.
std::optional<Process> StatOf(pid_t pid) {
  const Result<std::string> text = ReadFile(fmt::format("/proc/{}/stat", pid), 1 << 16);
  if (!text) return std::nullopt;
  const size_t close = text->rfind(") ");
  if (close == std::string::npos || close + 2 >= text->size()) return std::nullopt;
  Process process;
  process.pid = pid;
  process.state = (*text)[close + 2];
  pid_t group = 0;
  size_t at = close + 3;
  for (pid_t* field : {&process.parent, &group, &process.session}) {
    if (at >= text->size()) return std::nullopt;
    ++at;
    const size_t end = std::min(text->find(' ', at), text->size());
    if (std::from_chars(text->data() + at, text->data() + end, *field).ec != std::errc())
      return std::nullopt;
    at = end;
  }
  return process;
}

std::vector<Process> Processes() {
  std::vector<Process> found;
  DIR* proc = ::opendir("/proc");
  if (proc == nullptr) return found;
  while (const dirent* entry = ::readdir(proc)) {
    const std::string_view name(entry->d_name);
    pid_t pid = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), pid).ec != std::errc()) continue;
    if (const std::optional<Process> process = StatOf(pid)) found.push_back(*process);
  }
  ::closedir(proc);
  return found;
}

// Zombies too: those that are ours are to be reaped.
std::vector<Process> FamilyWithZombies(pid_t leader, const std::set<pid_t>& others) {
  const pid_t self = ::getpid(), own_session = ::getsid(0);
  const std::vector<Process> all = Processes();
  std::set<pid_t> ids;
  const auto belongs = [&](const Process& process) {
    return process.session == leader || ids.count(process.parent) != 0 ||
           (others.empty() && process.parent == self && process.session != own_session);
  };
  for (size_t before = all.size() + 1; before != ids.size();) {
    before = ids.size();
    for (const Process& process : all)
      if (process.pid != self && others.count(process.pid) == 0 && belongs(process))
        ids.insert(process.pid);
  }
  std::vector<Process> family;
  std::copy_if(all.begin(), all.end(), std::back_inserter(family),
               [&](const Process& process) { return ids.count(process.pid) != 0; });
  return family;
}

std::vector<Process> Living(std::vector<Process> processes) {
  processes.erase(std::remove_if(processes.begin(), processes.end(),
                                 [](const Process& process) { return process.state == 'Z'; }),
                  processes.end());
  return processes;
}

}  // namespace

std::vector<Process> LivingProcesses() { return Living(Processes()); }

std::vector<Process> FamilyOf(pid_t leader, const std::set<pid_t>& others) {
  return Living(FamilyWithZombies(leader, others));
}

void KillFamily(pid_t leader, const std::set<pid_t>& others, const std::vector<Process>& known) {
  // A process that was killed may have started another meanwhile. Bounded, for one that the kernel
  // does not let go.
  constexpr int kMostLooks = 500;
  constexpr std::chrono::milliseconds kLook{2};
  const pid_t self = ::getpid();
  for (int look = 0; look < kMostLooks; ++look) {
    std::vector<Process> family = FamilyWithZombies(leader, others);
    for (const Process& process : known) {
      const std::optional<Process> now = StatOf(process.pid);
      if (now && now->session == process.session) family.push_back(*now);
    }
    bool left = false;
    for (const Process& process : family) {
      if (process.state != 'Z') {
        ::kill(process.pid, SIGKILL);
        left = true;
      } else if (process.parent == self) {
        ::waitpid(process.pid, nullptr, WNOHANG);
      }
    }
    if (!left) return;
    std::this_thread::sleep_for(kLook);
  }
}

}  // namespace faaslight
