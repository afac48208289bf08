// The golden cases: NAME.py with its decisions becomes NAME.out.py, byte for byte. What CPython
// says of the results is compared by golden_compile.py.
#include "rewriter/edits.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "base/files.h"
#include "tests/rewriter/golden_cases.h"

namespace faaslight {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> CaseNames() {
  std::vector<std::string> names;
  for (const auto& entry :
       fs::directory_iterator(fs::path(FAASLIGHT_SOURCE_DIR) / "tests/rewriter/golden")) {
    std::string name = entry.path().filename().string();
    if (name.size() > 3 && name.substr(name.size() - 3) == ".py" &&
        name.find(".out.") == std::string::npos) {
      names.push_back(name.substr(0, name.size() - 3));
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

class GoldenTest : public testing::TestWithParam<std::string> {};

TEST_P(GoldenTest, BecomesWhatIsWritten) {
  fs::path folder = fs::path(FAASLIGHT_SOURCE_DIR) / "tests/rewriter/golden";
  Result<std::string> source = ReadFile(folder / (GetParam() + ".py"));
  ASSERT_TRUE(source) << source.error().message;
  Result<Facts> facts = ReadFacts(*source);
  ASSERT_TRUE(facts) << facts.error().message;
  Result<GoldenCase> golden = ReadGoldenCase(*source, *facts);
  ASSERT_TRUE(golden) << golden.error().message;
  for (int function : golden->no_guard) {
    EXPECT_FALSE(facts->functions[static_cast<size_t>(function)].guard)
        << facts->functions[static_cast<size_t>(function)].qualname;
  }
  Result<std::vector<Edit>> edits = MakeEdits(*source, *facts, golden->decisions);
  ASSERT_TRUE(edits) << edits.error().message;
  std::string text = ApplyEdits(*source, *edits);
  fs::path expected = folder / (GetParam() + ".out.py");
  // FAASLIGHT_UPDATE_GOLDEN=1 writes what the code does now: read the difference before you commit
  // it.
  if (std::getenv("FAASLIGHT_UPDATE_GOLDEN") != nullptr) {
    ASSERT_TRUE(WriteFile(expected, text));
  }
  Result<std::string> wanted = ReadFile(expected);
  ASSERT_TRUE(wanted) << wanted.error().message;
  EXPECT_EQ(text, *wanted);
}

INSTANTIATE_TEST_SUITE_P(Cases, GoldenTest, testing::ValuesIn(CaseNames()),
                         [](const testing::TestParamInfo<std::string>& info) {
                           return info.param;
                         });

// Decisions that cannot be carried out are errors, never wrong texts.
class RefusedTest : public testing::Test {
 protected:
  std::string Refusal(std::string_view source, const FileDecisions& decisions) {
    Result<Facts> facts = ReadFacts(source);
    if (!facts) return "facts: " + facts.error().message;
    Result<std::vector<Edit>> edits = MakeEdits(source, *facts, decisions);
    return edits ? "" : edits.error().message;
  }
  static FileDecisions Lazy(int function) {
    FileDecisions decisions;
    decisions.lazy_bodies.push_back({function, 0});
    return decisions;
  }
};

TEST_F(RefusedTest, LazyBodies) {
  EXPECT_EQ(Refusal("import a\nasync def f():\n    yield 1\n", Lazy(0)), "f is an async generator");
  EXPECT_EQ(Refusal("import a\ndef f():\n    'doc'\n", Lazy(0)), "f has no body but a docstring");
  EXPECT_EQ(Refusal("import a\ndef f(x):\n    def g(): return x\n    return g\n", Lazy(1)),
            "f.<locals>.g closes over variables");
  EXPECT_EQ(Refusal("import a\nf = lambda: 1\n", Lazy(0)), "line 2: a lambda has no statements");
  EXPECT_EQ(Refusal("import a\nclass C:\n    def f(self, *, __k): return 1\n", Lazy(0)),
            "__k would be mangled");
  EXPECT_EQ(Refusal("import a\ndef f(): return 1\n", Lazy(1)), "no such function");
  EXPECT_EQ(Refusal("import a\ndef f():\n    return 1 \\\n\n", Lazy(0)),
            "line 3: a backslash after the last statement");
  EXPECT_EQ(Refusal("import a\n__fl__ = 1\ndef f(): return 1\n", Lazy(0)),
            "the source has a name __fl__ of its own");
}

TEST_F(RefusedTest, InsideLazyBodies) {
  const char* source = "import a\ndef f():\n    import b\n    def g(): return b\n    return g\n";
  FileDecisions decisions = Lazy(0);
  decisions.guards.push_back({1, -1, {"a"}});
  EXPECT_EQ(Refusal(source, decisions), "f.<locals>.g lies in a lazy function");
  decisions = Lazy(0);
  decisions.lazy_imports.emplace_back(1, 0);
  EXPECT_EQ(Refusal(source, decisions), "line 3: lies in a lazy function");
  decisions = Lazy(0);
  decisions.guards.push_back({0, -1, {"a"}});
  EXPECT_EQ(Refusal(source, decisions), "f is lazy and needs no guard");
  decisions = Lazy(0);
  decisions.lazy_bodies.push_back({0, 1});
  EXPECT_EQ(Refusal(source, decisions), "two decisions change the same text");
}

TEST_F(RefusedTest, PlacesAndNames) {
  EXPECT_EQ(Refusal("if x:\n    pass\n", FileDecisions()),
            "no place for the prologue that moves no line");
  FileDecisions decisions;
  decisions.lazy_names = {"a'b"};
  EXPECT_EQ(Refusal("import a\n", decisions), "a'b is no name");
  decisions = FileDecisions();
  decisions.lazy_imports.emplace_back(0, 1);
  EXPECT_EQ(Refusal("import a\n", decisions), "no such imported name");
  decisions = FileDecisions();
  decisions.lazy_imports.emplace_back(0, 0);
  EXPECT_EQ(Refusal("from __future__ import division\n", decisions),
            "a __future__ import cannot change");
  EXPECT_EQ(Refusal("from a import (b,\n  c) \\\n\n",
                    [] {
                      FileDecisions d;
                      d.lazy_imports.emplace_back(0, 0);
                      return d;
                    }()),
            "line 2: a backslash after an import");
  decisions = FileDecisions();
  decisions.guards.push_back({0, -1, {}});
  EXPECT_EQ(Refusal("import a\ndef f():\n    while a: pass\n", decisions),
            "no place for the guard of f that moves no line");
  decisions = FileDecisions();
  decisions.dirs.push_back({0, {}, {}});
  EXPECT_EQ(Refusal("import a\nx = dir(a)\n", decisions), "no such dir()");
  decisions.dirs.front().there = {"a'b"};
  EXPECT_EQ(Refusal("import a\nx = dir()\n", decisions), "a'b is no name");
  decisions = FileDecisions();
  decisions.all_lists.push_back({0, {"a"}});
  EXPECT_EQ(Refusal("import a\n__all__ = a.__all__\n", decisions), "no such __all__");
  decisions = FileDecisions();
  decisions.epilogue = true;
  EXPECT_EQ(Refusal("import a \\\n", decisions), "the last line ends in a backslash");
}

TEST(MakeEditsTest, ListsOfNames) {
  const std::string source = "import a\n__all__ = ['b'] + a.__all__\nx = [n for n in dir()]\n";
  Result<Facts> facts = ReadFacts(source);
  ASSERT_TRUE(facts);
  FileDecisions decisions;
  decisions.dirs.push_back({0, {"sub", "too"}, {"later"}});
  decisions.all_lists.push_back({0, {"c", "d"}});
  Result<std::vector<Edit>> edits = MakeEdits(source, *facts, decisions);
  ASSERT_TRUE(edits);
  const std::string text = ApplyEdits(source, *edits);
  EXPECT_NE(text.find("\n__all__ = ['b'] + ['c', 'd']\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\nx = [n for n in __fl__.dir('sub too', 'later')]\n"), std::string::npos)
      << text;
}

TEST(ApplyEditsTest, InsertsBeforeReplacing) {
  EXPECT_EQ(ApplyEdits("abcdef", {{0, 0, "<"}, {0, 2, "AB"}, {4, 4, "-"}, {6, 6, ">"}}),
            "<ABcd-ef>");
}

}  // namespace
}  // namespace faaslight
