// Which key and region a call to AWS uses, found as the AWS CLI and SDKs find them.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "invoke/aws_key.h"

namespace faaslight {

// The first of: the environment's keys (not when `profile` is given: that was said for this run),
// the profile (static keys or a credential_process), the container's, the instance's. The profile
// is `profile` (--profile), AWS_PROFILE, AWS_DEFAULT_PROFILE or "default".
//
// kUsage when nothing is found (the message names what was tried and what to do), when a profile
// that was named is not there, and for a profile that needs the AWS CLI (single sign-on, a role to
// assume). kBadInput for files and answers that cannot be read; a source that is configured and
// broken is an error, and never passed over. No message holds a key.
Result<AwsCredentials> FindAwsCredentials(const AwsEnvironment& environment,
                                          const std::optional<std::string>& profile);

// The first of: `region` (--region), AWS_REGION, AWS_DEFAULT_REGION, the profile's, the instance's.
// Lower-case letters, digits and '-', as it becomes part of a host's name. kUsage when there is
// none or it has other characters.
Result<std::string> FindAwsRegion(const AwsEnvironment& environment,
                                  const std::optional<std::string>& region,
                                  const std::optional<std::string>& profile);

// The endpoint that the configuration gives for Lambda instead of AWS's own, without a slash at its
// end: AWS_ENDPOINT_URL_LAMBDA, AWS_ENDPOINT_URL, the profile's services section, its endpoint_url.
// Absent where none does or AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is true. kUsage for what is no
// http(s) URL.
Result<std::optional<std::string>> FindLambdaEndpoint(const AwsEnvironment& environment,
                                                      const std::optional<std::string>& profile);

}  // namespace faaslight
