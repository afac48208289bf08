// Base64, read.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace faaslight {

// Base64 with padding; nothing for what is none.
std::optional<std::string> DecodedBase64(std::string_view text);

}  // namespace faaslight
