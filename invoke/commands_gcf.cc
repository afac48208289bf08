#include <fmt/format.h>

#include <utility>

#include "invoke/commands.h"
#include "invoke/gcf_deployment.h"
#include "invoke/one_line.h"

namespace faaslight {

struct GcfSession {
  GcfSession(const Control& control, std::string token_command)
      : client([stopped = control.stopped] { return !stopped(); }),
        token(std::move(token_command)) {}
  HttpClient client;
  BearerToken token;
};

namespace {

Result<std::string> UrlOf(const std::string& target, const GcfOptions& options) {
  if (SchemeOf(target).empty()) return CloudFunctionUrl(target, options.region, options.project);
  const std::string scheme = SchemeOf(target);
  if ((scheme != "https" && scheme != "http") || HostOf(target).empty())
    return Fail(ExitCode::kUsage, fmt::format("'{}' is no http or https URL", OneLine(target)));
  // A password would be in the results.
  const size_t authority = scheme.size() + 3;
  if (target.substr(0, target.find_first_of("/?#", authority)).find('@') != std::string::npos)
    return Fail(ExitCode::kUsage,
                fmt::format("the URL of {} names a user: leave that out; a token is sent by "
                            "--token-command",
                            HostOf(target)));
  return target;
}

}  // namespace

Result<Planned> PlanGcf(const CommonOptions& common, const GcfOptions& options,
                        const Control& control) {
  Result<RunPlan> base = BasePlan(
      common, "gcf", options.functions, false,
      "Google's functions have no way to force one from outside; deploy anew between runs, and let "
      "the function return InitStart so that cold calls are told apart (--cold 0)");
  if (!base) return tl::unexpected(base.error());
  Planned planned;
  RunPlan& plan = planned.plan = std::move(*base);

  std::vector<std::string> urls;
  bool all_local = true;
  for (const Deployment& deployment : plan.header.deployments) {
    Result<std::string> url = UrlOf(deployment.target, options);
    if (!url) return tl::unexpected(url.error());
    all_local = all_local && IsLoopback(*url);
    planned.callees.push_back(fmt::format("{} {}", deployment.label, *url));
    urls.push_back(std::move(*url));
  }
  const std::string token_command =
      options.token_command.value_or(all_local ? "" : "gcloud auth print-identity-token");
  auto session = std::make_shared<GcfSession>(control, token_command);
  plan.header.setting =
      token_command.empty() ? "http trigger, no token" : "http trigger, bearer token";
  const std::chrono::milliseconds timeout =
      std::chrono::seconds(common.timeout_s > 0 ? common.timeout_s : 3600);
  plan.make = [session, urls, timeout, control](const std::set<std::string>&,
                                                const ChangeLog&) -> Result<Deployments> {
    Deployments made;
    for (const std::string& url : urls)
      made.push_back(MakeGcfDeployment(
          [session](const HttpRequest& request) { return session->client.Send(request); }, url,
          session->token, timeout, RetryPolicy{}, control));
    return made;
  };
  if (!all_local) planned.cost = CostInput{.call_ms = 1000, .memory_mb = 1024};
  planned.prices = GcfPrices();
  return planned;
}

}  // namespace faaslight
