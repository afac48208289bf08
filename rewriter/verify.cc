#include "rewriter/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

#include "base/files.h"
#include "replay/scratch.h"
#include "rewriter/emit.h"

namespace faaslight {
namespace {

using nlohmann::json;

constexpr size_t kShown = 300;  // bytes of an outcome that a message quotes

std::string Shorten(const std::string& text) {
  return text.size() <= kShown ? text : text.substr(0, kShown) + "…";
}

bool IsHex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// The run's own paths and memory addresses, which no two runs share, become marks.
std::string Mask(const std::string& given, const RunResult& run) {
  const std::string text = PutMasks(given, {{run.app, "<app>"}, {run.scratch, "<tmp>"}});
  std::string out;
  for (size_t i = 0; i < text.size();) {
    if (text.compare(i, 2, "0x") == 0 && i + 2 < text.size() && IsHex(text[i + 2])) {
      out += "0x…";
      for (i += 2; i < text.size() && IsHex(text[i]);) ++i;
    } else {
      out += text[i++];
    }
  }
  return out;
}

// Every leaf of a JSON value by its path; containers give their own kind and size, so that an empty
// one is seen too.
void Flatten(const json& value, const std::string& path, std::map<std::string, std::string>& out) {
  if (value.is_object()) {
    out[path] = "object";
    for (const auto& [key, member] : value.items()) Flatten(member, path + "." + key, out);
  } else if (value.is_array()) {
    out[path] = fmt::format("array of {}", value.size());
    for (size_t i = 0; i < value.size(); ++i)
      Flatten(value[i], fmt::format("{}[{}]", path, i), out);
  } else {
    out[path] = value.dump(-1, ' ', false, json::error_handler_t::replace);
  }
}

using Parts = std::map<std::string, std::string>;

void AddLines(const std::string& what, const std::string& text, Parts& out) {
  size_t line = 1;
  for (size_t begin = 0; begin < text.size(); ++line) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    out[fmt::format("{} line {}", what, line)] = text.substr(begin, end - begin);
    begin = end + 1;
  }
}

// An outcome as comparable parts: name -> value.
Parts PartsOf(const Outcome& outcome, const RunResult& run) {
  Parts out;
  out["ending"] = outcome.timed_out() ? "timed out" : outcome.returned() ? "returned" : "raised";
  if (outcome.returned()) {
    const std::string text = Mask(outcome.result_json(), run);
    json value = outcome.result_is_json() ? json::parse(text, nullptr, false) : json();
    if (!outcome.result_is_json() || value.is_discarded()) {
      out["result"] = text;
    } else {
      Flatten(value, "result", out);
    }
  } else {
    out["exception type"] = outcome.exception_type();
    out["exception message"] = Mask(outcome.exception_message(), run);
  }
  AddLines("standard output", Mask(outcome.stdout(), run), out);
  AddLines("standard error", Mask(outcome.stderr(), run), out);
  return out;
}

std::map<int64_t, const Outcome*> ByEvent(const RunResult& run) {
  std::map<int64_t, const Outcome*> out;
  for (const Outcome& outcome : run.outcomes)
    out[outcome.during_init() ? -1 : int64_t{outcome.event()}] = &outcome;
  return out;
}

std::string ValueIn(const Parts& parts, const std::string& key) {
  const auto found = parts.find(key);
  return found == parts.end() ? "(nothing)" : found->second;
}

std::string Ending(const Parts& parts) {
  if (parts.count("exception type") == 0) return ValueIn(parts, "ending");
  return fmt::format("raised {}: {}", ValueIn(parts, "exception type"),
                     ValueIn(parts, "exception message"));
}

// What a part lies in, for keys, lines and files that come and go: "" at the top.
std::string ParentOf(std::string_view key) {
  const bool is_file = key.substr(0, 5) == "file ";
  const size_t line = key.rfind(" line ");
  const size_t end = is_file                          ? key.rfind('/')
                     : line != std::string_view::npos ? line
                                                      : key.find_last_of(".[");
  if (end == std::string_view::npos) return is_file ? "file" : "";
  return std::string(key.substr(0, end));
}

// One event's parts in all runs.
struct Compared {
  std::vector<Parts> originals;
  Parts rewritten;

