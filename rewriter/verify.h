// Replays the events on the original, twice, and on the rewritten package, and compares what came
// of them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "proto/plan.pb.h"
#include "replay/replay.h"

namespace faaslight {

// A place where the rewritten package does not do what the original does.
struct Difference {
  std::string event;     // "event NAME", or "the import of the handler's module"
  std::string what;      // "result", "exception", "standard output", …
  std::string original;  // both shortened for people
  std::string rewritten;
};

struct Comparison {
  std::vector<Difference> differences;
  std::vector<std::string>
      not_compared;  // "event a.json: result$.time": the two runs of the original disagree
};

// Compares outcomes by event. What differs between `first` and `second` (two runs of the original)
// is not compared: by JSON path for results, by line for output. Memory addresses and the two
// folders' own paths are masked before.
Comparison CompareOutcomes(const std::vector<Event>& events, const RunResult& first,
                           const RunResult& second, const RunResult& rewritten,
                           const std::string& original_folder, const std::string& rewritten_folder);

struct VerifyResult {
  Comparison comparison;
  Verification summary;
};

// Runs the three replays, each in a fresh process of `python`. `spec.app` is the original.
Result<VerifyResult> Verify(const std::filesystem::path& python, const RunSpec& spec,
                            const std::filesystem::path& rewritten);

}  // namespace faaslight
