#include "rewriter/harmless_effects.h"

#include <array>
#include <string_view>

namespace faaslight {
namespace {

struct Row {
  std::string_view module;     // prefix of the module that has the effect, "" for any
  std::string_view target;     // the target module
  std::string_view attribute;  // prefix of the attribute
  std::string_view reason;
};

// A row must be harmless whatever else the program does. One that is harmless for one package only
// names it.
constexpr std::array<Row, 4> kRows{{
    {"", "re", "_cache", "a memo of compiled patterns, filled on demand"},
    {"", "certifi.core", "_CACERT", "a memo of where certificates lie, filled by certifi.where()"},
    {"werkzeug.urls", "codecs", "register_error",
     "an error handler that only its own functions name"},
    {"", "linecache", "cache", "a memo of source lines"},
}};

bool Matches(std::string_view prefix, std::string_view text) {
  return text.substr(0, prefix.size()) == prefix;
}

}  // namespace

bool IsHarmless(const ImportEffect& effect) {
  for (const Row& row : kRows) {
    if (Matches(row.module, effect.module()) && row.target == effect.target_module() &&
        Matches(row.attribute, effect.attribute())) {
      return true;
    }
  }
  return false;
}

}  // namespace faaslight
