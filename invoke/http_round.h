// What came of a call over HTTP → a Round, as far as any server tells. Pure, but for the instances
// that InstanceSigns remembers.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "invoke/http.h"
#include "invoke/results.h"
#include "invoke/retry.h"

namespace faaslight {

// Outcome and detail of a call without a reply.
void TakeFailure(const HttpFailure& failure, Round& round);

// What a reply tells of the start: a function that returns its InitStart names its instance by it.
// Cold where that instance is new to us and began after the request was sent (within a second: two
// clocks); warm where it began before or is known; unknown where the function says nothing.
class InstanceSigns {
 public:
  Start Seen(std::optional<double> init_start_ms, double sent_at_ms);

 private:
  std::set<double> known_;
};

// A reply of a function over HTTP → Round. Statuses from 500 are the function's errors; 401, 403
// and 429 are refusals. Shared with the local functions-framework.
Round RoundOfHttp(const RetriedOutcome& sent);

// Takes the handler's own times: arrive, init (of a cold start), function, prepare; and the start
// from `signs`. Null where the start is known: then init stays as it is, too.
void TakeHandlerTimes(const std::string& answer, InstanceSigns* signs, Round& round);

}  // namespace faaslight
