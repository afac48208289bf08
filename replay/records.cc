#include "replay/records.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

namespace faaslight {
namespace fs = std::filesystem;
namespace {

using nlohmann::json;

constexpr size_t kMaxOutput = 1 << 20;  // MAX_OUTPUT of runner.py

std::string Text(const json& record, const char* key) {
  const auto found = record.find(key);
  return found != record.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool Flag(const json& record, const char* key) {
  const auto found = record.find(key);
  return found != record.end() && found->is_boolean() && found->get<bool>();
}

double Number(const json& record, const char* key) {
  const auto found = record.find(key);
  return found != record.end() && found->is_number() ? found->get<double>() : 0;
}

// A number as an integer type; one that does not fit becomes the nearest that does.
template <typename Integer>
Integer Whole(const json& record, const char* key, double least = 0) {
  constexpr double kMost = sizeof(Integer) < 8 ? std::numeric_limits<Integer>::max() : 0x1p53;
  return static_cast<Integer>(std::clamp(Number(record, key), least, kMost));
}

const json& Array(const json& record, const char* key) {
  static const json empty = json::array();
  const auto found = record.find(key);
  return found != record.end() && found->is_array() ? *found : empty;
}

Outcome ToOutcome(const json& record) {
  Outcome out;
  out.set_event(Whole<uint32_t>(record, "event"));
  out.set_during_init(Flag(record, "during_init"));
  out.set_returned(Flag(record, "returned"));
  out.set_result_json(Text(record, "result_json"));
  out.set_result_is_json(Flag(record, "result_is_json"));
  out.set_exception_type(Text(record, "exception_type"));
  out.set_exception_message(Text(record, "exception_message"));
  out.set_stdout(Text(record, "stdout"));
  out.set_stderr(Text(record, "stderr"));
  out.set_duration_us(Whole<uint64_t>(record, "duration_us"));
  return out;
}

// The last line: what the whole run left.
void ReadEnd(const json& record, RunResult& result) {
  result.complete = Flag(record, "complete");
  result.import_ms = Number(record, "import_ms");
  result.max_rss_kb = Whole<uint64_t>(record, "max_rss_kb");
  for (const json& name : Array(record, "modules")) {
    if (name.is_string()) result.loaded_modules.push_back(name.get<std::string>());
  }
  std::sort(result.loaded_modules.begin(), result.loaded_modules.end());
}

EventLoads ReadLoads(const json& record) {
  EventLoads loads;
  const auto found = record.find("loads");
  if (found == record.end() || !found->is_object()) return loads;
  loads.functions = Whole<uint32_t>(*found, "functions");
  for (const json& name : Array(*found, "modules")) {
    if (name.is_string()) loads.modules.push_back(name.get<std::string>());
  }
  std::sort(loads.modules.begin(), loads.modules.end());
  return loads;
}

void ReadRecord(const json& record, Records& records) {
  const std::string kind = Text(record, "kind");
  if (kind == "begin") {
    records.began = true;
    records.running = Whole<int>(record, "event", -1);
  } else if (kind == "init") {
    records.running.reset();
    records.result.import_ms = Number(record, "import_ms");
  } else if (kind == "outcome") {
    records.running.reset();
    records.result.outcomes.push_back(ToOutcome(record));
    if (Flag(record, "during_init")) return;
    records.result.event_ms.push_back(Number(record, "duration_us") / 1000);
    records.result.event_loads.push_back(ReadLoads(record));
  } else if (kind == "end") {
    ReadEnd(record, records.result);
  }
}

// The bytes of a valid UTF-8 sequence at the front of `bytes`; 0 when there is none.
size_t SequenceLength(std::string_view bytes) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || bytes.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  // Overlong forms, surrogates, and what lies above U+10FFFF.
  if ((first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) > 0x9f)) return 0;
  if ((first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) > 0x8f)) return 0;
  return length;
}

std::string Captured(fs::path file, const char* suffix) {
  file += suffix;
  std::ifstream stream(file, std::ios::binary);
  std::string bytes(kMaxOutput, '\0');
  stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<size_t>(std::max<std::streamsize>(0, stream.gcount())));
  std::error_code error;
  const uintmax_t size = fs::file_size(file, error);
  std::string text = ToUtf8(bytes);
  if (!error && size > kMaxOutput) text += fmt::format("\n[{} more bytes]", size - kMaxOutput);
  return text;
}

}  // namespace

std::string ToUtf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const size_t length = SequenceLength(bytes);
    if (length == 0) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(bytes.front()));
      bytes.remove_prefix(1);
    } else {
      out += bytes.substr(0, length);
      bytes.remove_prefix(length);
    }
  }
  return out;
}

Result<Records> ParseRecords(std::string_view lines, std::string_view name) {
  Records records;
  for (int number = 1;; ++number) {
    const size_t end = lines.find('\n');
    if (end == std::string_view::npos) return records;  // nothing, or a torn line
    const std::string_view line = lines.substr(0, end);
    const json record = json::parse(line.begin(), line.end(), nullptr, /*allow_exceptions=*/false);
    if (!record.is_object()) {
      return Fail(ExitCode::kSystem,
                  fmt::format("the run's records are unreadable: {}:{}", name, number));
    }
    ReadRecord(record, records);
    lines.remove_prefix(end + 1);
  }
}

Result<Outcome> ParseOutcome(std::string_view line) {
  const json record = json::parse(line.begin(), line.end(), nullptr, /*allow_exceptions=*/false);
  if (!record.is_object()) return Fail(ExitCode::kSystem, "the record of an outcome is unreadable");
  return ToOutcome(record);
}

Outcome CutOff(int running, std::string_view exception_type, std::string_view message,
               const fs::path& outcomes) {
  Outcome out;
  out.set_during_init(running < 0);
  out.set_event(static_cast<uint32_t>(std::max(running, 0)));
  out.set_exception_type(std::string(exception_type));
  out.set_exception_message(std::string(message));
  out.set_stdout(Captured(outcomes, ".stdout"));
  out.set_stderr(Captured(outcomes, ".stderr"));
  return out;
}

}  // namespace faaslight
