// Events of the http trigger → requests. The same event documents as faaslight-trace takes:
// {"method", "path", "headers", "query", "body", "base64"}, all optional.
#pragma once

#include <string>

#include "base/result.h"
#include "invoke/http.h"

namespace faaslight {

// The request that an event stands for, to `url` (its path and query are extended by the event's).
// Body and method as replay/runner.py's build_environ has them: a body that is no text is sent as
// JSON; POST with a body, GET without. kBadInput for what is no such event.
Result<HttpRequest> RequestOfEvent(const std::string& url, const std::string& event_json);

}  // namespace faaslight
