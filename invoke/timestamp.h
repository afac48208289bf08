// Points in time as other programs write them: RFC 3339, and what Python prints for a datetime.
#pragma once

#include <optional>
#include <string_view>

namespace faaslight {

// Now, in milliseconds since 1970.
double NowMs();

struct ParsedTimestamp {
  double ms = 0;    // since 1970, UTC
  size_t used = 0;  // bytes of the text
};

// "YYYY-MM-DD[T ]HH:MM:SS[.ffffff][Z|±HH:MM|±HHMM]" at the start of the text; UTC where it names no
// zone. Absent for a day or an hour that does not exist. No locale and no zone database is asked.
std::optional<ParsedTimestamp> ParseTimestampPrefix(std::string_view text);

// The same where the text is a point in time and nothing else.
std::optional<double> ParseTimestamp(std::string_view text);

}  // namespace faaslight
