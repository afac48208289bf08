#include "invoke/commands.h"

#include <fmt/format.h>

#include <chrono>
#include <ctime>

#include "invoke/one_line.h"
#include "replay/replay.h"

namespace faaslight {
namespace {

constexpr uint64_t kMaxCalls = 10'000'000;

}  // namespace

Result<std::vector<Deployment>> DeploymentsOf(const CommonOptions& common,
                                              const std::vector<std::string>& targets) {
  std::vector<Deployment> deployments;
  if (common.compare.empty()) {
    if (targets.empty())
      return Fail(ExitCode::kUsage, "nothing to measure: name it, or --compare before=… after=…");
    for (const std::string& target : targets) deployments.push_back({target, target});
    return deployments;
  }
  if (!targets.empty())
    return Fail(ExitCode::kUsage,
                "--compare names what is measured: leave out " + OneLine(targets.front()));
  for (const char* label : {"before", "after"}) {
    const std::string prefix = std::string(label) + "=";
    for (const std::string& text : common.compare)
      if (text.rfind(prefix, 0) == 0 && text.size() > prefix.size())
        deployments.push_back({label, text.substr(prefix.size())});
  }
  if (common.compare.size() != 2 || deployments.size() != 2 || deployments[0].label != "before" ||
      deployments[1].label != "after")
    return Fail(ExitCode::kUsage, "--compare takes two: before=TARGET after=TARGET");
  return deployments;
}

Result<Schedule> ScheduleOf(const CommonOptions& common, bool forced, const std::string& advice) {
  if (common.cold.value_or(0) > 0 && !forced)
    return Fail(ExitCode::kUsage, "cold starts are forced or not measured: " + advice);
  Schedule schedule;
  schedule.rounds = common.rounds;
  schedule.cold = common.cold.value_or(forced ? 1 : 0);
  schedule.warm = common.warm;
  schedule.calls_per_second = common.rate;
  schedule.pause = std::chrono::milliseconds(static_cast<int64_t>(common.pause_s * 1000));
  const uint64_t sessions = SessionsOf(schedule), calls = CallsPerSession(schedule);
  if (sessions == 0 || calls == 0)
    return Fail(ExitCode::kUsage, "no calls: give --rounds, and --cold or --warm, above 0");
  if (sessions > kMaxCalls / calls)
    return Fail(ExitCode::kUsage, fmt::format("more than {} calls of each deployment: give smaller "
                                              "--rounds, --cold or --warm",
                                              kMaxCalls));
  return schedule;
}

std::string UtcNow() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", utc.tm_year + 1900, utc.tm_mon + 1,
                     utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

Result<std::vector<CallEvent>> EventsOf(const CommonOptions& common) {
  if (common.events.empty()) return std::vector<CallEvent>{{"{}", "{}"}};
  const Result<std::vector<Event>> loaded = LoadEvents(common.events);
  if (!loaded) return tl::unexpected(loaded.error());
  std::vector<CallEvent> events;
  for (const Event& event : *loaded) events.push_back({event.name(), event.json()});
  if (events.empty())
    return Fail(ExitCode::kUsage, fmt::format("no events in {}", common.events.front().string()));
  return events;
}

Result<RunPlan> BasePlan(const CommonOptions& common, const std::string& provider,
                         const std::vector<std::string>& targets, bool forced,
                         const std::string& advice) {
  Result<std::vector<Deployment>> deployments = DeploymentsOf(common, targets);
  if (!deployments) return tl::unexpected(deployments.error());
  Result<std::vector<CallEvent>> events = EventsOf(common);
  if (!events) return tl::unexpected(events.error());
  const Result<Schedule> schedule = ScheduleOf(common, forced, advice);
  if (!schedule) return tl::unexpected(schedule.error());
  RunPlan plan;
  plan.header.provider = provider;
  plan.header.started = UtcNow();
  plan.header.compared = !common.compare.empty();
  plan.header.forced = schedule->cold > 0;
  plan.header.deployments = std::move(*deployments);
  plan.schedule = *schedule;
  plan.events = std::move(*events);
  return plan;
}

}  // namespace faaslight
