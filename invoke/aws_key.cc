#include "invoke/aws_key.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "base/files.h"
#include "invoke/timestamp.h"

namespace faaslight {
namespace {

using Json = nlohmann::json;

static_assert(!fmt::is_formattable<Secret>::value, "a secret is not printed");

constexpr size_t kMostToken = 16 << 10;

bool FitsHeader(std::string_view text) {
  return text.size() <= kMostToken && std::all_of(text.begin(), text.end(), [](char byte) {
           return byte > 0x20 && byte < 0x7f;
         });
}

std::string Text(const Json& object, const std::string& name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

bool AwsCredentials::ExpiresSoon(AwsTime now) const {
  return expires && *expires <= now + std::chrono::minutes(5);
}

SigV4 AwsCredentials::For(std::string region, std::string service) const {
  return {std::move(region), std::move(service), access_key_id, secret_access_key.Reveal(),
          session_token.Reveal()};
}

AwsEnvironment SystemAwsEnvironment(HttpSend send) {
  AwsEnvironment environment;
  environment.variable = [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return std::string(value);
  };
  environment.read_file = [](const std::filesystem::path& path) {
    return ReadFile(path, kMostAwsFile);
  };
  environment.send = std::move(send);
  environment.run = [](const Command& command) { return Run(command); };
  return environment;
}

Status CheckKey(const AwsCredentials& key) {
  const auto wrong = [&](std::string_view what) {
    return Fail(ExitCode::kBadInput, fmt::format("AWS credentials of {}: {}", key.source, what));
  };
  if (key.access_key_id.empty()) return wrong("there is a secret key, but no access key id");
  if (key.secret_access_key.empty()) return wrong("there is an access key id, but no secret key");
  if (!FitsHeader(key.access_key_id)) return wrong("the access key id holds what no key does");
  if (!FitsHeader(key.secret_access_key.Reveal()))
    return wrong("the secret key holds what no key does");
  if (!FitsHeader(key.session_token.Reveal()))
    return wrong("the session token holds what no token does");
  return {};
}

Result<AwsCredentials> ReadKeyJson(std::string_view text, const std::string& token,
                                   const std::string& source) {
  const auto wrong = [&](std::string_view what) {
    return Fail(ExitCode::kBadInput, fmt::format("AWS credentials of {}: {}", source, what));
  };
  // Members alone: deeper nesting is parsed without recursion and dropped.
  const auto flat = [](int depth, Json::parse_event_t, const Json&) { return depth < 2; };
  const Json object = Json::parse(text, flat, /*allow_exceptions=*/false);
  if (!object.is_object()) return wrong("the answer is no JSON object");
  if (token == "SessionToken") {
    const auto version = object.find("Version");
    if (version == object.end() || *version != 1) return wrong("\"Version\" is not 1");
  }
  AwsCredentials key{Text(object, "AccessKeyId"), Secret(Text(object, "SecretAccessKey")),
                     Secret(Text(object, token)), std::nullopt, source};
  if (Status checked = CheckKey(key); !checked) return tl::unexpected(std::move(checked.error()));
  const std::string expires = Text(object, "Expiration");
  if (expires.empty()) return key;
  const std::optional<double> ms = ParseTimestamp(expires);
  if (!ms) return wrong("\"Expiration\" is no time");
  key.expires = AwsTime(std::chrono::milliseconds(static_cast<int64_t>(*ms)));
  return key;
}

}  // namespace faaslight
