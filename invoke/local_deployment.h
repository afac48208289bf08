// An application under a real runtime on this machine, measured: a new process for each cold start.
#pragma once

#include <memory>

#include "invoke/control.h"
#include "invoke/deployment.h"
#include "invoke/http.h"
#include "invoke/local_runtime.h"
#include "invoke/rie_log.h"

namespace faaslight {

// `options` resolved (ResolveLocal). The start of a call is known here, not guessed: the session's
// first call starts the process. Where times come from: docs/invoke.md.
std::unique_ptr<MeasuredDeployment> MakeLocalDeployment(LocalOptions options, HttpSend send,
                                                        Control control);

}  // namespace faaslight
