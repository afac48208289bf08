// AWS Lambda's own account of an invocation, out of the log tail that Invoke returns: the REPORT,
// INIT_REPORT and RESTORE_REPORT lines of the text log format, and the platform.* records of the
// JSON one. The tail is 4 KB from the end of the log, holds what the handler prints too, and may
// start anywhere (in the middle of a line or of a character).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace faaslight {

struct InitReport {
  std::optional<double> init_ms;
  std::string phase;       // "init", "invoke"
  std::string status;      // "timeout", "error"; "success" or empty when all is well
  std::string error_type;  // "Runtime.ImportModuleError"
};

struct LambdaReport {
  bool found = false;  // a REPORT of this request
  std::optional<double> duration_ms, billed_ms, init_ms, restore_ms, billed_restore_ms;
  std::optional<double> memory_mb, used_mb;
  std::string xray_trace_id, xray_segment_id;
  std::optional<bool> xray_sampled;
  std::string status;      // "timeout", "error" where the line has one
  std::string error_type;  // "Runtime.ExitError" where it has one
  // The last INIT_REPORT, if any: written when init failed, ran over, or was repeated.
  std::optional<InitReport> init_report;
  // Milliseconds since 1970 of the START: JSON log format only (platform.start's time).
  std::optional<double> started_at_ms;
};

// Reads the tail (decoded from base64, any bytes). Only the REPORT of `request_id` counts: a
// handler may print lines that look like one. An empty `request_id` takes the last REPORT. Colour
// escapes are skipped. Numbers that are not finite, negative or absurd (over 1e12) count as absent.
LambdaReport ReadLambdaReport(std::string_view tail, std::string_view request_id);

}  // namespace faaslight
