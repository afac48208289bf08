#include "report/rule_titles.h"

#include <utility>

namespace faaslight {
namespace {

constexpr std::pair<std::string_view, std::string_view> kTitles[] = {
    {"R1", "functions that no event entered"},
    {"R1b", "unentered ones that keep their body"},
    {"R2", "imports that only such functions use"},
    {"R3", "submodules as attributes of their package"},
    {"R4", "modules whose import changes others"},
    {"R5", "code that walks sys.modules"},
    {"R6", "star imports"},
    {"R7", "modules with their own __getattr__"},
    {"R8", "names that are also submodules"},
    {"R9", "names bound more than once"},
    {"R10", "modules that replace themselves"},
    {"R11", "what may run at interpreter exit"},
    {"R12", "imports through namespace packages"},
    {"R13", "imports under if, try, in functions"},
    {"R14", "import cycles with an extension"},
    {"R15", "what sys.path leads to only for a while"},
    {"R16", "files that are two modules"},
    {"pin", "pinned by the user, or by repair"},
    {"keep", "kept by --keep"},
};

}  // namespace

std::string_view RuleTitle(std::string_view rule) {
  for (const auto& [name, title] : kTitles) {
    if (name == rule) return title;
  }
  return {};
}

}  // namespace faaslight
