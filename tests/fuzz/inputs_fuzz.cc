// The files that people give: events (.json, .jsonl), environments (.env), templates, and the
// outcomes that a replay leaves.
//
// Input: the first byte, modulo 5, chooses the reader in the order above; the rest is the file.
#include <array>
#include <nlohmann/json.hpp>

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

}  // namespace
}  // namespace faaslight

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace faaslight;
  if (size == 0) return 0;
  static constexpr std::array<const char*, 3> kFiles = {"event.json", "events.jsonl", "file.env"};
  const size_t kind = data[0] % 5;
  const std::string_view rest = Bytes(data + 1, size - 1);
  if (kind >= kFiles.size()) {
    kind == 3 ? TryTemplate(rest) : TryRecords(rest);
    return 0;
  }
  const std::filesystem::path path = ScratchFolder() / kFiles.at(kind);
  Require(WriteFile(path, rest).has_value(), "the file can be written");
  kind < 2 ? TryEvents(path) : TryEnvironment(path);
  return 0;
}
