#include "base/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/files.h"
#include "base/toml.h"

namespace faaslight {
namespace fs = std::filesystem;
namespace {

constexpr uint64_t kLargest = 1 << 20;

constexpr std::array<std::string_view, 7> kKeys{"handler", "trigger", "events",        "holdout",
                                                "keep",    "pin",     "ignore_effects"};

std::string Place(const std::string& name, const toml::source_region& source) {
  return fmt::format("{}:{}:{}", name, source.begin.line, source.begin.column);
}

tl::unexpected<Error> Wrong(const std::string& name, const toml::source_region& source,
                            const std::string& what) {
  return Fail(ExitCode::kBadInput, fmt::format("{}: {}", Place(name, source), what));
}

// Reads values by key, and keeps the first error.
class Reader {
 public:
  Reader(const toml::table& table, std::string name) : table_(table), name_(std::move(name)) {}

  std::optional<std::string> Text(std::string_view key) {
    const toml::node* node = table_.get(key);
    if (node == nullptr) return std::nullopt;
    if (const auto* text = node->as_string()) return text->get();
    Keep(Wrong(name_, node->source(), fmt::format("{} is a string", key)).value());
    return std::nullopt;
  }

  std::vector<std::string> Texts(std::string_view key) {
    std::vector<std::string> out;
    const toml::node* node = table_.get(key);
    if (node == nullptr) return out;
    const toml::array* array = node->as_array();
    if (array == nullptr) {
      Keep(Wrong(name_, node->source(),
                 fmt::format("{} is a list of strings: {} = [\"…\"]", key, key))
               .value());
      return out;
    }
    for (const toml::node& item : *array) {
      if (const auto* text = item.as_string()) {
        out.push_back(text->get());
      } else {
        Keep(Wrong(name_, item.source(), fmt::format("{} is a list of strings", key)).value());
      }
    }
    return out;
  }

  Status CheckKeys() {
    for (const auto& [key, node] : table_) {
      if (std::find(kKeys.begin(), kKeys.end(), key.str()) != kKeys.end()) continue;
      return Wrong(name_, key.source(),
                   fmt::format("unknown key {}; known are {}", key.str(), fmt::join(kKeys, ", ")));
    }
    return {};
  }

  const std::optional<Error>& error() const { return error_; }

 private:
  void Keep(Error error) {
    if (!error_) error_ = std::move(error);
  }

  const toml::table& table_;
  std::string name_;
  std::optional<Error> error_;
};

struct Parsed {
  toml::table table;
  Settings settings;
};

Result<Parsed> Parse(std::string_view text, const std::string& name, const fs::path& folder) {
  toml::parse_result result = toml::parse(text, name);
  if (!result) {
    return Wrong(name, result.error().source(), std::string(result.error().description()));
  }
  Parsed parsed{std::move(result).table(), {}};
  Reader reader(parsed.table, name);
  if (Status known = reader.CheckKeys(); !known) return tl::unexpected(known.error());
  Settings& out = parsed.settings;
  out.handler = reader.Text("handler");
  out.trigger = reader.Text("trigger");
  out.keep = reader.Text("keep");
  for (const std::string& path : reader.Texts("events")) out.events.push_back(folder / path);
  for (const std::string& path : reader.Texts("holdout")) out.holdout.push_back(folder / path);
  out.pins = reader.Texts("pin");
  out.ignored_effects = reader.Texts("ignore_effects");
  if (reader.error()) return tl::unexpected(*reader.error());
  return parsed;
}

// The byte at a place that toml++ counts in lines and code points, both from 1.
size_t OffsetOf(std::string_view text, const toml::source_position& position) {
  size_t at = 0;
  for (toml::source_index line = 1; line < position.line; ++line) at = text.find('\n', at) + 1;
  for (toml::source_index column = 1; column < position.column; ++column) {
    do {
      ++at;
    } while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U);
  }
  return at;
}

// A TOML string, and a comment that stays on its line.
std::string Quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string OneLine(std::string text) {
  std::replace_if(
      text.begin(), text.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return text;
}

std::string Items(const std::vector<NotedPin>& pins) {
  std::string out = "\n";
  for (const NotedPin& pin : pins) {
    out += fmt::format("  # {}\n  {},\n", OneLine(pin.comment), Quoted(pin.glob));
  }
  return out;
}

}  // namespace

Result<Settings> ReadSettings(const fs::path& path) {
  Result<std::string> text = ReadFile(path, kLargest);
  if (!text) return tl::unexpected(text.error());
  Result<Parsed> parsed = Parse(*text, path.string(), path.parent_path());
  if (!parsed) return tl::unexpected(parsed.error());
  return std::move(parsed->settings);
}

Result<Settings> FindSettings(const std::optional<fs::path>& given) {
  if (given) return ReadSettings(*given);
  std::error_code error;
  if (!fs::exists(fs::path(kSettingsFile), error)) return Settings{};
  return ReadSettings(kSettingsFile);
}

Result<std::string> WithPins(std::string_view text, const std::vector<NotedPin>& pins) {
  Result<Parsed> parsed = Parse(text, "faaslight.toml", {});
  if (!parsed) return tl::unexpected(parsed.error());
  std::vector<NotedPin> fresh;
  std::vector<std::string> expected = parsed->settings.pins;
  for (const NotedPin& pin : pins) {
    if (std::find(expected.begin(), expected.end(), pin.glob) != expected.end()) continue;
    expected.insert(expected.begin() + static_cast<std::ptrdiff_t>(fresh.size()), pin.glob);
    fresh.push_back(pin);
  }
  std::string out(text);
  if (fresh.empty()) return out;
  if (const toml::node* array = parsed->table.get("pin")) {
    const size_t bracket = OffsetOf(text, array->source().begin);
    out.insert(std::min(bracket + 1, out.size()), Items(fresh));
  } else {
    if (!out.empty() && out.back() != '\n') out += '\n';
    out += "pin = [" + Items(fresh) + "]\n";
  }
  // The text is the user's: what was put in must be all that changed.
  Result<Parsed> again = Parse(out, "faaslight.toml", {});
  if (!again || again->settings.pins != expected) {
    return Fail(ExitCode::kBadInput, "cannot add pins to its text; add them by hand");
  }
  return out;
}

Status AddPins(const fs::path& path, const std::vector<NotedPin>& pins) {
  std::string text;
  std::error_code error;
  if (fs::exists(path, error)) {
    Result<std::string> read = ReadFile(path, kLargest);
    if (!read) return tl::unexpected(read.error());
    text = std::move(*read);
  } else {
    text = "# Read by faaslight-trace and faaslight-rewrite; may be edited.\n";
  }
  Result<std::string> added = WithPins(text, pins);
  if (!added) {
    return Fail(added.error().code, fmt::format("{}: {}", path.string(), added.error().message));
  }
  if (*added == text) return {};
  return WriteFileAtomically(path, *added);
}

}  // namespace faaslight
