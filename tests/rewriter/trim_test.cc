#include "rewriter/trim.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace faaslight {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

TrimInput Input(const std::vector<std::string>& files) {
  TrimInput input;
  input.cache_tag = "cpython-39";
  input.metadata = true;
  for (const std::string& file : files) input.files.emplace_back(file, 10);
  return input;
}

TEST(Trim, LeavesOutWhatNothingImports) {
  const Trimmed trimmed = FindTrimmed(
      Input({"a/x.py", "a/x.pyi", "a/py.typed", "a/x.pyx", "a/include/x.h", "a/libx.a", "a/x.so",
             "a/x.cpython-39-x86_64-linux-gnu.so", "a/data.txt", "a/libx.so.1", "main.py"}));
  EXPECT_THAT(trimmed.files, UnorderedElementsAre("a/x.pyi", "a/py.typed", "a/x.pyx",
                                                  "a/include/x.h", "a/libx.a"));
  ASSERT_EQ(trimmed.kinds.size(), 3U);
  EXPECT_EQ(trimmed.kinds[0].what, "type stubs");
  EXPECT_EQ(trimmed.kinds[0].bytes, 20U);
  EXPECT_THAT(trimmed.kinds[0].files, ElementsAre("a/py.typed", "a/x.pyi"));
}

TEST(Trim, NothingIsLeftOutUnlessAsked) {
  TrimInput input = Input({"a/x.pyi", "a/tests/test_x.py"});
  input.trim = Trim::kNone;
  EXPECT_THAT(FindTrimmed(input).files, IsEmpty());
}

TEST(Trim, CompiledFilesStayWhereTheInterpreterReadsThem) {
  const Trimmed trimmed = FindTrimmed(
      Input({"a/x.py", "a/__pycache__/x.cpython-39.pyc", "a/__pycache__/x.cpython-39.opt-1.pyc",
             "a/__pycache__/x.cpython-38.pyc", "a/__pycache__/gone.cpython-39.pyc", "a/only.pyc"}));
  EXPECT_THAT(trimmed.files, UnorderedElementsAre("a/__pycache__/x.cpython-38.pyc",
                                                  "a/__pycache__/gone.cpython-39.pyc"));
}

TEST(Trim, TestsThatNothingNeeds) {
  TrimInput input =
      Input({"a/tests/test_x.py", "a/tests/data/x.csv", "b/tests/__init__.py", "b/tests/data.csv",
             "c/tests/helper.py", "c/tests/rest.py", "tests/x.py"});
  input.opened = {"b/tests/data.csv"};
  input.reachable = {"c.tests.helper"};
  EXPECT_THAT(FindTrimmed(input).files,
              UnorderedElementsAre("a/tests/test_x.py", "a/tests/data/x.csv"));
}

TEST(Trim, WhatAnEventOpenedStays) {
  TrimInput input = Input({"a/x.h", "a/y.h"});
  input.opened = {"a/x.h"};
  EXPECT_THAT(FindTrimmed(input).files, UnorderedElementsAre("a/y.h"));
}

TEST(Trim, MetadataGoesWhenNothingReadsIt) {
  TrimInput input = Input({"a-1.dist-info/RECORD", "a-1.dist-info/licenses/LICENSE",
                           "a-1.dist-info/entry_points.txt", "a/LICENSE.md", "a/README.md"});
  EXPECT_THAT(FindTrimmed(input).files, UnorderedElementsAre("a/README.md"));
  input.metadata = false;
  EXPECT_THAT(FindTrimmed(input).files, UnorderedElementsAre("a/README.md", "a-1.dist-info/RECORD",
                                                             "a-1.dist-info/entry_points.txt"));
}

TEST(Trim, UnreachableModulesWhenAsked) {
  TrimInput input = Input({"main.py", "a/__init__.py", "a/used.py", "a/never.py",
                           "a/fast.cpython-39-x86_64-linux-gnu.so", "a/libfast.so", "a/never.txt",
                           "bin/run-me.py"});
  input.reachable = {"main", "a", "a.used"};
  EXPECT_THAT(FindTrimmed(input).files, IsEmpty());
  input.trim = Trim::kUnreachable;
  const Trimmed trimmed = FindTrimmed(input);
  EXPECT_THAT(trimmed.files,
              UnorderedElementsAre("a/never.py", "a/fast.cpython-39-x86_64-linux-gnu.so"));
  EXPECT_THAT(trimmed.modules, UnorderedElementsAre("a.never", "a.fast"));
}

TEST(Trim, ModulesOfFiles) {
  EXPECT_EQ(ModuleOfFile("a/b/__init__.py"), "a.b");
  EXPECT_EQ(ModuleOfFile("a/b.py"), "a.b");
  EXPECT_EQ(ModuleOfFile("main.py"), "main");
  EXPECT_EQ(ModuleOfFile("a/x.abi3.so"), "a.x");
  EXPECT_EQ(ModuleOfFile("a/x.so"), "");
  EXPECT_EQ(ModuleOfFile("a-b/x.py"), "");
  EXPECT_EQ(ModuleOfFile("a/x.txt"), "");
  EXPECT_EQ(ModuleOfFile("__init__.py"), "");
  EXPECT_EQ(ModuleOfFile(""), "");
}

}  // namespace
}  // namespace faaslight
