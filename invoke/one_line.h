// Text from outside, made fit for one line of ours.
#pragma once

#include <string>
#include <string_view>

namespace faaslight {

// At most `longest` bytes, control characters (line breaks too) as spaces, cut at a character.
inline std::string OneLine(std::string_view text, size_t longest = 300) {
  std::string line(text.substr(0, longest));
  while (text.size() > longest && !line.empty() && (line.back() & 0xC0) == 0x80) line.pop_back();
  if (text.size() > longest) {
    if (!line.empty() && (line.back() & 0x80) != 0) line.pop_back();
    line += "...";
  }
  for (char& c : line)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  return line;
}

}  // namespace faaslight
