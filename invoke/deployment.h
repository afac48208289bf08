// What is measured: something that answers calls, and can be made to start cold. One implementation
// for each provider; measure.h drives them.
#pragma once

#include <string>

#include "base/result.h"
#include "invoke/results.h"

namespace faaslight {

struct CallEvent {
  std::string name;
  std::string json;
};

class MeasuredDeployment {
 public:
  MeasuredDeployment() = default;
  MeasuredDeployment(const MeasuredDeployment&) = delete;
  MeasuredDeployment& operator=(const MeasuredDeployment&) = delete;
  virtual ~MeasuredDeployment() = default;

  // Before the first session. An error ends the measurement before any call.
  virtual Status Prepare() { return {}; }
  // Begins a session. With `cold`, the next call must find no environment that has served a call
  // before; an error ends the measurement (its rounds so far stay).
  virtual Status BeginSession(bool cold) = 0;
  // One call. What goes wrong is in the Round; an error is one that every further call would meet.
  // Leaves deployment, session, call and event of the Round to the caller.
  virtual Result<Round> Call(const CallEvent& event) = 0;
  // Ends the session: nothing of it goes on running.
  virtual Status EndSession() { return {}; }
  // After the last session, also after an interrupt or an error: puts back what was changed.
  virtual Status Finish() { return {}; }
};

}  // namespace faaslight