  std::set<std::string> Keys() const {
    std::set<std::string> keys;
    for (const Parts& parts : originals) {
      for (const auto& part : parts) keys.insert(part.first);
    }
    for (const auto& part : rewritten) keys.insert(part.first);
    return keys;
  }
  bool OriginalsAgree(const std::string& key) const {
    return std::all_of(originals.begin(), originals.end(), [&](const Parts& parts) {
      return ValueIn(parts, key) == ValueIn(originals.front(), key);
    });
  }
  // The parents of what some runs of the original have and others lack.
  std::set<std::string> Unsteady() const {
    std::set<std::string> out;
    for (const std::string& key : Keys()) {
      const auto having = std::count_if(originals.begin(), originals.end(),
                                        [&](const Parts& parts) { return parts.count(key) != 0; });
      if (having != 0 && static_cast<size_t>(having) != originals.size()) out.insert(ParentOf(key));
    }
    return out;
  }
};

bool LiesInOneOf(const std::set<std::string>& parents, const std::string& key) {
  for (std::string parent = ParentOf(key); !parent.empty(); parent = ParentOf(parent)) {
    if (parents.count(parent) != 0) return true;
    if (parent == "file") break;
  }
  return false;
}

void CompareOne(const std::string& event, const Compared& compared, Comparison& out) {
  const Parts& first = compared.originals.front();
  // One that returned and one that raised have nothing else in common: say that, and how it ended.
  if (compared.OriginalsAgree("ending") &&
      ValueIn(first, "ending") != ValueIn(compared.rewritten, "ending")) {
    out.differences.push_back(
        {event, "ending", Shorten(Ending(first)), Shorten(Ending(compared.rewritten))});
    return;
  }
  const std::set<std::string> unsteady = compared.Unsteady();
  for (const std::string& key : compared.Keys()) {
    const std::string expected = ValueIn(first, key);
    const std::string got = ValueIn(compared.rewritten, key);
    const bool comes_and_goes =
        first.count(key) == 0 && expected != got && LiesInOneOf(unsteady, key);
    if (!compared.OriginalsAgree(key) || comes_and_goes) {
      out.not_compared.push_back(fmt::format("{}: {}", event, key));
    } else if (expected != got) {
      out.differences.push_back({event, key, Shorten(expected), Shorten(got)});
    }
  }
}

std::string EventName(const std::vector<Event>& events, int64_t event) {
  if (event < 0) return "the import of the handler's module";
  return static_cast<size_t>(event) < events.size()
             ? "event " + events[static_cast<size_t>(event)].name()
             : fmt::format("event {}", event);
}

// Parts of the whole run: how the process ended, and the files it left.
Parts PartsOfRun(const RunResult& run) {
  Parts out;
  out["signal that ended it"] = std::to_string(run.signal);
  for (const auto& [path, state] : run.files) out["file " + path] = state;
  return out;
}

// The outcome's parts; `event` -1 is the import.
Parts PartsOfEvent(const RunResult& run, int64_t event) {
  const auto outcomes = ByEvent(run);
  const auto found = outcomes.find(event);
  return found == outcomes.end() ? Parts{{"ending", "not reached"}} : PartsOf(*found->second, run);
}

template <typename Make>
Compared AllRuns(const std::vector<RunResult>& originals, const RunResult& rewritten, Make make) {
  Compared out;
  for (const RunResult& run : originals) out.originals.push_back(make(run));
  out.rewritten = make(rewritten);
  return out;
}

}  // namespace

std::string Sentence(const Difference& d) {
  return fmt::format("{}: {} was {}, became {}", d.event, d.what, d.original, d.rewritten);
}

Comparison CompareOutcomes(const std::vector<Event>& events,
                           const std::vector<RunResult>& originals, const RunResult& rewritten) {
  Comparison out;
  std::set<int64_t> keys;
  for (const RunResult& run : originals) {
    for (const auto& outcome : ByEvent(run)) keys.insert(outcome.first);
  }
  for (const auto& outcome : ByEvent(rewritten)) keys.insert(outcome.first);
  for (const int64_t event : keys) {
    CompareOne(EventName(events, event),
               AllRuns(originals, rewritten,
                       [event](const RunResult& run) { return PartsOfEvent(run, event); }),
               out);
  }
  CompareOne("the whole run", AllRuns(originals, rewritten, PartsOfRun), out);
  return out;
}

Status Verifier::RunOriginal(const std::filesystem::path& app) {
  RunSpec spec = spec_;
  spec.app = app;
  Result<RunResult> run = Replay(python_, spec);
  if (!run) return tl::unexpected(run.error());
  originals_.push_back(std::move(*run));
  return {};
}

Status Verifier::RunCopyBeside(const std::filesystem::path& folder) {
  Result<TemporaryDirectory> copy =
      TemporaryDirectory::Make(folder.parent_path(), ".faaslight-original-");
  if (!copy) return tl::unexpected(copy.error());
  if (auto copied = CopyApplication(spec_.app, copy->path(), {}); !copied)
    return tl::unexpected(copied.error());
  return RunOriginal(copy->path());
}

Result<Verifier::Verdict> Verifier::Check(const std::filesystem::path& folder) {
  while (originals_.size() < 2) {
    if (Status done = RunOriginal(spec_.app); !done) return tl::unexpected(done.error());
  }
  RunSpec changed = spec_;
  changed.app = folder;
  Result<RunResult> run = Replay(python_, changed);
  if (!run) return tl::unexpected(run.error());
  Verdict verdict{CompareOutcomes(spec_.events, originals_, *run), std::move(*run)};
  if (verdict.comparison.differences.empty() || originals_.size() > 2) return verdict;
  if (Status done = RunCopyBeside(folder); !done) return tl::unexpected(done.error());
  verdict.comparison = CompareOutcomes(spec_.events, originals_, verdict.rewritten);
  return verdict;
}

}  // namespace faaslight
