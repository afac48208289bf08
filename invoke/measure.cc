#include "invoke/measure.h"

#include <fmt/format.h>

#include <algorithm>

namespace faaslight {
namespace {

using Clock = std::chrono::steady_clock;

// Not more calls per second than the schedule allows, over all deployments.
class RateLimit {
 public:
  RateLimit(double calls_per_second, const Control& control) : control_(control) {
    if (calls_per_second > 0)
      gap_ = std::chrono::duration_cast<Clock::duration>(
          std::chrono::duration<double>(1 / calls_per_second));
  }
  void Wait() {
    const auto now = Clock::now();
    if (next_ > now) control_.sleep(std::chrono::ceil<std::chrono::milliseconds>(next_ - now));
    next_ = std::max(next_, now) + gap_;
  }

 private:
  const Control& control_;
  Clock::duration gap_{0};
  Clock::time_point next_ = Clock::now();
};

struct Run {
  const Schedule& schedule;
  const std::vector<CallEvent>& events;
  const std::vector<std::unique_ptr<MeasuredDeployment>>& deployments;
  const std::set<SessionKey>& done;
  const Control& control;
  const MeasureSink& sink;
  RateLimit rate;
  uint64_t made = 0, due = 0;

  Status Calls(MeasuredDeployment& deployment, const SessionKey& key);
  Status Session(const SessionKey& key);
  Status All();
};

Status Run::Calls(MeasuredDeployment& deployment, const SessionKey& key) {
  for (uint64_t call = 0; call < CallsPerSession(schedule) && !control.stopped(); ++call) {
    rate.Wait();
    if (control.stopped()) break;
    const CallEvent& event = events[EventOf(key.first, call, events.size())];
    Result<Round> round = deployment.Call(event);
    if (!round) return tl::unexpected(round.error());
    // A call that the interrupt cut off measured nothing.
    if (control.stopped() && round->outcome != CallOutcome::kOk) break;
    round->deployment = key.second;
    round->session = key.first;
    round->call = static_cast<uint32_t>(call);
    round->event = event.name;
    if (Status kept = sink.round(*round); !kept) return kept;
    sink.progress(++made, due, *round);
  }
  return {};
}

Status Run::Session(const SessionKey& key) {
  MeasuredDeployment& deployment = *deployments[key.second];
  if (Status begun = deployment.BeginSession(schedule.cold > 0); !begun) return begun;
  Status called = Calls(deployment, key);
  Status ended = deployment.EndSession();
  if (!called) return called;
  if (!ended) return ended;
  if (control.stopped()) return {};
  return sink.session_done(key);
}

Status Run::All() {
  const auto count = static_cast<uint32_t>(deployments.size());
  bool first = true;
  for (uint32_t session = 0; session < SessionsOf(schedule); ++session) {
    for (uint32_t i = 0; i < count; ++i) {
      const SessionKey key{session, session % 2 == 0 ? i : count - 1 - i};
      if (done.count(key) != 0) continue;
      if (control.stopped()) return {};
      if (!first && schedule.pause.count() > 0) control.sleep(schedule.pause);
      first = false;
      if (control.stopped()) return {};
      if (Status status = Session(key); !status) return status;
    }
  }
  return {};
}

}  // namespace

uint64_t SessionsOf(const Schedule& schedule) {
  return uint64_t{schedule.rounds} * std::max(1U, schedule.cold);
}

uint64_t CallsPerSession(const Schedule& schedule) {
  return uint64_t{schedule.warm} + (schedule.cold > 0 ? 1 : 0);
}

size_t EventOf(uint64_t session, uint64_t call, size_t events) {
  return static_cast<size_t>((session + call) % events);
}

Result<bool> Measure(const Schedule& schedule, const std::vector<CallEvent>& events,
                     const std::vector<std::unique_ptr<MeasuredDeployment>>& deployments,
                     const std::set<SessionKey>& done, const Control& control,
                     const MeasureSink& sink) {
  Run run{schedule,
          events,
          deployments,
          done,
          control,
          sink,
          RateLimit(schedule.calls_per_second, control)};
  run.due = (SessionsOf(schedule) * deployments.size() - done.size()) * CallsPerSession(schedule);
  Status status;
  for (const auto& deployment : deployments)
    if (status) status = deployment->Prepare();
  if (status) status = run.All();
  // What an interrupt cut short is no error of the measurement's.
  if (control.stopped()) status = {};
  // Everything is put back, whatever happened before; the first error is the one that is told.
  for (const auto& deployment : deployments) {
    Status finished = deployment->Finish();
    if (!finished && status)
      status = finished;
    else if (!finished)
      status.error().message += "; and " + finished.error().message;
  }
  if (!status) return tl::unexpected(status.error());
  return control.stopped();
}

}  // namespace faaslight
