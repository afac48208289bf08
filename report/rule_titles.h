// One short line per rule, for the report; docs/rules.md has the whole text.
#pragma once

#include <string_view>

namespace faaslight {

// What the rule is about, or "" for one that this version does not know.
std::string_view RuleTitle(std::string_view rule);

}  // namespace faaslight
