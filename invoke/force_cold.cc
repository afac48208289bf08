#include "invoke/force_cold.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "invoke/one_line.h"

namespace faaslight {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstPoll{100};
constexpr milliseconds kLongestPoll{2'000};
constexpr auto kLongestUpdate = std::chrono::minutes(5);
constexpr const char* kDescription = "faaslight-invoke: a cold start";
// Updates by others while we measure are rare; a function that is changed all the time cannot be
// measured.
constexpr int kMaxConflicts = 20;

Error Stopped() { return {ExitCode::kSystem, "stopped"}; }

Error NoVariables(const std::string& name) {
  return {
      ExitCode::kUsage,
      fmt::format("the service does not show the environment variables of {} (no right to "
                  "their key?): forcing cold starts would replace them, so it is not done; use a "
                  "key that may read them, or measure without --force-cold",
                  name)};
}

// Waits until no update is under way, however the last one ended: after one that failed the next is
// still possible.
Result<FunctionConfiguration> WaitUntilSettled(const LambdaApi& api, const LambdaTarget& target,
                                               const Control& control) {
  const auto end = std::chrono::steady_clock::now() + kLongestUpdate;
  for (milliseconds poll = kFirstPoll;; poll = std::min(poll * 2, kLongestPoll)) {
    Result<FunctionConfiguration> now = api.Configuration(target);
    if (!now) return now;
    if (now->state != "Pending" && now->update_status != "InProgress") return now;
    if (std::chrono::steady_clock::now() > end)
      return Fail(ExitCode::kSystem,
                  fmt::format("{}: an update takes longer than 5 minutes", target.name));
    control.sleep(poll);
    if (control.stopped()) return tl::unexpected(Stopped());
  }
}

// Reads, changes and writes the variables until no one else interferes. No interrupt must come
// between the request to change them and its answer: it could still be carried out after we have
// looked for what to put back. So `changing` is an API that none stops. `change` returns false when
// there is nothing to write.
Status UpdateVariables(const LambdaApi& api, const LambdaApi& changing, const LambdaTarget& target,
                       const Control& control,
                       const std::function<Result<bool>(Variables&)>& change) {
  for (int conflicts = 0; conflicts < kMaxConflicts; ++conflicts) {
    Result<FunctionConfiguration> now = WaitUntilSettled(api, target, control);
    if (!now) return tl::unexpected(now.error());
    if (!now->variables) return tl::unexpected(NoVariables(target.name));
    Variables variables = *now->variables;
    const Result<bool> write = change(variables);
    if (!write) return tl::unexpected(write.error());
    if (!*write) return {};
    const auto updated = changing.SetVariables(target, variables, now->revision_id);
    if (!updated) return tl::unexpected(updated.error());
    if (*updated) {
      Result<FunctionConfiguration> ready = WaitUntilReady(api, target, control);
      if (!ready) return tl::unexpected(ready.error());
      return {};
    }
    control.sleep(kFirstPoll);
    if (control.stopped()) return tl::unexpected(Stopped());
  }
  return Fail(ExitCode::kSystem,
              fmt::format("{} is being changed by someone else all the time; try again later",
                          target.name));
}

}  // namespace

Result<FunctionConfiguration> WaitUntilReady(const LambdaApi& api, const LambdaTarget& target,
                                             const Control& control) {
  Result<FunctionConfiguration> now = WaitUntilSettled(api, target, control);
  if (!now || (now->state != "Failed" && now->update_status != "Failed")) return now;
  return Fail(ExitCode::kSystem, fmt::format("{}: the update failed: {}", target.name,
                                             OneLine(now->state == "Failed" ? now->state_reason
                                                                            : now->update_reason)));
}

ColdStarter::ColdStarter(const LambdaApi& api, const LambdaApi& restoring, LambdaTarget target,
                         ColdBy by, std::string stamp, Control control, ChangeLog log)
    : api_(api),
      restoring_(restoring),
      target_(std::move(target)),
      by_(by),
      stamp_(std::move(stamp)),
      control_(std::move(control)),
      log_(std::move(log)) {}

Status ColdStarter::SetMarker() {
  const std::string value = fmt::format("{}-{}", stamp_, ++starts_);
  return UpdateVariables(api_, restoring_, target_, control_,
                         [&](Variables& variables) -> Result<bool> {
                           variables[kColdMarker] = value;
                           if (marked_) return true;
                           // Not before: of variables that could not be read there is nothing to
                           // put back.
                           if (Status logged = log_.changed("marker " + target_.name); !logged)
                             return tl::unexpected(logged.error());
                           marked_ = true;
                           return true;
                         });
}

Status ColdStarter::RemoveMarker() {
  Status removed =
      UpdateVariables(restoring_, restoring_, target_, SleepingControl([] { return false; }),
                      [](Variables& variables) { return variables.erase(kColdMarker) > 0; });
  if (!removed) return removed;
  marked_ = false;
  return log_.undone("marker " + target_.name);
}

Result<std::string> ColdStarter::PublishVersion() {
  for (int conflicts = 0; conflicts < kMaxConflicts; ++conflicts) {
    // An interrupt must not come between the service's making a version and our knowing of it.
    const auto published = restoring_.Publish(target_, kDescription);
    if (!published) return tl::unexpected(published.error());
    if (*published) {
      const std::string version = (*published)->version;
      if (version.empty() || version.find_first_not_of("0123456789") != std::string::npos)
        return Fail(ExitCode::kSystem,
                    fmt::format("publishing {}: the answer names no version", target_.name));
      versions_.insert(version);
      if (Status logged = log_.changed(fmt::format("version {}:{}", target_.name, version));
          !logged)
        return tl::unexpected(logged.error());
      return version;
    }
    control_.sleep(kFirstPoll);
    if (control_.stopped()) return tl::unexpected(Stopped());
  }
  return Fail(ExitCode::kSystem, fmt::format("{} cannot be published: it is being changed all the "
                                             "time; try again later",
                                             target_.name));
}

Result<LambdaTarget> ColdStarter::Next() {
  if (Status marked = SetMarker(); !marked) return tl::unexpected(marked.error());
  if (by_ == ColdBy::kMarker) return target_;
  Result<std::string> version = PublishVersion();
  if (!version) return tl::unexpected(version.error());
  LambdaTarget target = target_;
  target.qualifier = *version;
  Result<FunctionConfiguration> ready = WaitUntilReady(api_, target, control_);
  if (!ready) return tl::unexpected(ready.error());
  return target;
}

Status ColdStarter::DeleteVersion(const std::string& version) {
  if (Status deleted = restoring_.DeleteVersion(target_, version); !deleted) return deleted;
  versions_.erase(version);
  return log_.undone(fmt::format("version {}:{}", target_.name, version));
}

Status ColdStarter::EndSession() {
  while (!versions_.empty())
    if (Status deleted = DeleteVersion(*versions_.begin()); !deleted) return deleted;
  return {};
}

// The log is a file, and what it names is deleted: only digits, and only versions that say they are
// ours, are.
Status ColdStarter::TakeLeft(const std::set<std::string>& left) {
  const std::string prefix = fmt::format("version {}:", target_.name);
  for (const std::string& change : left) {
    if (change == "marker " + target_.name) marked_ = true;
    if (change.rfind(prefix, 0) != 0) continue;
    LambdaTarget version = target_;
    version.qualifier = change.substr(prefix.size());
    if (version.qualifier.empty() ||
        version.qualifier.find_first_not_of("0123456789") != std::string::npos)
      continue;
    const auto configuration = restoring_.Configuration(version);
    if (configuration && configuration->description == kDescription)
      versions_.insert(version.qualifier);
    else if (!configuration && configuration.error().code != ExitCode::kUsage)
      return tl::unexpected(configuration.error());
  }
  return {};
}

Status ColdStarter::Restore(const std::set<std::string>& left) {
  Status status = TakeLeft(left);
  if (Status ended = EndSession(); !ended && status) status = ended;
  if (marked_)
    if (Status removed = RemoveMarker(); !removed && status) status = removed;
  if (status) return status;
  return Fail(status.error().code,
              fmt::format("{} is not as it was: {}. Run the same command again with --restore",
                          target_.name, status.error().message));
}

}  // namespace faaslight
