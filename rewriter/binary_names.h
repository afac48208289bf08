// Texts that stand in a binary and could be names: runs of letters, digits, '_' and '.'.
#pragma once

#include <cstddef>
#include <string_view>

namespace faaslight {

// Calls `visit` with each C string of `least` to `most` bytes that is such a run from its beginning
// or from the byte after another one; with `any`, with every such run, whatever follows it. The
// views are into `bytes`.
template <class Visit>
void ForEachNameIn(std::string_view bytes, size_t least, size_t most, bool any,
                   const Visit& visit) {
  const auto is_name = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.';
  };
  size_t start = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (is_name(bytes[i])) continue;
    const size_t length = i - start;
    if ((any || bytes[i] == '\0') && length >= least && length <= most)
      visit(bytes.substr(start, length));
    start = i + 1;
  }
}

}  // namespace faaslight
