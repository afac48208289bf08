// What AWS's Runtime Interface Emulator writes of a call, and answers.
#pragma once

#include <optional>
#include <string>

#include "invoke/results.h"

namespace faaslight {

// What the emulator prints of one call, read from what it wrote since the call began.
struct RieLog {
  std::optional<double> init_ms;  // INIT REPORT(durationMs: …), all; the REPORT line's is wrong
  std::optional<double> duration_ms;  // REPORT's Duration, less init where init was part of it
  std::optional<double> billed_ms;
  std::string request_id;
  bool ended = false;  // a REPORT was there, and the id that it is of
  bool timed_out = false, exited = false, init_failed = false;
};
RieLog ReadRieLog(const std::string& out, const std::string& err);

// Why the emulator says (on standard error) that a runtime did not start, for people.
std::string RieReason(const std::string& err);
// The errors in a reply's body: the emulator sends no X-Amz-Function-Error.
void TakeRieBody(const std::string& body, const RieLog& log, Round& round);

}  // namespace faaslight
