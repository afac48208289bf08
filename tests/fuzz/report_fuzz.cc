// Traces and plans: read from any bytes, then summarised and printed as the report does it.
//
// Input: flags (1 byte), length of the trace (2 bytes, little-endian), trace, plan. Flag 1: the
// rest is a whole file, frame included, of either kind. Flag 2: the plan is made to fit the trace,
// so that it is looked at beyond its head.
#include <google/protobuf/stubs/logging.h>

#include <nlohmann/json.hpp>

#include "proto/envelope.h"
#include "report/report.h"
#include "tests/fuzz/target.h"

namespace faaslight {
namespace {

void Print(const Trace& trace, const Plan* plan) {
  const Result<Summary> summary = Summarize(trace, plan);
  if (!summary) {
    Require(!summary.error().message.empty(), "an error has a message");
    return;
  }
  for (const size_t top : {size_t{0}, size_t{3}}) {
    const std::string text = RenderText(*summary, {.top = top});
    Require(!text.empty() && text.back() == '\n', "a report ends with a newline");
    for (const char c : text)
      Require(c == '\n' || static_cast<unsigned char>(c) >= 0x20, "a report has no controls");
    Require(nlohmann::json::accept(RenderJson(*summary, top)), "the JSON report is JSON");
  }
}

void ReadWhole(std::string_view bytes) {
  const Result<Trace> trace = UnwrapTrace(bytes, "t");
  const Result<Plan> plan = UnwrapPlan(bytes, "t");
  Require(!trace || !plan, "no file is both a trace and a plan");
  Require(trace || trace.error().code == ExitCode::kBadInput, "a bad trace is bad input");
  Require(plan || plan.error().code == ExitCode::kBadInput, "a bad plan is bad input");
  if (trace) Print(*trace, nullptr);
}

}  // namespace
}  // namespace faaslight

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace faaslight;
  if (size < 3) return 0;
  // Protobuf complains of every text that is not UTF-8.
  google::protobuf::SetLogHandler(nullptr);
  const uint8_t flags = data[0];
  const size_t length = std::min<size_t>(data[1] | data[2] << 8, size - 3);
  std::string_view rest = Bytes(data + 3, size - 3);
  if ((flags & 1) != 0) {
    ReadWhole(rest);
    return 0;
  }
  Trace trace;
  Plan plan;
  // What was read before the damage stays in the message: that is tried too.
  const bool whole = trace.ParseFromArray(rest.data(), static_cast<int>(length));
  rest.remove_prefix(length);
  (void)plan.ParseFromArray(rest.data(), static_cast<int>(rest.size()));
  Print(trace, nullptr);
  if ((flags & 2) != 0) {
    plan.set_handler(trace.app().handler());
    plan.set_python_version(trace.python().version());
    plan.set_python_magic(trace.python().magic());
  }
  Print(trace, &plan);
  trace.set_format_version(kTraceFormat);
  Require(!whole || UnwrapTrace(Wrap(trace), "t").has_value(), "what was read can be written");
  return 0;
}
