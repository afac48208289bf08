// What a measurement would cost, for --dry-run: an estimate from list prices, for people to judge
// by.
#pragma once

#include <cstdint>
#include <string>

namespace faaslight {

struct Prices {
  double gb_second = 0;         // US dollars
  double million_requests = 0;  // US dollars
  std::string source;           // whose list, and its date
};

// us-east-1's, without the free tier. `arm` for arm64 functions.
Prices LambdaPrices(bool arm);
// Cloud Run functions, request-based billing, tier 1, one vCPU, memory included for 256 MiB;
// without the free tier.
Prices GcfPrices();

struct CostInput {
  uint64_t calls = 0, cold = 0;
  double call_ms = 0;  // of one call
  double init_ms = 0;  // of one cold start; billed since August 2025
  uint32_t memory_mb = 0;
};

// US dollars.
double EstimateCost(const CostInput& input, const Prices& prices);

}  // namespace faaslight
