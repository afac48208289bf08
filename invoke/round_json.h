// One call as JSON: a line of the journal, and an element of "rounds" in the results. Texts and
// numbers come back as they were (doubles to the last bit); only bytes that are not UTF-8 become
// U+FFFD. What is read is untrusted.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/result.h"
#include "invoke/results.h"

namespace faaslight {

// One line, without its line end. Never throws on any text; a number that is not finite is written
// as null where it may be absent, else as 0.
std::string RoundToJsonLine(const Round& round);

// What RoundToJsonLine wrote. kBadInput otherwise, with what is wrong: not JSON (a line that was
// cut off), a member that is missing or of another type, a number out of bounds. Members it does
// not know are ignored. `deployment` is not checked against anything.
Result<Round> RoundFromJson(std::string_view line);
Result<Round> ReadRound(const nlohmann::json& json);  // the same, of JSON that was parsed

}  // namespace faaslight
