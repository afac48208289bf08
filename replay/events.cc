#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/files.h"
#include "replay/replay.h"

namespace faaslight {
namespace fs = std::filesystem;
namespace {

constexpr uint64_t kMaxFile = 256ULL << 20;
constexpr size_t kMaxPayload = 6ULL << 20;  // Lambda's limit of a synchronous invocation's payload

// Where JSON stops being JSON.
struct Mistake {
  size_t line = 1;
  size_t column = 1;
  std::string cause;
};

// Checks without building a document: only the position of the first mistake is kept.
class Checker : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(size_t) override { return true; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(size_t position, const std::string&,
                   const nlohmann::json::exception& error) override {
    position_ = position;
    cause_ = error.what();
    return false;
  }
  size_t position() const { return position_; }  // bytes read, the offending one included
  const std::string& cause() const { return cause_; }

 private:
  size_t position_ = 0;
  std::string cause_;
};

// "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while …": from
// "syntax error" on.
std::string ShortCause(const std::string& cause) {
  const size_t bracket = cause.find("] ");
  const size_t colon = cause.find(": ", bracket == std::string::npos ? 0 : bracket);
  return colon == std::string::npos ? cause : cause.substr(colon + 2);
}

std::optional<Mistake> FindMistake(std::string_view text) {
  Checker checker;
  if (nlohmann::json::sax_parse(text.begin(), text.end(), &checker)) return std::nullopt;
  Mistake mistake;
  mistake.cause = ShortCause(checker.cause());
  const size_t end = std::min(text.size(), std::max<size_t>(checker.position(), 1) - 1);
  for (size_t i = 0; i < end; ++i) {
    ++mistake.column;
    if (text[i] == '\n') {
      ++mistake.line;
      mistake.column = 1;
    }
  }
  return mistake;
}

Status AddEvent(const fs::path& path, const std::string& name, std::string_view text,
                size_t first_line, std::vector<Event>& into) {
  if (std::optional<Mistake> mistake = FindMistake(text)) {
    return Fail(ExitCode::kBadInput,
                fmt::format("{}:{}:{}: the event is not JSON: {}", path.string(),
                            mistake->line + first_line - 1, mistake->column, mistake->cause));
  }
  Event& event = into.emplace_back();
  event.set_name(name);
  event.set_json(std::string(text));
  return {};
}

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

Status AddLines(const fs::path& path, std::string_view text, std::vector<Event>& into) {
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (IsBlank(line)) continue;
    if (line.back() == '\r') line.remove_suffix(1);
    const std::string name = fmt::format("{}:{}", path.filename().string(), number);
    if (Status added = AddEvent(path, name, line, number, into); !added) return added;
  }
  return {};
}

Status AddFile(const fs::path& path, std::vector<Event>& into) {
  Result<std::string> bytes = ReadFile(path, kMaxFile);
  if (!bytes) return tl::unexpected(bytes.error());
  std::string_view text = *bytes;
  if (text.substr(0, 3) == "\xef\xbb\xbf") text.remove_prefix(3);  // a byte order mark is no JSON
  if (path.extension() == ".jsonl") return AddLines(path, text, into);
  if (IsBlank(text))
    return Fail(ExitCode::kBadInput, fmt::format("{}:1:1: the event is empty", path.string()));
  const std::string name = (path.extension() == ".json" ? path.stem() : path.filename()).string();
  return AddEvent(path, name, text, 1, into);
}

Status AddFolder(const fs::path& folder, std::vector<Event>& into) {
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const fs::path extension = it->path().extension();
    std::error_code ignored;
    if ((extension == ".json" || extension == ".jsonl") && !it->is_directory(ignored))
      files.push_back(it->path());
  }
  if (error)
    return Fail(ExitCode::kSystem,
                fmt::format("cannot read {}: {}", folder.string(), error.message()));
  if (files.empty()) {
    return Fail(ExitCode::kUsage,
                fmt::format("{} holds no .json or .jsonl file; give another folder of events, or "
                            "leave --events out to run the import alone",
                            folder.string()));
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    if (Status added = AddFile(file, into); !added) return added;
  }
  return {};
}

}  // namespace

Result<std::vector<Event>> LoadEvents(const std::vector<fs::path>& paths) {
  std::vector<Event> out;
  for (const fs::path& path : paths) {
    std::error_code ignored;
    Status added = fs::is_directory(path, ignored) ? AddFolder(path, out) : AddFile(path, out);
    if (!added) return tl::unexpected(added.error());
  }
  return out;
}

std::vector<std::string> OversizedEvents(const std::vector<Event>& events) {
  std::vector<std::string> out;
  for (const Event& event : events) {
    if (event.json().size() > kMaxPayload) {
      out.push_back(fmt::format("event {} has {} bytes; Lambda takes at most {}", event.name(),
                                event.json().size(), kMaxPayload));
    }
  }
  return out;
}

}  // namespace faaslight
