// The files that people give: events (.json, .jsonl), environments (.env), templates, the outcomes
// that a replay leaves, and faaslight.toml.
//
// Input: the first byte, modulo 6, chooses the reader in the order above; the rest is the file.
#include <array>
#include <nlohmann/json.hpp>

#include "base/settings.h"
#include "replay/records.h"
#include "replay/replay.h"
#include "tests/fuzz/target.h"
#include "tracer/template.h"

namespace faaslight {
namespace {

namespace fs = std::filesystem;

void TryEvents(const fs::path& path) {
  const Result<std::vector<Event>> events = LoadEvents({path});
  if (!events) {
    Require(events.error().code == ExitCode::kBadInput, "a bad event is bad input");
    return;
  }
  for (const Event& event : *events)
    Require(nlohmann::json::accept(event.json()), "an event that was read is JSON");
}

void TryEnvironment(const fs::path& path) {
  const auto variables = LoadEnv({}, {path});
  if (!variables) {
    Require(variables.error().code == ExitCode::kBadInput, "a bad environment is bad input");
    return;
  }
  for (const auto& [name, value] : *variables) {
    Require(!name.empty() && name.find('=') == std::string::npos, "a variable has a name");
    Require(value.find('\0') == std::string::npos, "no value holds a NUL");
  }
}

void TryTemplate(std::string_view text) {
  const Result<FunctionTemplate> settings = ReadTemplate(text, "", "template.yaml");
  if (settings) {
    Require(!settings->timeout_s || *settings->timeout_s > 0, "a time-out is positive");
  } else {
    Require(!settings.error().message.empty(), "an error has a message");
  }
}

void TryRecords(std::string_view lines) {
  const Result<Records> records = ParseRecords(lines, "records");
  if (!records) Require(!records.error().message.empty(), "an error has a message");
  (void)ParseOutcome(lines);
}

// A pin is added and nothing else changes, or there is an error.
void TrySettings(std::string_view text) {
  const Result<std::string> added = WithPins(text, {{"new:<module>", "why"}});
  if (!added) {
    Require(added.error().code == ExitCode::kBadInput, "a bad settings file is bad input");
    return;
  }
  const Result<std::string> again = WithPins(*added, {{"new:<module>", "why"}});
  Require(again && *again == *added, "a pin that is there is not added again");
}

}  // namespace
}  // namespace faaslight

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace faaslight;
  if (size == 0) return 0;
  static constexpr std::array<const char*, 3> kFiles = {"event.json", "events.jsonl", "file.env"};
  const size_t kind = data[0] % 6;
  const std::string_view rest = Bytes(data + 1, size - 1);
  if (kind >= kFiles.size()) {
    kind == 3 ? TryTemplate(rest) : kind == 4 ? TryRecords(rest) : TrySettings(rest);
    return 0;
  }
  const std::filesystem::path path = ScratchFolder() / kFiles.at(kind);
  Require(WriteFile(path, rest).has_value(), "the file can be written");
  kind < 2 ? TryEvents(path) : TryEnvironment(path);
  return 0;
}
