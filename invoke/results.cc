#include "invoke/results.h"

namespace faaslight {

std::string_view KeyOf(Metric metric) {
  switch (metric) {
    case Metric::kEndToEnd:
      return "end_to_end";
    case Metric::kArrive:
      return "arrive_to_function";
    case Metric::kPrepare:
      return "prepare";
    case Metric::kInit:
      return "init";
    case Metric::kFunction:
      return "function";
    case Metric::kBilled:
      return "billed";
    case Metric::kUsedMemory:
      return "used_memory";
  }
  return "";
}

std::string_view TitleOf(Metric metric) {
  switch (metric) {
    case Metric::kEndToEnd:
      return "end-to-end";
    case Metric::kArrive:
      return "arrive-to-function";
    case Metric::kUsedMemory:
      return "used memory";
    default:
      return KeyOf(metric);
  }
}

std::string_view UnitOf(Metric metric) { return metric == Metric::kUsedMemory ? "MB" : "ms"; }

std::string_view KeyOf(Start start) {
  switch (start) {
    case Start::kUnknown:
      return "unknown";
    case Start::kCold:
      return "cold";
    case Start::kWarm:
      return "warm";
  }
  return "";
}

std::string_view KeyOf(CallOutcome outcome) {
  switch (outcome) {
    case CallOutcome::kOk:
      return "ok";
    case CallOutcome::kFunctionError:
      return "function-error";
    case CallOutcome::kThrottled:
      return "throttled";
    case CallOutcome::kRefused:
      return "refused";
    case CallOutcome::kTimedOut:
      return "timed-out";
    case CallOutcome::kDropped:
      return "dropped";
    case CallOutcome::kBadReply:
      return "bad-reply";
  }
  return "";
}

}  // namespace faaslight
