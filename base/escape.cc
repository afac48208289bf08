#include "base/escape.h"

#include <fmt/format.h>

#include <vector>

namespace faaslight {
namespace {

constexpr std::string_view kEllipsis = "…";

// Length of the well-formed UTF-8 sequence at the front (no overlong forms, no surrogates), or 0.
// Sets `point`.
size_t Decode(std::string_view text, uint32_t& point) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) {
    point = first;
    return 1;
  }
  const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  point = first & (0xff >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    point = point << 6 | (byte(i) & 0x3f);
  }
  constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (point < kSmallest[length] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
    return 0;
  return length;
}

// Characters that show nothing, or that change how others are shown.
bool IsInvisible(uint32_t point) {
  return (point >= 0x7f && point < 0xa0) || point == 0xad || point == 0x61c || point == 0x180e ||
         (point >= 0x200b && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
         (point >= 0x2060 && point <= 0x206f) || point == 0xfeff ||
         (point >= 0xfff9 && point <= 0xfffb) || (point >= 0xe0000 && point <= 0xe0fff);
}

// Where each code point of well-formed text begins.
std::vector<size_t> Starts(std::string_view text) {
  std::vector<size_t> starts;
  for (size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) starts.push_back(i);
  }
  return starts;
}

}  // namespace

std::string Escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    uint32_t point = 0;
    const size_t length = Decode(text, point);
    if (length == 0) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
    } else if (point == '\n') {
      out += "\\n";
    } else if (point == '\t') {
      out += "\\t";
    } else if (point == '\r') {
      out += "\\r";
    } else if (point < 0x20) {
      out += fmt::format("\\x{:02x}", point);
    } else if (IsInvisible(point)) {
      out += point > 0xffff ? fmt::format("\\U{:08x}", point)
             : point > 0xff ? fmt::format("\\u{:04x}", point)
                            : fmt::format("\\x{:02x}", point);
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

size_t Columns(std::string_view escaped) {
  size_t columns = 0;
  for (const char c : escaped) columns += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return columns;
}

std::string CutEnd(std::string_view escaped, size_t width) {
  const std::vector<size_t> starts = Starts(escaped);
  if (starts.size() <= width) return std::string(escaped);
  return std::string(escaped.substr(0, starts[width - 1])) + std::string(kEllipsis);
}

std::string CutMiddle(std::string_view escaped, size_t width) {
  const std::vector<size_t> starts = Starts(escaped);
  if (starts.size() <= width) return std::string(escaped);
  const size_t tail = (width - 1) * 2 / 3;
  const size_t head = width - 1 - tail;
  std::string cut(escaped.substr(0, starts[head]));
  cut += kEllipsis;
  if (tail > 0) cut += escaped.substr(starts[starts.size() - tail]);
  return cut;
}

std::string Thousands(uint64_t number) {
  std::string digits = std::to_string(number);
  for (size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

}  // namespace faaslight
