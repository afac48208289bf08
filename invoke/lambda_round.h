// What came of an Invoke → a Round. Pure.
#pragma once

#include "invoke/results.h"
#include "invoke/retry.h"

namespace faaslight {

// Fills what the reply tells: outcome, start (by Init or Restore Duration alone; unknown where
// there is no REPORT to read), metrics, request id, faults. Leaves deployment, session, call and
// event.
Round RoundOfInvoke(const RetriedOutcome& sent);

// Outcome and detail of a call without a reply.
void TakeFailure(const HttpFailure& failure, Round& round);

// Base64 with padding, as X-Amz-Log-Result holds it; nothing for what is none.
std::optional<std::string> DecodedBase64(std::string_view text);

}  // namespace faaslight
