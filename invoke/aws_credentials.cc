#include "invoke/aws_credentials.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "invoke/aws_metadata.h"
#include "invoke/one_line.h"

namespace faaslight {
namespace {

using MaybeCredentials = Result<std::optional<AwsCredentials>>;

std::string Variable(const AwsEnvironment& environment, const std::string& name) {
  return environment.variable(name).value_or("");
}

// The first variable of these that is set.
struct Setting {
  std::string name, value;
};
std::optional<Setting> FirstOf(const AwsEnvironment& environment,
                               const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    std::string value = Variable(environment, name);
    if (!value.empty()) return Setting{name, std::move(value)};
  }
  return std::nullopt;
}

MaybeCredentials EnvironmentCredentials(const AwsEnvironment& environment) {
  AwsCredentials key{Variable(environment, "AWS_ACCESS_KEY_ID"),
                     Secret(Variable(environment, "AWS_SECRET_ACCESS_KEY")),
                     Secret(Variable(environment, "AWS_SESSION_TOKEN")), std::nullopt,
                     "the environment"};
  if (key.access_key_id.empty() && key.secret_access_key.empty())
    return std::optional<AwsCredentials>();
  if (const Status checked = CheckKey(key); !checked)
    return Fail(ExitCode::kUsage,
                checked.error().message + " (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY)");
  return std::optional(std::move(key));
}

struct ChosenProfile {
  std::string name;  // fit for a message
  AwsProfile profile;
  bool found = false;
  AwsPaths paths;
};

// The profile that is used. One that someone named must be there; "default" need not.
Result<ChosenProfile> ChooseProfile(const AwsEnvironment& environment,
                                    const std::optional<std::string>& given) {
  std::string name = given.value_or("");
  std::string said_by = "--profile";
  if (name.empty()) {
    const auto set = FirstOf(environment, {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"});
    said_by = set ? set->name : "";
    name = set ? set->value : "default";
  }
  ChosenProfile chosen{OneLine(name, 100), {}, false, FindAwsPaths(environment.variable)};
  auto profile = LoadAwsProfile(chosen.paths, environment.read_file, name);
  if (!profile) return tl::unexpected(std::move(profile.error()));
  if (*profile) {
    chosen.profile = std::move(**profile);
    chosen.found = true;
  } else if (!said_by.empty() && name != "default") {
    return Fail(ExitCode::kUsage,
                fmt::format("{}: there is no profile {} in {} or {}: name one that `aws configure "
                            "list-profiles` lists",
                            said_by, chosen.name, chosen.paths.config.string(),
                            chosen.paths.credentials.string()));
  }
  return chosen;
}

tl::unexpected<Error> NeedsCli(const std::string& name, std::string_view what) {
  return Fail(ExitCode::kUsage,
              fmt::format("profile {} {}, which only the AWS CLI can do: put its keys into the "
                          "environment with eval \"$(aws configure export-credentials --profile {} "
                          "--format env)\", and leave out --profile",
                          name, what, name));
}

MaybeCredentials ProcessCredentials(const AwsEnvironment& environment, const ChosenProfile& from) {
  const std::string source = fmt::format("the credential_process of profile {}", from.name);
  Command command;
  command.argv = {"sh", "-c", from.profile.credential_process};
  command.timeout = std::chrono::seconds(60);
  command.max_output = 1 << 20;
  const Result<ProcessResult> ran = environment.run(command);
  if (!ran) return Fail(ran.error().code, fmt::format("{}: {}", source, ran.error().message));
  if (!ran->ok()) {
    // Neither the command nor its output: both may hold a key.
    const std::string how = ran->timed_out     ? "took more than 60 s"
                            : ran->signal != 0 ? fmt::format("was ended by signal {}", ran->signal)
                                               : fmt::format("exited with {}", ran->exit_code);
    return Fail(ExitCode::kUsage, fmt::format("{} {}: run it by hand to see why", source, how));
  }
  Result<AwsCredentials> key = ReadKeyJson(ran->out, "SessionToken", source);
  if (!key) return tl::unexpected(std::move(key.error()));
  return std::optional(std::move(*key));
}

// In the AWS CLI's order: a role or single sign-on goes before keys that stand beside it.
MaybeCredentials ProfileCredentials(const AwsEnvironment& environment, const ChosenProfile& from) {
  const AwsProfile& profile = from.profile;
  if (!profile.role_arn.empty()) return NeedsCli(from.name, "assumes a role");
  if (profile.sso) return NeedsCli(from.name, "uses single sign-on");
  if (!profile.access_key_id.empty() || !profile.secret_access_key.empty()) {
    AwsCredentials key{profile.access_key_id, profile.secret_access_key, profile.session_token,
                       std::nullopt, fmt::format("profile {}", from.name)};
    if (Status checked = CheckKey(key); !checked) return tl::unexpected(std::move(checked.error()));
    return std::optional(std::move(key));
  }
  if (!profile.credential_process.empty()) return ProcessCredentials(environment, from);
  return std::optional<AwsCredentials>();
}

bool IsRegion(std::string_view text) {
  return !text.empty() && text.size() <= 63 && std::all_of(text.begin(), text.end(), [](char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-';
  });
}

}  // namespace

Result<AwsCredentials> FindAwsCredentials(const AwsEnvironment& environment,
                                          const std::optional<std::string>& profile) {
  std::vector<std::string> tried;
  if (!profile) {
    MaybeCredentials key = EnvironmentCredentials(environment);
    if (!key) return tl::unexpected(std::move(key.error()));
    if (*key) return std::move(**key);
    tried.emplace_back("AWS_ACCESS_KEY_ID is not set");
  }
  const Result<ChosenProfile> chosen = ChooseProfile(environment, profile);
  if (!chosen) return tl::unexpected(chosen.error());
  MaybeCredentials key = ProfileCredentials(environment, *chosen);
  if (!key) return tl::unexpected(std::move(key.error()));
  if (*key) return std::move(**key);
  tried.push_back(
      fmt::format("profile {} {}", chosen->name, chosen->found ? "has no keys" : "does not exist"));

  // Not passed over: the instance's role, which would come next, is someone else.
  if (!Variable(environment, "AWS_WEB_IDENTITY_TOKEN_FILE").empty())
    return Fail(ExitCode::kUsage,
                "AWS_WEB_IDENTITY_TOKEN_FILE: a role to assume, which only the AWS CLI can do: put "
                "its keys into the environment with eval \"$(aws configure export-credentials "
                "--format env)\"");
  key = ContainerCredentials(environment);
  if (!key) return tl::unexpected(std::move(key.error()));
  if (*key) return std::move(**key);
  tried.emplace_back("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and …_FULL_URI are not set");

  InstanceMetadata metadata(environment);
  key = metadata.Credentials();
  if (!key) return tl::unexpected(std::move(key.error()));
  if (*key) return std::move(**key);
  tried.push_back(fmt::format("instance metadata: {}", OneLine(metadata.why())));
  return Fail(ExitCode::kUsage,
              fmt::format("no AWS credentials ({}): run `aws configure`, or set AWS_ACCESS_KEY_ID "
                          "and AWS_SECRET_ACCESS_KEY",
                          fmt::join(tried, "; ")));
}

Result<std::string> FindAwsRegion(const AwsEnvironment& environment,
                                  const std::optional<std::string>& region,
                                  const std::optional<std::string>& profile) {
  Setting found{"--region", region.value_or("")};
  if (!region) {
    if (auto set = FirstOf(environment, {"AWS_REGION", "AWS_DEFAULT_REGION"}))
      found = std::move(*set);
  }
  if (!region && found.value.empty()) {
    const Result<ChosenProfile> chosen = ChooseProfile(environment, profile);
    if (!chosen) return tl::unexpected(chosen.error());
    found = {fmt::format("region of profile {}", chosen->name), chosen->profile.region};
    if (found.value.empty()) {
      InstanceMetadata metadata(environment);
      found = {"region of the instance metadata", metadata.Region().value_or("")};
      if (found.value.empty())
        return Fail(ExitCode::kUsage,
                    fmt::format("no AWS region (AWS_REGION and AWS_DEFAULT_REGION are not set; "
                                "profile {} has none; instance metadata: {}): give --region",
                                chosen->name, OneLine(metadata.why())));
    }
  }
  if (!IsRegion(found.value))
    return Fail(ExitCode::kUsage,
                fmt::format("{}: {:?} is no region: lower-case letters, digits and '-', as in "
                            "eu-central-1",
                            found.name, OneLine(found.value, 80)));
  return found.value;
}

Result<std::optional<std::string>> FindLambdaEndpoint(const AwsEnvironment& environment,
                                                      const std::optional<std::string>& profile) {
  if (Variable(environment, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") == "true")
    return std::optional<std::string>();
  auto found = FirstOf(environment, {"AWS_ENDPOINT_URL_LAMBDA", "AWS_ENDPOINT_URL"});
  if (!found) {
    const Result<ChosenProfile> chosen = ChooseProfile(environment, profile);
    if (!chosen) return tl::unexpected(chosen.error());
    const AwsProfile& from = chosen->profile;
    found =
        Setting{fmt::format("endpoint_url of profile {}", chosen->name),
                from.lambda_endpoint_url.empty() ? from.endpoint_url : from.lambda_endpoint_url};
    if (found->value.empty()) return std::optional<std::string>();
  }
  std::string& url = found->value;
  while (url.ends_with('/')) url.pop_back();
  const std::string scheme = SchemeOf(url);
  const bool plain =
      std::all_of(url.begin(), url.end(), [](char byte) { return byte > 0x20 && byte < 0x7f; });
  if (!plain || (scheme != "http" && scheme != "https") || HostOf(url).empty())
    return Fail(ExitCode::kUsage, fmt::format("{}: is no http or https URL", found->name));
  return std::optional(std::move(url));
}

}  // namespace faaslight
