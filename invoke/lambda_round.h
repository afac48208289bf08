// What came of an Invoke → a Round. Pure.
#pragma once

#include "invoke/results.h"
#include "invoke/retry.h"

namespace faaslight {

// Fills what the reply tells: outcome, start (by Init or Restore Duration alone; unknown where
// there is no REPORT to read), metrics, request id, faults. Leaves deployment, session, call and
// event.
Round RoundOfInvoke(const RetriedOutcome& sent);

}  // namespace faaslight
