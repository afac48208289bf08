#include "invoke/aws_metadata.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace faaslight {
namespace {

using std::chrono::milliseconds;

constexpr uint64_t kMostReply = 64 << 10;

std::string Variable(const AwsEnvironment& environment, const std::string& name) {
  return environment.variable(name).value_or("");
}

// Fit for a URL or a header: printable ASCII without spaces.
bool IsPlain(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](char byte) { return byte > 0x20 && byte < 0x7f; });
}

// http or https to a host, without a user part or a backslash: the two by which programs differ
// over which host a URL names.
bool IsUrl(std::string_view url) {
  const std::string scheme = SchemeOf(url);
  return IsPlain(url) && (scheme == "http" || scheme == "https") && !HostOf(url).empty() &&
         url.find_first_of("@\\") == std::string_view::npos;
}

bool GivesContainerKeys(std::string_view url) {
  if (!IsUrl(url)) return false;
  const std::string host = HostOf(url);
  return SchemeOf(url) == "https" || IsLoopback(url) || host == "169.254.170.2" ||
         host == "169.254.170.23" || host == "fd00:ec2::23";
}

std::string_view WithoutLineEnd(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

// What goes into the Authorization header; empty: none.
Result<std::string> ContainerToken(const AwsEnvironment& environment) {
  std::string name = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
  std::string token = Variable(environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
  if (const std::string path = Variable(environment, name); !path.empty()) {
    Result<std::string> read = environment.read_file(path);
    if (!read) return Fail(read.error().code, fmt::format("{}: {}", name, read.error().message));
    token = WithoutLineEnd(*read);
  } else {
    name = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
  }
  // A line break would start another header. A space is fine: "Basic …".
  const bool fits = std::all_of(token.begin(), token.end(),
                                [](char byte) { return byte >= 0x20 && byte < 0x7f; });
  if (!fits)
    return Fail(ExitCode::kUsage, fmt::format("{}: the token holds what no header may", name));
  return token;
}

}  // namespace

Result<std::optional<AwsCredentials>> ContainerCredentials(const AwsEnvironment& environment) {
  constexpr std::string_view kRelative = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
  constexpr std::string_view kFull = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
  std::string_view name = kRelative;
  std::string url = Variable(environment, std::string(kRelative));
  if (!url.empty()) {
    if (url.front() != '/')
      return Fail(ExitCode::kUsage, fmt::format("{}: is no path: it starts with '/'", kRelative));
    url = "http://169.254.170.2" + url;
  } else {
    name = kFull;
    url = Variable(environment, std::string(kFull));
    if (url.empty()) return std::optional<AwsCredentials>();
  }
  if (!GivesContainerKeys(url))
    return Fail(ExitCode::kUsage,
                fmt::format("{}: is no URL that credentials are asked from: https, or http to this "
                            "machine or a container agent's address",
                            name));
  const Result<std::string> token = ContainerToken(environment);
  if (!token) return tl::unexpected(token.error());

  HttpRequest request;
  request.url = url;
  request.headers = {"Accept: application/json"};
  request.connect_timeout = milliseconds(2000);
  request.timeout = milliseconds(5000);
  request.max_body = kMostReply;
  request.no_proxy = true;
  if (!token->empty()) request.headers.push_back("Authorization: " + *token);
  const HttpOutcome reply = environment.send(request);
  if (!reply)
    return Fail(ExitCode::kSystem, fmt::format("AWS credentials of the container ({}): {}", name,
                                               reply.error().message));
  if (reply->status != 200)
    return Fail(ExitCode::kUsage, fmt::format("AWS credentials of the container ({}): {} answered "
                                              "with HTTP status {}",
                                              name, HostOf(url), reply->status));
  Result<AwsCredentials> key = ReadKeyJson(reply->body, "Token", "the container");
  if (!key) return tl::unexpected(std::move(key.error()));
  return std::optional(std::move(*key));
}

std::optional<std::string> InstanceMetadata::Endpoint() {
  // As the SDKs have it: "true", in any case.
  std::string disabled = Variable(environment_, "AWS_EC2_METADATA_DISABLED");
  for (char& byte : disabled)
    if (byte >= 'A' && byte <= 'Z') byte = static_cast<char>(byte + 32);
  if (disabled == "true") {
    why_ = "switched off by AWS_EC2_METADATA_DISABLED";
    return std::nullopt;
  }
  std::string endpoint = Variable(environment_, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
  if (endpoint.empty()) {
    const std::string mode = Variable(environment_, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
    return mode == "IPv6" || mode == "ipv6" ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
  }
  while (endpoint.ends_with('/')) endpoint.pop_back();
  if (!IsUrl(endpoint)) {
    why_ = "AWS_EC2_METADATA_SERVICE_ENDPOINT is no URL";
    return std::nullopt;
  }
  return endpoint;
}

std::optional<std::string> InstanceMetadata::Ask(const char* method, const std::string& url,
                                                 const std::string& header) {
  HttpRequest request;
  request.method = method;
  request.url = url;
  request.headers = {header};
  request.connect_timeout = milliseconds(1000);
  request.timeout = milliseconds(3000);
  request.max_body = kMostReply;
  request.no_proxy = true;
  const HttpOutcome reply = environment_.send(request);
  if (!reply) {
    why_ = reply.error().message;
    return std::nullopt;
  }
  if (reply->status != 200) {
    why_ = fmt::format("{} answered with HTTP status {}", HostOf(request.url), reply->status);
    return std::nullopt;
  }
  return reply->body;
}

std::optional<std::string> InstanceMetadata::Get(const std::string& path) {
  const std::optional<std::string> endpoint = Endpoint();
  if (!endpoint) return std::nullopt;
  if (!token_) {
    // Version 2: without the token nothing is asked, so that a redirected request gives no key.
    const std::optional<std::string> token =
        Ask("PUT", *endpoint + "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 21600");
    if (!token) return std::nullopt;
    if (!IsPlain(*token)) {
      why_ = fmt::format("{} gave no session token", HostOf(*endpoint));
      return std::nullopt;
    }
    token_ = Secret(*token);
  }
  return Ask("GET", *endpoint + "/latest/meta-data/" + path,
             "X-aws-ec2-metadata-token: " + token_->Reveal());
}

Result<std::optional<AwsCredentials>> InstanceMetadata::Credentials() {
  const std::optional<std::string> roles = Get("iam/security-credentials/");
  if (!roles) return std::optional<AwsCredentials>();
  const std::string role = roles->substr(0, roles->find_first_of("\r\n"));
  // It goes into a path: the characters of an IAM name.
  const bool named = !role.empty() && std::all_of(role.begin(), role.end(), [](char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') ||
           std::string_view("_+=,.@-").find(byte) != std::string_view::npos;
  });
  if (!named) {
    why_ = "the instance has no role";
    return std::optional<AwsCredentials>();
  }
  const std::optional<std::string> text = Get("iam/security-credentials/" + role);
  if (!text) return std::optional<AwsCredentials>();
  Result<AwsCredentials> key = ReadKeyJson(*text, "Token", "the instance metadata");
  if (!key) return tl::unexpected(std::move(key.error()));
  return std::optional(std::move(*key));
}

std::optional<std::string> InstanceMetadata::Region() {
  std::optional<std::string> region = Get("placement/region");
  if (region) region = std::string(WithoutLineEnd(*region));
  return region;
}

}  // namespace faaslight
