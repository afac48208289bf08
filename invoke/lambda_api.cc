// Paths hold the function's bare name and never an ARN: a colon in a path is signed in one way by
// libcurl 7.88 and in another by the service. An account that an ARN names is checked against the
// function's own ARN instead (force_cold and main do), so that a name never stands for another
// account's function.
#include "invoke/lambda_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <utility>

#include "invoke/json_fields.h"
#include "invoke/one_line.h"

namespace faaslight {
namespace {

using nlohmann::json;

constexpr size_t kMaxNameLength = 64;
constexpr size_t kMaxQualifierLength = 128;

bool MadeOf(std::string_view text, std::string_view others) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](unsigned char c) {
    return std::isalnum(c) != 0 || others.find(static_cast<char>(c)) != std::string_view::npos;
  });
}

std::vector<std::string> Split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(separator, begin), text.size());
    parts.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

tl::unexpected<Error> NoTarget(std::string_view text) {
  return Fail(ExitCode::kUsage,
              fmt::format("'{}' names no Lambda function: give NAME, NAME:VERSION, NAME:ALIAS or a "
                          "function's ARN",
                          OneLine(text)));
}

json Parsed(const std::string& text) {
  return json::parse(text, nullptr, /*allow_exceptions=*/false);
}

uint32_t NumberOf(const json& object, const char* name) {
  const auto at = object.find(name);
  return at != object.end() && at->is_number_unsigned() && *at < 1'000'000U ? at->get<uint32_t>()
                                                                            : 0;
}

std::optional<Variables> VariablesOf(const json& object) {
  const auto environment = object.find("Environment");
  if (environment == object.end() || environment->is_null()) return Variables{};
  if (!environment->is_object() || environment->contains("Error")) return std::nullopt;
  const auto values = environment->find("Variables");
  if (values == environment->end() || values->is_null()) return Variables{};
  if (!values->is_object()) return std::nullopt;
  Variables variables;
  for (const auto& [name, value] : values->items()) {
    if (!value.is_string()) return std::nullopt;
    variables.emplace(name, value.get<std::string>());
  }
  return variables;
}

Result<FunctionConfiguration> ConfigurationOf(const std::string& what, const HttpReply& reply) {
  const json object = Parsed(reply.body);
  if (!object.is_object())
    return Fail(ExitCode::kSystem, fmt::format("{}: the answer is no JSON object", what));
  FunctionConfiguration out;
  out.arn = TextOf(object, "FunctionArn");
  out.revision_id = TextOf(object, "RevisionId");
  out.version = TextOf(object, "Version");
  out.description = TextOf(object, "Description");
  out.runtime = TextOf(object, "Runtime");
  out.state = TextOf(object, "State");
  out.state_reason = TextOf(object, "StateReason");
  out.update_status = TextOf(object, "LastUpdateStatus");
  out.update_reason = TextOf(object, "LastUpdateStatusReason");
  out.memory_mb = NumberOf(object, "MemorySize");
  out.timeout_s = NumberOf(object, "Timeout");
  const auto architectures = object.find("Architectures");
  if (architectures != object.end() && architectures->is_array() && !architectures->empty() &&
      architectures->front().is_string())
    out.architecture = architectures->front().get<std::string>();
  const auto snapstart = object.find("SnapStart");
  out.snapstart = snapstart != object.end() && snapstart->is_object() &&
                  TextOf(*snapstart, "ApplyOn") == "PublishedVersions";
  out.variables = VariablesOf(object);
  return out;
}

std::string NextStep(const HttpReply& reply) {
  const std::string type = ServiceErrorTypeOf(reply);
  if (type == "ResourceNotFoundException") return "; check the name, --region and --profile";
  if (type == "AccessDeniedException") return "; the key lacks the right to do this";
  if (type == "ExpiredTokenException") return "; log in again";
  if (type == "InvalidSignatureException" || type == "UnrecognizedClientException")
    return "; check the key (--profile, AWS_ACCESS_KEY_ID) and this machine's clock";
  return "";
}

}  // namespace

Result<LambdaTarget> ParseLambdaTarget(std::string_view text) {
  const std::vector<std::string> parts = Split(text, ':');
  LambdaTarget target;
  size_t name = 0;
  if (parts.front() == "arn") {  // arn:aws:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]
    if (parts.size() < 7 || parts[2] != "lambda" || parts[5] != "function") return NoTarget(text);
    target.region = parts[3];
    target.account = parts[4];
    if (!MadeOf(target.region, "-") || !MadeOf(target.account, "")) return NoTarget(text);
    name = 6;
  }
  if (parts.size() > name + 2) return NoTarget(text);
  target.name = parts[name];
  if (!MadeOf(target.name, "-_") || target.name.size() > kMaxNameLength) return NoTarget(text);
  if (parts.size() == name + 2) {
    target.qualifier = parts[name + 1];
    if (!MadeOf(target.qualifier, "$-_") || target.qualifier.size() > kMaxQualifierLength)
      return NoTarget(text);
  }
  if (target.qualifier == "$LATEST") target.qualifier.clear();
  return target;
}

std::string ServiceErrorTypeOf(const HttpReply& reply) {
  // "TooManyRequestsException:http://internal.amazon.com/…" in some services' answers.
  std::string_view type = reply.Header("x-amzn-errortype");
  type = type.substr(0, type.find(':'));
  return OneLine(type);
}

std::string ServiceErrorOf(const HttpReply& reply) {
  const json body = Parsed(reply.body);
  std::string message;
  if (body.is_object()) {
    message = TextOf(body, "message");
    if (message.empty()) message = TextOf(body, "Message");
  }
  std::string line = std::to_string(reply.status);
  const std::string type = ServiceErrorTypeOf(reply);
  if (!type.empty()) line += " " + type;
  if (!message.empty()) line += ": " + OneLine(message);
  return line;
}

