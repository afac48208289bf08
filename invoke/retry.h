// Sending again what the service did not carry out: throttling and its own errors, with back-off.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "invoke/control.h"
#include "invoke/http.h"

namespace faaslight {

struct RetryPolicy {
  uint32_t max_attempts = 8;
  std::chrono::milliseconds first_wait{200};  // doubled each time, with full jitter below it
  std::chrono::milliseconds longest_wait{20'000};
  // The answers by which a service says that it did not carry the request out.
  std::set<int> statuses = {429, 500, 502, 503, 504};
};

struct RetriedOutcome {
  HttpOutcome outcome;
  uint32_t attempts = 1;
  std::vector<std::string> faults;  // one line for each attempt that was not the last
};

// The wait before attempt `attempt`+1 (from 1): at least what Retry-After asks for (seconds, at
// most 60), else half to all of first_wait·2^(attempt-1), at most longest_wait. `jitter` is 0..1.
std::chrono::milliseconds WaitBefore(const RetryPolicy& policy, uint32_t attempt,
                                     std::string_view retry_after, double jitter);

// Sends until an answer comes that is none of policy.statuses, or a failure after the request had
// left (it may have been carried out: sending it again is not ours to decide), or the attempts run
// out. `describe` makes the fault's line out of a reply.
RetriedOutcome SendWithRetries(const HttpSend& send, const HttpRequest& request,
                               const RetryPolicy& policy, const Control& control,
                               const std::function<std::string(const HttpReply&)>& describe);

}  // namespace faaslight
