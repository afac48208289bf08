// Texts from outside on a terminal: names, messages and outputs are untrusted, and a terminal obeys
// what it is sent.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace faaslight {

// Printable text: control characters as \n, \t, \x1b, …; C1 controls, invisible and
// direction-changing characters as \u202e; bytes that are not UTF-8 as \xff; a backslash stays
// itself. Never contains a line end.
std::string Escaped(std::string_view text);

// Characters (code points) of an escaped text: what it takes on a terminal, wide characters aside.
size_t Columns(std::string_view escaped);

// At most `width` columns: the end is cut and marked with "…". Precondition: width > 0.
std::string CutEnd(std::string_view escaped, size_t width);

// The same, cut in the middle: names of modules tell at both ends.
std::string CutMiddle(std::string_view escaped, size_t width);

// 1234567 -> "1,234,567".
std::string Thousands(uint64_t number);

}  // namespace faaslight
