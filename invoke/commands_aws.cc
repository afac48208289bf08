#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "invoke/aws_credentials.h"
#include "invoke/commands.h"
#include "invoke/lambda_deployment.h"

namespace faaslight {

// Two clients of one account: what an interrupt may cut short, and what it may not.
struct AwsSession {
  explicit AwsSession(const Control& control)
      : client([stopped = control.stopped] { return !stopped(); }) {}

  Result<SigV4> Key();

  HttpClient client, restoring_client;
  std::optional<std::string> profile;
  std::string region;
  std::optional<AwsCredentials> credentials;
  std::unique_ptr<LambdaApi> api, restoring;
};

namespace {

AwsEnvironment EnvironmentOf(AwsSession& session) {
  return SystemAwsEnvironment(
      [&session](const HttpRequest& request) { return session.restoring_client.Send(request); });
}

Result<std::string> EndpointOf(const AwsOptions& options, AwsSession& session) {
  std::string endpoint = options.endpoint_url;
  if (endpoint.empty()) {
    const auto configured = FindLambdaEndpoint(EnvironmentOf(session), session.profile);
    if (!configured) return tl::unexpected(configured.error());
    // China's regions have a domain of their own.
    const std::string domain =
        session.region.rfind("cn-", 0) == 0 ? "amazonaws.com.cn" : "amazonaws.com";
    endpoint = configured->value_or(fmt::format("https://lambda.{}.{}", session.region, domain));
  }
  while (!endpoint.empty() && endpoint.back() == '/') endpoint.pop_back();
  const std::string scheme = SchemeOf(endpoint);
  if ((scheme != "https" && scheme != "http") || HostOf(endpoint).empty())
    return Fail(ExitCode::kUsage,
                fmt::format("--endpoint-url '{}' is no http or https URL", endpoint));
  // A signature cannot be used again, but events and answers would be readable on the way.
  if (scheme == "http" && !IsLoopback(endpoint))
    return Fail(ExitCode::kUsage,
                fmt::format("the endpoint {} is not https, and not on this machine", endpoint));
  return endpoint;
}

Result<std::vector<LambdaTarget>> TargetsOf(const std::vector<Deployment>& deployments,
                                            const AwsOptions& options) {
  std::vector<LambdaTarget> targets;
  for (const Deployment& deployment : deployments) {
    Result<LambdaTarget> target = ParseLambdaTarget(deployment.target);
    if (!target) return tl::unexpected(target.error());
    targets.push_back(std::move(*target));
  }
  // Two of one function would undo each other's markers, and compare a function with itself. All
  // are in one region of one account, however they are named.
  for (size_t i = 0; options.force_cold && i < targets.size(); ++i)
    for (size_t j = 0; j < i; ++j)
      if (targets[i].name == targets[j].name)
        return Fail(
            ExitCode::kUsage,
            fmt::format("{} is named twice: --force-cold changes a function, so each can be "
                        "measured once at a time",
                        targets[i].name));
  return targets;
}

// One region for all: an ARN's, which --region may not contradict.
Result<std::string> RegionOf(const AwsOptions& options, const std::vector<LambdaTarget>& targets,
                             AwsSession& session) {
  std::optional<std::string> region;
  if (!options.region.empty()) region = options.region;
  for (const LambdaTarget& target : targets) {
    if (target.region.empty()) continue;
    if (region && *region != target.region)
      return Fail(ExitCode::kUsage, fmt::format("{} is in {}, not in {}: measure the regions one "
                                                "after the other",
                                                target.name, target.region, *region));
    region = target.region;
  }
  return FindAwsRegion(EnvironmentOf(session), region, session.profile);
}

Result<std::shared_ptr<AwsSession>> Open(const AwsOptions& options,
                                         const std::vector<LambdaTarget>& targets,
                                         const Control& control, std::string& endpoint) {
  auto session = std::make_shared<AwsSession>(control);
  if (!options.profile.empty()) session->profile = options.profile;
  Result<std::string> region = RegionOf(options, targets, *session);
  if (!region) return tl::unexpected(region.error());
  session->region = std::move(*region);
  Result<std::string> found = EndpointOf(options, *session);
  if (!found) return tl::unexpected(found.error());
  endpoint = std::move(*found);
  AwsSession* raw = session.get();  // lives in what holds the deployments
  const auto key = [raw] { return raw->Key(); };
  session->api = std::make_unique<LambdaApi>(
      [raw](const HttpRequest& request) { return raw->client.Send(request); }, endpoint, key,
      RetryPolicy{}, control);
  session->restoring = std::make_unique<LambdaApi>(
      [raw](const HttpRequest& request) { return raw->restoring_client.Send(request); }, endpoint,
      key, RetryPolicy{}, SleepingControl([] { return false; }));
  return session;
}

std::string Stamp() {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(
                            std::chrono::system_clock::now().time_since_epoch())
                            .count());
}

}  // namespace

