// The order of calls, and making them. Deployments take turns session by session, and each odd
// session goes through them backwards: a machine or a cloud that gets slower during the measurement
// slows all of them alike.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "invoke/control.h"
#include "invoke/deployment.h"
#include "invoke/results.h"

namespace faaslight {

struct Schedule {
  uint32_t rounds = 10;
  uint32_t cold = 1;  // sessions of each round; 0: one session that forces nothing
  uint32_t warm = 2;  // calls after each session's first; with cold 0: the session's calls
  double calls_per_second = 0;         // at most; 0: no limit
  std::chrono::milliseconds pause{0};  // between sessions
};

// Of each deployment. At most 10 million calls: more is a kUsage of main's.
uint64_t SessionsOf(const Schedule& schedule);
uint64_t CallsPerSession(const Schedule& schedule);

// (session, deployment)
using SessionKey = std::pair<uint32_t, uint32_t>;

// Which event a call gets: they take turns, so that each is the first of a session in its turn.
size_t EventOf(uint64_t session, uint64_t call, size_t events);

// Told of each thing that happened, in order. An error ends the measurement.
struct MeasureSink {
  std::function<Status(const Round&)> round;
  std::function<Status(const SessionKey&)> session_done;
  // Calls made and due, of all deployments; for people.
  std::function<void(uint64_t made, uint64_t due, const Round& last)> progress;
};

// Makes the calls of all sessions that are not in `done`, and puts everything back. True when it
// was stopped before the end. An error of Finish() is returned even if all calls went well:
// something is still as the measurement left it.
Result<bool> Measure(const Schedule& schedule, const std::vector<CallEvent>& events,
                     const std::vector<std::unique_ptr<MeasuredDeployment>>& deployments,
                     const std::set<SessionKey>& done, const Control& control,
                     const MeasureSink& sink);

}  // namespace faaslight
