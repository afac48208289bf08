// Small things done to text.
#pragma once

#include <string>
#include <string_view>

namespace faaslight {

// Without white space at either end.
inline std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\f\v";
  const size_t start = text.find_first_not_of(kSpace);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(kSpace) - start + 1);
}

// A-Z as a-z, whatever the locale.
inline std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& byte : lower)
    if (byte >= 'A' && byte <= 'Z') byte = static_cast<char>(byte + 32);
  return lower;
}

}  // namespace faaslight
