#include <gtest/gtest.h>

#include "rewriter/facts.h"

namespace faaslight {
namespace {

// Which of the branches of `if CONDITION: ran / else: other` may run on CPython 3.9.
std::string Runs(const std::string& condition) {
  const std::string source = "import sys, six\nfrom six import PY2, PY3 as NEW\nPY3 = odd\nif " +
                             condition + ":\n  ran.here(a)\nelse:\n  other.there(b)\n";
  const Result<Facts> facts = ReadFacts(source, nullptr, 9);
  if (!facts) return facts.error().message;
  const Uses& uses = facts->at_import;
  std::string out;
  if (uses.names.count("ran") != 0) out += "first ";
  if (uses.names.count("other") != 0) out += "second";
  // A branch is in the facts with all it uses or with nothing.
  EXPECT_EQ(uses.names.count("ran"), uses.names.count("a"));
  EXPECT_EQ(uses.names.count("ran"), uses.methods.count("here"));
  EXPECT_EQ(uses.names.count("ran"), uses.chains.count("ran.here"));
  EXPECT_EQ(uses.names.count("other"), uses.methods.count("there"));
  return out;
}

TEST(VersionTests, SettledConditions) {
  for (const char* holds : {"sys.version_info >= (3, 8)",
                            "sys.version_info>=(3,9)",
                            "sys.version_info > (3,)",
                            "sys.version_info > (3, 9)",
                            "sys.version_info != (3, 9)",
                            "sys.version_info < (3, 10)",
                            "sys.version_info[0] == 3",
                            "sys.version_info[0] >= 3",
                            "sys.version_info.major > 2",
                            "sys.version_info[1] < 10",
                            "sys.version_info.minor == 9",
                            "sys.version_info[:2] == (3, 9)",
                            "sys.version_info[:2] >= (3, 9)",
                            "sys.version_info[0:2] < (3, 9, 1)",
                            "sys.version_info[:1] == (3,)",
                            "(sys.version_info < (4, 0, 0))",
                            "six.PY3",
                            "not six.PY2",
                            "NEW",
                            "not PY2",
                            "x or six.PY3",
                            "NEW and sys.version_info > (3,)",
                            "vendor.six.PY3",
                            "not (PY2 or sys.version_info < (3, 7))"}) {
    EXPECT_EQ(Runs(holds), "first ") << holds;
    EXPECT_EQ(Runs("not (" + std::string(holds) + ")"), "second") << holds;
  }
}

TEST(VersionTests, WhatHangsOnMoreIsNotSettled) {
  for (const char* open : {"sys.version_info >= (3, 9, 1)",
                           "sys.version_info == (3, 9, 18)",
                           "x",
                           "x and six.PY3",
                           "sys.version_info >= 3",
                           "sys.version_info[0] >= (3,)",
                           "sys.version_info[2] > 1",
                           "sys.version_info >= OLDEST",
                           "sys.version_info in (3, 9)",
                           "PY3",
                           "other.version_info > (3,)",
                           "version_info > (3,)",
                           "3 < sys.version_info[0] < 4",

                           "sys.version_info >= (99999999999, 1)",
                           "compat.PY2",
                           "six.PY34",
                           "sys.version_info",
                           "not x",
                           "x or six.PY2",
                           "sys.version_info >= ()"}) {
    EXPECT_EQ(Runs(open), "first second") << open;
  }
}

TEST(VersionTests, WithoutAVersionNothingIsSettled) {
  const Result<Facts> facts = ReadFacts("import sys\nif sys.version_info < (3,):\n  old\n");
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->at_import.names.count("old"), 1U);
}

TEST(VersionTests, WhatTheBranchBindsStaysBound) {
  const Result<Facts> facts = ReadFacts(
      "import sys\n"
      "def f():\n"
      "  if sys.version_info < (3,):\n"
      "    global changed\n"
      "    changed = 1\n"
      "    yield old\n"
      "if sys.version_info < (3,):\n"
      "  import gone\n"
      "  name = 1\n"
      "  def g(): pass\n",
      nullptr, 9);
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->functions[0].kind, FunctionKind::kGenerator);
  EXPECT_TRUE(facts->bindings.at("changed").global_in_function);
  EXPECT_EQ(facts->bindings.at("name").count, 1U);
  EXPECT_EQ(facts->functions[0].own.names.count("old"), 0U);
  EXPECT_TRUE(facts->imports[1].never_runs);
  EXPECT_TRUE(facts->functions[1].never_runs);
}

TEST(VersionTests, MinorOfATag) {
  EXPECT_EQ(MinorOf("cpython-39"), 9);
  EXPECT_EQ(MinorOf("cpython-312"), 12);
  for (const char* other : {"", "cpython-3", "cpython-3x", "pypy39", "cpython-39-pytest",
                            "cpython-3-1", "cpython-399999999999"})
    EXPECT_EQ(MinorOf(other), 0) << other;
}

}  // namespace
}  // namespace faaslight
