#include "invoke/cost.h"

namespace faaslight {

Prices LambdaPrices(bool arm) {
  return {arm ? 0.0000133334 : 0.0000166667, 0.20,
          arm ? "AWS list price of us-east-1, arm64, 2026"
              : "AWS list price of us-east-1, x86_64, 2026"};
}

// 0.000024 $ a vCPU-second and 0.0000025 $ a GiB-second: at one vCPU the processor is what counts,
// so it is charged to the GB that Lambda's unit has.
Prices GcfPrices() {
  return {0.000024 + 0.0000025, 0.40, "Google Cloud Run list price, tier 1, one vCPU, 2026"};
}

double EstimateCost(const CostInput& input, const Prices& prices) {
  const double seconds = (static_cast<double>(input.calls) * input.call_ms +
                          static_cast<double>(input.cold) * input.init_ms) /
                         1000;
  return seconds * input.memory_mb / 1024 * prices.gb_second +
         static_cast<double>(input.calls) / 1e6 * prices.million_requests;
}

}  // namespace faaslight
