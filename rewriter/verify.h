// Whether a rewritten package does what the original does: both are run under the same events, each
// time in a fresh process, and what came of it is compared.
//
// Two runs of the original come first: what differs between them (a time, a random number, a
// request id) cannot be compared with a third. When a package differs, a copy of the original runs
// in a folder beside the package, so that what only seldom differs, and what depends on the place
// (the order of a set of paths, in matplotlib's list of fonts), is found before anybody looks for a
// cause.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "replay/replay.h"

namespace faaslight {

// A place where the rewritten package does not do what the original does.
struct Difference {
  std::string event;     // "event NAME", or "the import of the handler's module"
  std::string what;      // "result", "exception", "standard output", …
  std::string original;  // both shortened for people
  std::string rewritten;
};

// "event order: result.total was 3, became 2".
std::string Sentence(const Difference& difference);

struct Comparison {
  std::vector<Difference> differences;
  std::vector<std::string>
      not_compared;  // "event a.json: result$.time": the runs of the original disagree
};

// Compares outcomes by event, and what the whole runs left in their folders for temporary files.
// What differs among the runs of the original is not compared: by JSON path for results, by line
// for output, by path for files; where they disagree on which keys, lines or files there are, what
// only the rewritten package has there is not compared either. Memory addresses and each run's own
// paths are masked before. `originals` has at least two.
Comparison CompareOutcomes(const std::vector<Event>& events,
                           const std::vector<RunResult>& originals, const RunResult& rewritten);

// Compares packages with one application under one list of events. Keeps the runs of the original,
// so that many packages cost one run each.
class Verifier {
 public:
  // `spec.app` is the original.
  Verifier(std::filesystem::path python, RunSpec spec)
      : python_(std::move(python)), spec_(std::move(spec)) {}

  struct Verdict {
    Comparison comparison;
    RunResult rewritten;
  };
  // One run of the package in `folder`; the first call runs the original twice, and the first
  // difference a copy of it, made beside `folder` and removed. Errors: those of Replay() and
  // CopyApplication().
  Result<Verdict> Check(const std::filesystem::path& folder);

  const RunSpec& spec() const { return spec_; }
  // The first; after a Check().
  const RunResult& original() const { return originals_.front(); }

 private:
  Status RunOriginal(const std::filesystem::path& app);
  Status RunCopyBeside(const std::filesystem::path& folder);

  std::filesystem::path python_;
  RunSpec spec_;
  std::vector<RunResult> originals_;
};

}  // namespace faaslight
