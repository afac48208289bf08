// Which bytes identifiers are made of.
#pragma once

#include <cctype>

namespace faaslight {

// Whether the byte may stand in a Python name, as far as one byte tells: all of those beyond ASCII
// may.
inline bool IsNamePart(unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c >= 0x80; }

}  // namespace faaslight
