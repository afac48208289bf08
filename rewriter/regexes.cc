#include "rewriter/regexes.h"

#include <set>
#include <tuple>

namespace faaslight {
namespace {

constexpr size_t kMost = 400;         // `re` itself keeps 512 and then drops some
constexpr size_t kLongest = 1 << 16;  // bytes of one
constexpr uint32_t kNotCached =
    1 | 4 | 128;  // TEMPLATE warns, LOCALE hangs on the locale, DEBUG prints

bool LoadsRe(const Application& app, const Choices& choices) {
  const int re = app.Find("re");
  if (re < 0) return false;
  const TracedModule& module = app.modules()[static_cast<size_t>(re)];
  if (module.root != ROOT_STDLIB) return false;
  return module.phase == PHASE_PRELOAD ||
         (module.phase == PHASE_INIT && choices[static_cast<size_t>(re)].must_load);
}

// Bytes as text: each byte a code point.
std::string Latin1(const std::string& bytes) {
  std::string out;
  for (unsigned char c : bytes) {
    if (c < 0x80) {
      out.push_back(static_cast<char>(c));
    } else {
      out.push_back(static_cast<char>(0xc0 | (c >> 6)));
      out.push_back(static_cast<char>(0x80 | (c & 0x3f)));
    }
  }
  return out;
}

}  // namespace

std::vector<PatternToCompile> PatternsToPrepare(const Application& app, const Choices& choices) {
  std::vector<PatternToCompile> out;
  if (!LoadsRe(app, choices)) return out;
  std::set<std::tuple<bool, std::string, uint32_t>> seen;
  for (const Pattern& pattern : app.trace().patterns()) {
    if ((pattern.flags() & kNotCached) != 0) continue;
    if (pattern.pattern().size() > kLongest || out.size() == kMost) continue;
    const int module = app.Find(pattern.module());
    const bool stays = pattern.phase() != PHASE_INIT ||
                       (module >= 0 && choices[static_cast<size_t>(module)].may_load);
    if (!stays) continue;
    if (!seen.emplace(pattern.is_bytes(), pattern.pattern(), pattern.flags()).second) continue;
    out.push_back({pattern.is_bytes(),
                   pattern.is_bytes() ? Latin1(pattern.pattern()) : pattern.pattern(),
                   pattern.flags()});
  }
  return out;
}

}  // namespace faaslight
