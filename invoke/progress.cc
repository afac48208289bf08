#include "invoke/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <utility>

#include "base/escape.h"

namespace faaslight {
namespace {

constexpr auto kOnTerminal = std::chrono::milliseconds(100);
constexpr auto kElsewhere = std::chrono::seconds(15);

std::string Time(double seconds) {
  const auto whole = static_cast<uint64_t>(std::llround(seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

}  // namespace

std::string ProgressLine(uint64_t made, uint64_t due, double seconds, const std::string& label,
                         const Round& last) {
  const double left = seconds / static_cast<double>(made) * static_cast<double>(due - made);
  std::string line = fmt::format("{} of {} calls, {} left, {}: ", made, due, Time(left), label);
  if (last.outcome != CallOutcome::kOk) return line + std::string(KeyOf(last.outcome));
  line += KeyOf(last.start);
  if (const auto& time = last.at(Metric::kEndToEnd)) line += fmt::format(" {:.1f} ms", *time);
  return line;
}

Progress::Progress(bool quiet, std::vector<Deployment> deployments)
    : quiet_(quiet),
      terminal_(::isatty(STDERR_FILENO) != 0),
      deployments_(std::move(deployments)),
      began_(std::chrono::steady_clock::now()),
      said_(began_) {}

void Progress::Call(uint64_t made, uint64_t due, const Round& last) {
  if (quiet_) return;
  const auto now = std::chrono::steady_clock::now();
  const bool due_now = terminal_ ? now - said_ >= kOnTerminal : now - said_ >= kElsewhere;
  if (!due_now) return;
  said_ = now;
  const double seconds = std::chrono::duration<double>(now - began_).count();
  const std::string line =
      ProgressLine(made, due, seconds, Escaped(deployments_[last.deployment].label), last);
  if (terminal_)
    fmt::print(stderr, "\r\033[K{}", line);
  else
    fmt::print(stderr, "{}\n", line);
  std::fflush(stderr);
}

void Progress::Say(const std::string& line) {
  if (quiet_) return;
  End();
  fmt::print(stderr, "{}\n", line);
}

void Progress::End() {
  if (!quiet_ && terminal_) fmt::print(stderr, "\r\033[K");
}

}  // namespace faaslight
