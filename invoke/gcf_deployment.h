// A function that answers over HTTP (Google Cloud Functions of both generations, Cloud Run, a
// functions-framework server), measured from outside.
#pragma once

#include <chrono>
#include <memory>
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

// `token` must outlive the object. A token goes over https or to this machine only (kUsage).
std::unique_ptr<MeasuredDeployment> MakeGcfDeployment(HttpSend send, std::string url,
                                                      BearerToken& token,
                                                      std::chrono::milliseconds timeout,
                                                      RetryPolicy policy, Control control);

}  // namespace faaslight
