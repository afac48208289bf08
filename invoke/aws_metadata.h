// Credentials that the place we run in gives out over HTTP: a container's (ECS, EKS, Lambda's
// successors) and an EC2 instance's. No proxy is asked, and nothing is sent to a host that such
// credentials do not come from.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "invoke/aws_key.h"

namespace faaslight {

// Of AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, at 169.254.170.2, or of
// AWS_CONTAINER_CREDENTIALS_FULL_URI: https, or http to this machine or a container agent's
// address. The token of AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE or AWS_CONTAINER_AUTHORIZATION_TOKEN
// goes along. Absent where neither variable is set; an error where one is and no key comes of it.
Result<std::optional<AwsCredentials>> ContainerCredentials(const AwsEnvironment& environment);

// The instance metadata service, version 2 alone (a session token first), a second to connect.
// AWS_EC2_METADATA_DISABLED, AWS_EC2_METADATA_SERVICE_ENDPOINT and …_ENDPOINT_MODE are honoured.
class InstanceMetadata {
 public:
  explicit InstanceMetadata(const AwsEnvironment& environment) : environment_(environment) {}

  // Absent where there is no such service or the instance has no role: why() says which. An error
  // where it answers with what is no key.
  Result<std::optional<AwsCredentials>> Credentials();
  // Absent where there is none; not checked.
  std::optional<std::string> Region();
  // In a few words, why nothing was found.
  const std::string& why() const { return why_; }

 private:
  std::optional<std::string> Endpoint();
  // The reply's body; absent unless it is a 200.
  std::optional<std::string> Ask(const char* method, const std::string& url,
                                 const std::string& header);
  std::optional<std::string> Get(const std::string& path);

  const AwsEnvironment& environment_;
  std::optional<Secret> token_;
  std::string why_;
};

}  // namespace faaslight
