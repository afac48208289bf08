// The records that runner.py leaves behind: JSON lines, and the last event's captured output when
// it was cut off. Internal to the room, and for whoever runs runner.py in another way (the tracer).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "replay/replay.h"

namespace faaslight {

// What the lines say. A torn last line (the process was killed while it wrote) is left out.
struct Records {
  RunResult result;            // complete only when the line of the end is there
  bool began = false;          // the runner came as far as the import of the handler's module
  std::optional<int> running;  // begun and not ended: -1 for the import, else the event's index
};

// kSystem when a whole line is not a record of the runner's; `name` is for the message.
Result<Records> ParseRecords(std::string_view lines, std::string_view name);

// Reads one outcome line, as the tracer's hook outcome() gets it.
Result<Outcome> ParseOutcome(std::string_view line);

// The outcome of what was running when the process ended: `cause` by Lambda's names. stdout and
// stderr are read from the files that the runner captures into (OUTCOMES.stdout, OUTCOMES.stderr),
// at most 1 MiB of each.
Outcome CutOff(int running, std::string_view exception_type, std::string_view message,
               const std::filesystem::path& outcomes);

// Bytes as valid UTF-8: what is not becomes \xNN, as the runner's own captures show it.
std::string ToUtf8(std::string_view bytes);

}  // namespace faaslight