LambdaApi::LambdaApi(HttpSend send, std::string endpoint, std::function<Result<SigV4>()> sign,
                     RetryPolicy policy, Control control)
    : send_(std::move(send)),
      endpoint_(std::move(endpoint)),
      sign_(std::move(sign)),
      policy_(std::move(policy)),
      control_(std::move(control)) {}

Result<RetriedOutcome> LambdaApi::SendSigned(HttpRequest request) const {
  Result<SigV4> key = sign_();
  if (!key) return tl::unexpected(key.error());
  request.sigv4 = std::move(*key);
  return SendWithRetries(send_, request, policy_, control_, ServiceErrorOf);
}

Result<RetriedOutcome> LambdaApi::Invoke(const LambdaTarget& target, const std::string& event,
                                         std::chrono::milliseconds timeout) const {
  HttpRequest request;
  request.method = "POST";
  request.url = fmt::format("{}/2015-03-31/functions/{}/invocations", endpoint_, target.name);
  if (!target.qualifier.empty()) request.url += "?Qualifier=" + PercentEncoded(target.qualifier);
  request.headers = {"Content-Type: application/json", "X-Amz-Invocation-Type: RequestResponse",
                     "X-Amz-Log-Type: Tail"};
  request.body = event;
  request.timeout = timeout;
  return SendSigned(std::move(request));
}

Result<HttpReply> LambdaApi::Call(const std::string& what, HttpRequest request,
                                  bool& conflict) const {
  const Result<RetriedOutcome> sent = SendSigned(std::move(request));
  if (!sent) return tl::unexpected(sent.error());
  if (!sent->outcome)
    return Fail(ExitCode::kSystem, fmt::format("{}: {}", what, sent->outcome.error().message));
  const HttpReply& reply = *sent->outcome;
  conflict = reply.status == 409 || reply.status == 412;
  if ((reply.status >= 200 && reply.status < 300) || conflict) return reply;
  const bool theirs = reply.status >= 500 || reply.status == 429;
  return Fail(theirs ? ExitCode::kSystem : ExitCode::kUsage,
              fmt::format("{}: {}{}", what, ServiceErrorOf(reply), NextStep(reply)));
}

Result<FunctionConfiguration> LambdaApi::Configuration(const LambdaTarget& target) const {
  const std::string what = "reading the configuration of " + target.name;
  HttpRequest request;
  request.url = fmt::format("{}/2015-03-31/functions/{}/configuration", endpoint_, target.name);
  if (!target.qualifier.empty()) request.url += "?Qualifier=" + PercentEncoded(target.qualifier);
  bool conflict = false;
  const Result<HttpReply> reply = Call(what, std::move(request), conflict);
  if (!reply) return tl::unexpected(reply.error());
  if (conflict) return Fail(ExitCode::kSystem, fmt::format("{}: {}", what, ServiceErrorOf(*reply)));
  return ConfigurationOf(what, *reply);
}

Result<std::optional<FunctionConfiguration>> LambdaApi::Change(const std::string& what,
                                                               HttpRequest request) const {
  request.headers.emplace_back("Content-Type: application/json");
  bool conflict = false;
  const Result<HttpReply> reply = Call(what, std::move(request), conflict);
  if (!reply) return tl::unexpected(reply.error());
  if (conflict) return std::nullopt;
  Result<FunctionConfiguration> configuration = ConfigurationOf(what, *reply);
  if (!configuration) return tl::unexpected(configuration.error());
  return std::optional(std::move(*configuration));
}

Result<std::optional<FunctionConfiguration>> LambdaApi::SetVariables(
    const LambdaTarget& target, const Variables& variables, const std::string& revision_id) const {
  HttpRequest request;
  request.method = "PUT";
  request.url = fmt::format("{}/2015-03-31/functions/{}/configuration", endpoint_, target.name);
  request.body = json({{"Environment", {{"Variables", variables}}}, {"RevisionId", revision_id}})
                     .dump(-1, ' ', false, json::error_handler_t::replace);
  return Change("changing the environment of " + target.name, std::move(request));
}

Result<std::optional<FunctionConfiguration>> LambdaApi::Publish(
    const LambdaTarget& target, const std::string& description) const {
  HttpRequest request;
  request.method = "POST";
  request.url = fmt::format("{}/2015-03-31/functions/{}/versions", endpoint_, target.name);
  request.body = json({{"Description", description}}).dump();
  return Change("publishing a version of " + target.name, std::move(request));
}

Status LambdaApi::DeleteVersion(const LambdaTarget& target, const std::string& version) const {
  HttpRequest request;
  request.method = "DELETE";
  request.url = fmt::format("{}/2015-03-31/functions/{}?Qualifier={}", endpoint_, target.name,
                            PercentEncoded(version));
  const std::string what = fmt::format("deleting version {} of {}", version, target.name);
  Result<RetriedOutcome> sent = SendSigned(std::move(request));
  if (!sent) return tl::unexpected(sent.error());
  if (!sent->outcome)
    return Fail(ExitCode::kSystem, fmt::format("{}: {}", what, sent->outcome.error().message));
  const HttpReply& reply = *sent->outcome;
  if ((reply.status >= 200 && reply.status < 300) || reply.status == 404) return {};
  return Fail(ExitCode::kSystem,
              fmt::format("{}: {}{}", what, ServiceErrorOf(reply), NextStep(reply)));
}

}  // namespace faaslight