Result<SigV4> AwsSession::Key() {
  if (!credentials || credentials->ExpiresSoon(std::chrono::system_clock::now())) {
    Result<AwsCredentials> found = FindAwsCredentials(EnvironmentOf(*this), profile);
    if (!found) return tl::unexpected(found.error());
    credentials = std::move(*found);
  }
  return credentials->For(region, "lambda");
}

Result<Planned> PlanAws(const CommonOptions& common, const AwsOptions& options,
                        const Control& control) {
  Result<RunPlan> base = BasePlan(
      common, "aws", options.functions, options.force_cold.has_value(),
      "add --force-cold (it changes a variable of the function, and puts it back), or --cold 0");
  if (!base) return tl::unexpected(base.error());
  Planned planned;
  RunPlan& plan = planned.plan = std::move(*base);
  const Result<std::vector<LambdaTarget>> targets = TargetsOf(plan.header.deployments, options);
  if (!targets) return tl::unexpected(targets.error());
  std::string endpoint;
  Result<std::shared_ptr<AwsSession>> session = Open(options, *targets, control, endpoint);
  if (!session) return tl::unexpected(session.error());

  for (const LambdaTarget& target : *targets)
    planned.callees.push_back(fmt::format("{}{}{} at {}", target.name,
                                          target.qualifier.empty() ? "" : ":", target.qualifier,
                                          endpoint));
  plan.header.setting = fmt::format("{}, {}", (*session)->region,
                                    !options.force_cold ? "nothing forced cold"
                                    : *options.force_cold == ColdBy::kMarker
                                        ? "cold starts forced by a marker variable"
                                        : "cold starts forced by publishing versions");
  LambdaOptions lambda;
  lambda.timeout = std::chrono::seconds(common.timeout_s);
  lambda.force_cold = options.force_cold;
  lambda.stamp = Stamp();
  plan.make = [session = *session, lambda, all = *targets, control](
                  const std::set<std::string>& left, const ChangeLog& log) -> Result<Deployments> {
    Deployments made;
    for (const LambdaTarget& target : all) {
      LambdaOptions own = lambda;
      own.left = left;
      made.push_back(MakeLambdaDeployment(*session->api, *session->restoring, target,
                                          std::move(own), control, log));
    }
    return made;
  };
  planned.cost = CostInput{.call_ms = 1000, .init_ms = 1000, .memory_mb = 1024};
  planned.prices = LambdaPrices(false);
  return planned;
}

Result<std::vector<std::string>> RestoreAws(const CommonOptions& common, const AwsOptions& options,
                                            const std::filesystem::path& output) {
  const Result<std::vector<Deployment>> deployments = DeploymentsOf(common, options.functions);
  if (!deployments) return tl::unexpected(deployments.error());
  const Result<std::vector<LambdaTarget>> targets = TargetsOf(*deployments, options);
  if (!targets) return tl::unexpected(targets.error());
  if (Status unused = CheckUnused(JournalOf(output)); !unused)
    return tl::unexpected(unused.error());
  const Control control = SleepingControl([] { return false; });
  std::string endpoint;
  const Result<std::shared_ptr<AwsSession>> session = Open(options, *targets, control, endpoint);
  if (!session) return tl::unexpected(session.error());
  const Result<std::set<std::string>> journalled = ChangesLeftIn(JournalOf(output));
  if (!journalled) return tl::unexpected(journalled.error());
  std::vector<std::string> done;
  for (const LambdaTarget& target : *targets) {
    std::set<std::string> left = *journalled;
    left.insert("marker " + target.name);
    const ChangeLog log{[](const std::string&) { return Status(); },
                        [&](const std::string& what) {
                          done.push_back("put back: " + what);
                          return Status();
                        }};
    ColdStarter cold(*(*session)->api, *(*session)->restoring, target, ColdBy::kMarker, Stamp(),
                     control, log);
    if (Status restored = cold.Restore(left); !restored) return tl::unexpected(restored.error());
  }
  return done;
}

}  // namespace faaslight
