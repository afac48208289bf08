// An application under a real runtime on this machine, measured: a new process for each cold start.
#pragma once

#include <memory>

#include "invoke/control.h"
#include "invoke/deployment.h"
#include "invoke/http.h"
#include "invoke/local_runtime.h"

namespace faaslight {

// `options` resolved (ResolveLocal). The start of a call is known here, not guessed: the session's
// first call starts the process. Where times come from: docs/invoke.md.
std::unique_ptr<MeasuredDeployment> MakeLocalDeployment(LocalOptions options, HttpSend send,
                                                        Control control);

// What the emulator prints of one call, read from what it wrote since the call began.
struct RieLog {
  std::optional<double> init_ms;      // INIT REPORT(durationMs: …); the REPORT line's is wrong
  std::optional<double> duration_ms;  // REPORT's Duration, less init where init was part of it
  std::optional<double> billed_ms;
  std::string request_id;
  bool ended = false;  // a REPORT was there
  bool timed_out = false, exited = false;
};
RieLog ReadRieLog(const std::string& out, const std::string& err);

}  // namespace faaslight
