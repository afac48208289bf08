#include "tests/invoke/sample.h"

namespace faaslight {
namespace {

constexpr uint32_t kSessions = 12;
constexpr double kStarted = 1764331200000;  // 2025-11-28T12:00:00Z
constexpr double kColdInit[] = {512.37, 201.94};

// Deterministic noise, 0 to `span`, in hundredths.
double Noise(uint32_t seed, double span) {
  const uint32_t mixed = (seed * 2654435761U) >> 16;
  return static_cast<double>(static_cast<int>(span * 100 * mixed / 65536)) / 100;
}

void Measure(Round& round) {
  const uint32_t seed = round.session * 31 + round.call * 7 + round.deployment * 3 + 1;
  const bool cold = round.start == Start::kCold;
  const double init = cold ? kColdInit[round.deployment] + Noise(seed, 40) : 0;
  const double function = (cold ? 31.5 : 8.25) + Noise(seed + 1, 4);
  if (cold) round.at(Metric::kInit) = init;
  round.at(Metric::kPrepare) = (cold ? 140 : 6) + Noise(seed + 2, 10);
  round.at(Metric::kArrive) = init + *round.at(Metric::kPrepare);
  round.at(Metric::kFunction) = function;
  round.at(Metric::kEndToEnd) = *round.at(Metric::kArrive) + function + 3;
  round.at(Metric::kBilled) = static_cast<int>(init + function) + 1;
  round.at(Metric::kUsedMemory) = 104 - 20 * round.deployment;
}

void Mishaps(Results& results) {
  for (Round& round : results.rounds) {
    if (round.deployment == 1 && round.session == 3 && round.call == 0) {
      round.start = Start::kWarm;
      Measure(round);
      round.at(Metric::kInit).reset();
    } else if (round.deployment == 0 && round.session == 4 && round.call == 1) {
      round.outcome = CallOutcome::kFunctionError;
      round.error_type = "Runtime.ExitError";
      round.detail = "=1+1 \x1b[31m<script>alert(\"x\")</script>, \xff & so on";
      round.metrics.fill(std::nullopt);
    } else if (round.deployment == 0 && round.session == 5 && round.call == 0) {
      round.attempts = 2;
      round.faults = {"throttled: 429 TooManyRequestsException", "no REPORT line"};
      *round.at(Metric::kInit) += 900;
      *round.at(Metric::kArrive) += 900;
      *round.at(Metric::kEndToEnd) += 900;
    }
  }
}

}  // namespace

Round OkRound(uint32_t deployment, uint32_t session, uint32_t call, Start start) {
  Round round;
  round.deployment = deployment;
  round.session = session;
  round.call = call;
  round.event = call == 0 ? "start" : "work";
  round.start = start;
  round.sent_at_ms = kStarted + session * 60000.0 + call * 1000.0 + deployment * 30000.0;
  round.connect_ms = 12.5;
  round.http_status = 200;
  round.answer_sha256 = "5eed";
  return round;
}

Results SampleResults() {
  Results results;
  results.provider = "aws";
  results.setting = "eu-central-1, python3.12, arm64, 512 MB";
  results.machine = "caller: 2 cores, Linux 6.1";
  results.started = "2025-11-28T12:00:00Z";
  results.compared = true;
  results.forced = true;
  results.deployments = {{"before", "resize-images:7"}, {"after", "resize-images:8"}};
  for (uint32_t session = 0; session < kSessions; ++session) {
    for (uint32_t i = 0; i < 2; ++i) {
      const uint32_t deployment = (session + i) % 2;
      for (uint32_t call = 0; call < 3; ++call) {
        Round round = OkRound(deployment, session, call, call == 0 ? Start::kCold : Start::kWarm);
        round.request_id = "request-" + std::to_string(results.rounds.size());
        round.memory_size_mb = 512;
        if (call > 0) round.answer_sha256 += std::to_string(results.rounds.size());
        Measure(round);
        results.rounds.push_back(std::move(round));
      }
    }
  }
  Mishaps(results);
  return results;
}

}  // namespace faaslight
