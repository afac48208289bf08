// Modules for tests, given as Python source: {"pkg/__init__.py", "…"} as they would lie on disk.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rewriter/facts.h"
#include "rewriter/resolve.h"

namespace faaslight {

struct ModuleName {
  std::string name;
  bool is_package = false;
};

// "pkg/__init__" -> pkg, a package; "pkg/a" -> pkg.a. The path comes without its ending.
inline ModuleName ModuleNameOf(std::string path) {
  ModuleName out;
  constexpr std::string_view kInit = "/__init__";
  if (path.size() > kInit.size() && path.substr(path.size() - kInit.size()) == kInit) {
    path.resize(path.size() - kInit.size());
    out.is_package = true;
  }
  for (char& c : path) c = c == '/' ? '.' : c;
  out.name = std::move(path);
  return out;
}

class PythonModules {
 public:
  explicit PythonModules(const std::vector<std::pair<std::string, std::string>>& files) {
    for (const auto& [path, source] : files) Add(path, source);
  }

  const std::vector<ReachModule>& list() const { return modules_; }

  // Index of the only function of that qualified name, or -1.
  int Function(const std::string& module, const std::string& qualname) const {
    for (const ReachModule& candidate : modules_) {
      if (candidate.name != module || candidate.facts == nullptr) continue;
      for (size_t f = 0; f < candidate.facts->functions.size(); ++f) {
        if (candidate.facts->functions[f].qualname == qualname) return static_cast<int>(f);
      }
    }
    ADD_FAILURE() << "no function " << qualname << " in " << module;
    return -1;
  }

 private:
  void Add(std::string path, const std::string& source) {
    ReachModule module;
    if (path.size() > 3 && path.substr(path.size() - 3) == ".so") {
      path.resize(path.size() - 3);
    } else {
      path.resize(path.size() - 3);
      Result<Facts> facts = ReadFacts(source, nullptr, 9);  // on CPython 3.9
      if (facts) {
        facts_.push_back(std::move(*facts));
        module.facts = &facts_.back();
      } else {
        ADD_FAILURE() << path << ": " << facts.error().message;
      }
    }
    ModuleName name = ModuleNameOf(std::move(path));
    module.name = std::move(name.name);
    module.is_package = name.is_package;
    modules_.push_back(module);
  }

  std::deque<Facts> facts_;  // does not move its elements
  std::vector<ReachModule> modules_;
};

}  // namespace faaslight
