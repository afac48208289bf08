#include "rewriter/prepared.h"

#include <set>
#include <tuple>

namespace faaslight {
namespace {

constexpr size_t kMost = 400;          // `re` itself keeps 512 and then drops some
constexpr size_t kLongest = 1 << 16;   // bytes of one
constexpr size_t kMostText = 4 << 20;  // bytes of all texts
constexpr uint32_t kNotCached =
    1 | 4 | 128;  // TEMPLATE warns, LOCALE hangs on the locale, DEBUG prints

// Does the import load this module of the standard library whatever happens?
bool SurelyLoads(const Application& app, const Choices& choices, const std::string& name) {
  const int index = app.Find(name);
  if (index < 0) return false;
  const TracedModule& module = app.modules()[static_cast<size_t>(index)];
  if (module.root != ROOT_STDLIB) return false;
  return module.phase == PHASE_PRELOAD ||
         (module.phase == PHASE_INIT && choices[static_cast<size_t>(index)].must_load);
}

bool MayLoad(const Application& app, const Choices& choices, const std::string& name) {
  const int index = app.Find(name);
  return index >= 0 && choices[static_cast<size_t>(index)].may_load;
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

// The texts of the calls that `wanted` picks, of modules that may be loaded at init; none unless
// the import surely loads `library`, of the standard library.
template <typename Wanted>
std::vector<std::string> Texts(const Application& app, const Choices& choices, const char* library,
                               Wanted wanted) {
  std::vector<std::string> out;
  if (!SurelyLoads(app, choices, library)) return out;
  size_t bytes = 0;
  std::set<std::string> seen;
  for (const TextCall& call : app.trace().text_calls()) {
    if (!wanted(call) || !MayLoad(app, choices, call.module())) continue;
    if (call.text().size() > kLongest || bytes + call.text().size() > kMostText) continue;
    if (!seen.insert(call.text()).second) continue;
    bytes += call.text().size();
    out.push_back(call.text());
  }
  return out;
}

}  // namespace

std::vector<PatternToCompile> PatternsToPrepare(const Application& app, const Choices& choices) {
  std::vector<PatternToCompile> out;
  if (!SurelyLoads(app, choices, "re")) return out;
  std::set<std::tuple<bool, std::string, uint32_t>> seen;
  for (const bool wanted : {true, false}) {
    for (const Pattern& pattern : app.trace().patterns()) {
      const bool stays = pattern.phase() != PHASE_INIT || MayLoad(app, choices, pattern.module());
      if (stays != wanted || (pattern.flags() & kNotCached) != 0) continue;
      if (pattern.pattern().size() > kLongest || out.size() == kMost) continue;
      if (!seen.emplace(pattern.is_bytes(), pattern.pattern(), pattern.flags()).second) continue;
      out.push_back({pattern.is_bytes(),
                     pattern.is_bytes() ? Latin1(pattern.pattern()) : pattern.pattern(),
                     pattern.flags()});
    }
  }
  return out;
}

std::vector<std::string> TextsToDedent(const Application& app, const Choices& choices) {
  return Texts(app, choices, "textwrap",
               [](const TextCall& call) { return call.function() == "textwrap.dedent"; });
}

std::vector<std::string> TextsToEvaluate(const Application& app, const Choices& choices) {
  return Texts(app, choices, "collections", [](const TextCall& call) {
    return call.function() == "eval" && call.caller() == "collections";
  });
}

}  // namespace faaslight
