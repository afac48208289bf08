// faaslight.toml: what a user of faaslight-trace and faaslight-rewrite would otherwise say on every
// command line, kept beside the function under version control.
//
//   handler = "main.handler"
//   trigger = "event"               # or "http"
//   events  = ["events/"]           # shape the plan
//   holdout = ["more-events/"]      # must give the same outcome, and shape nothing
//   keep    = "traced"
//   pin     = ["pandas.io.*", "shop.cart:Cart.total"]
//   ignore_effects = ["shop.metrics"]
//
// Paths are relative to the file's folder. A key that nobody knows is an error: a misspelt pin must
// not go unnoticed.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace faaslight {

struct Settings {
  std::optional<std::string> handler;
  std::optional<std::string> trigger;
  std::optional<std::string> keep;
  std::vector<std::filesystem::path> events;   // joined with the file's folder
  std::vector<std::filesystem::path> holdout;  // the same
  std::vector<std::string> pins;
  std::vector<std::string> ignored_effects;
};

// A pin to write down, with a line for people above it.
struct NotedPin {
  std::string glob;
  std::string comment;
};

// The default file: faaslight.toml in the working folder.
constexpr std::string_view kSettingsFile = "faaslight.toml";

// Reads a file, at most 1 MiB. kUsage when it does not exist, kBadInput with path, line and column
// for what is no TOML, a key that is not known or a value of another type.
Result<Settings> ReadSettings(const std::filesystem::path& path);

// Reads `given`, or the default file when nothing is given; no file there gives empty settings.
Result<Settings> FindSettings(const std::optional<std::filesystem::path>& given);

// `text` with the pins added at the front of its `pin` array, everything else as it was; pins that
// it has already are left out. kBadInput when the text is none of ours.
Result<std::string> WithPins(std::string_view text, const std::vector<NotedPin>& pins);

// Adds pins to a file, which is made if it is not there and replaced in one step. Errors: those of
// ReadSettings() and WriteFileAtomically(); the file is then as it was.
Status AddPins(const std::filesystem::path& path, const std::vector<NotedPin>& pins);

}  // namespace faaslight
