// The part of AWS Lambda's API that measuring needs: Invoke, and what forces cold starts.
// Documented operations of API version 2015-03-31 over HttpSend; signs each request.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "invoke/control.h"
#include "invoke/http.h"
#include "invoke/retry.h"

namespace faaslight {

// FUNCTION[:QUALIFIER], or an ARN that says region and account besides.
struct LambdaTarget {
  std::string name;             // letters, digits, '-' and '_', at most 64
  std::string qualifier;        // a version or alias; empty: $LATEST
  std::string region, account;  // of an ARN, else empty
};

// kUsage for what names no function.
Result<LambdaTarget> ParseLambdaTarget(std::string_view text);

using Variables = std::map<std::string, std::string>;

struct FunctionConfiguration {
  std::string arn, revision_id, version, description, runtime, architecture, state, state_reason;
  std::string update_status, update_reason;
  uint32_t memory_mb = 0, timeout_s = 0;
  bool snapstart = false;  // on published versions
  // The function's environment variables. May hold secrets: they are sent back to the service, and
  // never printed or written. Absent when the service would not show them (no right to the key).
  std::optional<Variables> variables;
};

class LambdaApi {
 public:
  // `sign` gives the key for the next request (refreshed when it has expired). `endpoint` has no
  // slash at its end. All arguments are kept.
  LambdaApi(HttpSend send, std::string endpoint, std::function<Result<SigV4>()> sign,
            RetryPolicy policy, Control control);

  // One synchronous invocation with the log's tail; throttling is waited for. An error only when
  // there is no key to sign with: what comes of the call is in the outcome. `timeout` is ours.
  Result<RetriedOutcome> Invoke(const LambdaTarget& target, const std::string& event,
                                std::chrono::milliseconds timeout) const;

  // The others fail with kUsage for what the caller can put right (no such function, no right to do
  // it, a wrong key) and kSystem for the rest; the line names operation, cause and next step.
  Result<FunctionConfiguration> Configuration(const LambdaTarget& target) const;
  // Replaces all environment variables of $LATEST, if its revision is still `revision_id`; a
  // conflict (someone else changed it, or an update is under way) gives no configuration.
  Result<std::optional<FunctionConfiguration>> SetVariables(const LambdaTarget& target,
                                                            const Variables& variables,
                                                            const std::string& revision_id) const;
  // Publishes $LATEST; the same conflicts.
  Result<std::optional<FunctionConfiguration>> Publish(const LambdaTarget& target,
                                                       const std::string& description) const;
  // Deletes a published version; one that is gone already is no error.
  Status DeleteVersion(const LambdaTarget& target, const std::string& version) const;

 private:
  Result<HttpReply> Call(const std::string& what, HttpRequest request, bool& conflict) const;
  Result<std::optional<FunctionConfiguration>> Change(const std::string& what,
                                                      HttpRequest request) const;
  Result<RetriedOutcome> SendSigned(HttpRequest request) const;

  HttpSend send_;
  std::string endpoint_;
  std::function<Result<SigV4>()> sign_;
  RetryPolicy policy_;
  Control control_;
};

// The service's error in a reply: "429 TooManyRequestsException: Rate Exceeded." Of untrusted text:
// bounded, one line.
std::string ServiceErrorOf(const HttpReply& reply);
// Its name alone: "TooManyRequestsException"; empty when it gives none.
std::string ServiceErrorTypeOf(const HttpReply& reply);

}  // namespace faaslight
