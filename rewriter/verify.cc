#include "rewriter/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

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

// The folder's own path and memory addresses, which no two runs share, become marks.
std::string Mask(const std::string& text, const std::string& folder) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    if (!folder.empty() && text.compare(i, folder.size(), folder) == 0) {
      out += "<app>";
      i += folder.size();
    } else if (text.compare(i, 2, "0x") == 0 && i + 2 < text.size() && IsHex(text[i + 2])) {
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
Parts PartsOf(const Outcome& outcome, const std::string& folder) {
  Parts out;
  out["ending"] = outcome.timed_out() ? "timed out" : outcome.returned() ? "returned" : "raised";
  if (outcome.returned()) {
    const std::string text = Mask(outcome.result_json(), folder);
    json value = outcome.result_is_json() ? json::parse(text, nullptr, false) : json();
    if (!outcome.result_is_json() || value.is_discarded()) {
      out["result"] = text;
    } else {
      Flatten(value, "result", out);
    }
  } else {
    out["exception type"] = outcome.exception_type();
    out["exception message"] = Mask(outcome.exception_message(), folder);
  }
  AddLines("standard output", Mask(outcome.stdout(), folder), out);
  AddLines("standard error", Mask(outcome.stderr(), folder), out);
  return out;
}

std::map<int64_t, const Outcome*> ByEvent(const RunResult& run) {
  std::map<int64_t, const Outcome*> out;
  for (const Outcome& outcome : run.outcomes)
    out[outcome.during_init() ? -1 : outcome.event()] = &outcome;
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

void CompareOne(const std::string& event, const Parts& first, const Parts& second,
                const Parts& rewritten, Comparison& out) {
  // One that returned and one that raised have nothing else in common: say that, and how it ended.
  if (const std::string expected = ValueIn(first, "ending");
      expected == ValueIn(second, "ending") && expected != ValueIn(rewritten, "ending")) {
    out.differences.push_back(
        {event, "ending", Shorten(Ending(first)), Shorten(Ending(rewritten))});
    return;
  }
  std::set<std::string> keys;
  for (const Parts* parts : {&first, &second, &rewritten}) {
    for (const auto& part : *parts) keys.insert(part.first);
  }
  for (const std::string& key : keys) {
    const std::string expected = ValueIn(first, key);
    if (expected != ValueIn(second, key)) {
      out.not_compared.push_back(fmt::format("{}: {}", event, key));
    } else if (expected != ValueIn(rewritten, key)) {
      out.differences.push_back({event, key, Shorten(expected), Shorten(ValueIn(rewritten, key))});
    }
  }
}

std::string EventName(const std::vector<Event>& events, int64_t event) {
  if (event < 0) return "the import of the handler's module";
  return static_cast<size_t>(event) < events.size()
             ? "event " + events[static_cast<size_t>(event)].name()
             : fmt::format("event {}", event);
}

}  // namespace

Comparison CompareOutcomes(const std::vector<Event>& events, const RunResult& first,
                           const RunResult& second, const RunResult& rewritten,
                           const std::string& original_folder,
                           const std::string& rewritten_folder) {
  Comparison out;
  const auto a = ByEvent(first);
  const auto b = ByEvent(second);
  const auto c = ByEvent(rewritten);
  std::set<int64_t> keys;
  for (const auto* outcomes : {&a, &b, &c}) {
    for (const auto& outcome : *outcomes) keys.insert(outcome.first);
  }
  auto parts = [](const std::map<int64_t, const Outcome*>& outcomes, int64_t event,
                  const std::string& folder) {
    const auto found = outcomes.find(event);
    return found == outcomes.end() ? Parts{{"ending", "did not come to it"}}
                                   : PartsOf(*found->second, folder);
  };
  for (int64_t event : keys) {
    CompareOne(EventName(events, event), parts(a, event, original_folder),
               parts(b, event, original_folder), parts(c, event, rewritten_folder), out);
  }
  if (first.signal == second.signal && first.signal != rewritten.signal) {
    out.differences.push_back({"the whole run", "signal that ended it",
                               std::to_string(first.signal), std::to_string(rewritten.signal)});
  }
  return out;
}

Result<VerifyResult> Verify(const std::filesystem::path& python, const RunSpec& spec,
                            const std::filesystem::path& rewritten) {
  Result<RunResult> first = Replay(python, spec);
  if (!first) return tl::unexpected(first.error());
  Result<RunResult> second = Replay(python, spec);
  if (!second) return tl::unexpected(second.error());
  RunSpec changed = spec;
  changed.app = rewritten;
  Result<RunResult> third = Replay(python, changed);
  if (!third) return tl::unexpected(third.error());

  VerifyResult result;
  result.comparison =
      CompareOutcomes(spec.events, *first, *second, *third, spec.app.string(), rewritten.string());
  result.summary.set_done(true);
  result.summary.set_events(static_cast<uint32_t>(spec.events.size()));
  for (const std::string& part : result.comparison.not_compared)
    result.summary.add_not_compared(part);
  result.summary.set_loaded_on_demand_functions(
      static_cast<uint32_t>(third->on_demand_functions.size()));
  result.summary.set_loaded_on_demand_modules(
      static_cast<uint32_t>(third->on_demand_imports.size()));
  return result;
}

}  // namespace faaslight
