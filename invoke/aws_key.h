// A key of AWS's, where it may come from, and the JSON that programs and endpoints give it in.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/subprocess.h"
#include "invoke/aws_profile.h"
#include "invoke/http.h"
#include "invoke/secret.h"

namespace faaslight {

using AwsTime = std::chrono::system_clock::time_point;

struct AwsCredentials {
  std::string access_key_id;
  Secret secret_access_key;
  Secret session_token;  // empty for long-term keys
  std::optional<AwsTime> expires;
  std::string source;  // for people: "the environment", "profile dev", "instance metadata"

  // Within five minutes of `now`, or past: time to find them anew.
  bool ExpiresSoon(AwsTime now) const;
  // What a request is signed with.
  SigV4 For(std::string region, std::string service) const;
};

// All that finding credentials looks at; tests give their own.
struct AwsEnvironment {
  GetVariable variable;
  ReadText read_file;
  HttpSend send;
  std::function<Result<ProcessResult>(const Command&)> run;
};

// This process's variables, files and children; `send` for the endpoints.
AwsEnvironment SystemAwsEnvironment(HttpSend send);

// kBadInput unless both keys are there and all three can go into a header: printable ASCII without
// spaces. The message names the source, never the keys.
Status CheckKey(const AwsCredentials& key);

// {"AccessKeyId", "SecretAccessKey", `token`, "Expiration"}: kBadInput for anything else. Of a
// credential_process (`token` is "SessionToken") "Version" must be 1.
Result<AwsCredentials> ReadKeyJson(std::string_view text, const std::string& token,
                                   const std::string& source);

}  // namespace faaslight
