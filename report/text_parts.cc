#include "report/text_parts.h"

#include <fmt/format.h>

#include "base/escape.h"

namespace faaslight {

std::string Ms(uint64_t us) {
  const uint64_t tenths = us / 100 + (us % 100 >= 50 ? 1 : 0);
  return fmt::format("{}.{}", Thousands(tenths / 10), tenths % 10);
}

std::string Plural(uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", Thousands(count), count == 1 ? one : many);
}

std::string At(const std::string& module, uint32_t line) {
  return line == 0 ? Escaped(module) : fmt::format("{}:{}", Escaped(module), line);
}

std::string CauseText(const Cause& cause) {
  if (cause.rule.empty()) return Escaped(cause.text);
  return fmt::format("{}: {}", Escaped(cause.rule), Escaped(cause.text));
}

// A long way loses its middle: the first step and the last two stay.
std::string ChainText(const std::vector<ChainStep>& chain, size_t width) {
  std::vector<std::string> steps;
  for (size_t i = 0; i < chain.size(); ++i) {
    steps.push_back(At(chain[i].module, i + 1 < chain.size() ? chain[i + 1].line : 0));
  }
  std::string text;
  for (size_t dropped = 0;; ++dropped) {
    text.clear();
    // The first step and the last two stay.
    const bool can_drop = steps.size() >= dropped + 3;
    for (size_t i = 0; i < steps.size(); ++i) {
      if (dropped > 0 && i >= 1 && i < 1 + dropped) {
        if (i == 1) text += fmt::format(" > … {} more …", dropped);
        continue;
      }
      if (i > 0) text += " > ";
      text += steps[i];
    }
    if (Columns(text) <= width || !can_drop || steps.size() <= dropped + 3) break;
  }
  return CutEnd(text, width);
}

}  // namespace faaslight
