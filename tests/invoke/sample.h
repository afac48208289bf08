// A comparison of two deployments with a bit of everything, for the tests of summaries and outputs.
#pragma once

#include "invoke/results.h"

namespace faaslight {

// 12 sessions of three calls each (first "start", then twice "work") to "before" and "after".
// Session 3's first call of after came warm; session 4's second of before fails, with a detail that
// no output may pass on as it is; session 5's first of before is an outlier and took two attempts;
// "work" answers with a random number.
Results SampleResults();

// A call of session `session` that is ok and answers as all others.
Round OkRound(uint32_t deployment, uint32_t session, uint32_t call, Start start);

}  // namespace faaslight
