// The subcommands' options → the plan of a measurement. Libraries below do not read command lines.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "invoke/control.h"
#include "invoke/cost.h"
#include "invoke/run.h"

namespace faaslight {

struct CommonOptions {
  std::vector<std::filesystem::path> events;
  std::vector<std::string> compare;  // "before=TARGET", "after=TARGET"
  uint32_t rounds = 10;
  std::optional<uint32_t> cold;  // absent: 1 where cold starts are forced, else 0
  uint32_t warm = 2;
  double rate = 0;         // calls per second
  double pause_s = 0;      // between sessions
  uint32_t timeout_s = 0;  // 0: the provider's own
};

struct AwsOptions {
  std::vector<std::string> functions;
  std::string region, profile, endpoint_url;
  std::optional<ColdBy> force_cold;
  bool restore = false;
};

struct GcfOptions {
  std::vector<std::string> functions;  // names or URLs
  std::string region, project;
  std::optional<std::string> token_command;  // absent: gcloud's, but for this machine's own
};

struct LocalCommandOptions {
  std::vector<std::filesystem::path> apps;
  std::string handler, runtime, server = "rie", trigger;
  std::filesystem::path interpreter, servers;
  uint32_t memory_mb = 128;
  std::vector<std::string> env;
  std::vector<std::filesystem::path> env_files;
};

// A plan, and who is called for the dry run.
struct Planned {
  RunPlan plan;
  std::vector<std::string> callees;  // one line each: "POST https://… (FUNCTION)"
  std::optional<CostInput> cost;     // of what costs; calls and cold are filled in
  Prices prices;
};

// Deployments by label out of --compare or the positional targets; kUsage when both or neither are
// given, or --compare is not before=… after=….
Result<std::vector<Deployment>> DeploymentsOf(const CommonOptions& common,
                                              const std::vector<std::string>& targets);
// The schedule; `forced`: cold starts can be made. kUsage for a schedule of no or too many calls,
// or cold starts that nothing forces (`advice` says what would).
Result<Schedule> ScheduleOf(const CommonOptions& common, bool forced, const std::string& advice);
// Now, as RFC 3339 in UTC.
std::string UtcNow();
// The events, at least one; without --events one that is {}.
Result<std::vector<CallEvent>> EventsOf(const CommonOptions& common);

// What the three have in common: header (all but setting and machine), schedule and events.
// `forced` and `advice`: see ScheduleOf().
Result<RunPlan> BasePlan(const CommonOptions& common, const std::string& provider,
                         const std::vector<std::string>& targets, bool forced,
                         const std::string& advice);

Result<Planned> PlanAws(const CommonOptions& common, const AwsOptions& options,
                        const Control& control);
// --restore: puts back what measurements of these functions left, and says what it did.
Result<std::vector<std::string>> RestoreAws(const CommonOptions& common, const AwsOptions& options,
                                            const std::filesystem::path& output);
Result<Planned> PlanGcf(const CommonOptions& common, const GcfOptions& options,
                        const Control& control);
Result<Planned> PlanLocal(const CommonOptions& common, const LocalCommandOptions& options,
                          const Control& control);

}  // namespace faaslight
