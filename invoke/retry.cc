#include "invoke/retry.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <random>

namespace faaslight {

std::chrono::milliseconds WaitBefore(const RetryPolicy& policy, uint32_t attempt,
                                     std::string_view retry_after, double jitter) {
  uint32_t seconds = 0;
  const auto read =
      std::from_chars(retry_after.data(), retry_after.data() + retry_after.size(), seconds);
  if (read.ec == std::errc() && read.ptr == retry_after.data() + retry_after.size())
    return std::chrono::milliseconds(1000 * std::min(seconds, 60U));
  const double longest = std::min(static_cast<double>(policy.longest_wait.count()),
                                  static_cast<double>(policy.first_wait.count()) *
                                      static_cast<double>(1ULL << std::min(attempt - 1, 30U)));
  return std::chrono::milliseconds(static_cast<int64_t>(longest * (0.5 + jitter / 2)));
}

RetriedOutcome SendWithRetries(const HttpSend& send, const HttpRequest& request,
                               const RetryPolicy& policy, const Control& control,
                               const std::function<std::string(const HttpReply&)>& describe) {
  // Many measuring machines that were throttled together must not come back together.
  static thread_local std::minstd_rand random{std::random_device{}()};
  std::uniform_real_distribution<double> jitter;
  RetriedOutcome result{send(request), 1, {}};
  for (; result.attempts < policy.max_attempts && !control.stopped(); ++result.attempts) {
    std::string fault, retry_after;
    if (result.outcome) {
      if (policy.statuses.count(result.outcome->status) == 0) break;
      fault = describe(*result.outcome);
      retry_after = result.outcome->Header("retry-after");
    } else {
      if (result.outcome.error().kind != HttpFailure::Kind::kNotSent) break;
      fault = result.outcome.error().message;
    }
    const auto wait = WaitBefore(policy, result.attempts, retry_after, jitter(random));
    control.sleep(wait);
    if (control.stopped()) break;
    result.faults.push_back(fmt::format("{}; again after {} ms", fault, wait.count()));
    result.outcome = send(request);
  }
  return result;
}

}  // namespace faaslight
