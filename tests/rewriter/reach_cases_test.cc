// Small applications, one feature each, with what must be found beside the code
// (tests/rewriter/reach/cases/*.py):
//   def f():  # reached        the handler reaches the function …
//   def f():  # dead           … or it does not
//   f()  # -> m:f m:C.g        the function around the line may call these (module:qualified name)
//   f()  # !> m:h              … and not this one
// "# file: name.py" begins a file; what comes before the first one is main.py. The first line says
// what the case shows. Lines without a mark are not checked.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "rewriter/call_graph.h"
#include "tests/rewriter/python_modules.h"

namespace faaslight {
namespace {

namespace fs = std::filesystem;
using Files = std::vector<std::pair<std::string, std::string>>;

Files Split(const fs::path& path) {
  Files files{{"main.py", ""}};
  std::ifstream in(path);
  constexpr std::string_view kMark = "# file: ";
  for (std::string line; std::getline(in, line);) {
    if (line.compare(0, kMark.size(), kMark) == 0) {
      const std::string name = line.substr(kMark.size());
      if (name == "main.py") continue;
      files.emplace_back(name, "");
    } else {
      files.back().second += line + "\n";
    }
  }
  return files;
}

class ReachCase : public testing::TestWithParam<std::string> {
 protected:
  // The innermost function whose lines hold this one, or -1.
  static int FunctionAt(const Facts& facts, uint32_t line) {
    int found = -1;
    for (size_t f = 0; f < facts.functions.size(); ++f) {
      const FunctionFacts& function = facts.functions[f];
      if (!function.is_lambda && function.def_line <= line && line <= function.end_line)
        found = static_cast<int>(f);
    }
    return found;
  }

  static std::string NameOf(const std::vector<ReachModule>& modules, FunctionRef function) {
    const ReachModule& module = modules[static_cast<size_t>(function.first)];
    return module.name + ":" +
           module.facts->functions[static_cast<size_t>(function.second)].qualname;
  }
};

// What a function may call, edges of the lambdas in it included.
void AddCalls(CallGraph& graph, const std::vector<ReachModule>& modules, const ReachResult& reached,
              int module, int function, std::set<FunctionRef>& calls) {
  const Calls found = graph.Of(module, function);
  calls.insert(found.functions.begin(), found.functions.end());
  for (size_t m = 0; m < modules.size(); ++m) {
    for (size_t f = 0; modules[m].facts != nullptr && f < modules[m].facts->functions.size(); ++f) {
      const std::string& name = modules[m].facts->functions[f].name;
      const bool named =
          std::find(found.names.begin(), found.names.end(), name) != found.names.end();
      if (named && reached.Reaches(modules[m].name, static_cast<int>(f)))
        calls.emplace(static_cast<int>(m), static_cast<int>(f));
    }
  }
  if (function < 0) return;
  const Facts& facts = *modules[static_cast<size_t>(module)].facts;
  for (const int nested : facts.functions[static_cast<size_t>(function)].nested) {
    if (facts.functions[static_cast<size_t>(nested)].is_lambda)
      AddCalls(graph, modules, reached, module, nested, calls);
  }
}

TEST_P(ReachCase, FindsWhatTheMarksSay) {
  const Files files = Split(fs::path(FAASLIGHT_REACH_CASES) / (GetParam() + ".py"));
  const PythonModules python(files);
  const std::vector<ReachModule>& modules = python.list();
  const ReachResult reached = FindReachable(modules, "main", "handler");
  CallGraph graph(modules, reached);
  size_t marks = 0;
  for (size_t m = 0; m < modules.size(); ++m) {
    ASSERT_NE(modules[m].facts, nullptr);
    std::istringstream lines(files[m].second);
    uint32_t number = 0;
    for (std::string line; std::getline(lines, line);) {
      ++number;
      const size_t hash = line.find("  # ");
      if (hash == std::string::npos) continue;
      const std::string where = files[m].first + ":" + std::to_string(number) + ": " + line;
      const int function = FunctionAt(*modules[m].facts, number);
      std::istringstream words(line.substr(hash + 4));
      std::string mark, name;
      words >> mark;
      if (mark == "reached" || mark == "dead") {
        ++marks;
        EXPECT_EQ(reached.Reaches(modules[m].name, function), mark == "reached") << where;
      } else if (mark == "->" || mark == "!>") {
        std::set<FunctionRef> calls;
        AddCalls(graph, modules, reached, static_cast<int>(m), function, calls);
        std::set<std::string> names;
        for (const FunctionRef& callee : calls) names.insert(NameOf(modules, callee));
        while (words >> name) {
          ++marks;
          EXPECT_EQ(names.count(name) != 0, mark == "->") << where << " (" << name << ")";
        }
      } else {
        ADD_FAILURE() << where << ": no such mark";
      }
    }
  }
  EXPECT_GT(marks, 0U);
}

std::vector<std::string> AllCases() {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(FAASLIGHT_REACH_CASES)) {
    if (entry.path().extension() == ".py") names.push_back(entry.path().stem());
  }
  std::sort(names.begin(), names.end());
  return names;
}

INSTANTIATE_TEST_SUITE_P(Cases, ReachCase, testing::ValuesIn(AllCases()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace faaslight
