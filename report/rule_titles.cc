#include "report/rule_titles.h"

#include <utility>

namespace faaslight {
namespace {

constexpr std::pair<std::string_view, std::string_view> kTitles[] = {
    {"R1", "functions that no event entered"},
    {"R1b", "unentered functions that keep their body"},
    {"R2", "imports that only such functions use"},
    {"R3", "submodules as attributes of their package"},
    {"R4", "modules whose import changes something elsewhere"},
    {"R5", "code that walks sys.modules"},
    {"R6", "star imports"},
    {"R7", "modules with a __getattr__ of their own"},
    {"R8", "names that are also submodules"},
    {"R9", "names that are bound more than once where they come from"},
    {"R10", "modules that replace themselves"},
    {"R11", "what may run while the interpreter ends"},
    {"R12", "imports through namespace packages"},
    {"R13", "imports under if, try, with, and in functions"},
    {"R14", "import cycles with an extension module"},
    {"pin", "pinned with --pin"},
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
