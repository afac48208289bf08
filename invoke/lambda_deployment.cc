#include "invoke/lambda_deployment.h"

#include <fmt/format.h>

#include <utility>

#include "invoke/lambda_round.h"
#include "invoke/one_line.h"

namespace faaslight {
namespace {

using std::chrono::milliseconds;

// Lambda's own limit for a call is 15 minutes.
constexpr milliseconds kLongestCall = std::chrono::minutes(15) + std::chrono::seconds(30);
constexpr milliseconds kBeyondTimeout = std::chrono::seconds(30);  // init, and the way there

class LambdaDeployment : public MeasuredDeployment {
 public:
  LambdaDeployment(const LambdaApi& api, const LambdaApi& restoring, LambdaTarget target,
                   LambdaOptions options, Control control, ChangeLog log)
      : api_(api),
        target_(std::move(target)),
        callee_(target_),
        options_(std::move(options)),
        cold_(api, restoring, target_, options_.force_cold.value_or(ColdBy::kMarker),
              options_.stamp, std::move(control), std::move(log)) {}

  Status Prepare() override;
  Status BeginSession(bool cold) override;
  Result<Round> Call(const CallEvent& event) override;
  Status EndSession() override { return cold_.EndSession(); }
  Status Finish() override { return cold_.Restore({}); }

 private:
  Status CheckAccount(const FunctionConfiguration& configuration) const;

  const LambdaApi& api_;
  LambdaTarget target_;
  LambdaTarget callee_;  // the session's: target_, or a version of it
  LambdaOptions options_;
  ColdStarter cold_;
};

Status LambdaDeployment::CheckAccount(const FunctionConfiguration& configuration) const {
  if (target_.account.empty()) return {};
  if (configuration.arn.find(":" + target_.account + ":function:") != std::string::npos) return {};
  return Fail(ExitCode::kUsage,
              fmt::format("{} belongs to account {}, but the key reaches {}: choose the right "
                          "--profile",
                          target_.name, target_.account, OneLine(configuration.arn)));
}

Status LambdaDeployment::Prepare() {
  if (options_.force_cold && !target_.qualifier.empty())
    return Fail(
        ExitCode::kUsage,
        fmt::format("{}:{} cannot be forced cold: that would change a version or alias that "
                    "others may use. Name the function alone; --force-cold=version measures "
                    "a published version of its code",
                    target_.name, target_.qualifier));
  const Result<FunctionConfiguration> configuration = api_.Configuration(target_);
  if (!configuration) {
    // Calling a function and reading its configuration are two rights.
    const bool needed = options_.force_cold || !target_.account.empty();
    const bool forbidden = configuration.error().message.find("AccessDenied") != std::string::npos;
    if (needed || !forbidden) return tl::unexpected(configuration.error());
  } else {
    if (Status account = CheckAccount(*configuration); !account) return account;
    if (options_.timeout.count() == 0 && configuration->timeout_s > 0)
      options_.timeout = std::chrono::seconds(configuration->timeout_s) + kBeyondTimeout;
  }
  if (options_.timeout.count() == 0) options_.timeout = kLongestCall;
  if (options_.left.empty()) return {};
  return cold_.Restore(options_.left);
}

Status LambdaDeployment::BeginSession(bool cold) {
  callee_ = target_;
  if (!cold || !options_.force_cold) return {};
  Result<LambdaTarget> next = cold_.Next();
  if (!next) return tl::unexpected(next.error());
  callee_ = std::move(*next);
  return {};
}

Result<Round> LambdaDeployment::Call(const CallEvent& event) {
  const Result<RetriedOutcome> sent = api_.Invoke(callee_, event.json, options_.timeout);
  if (!sent) return tl::unexpected(sent.error());
  Round round = RoundOfInvoke(*sent);
  // A wrong key or name fails each of a thousand calls alike: say so at once. 404 and 403 alone; a
  // 400 may be this one event's.
  if (round.http_status == 403 || round.http_status == 404)
    return Fail(ExitCode::kUsage, fmt::format("invoking {}: {}", target_.name, round.detail));
  return round;
}

}  // namespace

std::unique_ptr<MeasuredDeployment> MakeLambdaDeployment(const LambdaApi& api,
                                                         const LambdaApi& restoring,
                                                         LambdaTarget target, LambdaOptions options,
                                                         Control control, ChangeLog log) {
  return std::make_unique<LambdaDeployment>(api, restoring, std::move(target), std::move(options),
                                            std::move(control), std::move(log));
}

}  // namespace faaslight
