// Which bytes identifiers are made of.
#pragma once

#include <algorithm>
#include <cctype>
#include <string_view>

namespace faaslight {

// Whether the byte may stand in a Python name, as far as one byte tells: all of those beyond ASCII
// may.
inline bool IsNamePart(unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c >= 0x80; }

// Whether the text may be a Python name, keywords included.
inline bool IsIdentifier(std::string_view text) {
  if (text.empty() || (text[0] >= '0' && text[0] <= '9')) return false;
  return std::all_of(text.begin(), text.end(), IsNamePart);
}

}  // namespace faaslight
