#include <fmt/format.h>
#include <sys/utsname.h>

#include <fstream>
#include <thread>
#include <utility>

#include "invoke/commands.h"
#include "invoke/local_deployment.h"
#include "replay/replay.h"

namespace faaslight {
namespace {

namespace fs = std::filesystem;

struct LocalSession {
  explicit LocalSession(const Control& control)
      : client([stopped = control.stopped] { return !stopped(); }) {}
  HttpClient client;
};

std::string Machine() {
  std::string processor = "unknown processor";
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    const size_t colon = line.find(": ");
    if (line.rfind("model name", 0) == 0 && colon != std::string::npos) {
      processor = line.substr(colon + 2);
      break;
    }
  }
  utsname system{};
  ::uname(&system);
  return fmt::format("{}, {} cores, {} {}", processor, std::thread::hardware_concurrency(),
                     system.sysname, system.release);
}

LocalServer ServerOf(const std::string& name) {
  if (name == "functions-framework") return LocalServer::kFunctionsFramework;
  return name == "bare" ? LocalServer::kBare : LocalServer::kRie;
}

Result<std::vector<LocalOptions>> Resolved(const std::vector<Deployment>& deployments,
                                           const CommonOptions& common,
                                           const LocalCommandOptions& options) {
  LocalOptions local;
  local.handler = options.handler;
  local.runtime = options.runtime;
  local.server = ServerOf(options.server);
  local.trigger = options.trigger;
  if (local.trigger.empty())
    local.trigger = local.server == LocalServer::kFunctionsFramework ? "http" : "event";
  local.interpreter = options.interpreter;
  local.servers = options.servers;
  local.memory_mb = options.memory_mb;
  if (common.timeout_s > 0) local.timeout = std::chrono::seconds(common.timeout_s);
  Result<std::map<std::string, std::string>> env = LoadEnv(options.env, options.env_files);
  if (!env) return tl::unexpected(env.error());
  local.env = std::move(*env);
  std::vector<LocalOptions> all;
  for (const Deployment& deployment : deployments) {
    local.app = deployment.target;
    Result<LocalOptions> resolved = ResolveLocal(local);
    if (!resolved) return tl::unexpected(resolved.error());
    all.push_back(std::move(*resolved));
  }
  if (Status checked = CheckInterpreter(all.front()); !checked)
    return tl::unexpected(checked.error());
  return all;
}

}  // namespace

Result<Planned> PlanLocal(const CommonOptions& common, const LocalCommandOptions& options,
                          const Control& control) {
  std::vector<std::string> targets;
  for (const fs::path& app : options.apps) targets.push_back(app.string());
  Result<RunPlan> base = BasePlan(common, "local", targets, true, "");
  if (!base) return tl::unexpected(base.error());
  Planned planned;
  RunPlan& plan = planned.plan = std::move(*base);
  Result<std::vector<LocalOptions>> all = Resolved(plan.header.deployments, common, options);
  if (!all) return tl::unexpected(all.error());

  bool compiled = true;
  for (const LocalOptions& local : *all) {
    planned.callees.push_back(fmt::format("{} under {}", local.app.string(), options.server));
    compiled = compiled && (IsNode(local.runtime) || ShipsCompiledModules(local.app));
  }
  plan.header.setting = fmt::format(
      "{} on {} ({}), handler {}{}", options.server, options.runtime,
      all->front().interpreter.string(), options.handler,
      compiled ? "" : "; not every application ships .pyc files: those compile at each cold start");
  plan.header.machine = Machine();
  auto session = std::make_shared<LocalSession>(control);
  plan.make = [session, all = *all, control](const std::set<std::string>&,
                                             const ChangeLog&) -> Result<Deployments> {
    Deployments made;
    for (const LocalOptions& local : all)
      made.push_back(MakeLocalDeployment(
          local, [session](const HttpRequest& request) { return session->client.Send(request); },
          control));
    return made;
  };
  return planned;
}

}  // namespace faaslight
