// What a measurement holds: one Round for each call that was due, in the order they were made, and
// what each deployment is. A value: everything that is printed (table, JSON, CSV, HTML) is computed
// from it, and the file of an interrupted run holds nothing else.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace faaslight {

// The metrics of a call. Milliseconds, but for the two memories (MB as the platform counts them).
// docs/invoke.md defines each, with the names that the seed's scripts gave them.
enum class Metric {
  kEndToEnd,    // request sent on an open connection to the reply's last byte, our clock
  kArrive,      // request sent to the function's first line (arrive-to-function)
  kPrepare,     // arrive-to-function less init: what the platform did
  kInit,        // init phase: the runtime's start and the handler's import; SnapStart: the restore
  kFunction,    // the handler
  kBilled,      // what the platform bills
  kUsedMemory,  // the most the environment has used
};
inline constexpr std::array kMetrics = {Metric::kEndToEnd,  Metric::kArrive,   Metric::kPrepare,
                                        Metric::kInit,      Metric::kFunction, Metric::kBilled,
                                        Metric::kUsedMemory};

// "end_to_end", "arrive_to_function", "prepare", "init", "function", "billed", "used_memory".
std::string_view KeyOf(Metric metric);
// "end-to-end", "arrive-to-function", … as tables and pages print it.
std::string_view TitleOf(Metric metric);
// "ms" or "MB".
std::string_view UnitOf(Metric metric);

// How the call started, by what was measured (never by what was asked for).
enum class Start { kUnknown, kCold, kWarm };
inline constexpr std::array kStarts = {Start::kCold, Start::kWarm, Start::kUnknown};  // as printed
std::string_view KeyOf(Start start);  // "unknown", "cold", "warm"

enum class CallOutcome {
  kOk,             // the function's own answer
  kFunctionError,  // the function raised, exited, ran out of time or memory (error_type tells)
  kThrottled,      // refused until the attempts ran out
  kRefused,        // the service answered with an error
  kTimedOut,       // no answer within our own limit
  kDropped,        // the connection broke
  kBadReply,       // an answer that cannot be understood, or is too large
};
inline constexpr std::array kOutcomes = {
    CallOutcome::kOk,       CallOutcome::kFunctionError, CallOutcome::kThrottled,
    CallOutcome::kRefused,  CallOutcome::kTimedOut,      CallOutcome::kDropped,
    CallOutcome::kBadReply,
};
std::string_view KeyOf(CallOutcome outcome);  // "ok", "function-error", …

// One call. Text from outside (detail, error_type, request_id, faults) is bounded, but may hold
// anything: whoever prints it escapes it.
struct Round {
  uint32_t deployment = 0;  // index into Results::deployments
  uint32_t session = 0;     // calls of one session follow one (forced) start
  uint32_t call = 0;        // within the session; 0: the one that is meant to be cold
  std::string event;        // its name
  Start start = Start::kUnknown;
  CallOutcome outcome = CallOutcome::kOk;
  double sent_at_ms = 0;  // since 1970, our clock
  double connect_ms = 0;  // opening the connection; not in end-to-end
  uint32_t attempts = 1;  // requests made for it; the metrics are the last one's
  int http_status = 0;    // 0: none
  std::string request_id;
  std::string error_type;           // "Runtime.ExitError", "TooManyRequestsException", …
  std::string detail;               // one line for people: what went wrong
  std::vector<std::string> faults;  // what earlier attempts met, and what the reply lacked
  std::array<std::optional<double>, kMetrics.size()> metrics;
  std::optional<double> memory_size_mb;
  std::string answer_sha256;  // hexadecimal, of the reply's body; empty without one

  std::optional<double>& at(Metric metric) { return metrics[static_cast<size_t>(metric)]; }
  const std::optional<double>& at(Metric metric) const {
    return metrics[static_cast<size_t>(metric)];
  }
};

struct Deployment {
  std::string label;   // "before", "after", or the target again
  std::string target;  // FUNCTION[:QUALIFIER], a URL, or a folder
};

struct Results {
  std::string provider;   // "aws", "gcf", "local"
  std::string setting;    // one line: region, runtime, server, memory; no secret
  std::string machine;    // local: processor, cores, kernel
  std::string started;    // RFC 3339, UTC
  bool compared = false;  // deployments[0] is before, [1] after
  bool forced = false;    // each session's first call was made to start cold
  bool interrupted = false;
  std::vector<Deployment> deployments;
  std::vector<Round> rounds;
};

}  // namespace faaslight
