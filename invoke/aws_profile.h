// The AWS CLI's and SDKs' shared files, ~/.aws/config and ~/.aws/credentials: what one profile says
// there that concerns a caller of Lambda.
//
//   [default]                       # config:      [default] and [profile NAME]
//   region = eu-central-1           # credentials: [NAME]
//   services = local
//   [services local]
//   lambda =
//     endpoint_url = http://localhost:4566
//
// Lines may be indented, as Python's configparser has it, which the AWS CLI reads them with: a line
// indented deeper than the property above belongs to it. Later duplicates win, also across
// sections of one name. Messages name file and line and never what stands there: it may be a key.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "invoke/secret.h"

namespace faaslight {

struct AwsProfile {
  // The three come from one file: the credentials file where it has either key, else config.
  std::string access_key_id;
  Secret secret_access_key, session_token;
  std::string region, credential_process;
  std::string role_arn, source_profile, credential_source;
  bool sso = false;  // has sso_session, sso_start_url or login_session: needs the AWS CLI
  std::string endpoint_url, lambda_endpoint_url;  // the latter from the profile's services section
};

struct AwsFile {
  std::filesystem::path path;  // for messages
  std::string text;
};

// The largest shared file that is read.
constexpr size_t kMostAwsFile = 1 << 20;

// The profile as both files have it; absent where neither has a section for it. kBadInput for a
// line that is no section, property or comment, and for a file that is too large.
Result<std::optional<AwsProfile>> ReadAwsProfile(const AwsFile& config, const AwsFile& credentials,
                                                 std::string_view name);

// An environment variable; absent or empty: it is not set.
using GetVariable = std::function<std::optional<std::string>(const std::string& name)>;
// A file's bytes; kUsage when there is no such file (as ReadFile()).
using ReadText = std::function<Result<std::string>(const std::filesystem::path& path)>;

struct AwsPaths {
  std::filesystem::path config, credentials;  // empty: without HOME there is none
};

// AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE ("~/" is HOME), or the usual ones in HOME.
AwsPaths FindAwsPaths(const GetVariable& variable);

// Reads both files; one that is not there is empty.
Result<std::optional<AwsProfile>> LoadAwsProfile(const AwsPaths& paths, const ReadText& read,
                                                 std::string_view name);

}  // namespace faaslight
