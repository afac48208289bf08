// A function that answers over HTTP (Google Cloud Functions of both generations, Cloud Run, a
// functions-framework server), measured from outside.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "invoke/control.h"
#include "invoke/deployment.h"
#include "invoke/http.h"
#include "invoke/retry.h"

namespace faaslight {

// A bearer token, made by a command and kept for 50 minutes (they live for an hour). Never printed.
class BearerToken {
 public:
  // `command` is run by sh -c; its standard output, less white space at its ends, is the token.
  // Empty: no token.
  explicit BearerToken(std::string command) : command_(std::move(command)) {}
  // kUsage with the command's own complaint when it fails. `fresh` does not take the kept one.
  Result<std::string> Get(bool fresh);

 private:
  std::string command_, token_;
  std::chrono::steady_clock::time_point made_;
};

// The address of a function by name, the same for both generations:
// https://REGION-PROJECT.cloudfunctions.net/NAME. kUsage for what is none.
Result<std::string> CloudFunctionUrl(const std::string& name, const std::string& region,
                                     const std::string& project);

// What a reply tells of the start: a function that returns its InitStart names its instance by it.
// Cold where that instance is new to us and began after the request was sent (within a second: two
// clocks); warm where it began before or is known; unknown where the function says nothing.
class InstanceSigns {
 public:
  Start Seen(std::optional<double> init_start_ms, double sent_at_ms);

 private:
  std::set<double> known_;
};

// `token` must outlive the object. A token goes over https or to this machine only (kUsage).
std::unique_ptr<MeasuredDeployment> MakeGcfDeployment(HttpSend send, std::string url,
                                                      BearerToken& token,
                                                      std::chrono::milliseconds timeout,
                                                      RetryPolicy policy, Control control);

// A reply of a function over HTTP → Round. Statuses from 500 are the function's errors; 401, 403
// and 429 are refusals. Shared with the local functions-framework.
Round RoundOfHttp(const RetriedOutcome& sent);

// Takes the handler's own times: arrive, init (of a cold start), function, prepare.
void TakeHandlerTimes(const std::string& answer, InstanceSigns* signs, Round& round);

}  // namespace faaslight
