// What a handler says of its own times, in its answer or in what it prints: the InitStart, InitEnd,
// functionStart and functionEnd of the FaaSLight benchmarks.
#pragma once

#include <optional>
#include <string_view>

namespace faaslight {

// Milliseconds since 1970.
struct HandlerTimes {
  std::optional<double> init_start, init_end, function_start, function_end;
};

// Looks for members of these names (any case, '_' ignored: init_start, InitStart) in the answer if
// it is a JSON object (or such an object's "body", itself JSON text or object), then for
// `name: value` or `"name": value` in the log, whose last value counts. A value is epoch seconds or
// milliseconds (told apart by size; what is before 1973 either way is no time), or
// "YYYY-MM-DD[T ]HH:MM:SS[.ffffff][Z|±HH:MM]" (UTC where it names no zone). Any bytes; of the log
// the last MiB counts.
HandlerTimes ReadHandlerTimes(std::string_view answer, std::string_view log);

}  // namespace faaslight
