#include "tests/rewriter/golden_cases.h"

#include <sstream>

namespace faaslight {
namespace {

int FunctionNamed(const Facts& facts, const std::string& qualname) {
  for (size_t i = 0; i < facts.functions.size(); ++i) {
    if (facts.functions[i].qualname == qualname) return static_cast<int>(i);
  }
  return -1;
}

std::pair<int, int> ImportBinding(const Facts& facts, const std::string& name) {
  for (size_t i = 0; i < facts.imports.size(); ++i) {
    for (size_t n = 0; n < facts.imports[i].names.size(); ++n) {
      if (facts.imports[i].names[n].bound == name)
        return {static_cast<int>(i), static_cast<int>(n)};
    }
  }
  return {-1, -1};
}

}  // namespace

Result<GoldenCase> ReadGoldenCase(std::string_view source, const Facts& facts) {
  GoldenCase out;
  out.decisions.index = 3;
  out.decisions.source_hash = "0123456789abcdef";
  std::vector<std::string> use, guarded;
  std::istringstream lines{std::string(source)};
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.substr(0, 2) != "# ") continue;
    size_t colon = line.find(':');
    std::string key = line.substr(2, colon == std::string::npos ? colon : colon - 2);
    std::istringstream rest(colon == std::string::npos ? "" : line.substr(colon + 1));
    std::vector<std::string> words;
    for (std::string word; rest >> word;) words.push_back(word);
    if (key == "hold") out.decisions.hold = 9;
    if (key == "epilogue") out.decisions.epilogue = true;
    if (key == "names") out.decisions.lazy_names = words;
    if (key == "submodules") out.decisions.submodules = words;
    if (key == "use") use = words;
    bool functions = key == "lazy" || key == "guard" || key == "no guard";
    for (const std::string& word : words) {
      if (!functions && key != "remove") break;
      int function = functions ? FunctionNamed(facts, word) : ImportBinding(facts, word).first;
      if (function < 0) return Fail(ExitCode::kBadInput, "no " + word);
      uint32_t number = static_cast<uint32_t>(out.decisions.lazy_bodies.size());
      if (key == "lazy") out.decisions.lazy_bodies.push_back({function, number});
      if (key == "guard") out.decisions.guards.push_back({function, -1, {}});
      if (key == "no guard") out.no_guard.push_back(function);
      if (key == "remove") out.decisions.lazy_imports.push_back(ImportBinding(facts, word));
    }
    if (key == "hoist" && words.size() > 1) {
      int statement = ImportBinding(facts, words[0]).first;
      if (statement < 0) return Fail(ExitCode::kBadInput, "no import of " + words[0]);
      out.decisions.hoists.push_back({statement, {words.begin() + 1, words.end()}});
    }
  }
  for (Guard& guard : out.decisions.guards) guard.names = use;
  return out;
}

}  // namespace faaslight
