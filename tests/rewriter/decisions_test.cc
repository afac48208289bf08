// Decisions on small applications. tests/rules shows the same rules end to end; here are the
// conditions that no single CPython, or no small program, shows.
#include "rewriter/decisions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/rewriter/traced_app.h"

namespace faaslight {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kLongBody =
    "    text = 'a body that is long enough for a stub of its own to pay, whatever it says'\n"
    "    return text, len(text), text.upper(), text.lower(), text.title()\n";

std::string Define(const std::string& header) { return header + "\n" + kLongBody; }

Policy Keeping(Keep keep) {
  Policy policy;
  policy.keep = keep;
  return policy;
}

TEST(DecisionsTest, FunctionThatNoEventEnteredIsLazy) {
  TracedApp app({{"main.py", "x = 1\n" + Define("def handler(e, c):") + Define("def other():")}});
  app.Enter("main", "handler", 2);
  app.Decide();
  EXPECT_EQ(app.FunctionOf("main", "handler").action, FunctionAction::kKeep);
  EXPECT_EQ(app.FunctionOf("main", "other").action, FunctionAction::kLazy);
  EXPECT_EQ(app.FunctionOf("main", "other").why.rule, "R1");
}

TEST(DecisionsTest, SmallBodiesAreLazyForTestsOnly) {
  const std::string source =
      "x = 1\ndef handler(e, c):\n    return 1\ndef doc():\n    'only this'\n";
  TracedApp app({{"main.py", source}});
  app.Enter("main", "handler", 2);
  app.Decide();
  EXPECT_EQ(app.FunctionOf("main", "handler").action, FunctionAction::kKeep);
  app.Decide(Keeping(Keep::kNone));
  EXPECT_EQ(app.FunctionOf("main", "handler").action, FunctionAction::kLazy);
  EXPECT_NE(app.FunctionOf("main", "doc").action, FunctionAction::kLazy);
}

TEST(DecisionsTest, PinsKeepModulesAndFunctions) {
  TracedApp app({{"main.py", "x = 1\n" + Define("def handler(e, c):") + Define("def a():") +
                                 Define("def b():")}});
  Policy policy;
  policy.pins = {{"main:a", "pinned with --pin"}};
  app.Decide(policy);
  EXPECT_EQ(app.FunctionOf("main", "a").action, FunctionAction::kKeep);
  EXPECT_EQ(app.FunctionOf("main", "a").why.rule, "pin");
  EXPECT_EQ(app.FunctionOf("main", "b").action, FunctionAction::kLazy);
  policy.pins = {{"mai*", "pinned with --pin"}};
  app.Decide(policy);
  EXPECT_EQ(app.FunctionOf("main", "b").action, FunctionAction::kKeep);
}

TEST(DecisionsTest, KeepReachableMakesDeadCodeLazyAlone) {
  TracedApp app({{"main.py", "x = 1\ndef handler(e, c):\n    return e and used()\n" +
                                 Define("def used():") + Define("def dead():")}});
  app.Enter("main", "handler", 2);
  app.Decide(Keeping(Keep::kReachable));
  EXPECT_EQ(app.FunctionOf("main", "used").action, FunctionAction::kKeep);
  EXPECT_EQ(app.FunctionOf("main", "dead").action, FunctionAction::kLazy);
}

TEST(DecisionsTest, ImportIsLazyUnlessSomethingThatRanUsesIt) {
  TracedApp app({{"main.py", "import a\nimport b\ndef handler(e, c):\n    return a.x\n" +
                                 Define("def other():") + "    return b.x\n"},
                 {"a.py", "x = 1\n"},
                 {"b.py", "x = 2\n"}});
  app.Enter("main", "handler", 3);
  app.ImportedBy("a", "main", 1);
  app.ImportedBy("b", "main", 2);
  app.Decide();
  EXPECT_FALSE(app.ImportOf("main", 0).lazy);
  EXPECT_TRUE(app.ImportOf("main", 1).lazy);
  EXPECT_THAT(app.FunctionOf("main", "other").uses, ElementsAre("b"));
  EXPECT_TRUE(app.Choice("a").must_load);
  EXPECT_FALSE(app.Choice("b").may_load);
}

// main uses `table` alone; `plugin` registers in it, and no name of main needs it.
class EffectsTest : public ::testing::Test {
 protected:
  EffectsTest()
      : app_({{"main.py", "import table\nimport plugin\ndef handler(e, c):\n    return table.x\n"},
              {"table.py", "x = {}\n"},
              {"plugin.py", "import table\ntable.x['plugin'] = 1\n"}}) {
    app_.Enter("main", "handler", 3);
    app_.ImportedBy("table", "main", 1);
    app_.ImportedBy("plugin", "main", 2);
  }
  TracedApp app_;
};

TEST_F(EffectsTest, WithoutAnEffectItIsLazy) {
  app_.Decide();
  EXPECT_TRUE(app_.ImportOf("main", 1).lazy);
  EXPECT_THAT(app_.Choice("main").hoists, IsEmpty());
}

TEST_F(EffectsTest, OnALoadedModuleIsHoisted) {
  app_.Effect("plugin", "table", "x", "dict: 0 -> 1 items");
  app_.Decide();
  EXPECT_TRUE(app_.Choice("plugin").must_load);
  ASSERT_EQ(app_.Choice("main").hoists.size(), 1u);
  EXPECT_EQ(app_.Choice("main").hoists[0].module, "plugin");
  EXPECT_EQ(app_.Choice("main").hoists[0].why.rule, "R4");
  EXPECT_THAT(app_.Choice("main").hoists[0].why.text, HasSubstr("table.x"));
}

TEST_F(EffectsTest, AliasesThatTypingMakesOnDemandChangeNothing) {
  app_.Effect("plugin", "typing", "Pattern", "added: _SpecialGenericAlias");
  app_.Decide();
  EXPECT_THAT(app_.Choice("main").hoists, IsEmpty());
}

TEST_F(EffectsTest, APatchOfTypingCounts) {
  app_.Effect("plugin", "typing", "Pattern", "replaced: _SpecialGenericAlias -> type");
  app_.Decide();
  EXPECT_EQ(app_.Choice("main").hoists.size(), 1u);
}

}  // namespace
}  // namespace faaslight
