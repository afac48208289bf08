#include "report/why_eager.h"

#include <gmock/gmock.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "tests/report/sample.h"

namespace faaslight {
namespace {

using ::testing::ElementsAre;

struct Import {
  const char* target;
  const char* rule;
};

// A trace and its plan: each Add is a module that stays, costs `self_us`, and imports these.
class Sample {
 public:
  Sample() { trace_.mutable_app()->set_handler_module("main"); }

  Sample& Add(const std::string& name, const std::string& importer, uint64_t self_us,
              std::initializer_list<Import> imports) {
    AddModule(trace_, name, importer, 1, self_us, self_us);
    PlanModule* planned = plan_.add_modules();
    planned->set_name(name);
    planned->set_loaded_before(true);
    planned->set_loaded_after(true);
    planned->set_importer(importer);
    for (const Import& import : imports) {
      ImportDecision* decision = planned->add_imports();
      decision->set_name(import.target);
      decision->set_target(import.target);
      decision->set_line(7);
      decision->mutable_reason()->set_rule(import.rule);
      decision->set_lazy(std::string(import.rule).empty());
    }
    return *this;
  }

  Plan& plan() { return plan_; }

  WhyEager Explain() const { return ExplainEager(TracePlan(trace_, &plan_)); }

 private:
  Trace trace_;
  Plan plan_;
};

// Two ways to c, one to d.
Sample Diamond() {
  Sample sample;
  sample.Add("main", "", 1, {{"a", "R2"}, {"b", "R13"}})
      .Add("a", "main", 10, {{"c", "R2"}})
      .Add("b", "main", 20, {{"c", "R2"}, {"d", "R2"}})
      .Add("c", "a", 40, {})
      .Add("d", "b", 80, {});
  return sample;
}

// "module held_modules/held_us importer"
std::vector<std::string> Rows(const WhyEager& why) {
  std::vector<std::string> rows;
  for (const EagerRow& row : why.rows) {
    rows.push_back(row.module + " " + std::to_string(row.held_modules) + "/" +
                   std::to_string(row.held_us) + " " + row.importer);
  }
  return rows;
}

// "rule imports: held_modules/held_us"
std::vector<std::string> Rules(const WhyEager& why) {
  std::vector<std::string> rules;
  for (const EagerRule& rule : why.rules) {
    rules.push_back(rule.rule + " " + std::to_string(rule.imports) + ": " +
                    std::to_string(rule.held_modules) + "/" + std::to_string(rule.held_us));
  }
  return rules;
}

TEST(WhyEager, AModuleHoldsWhatEveryWayLeadsThroughItTo) {
  const WhyEager why = Diamond().Explain();
  EXPECT_EQ(why.modules, 5U);
  EXPECT_EQ(why.self_us, 151U);
  EXPECT_THAT(Rows(why), ElementsAre("b 2/100 main", "d 1/80 b", "c 1/40 a", "a 1/10 main"));
  EXPECT_EQ(why.rows[2].importers, 2U);
  EXPECT_EQ(why.rows[0].line, 7U);
  EXPECT_EQ(why.rows[0].cause.rule, "R13");
}

TEST(WhyEager, ARuleHoldsWhatNoOtherLoads) {
  EXPECT_THAT(Rules(Diamond().Explain()), ElementsAre("R2 4: 3/130", "R13 1: 2/100"));
}

TEST(WhyEager, WhatStaysForFreeHoldsNothing) {
  Sample sample;
  sample.Add("main", "", 1, {{"a", "R13"}, {"c", "free"}})
      .Add("a", "main", 10, {{"c", "R13"}})
      .Add("c", "main", 40, {});
  EXPECT_THAT(Rows(sample.Explain()), ElementsAre("a 2/50 main", "c 1/40 a"));
}

TEST(WhyEager, AHoistHolds) {
  Sample sample;
  sample.Add("main", "", 1, {{"a", ""}}).Add("a", "main", 10, {});
  Hoist* hoist = sample.plan().mutable_modules(0)->add_hoists();
  hoist->set_module("a");
  hoist->set_line(3);
  hoist->mutable_reason()->set_rule("R4");
  EXPECT_THAT(Rules(sample.Explain()), ElementsAre("R4 1: 1/10"));
}

TEST(WhyEager, WhatNoDecisionImportsHangsOnItsImporter) {
  Sample sample;
  sample.Add("main", "", 1, {{"a", "R2"}}).Add("a", "main", 10, {}).Add("plugin", "a", 5, {});
  EXPECT_THAT(Rows(sample.Explain()), ElementsAre("a 2/15 main", "plugin 1/5 a"));
}

TEST(WhyEager, ASubmoduleHoldsItsPackage) {
  Sample sample;
  sample.Add("main", "", 1, {{"p.s", "R2"}}).Add("p", "main", 30, {}).Add("p.s", "main", 5, {});
  EXPECT_THAT(Rows(sample.Explain()), ElementsAre("p.s 2/35 main", "p 1/30 p.s"));
}

TEST(WhyEager, LeavesOutWhatIsGone) {
  Sample sample;
  sample.Add("main", "", 1, {{"a", ""}}).Add("a", "main", 10, {});
  sample.plan().mutable_modules(1)->set_loaded_after(false);
  EXPECT_THAT(Rows(sample.Explain()), ElementsAre());
}

TEST(WhyEager, CirclesEnd) {
  Sample sample;
  sample.Add("main", "", 1, {{"a", "R2"}})
      .Add("a", "main", 10, {{"b", "R2"}, {"a", "R2"}})
      .Add("b", "a", 20, {{"a", "R2"}, {"main", "R2"}});
  EXPECT_THAT(Rows(sample.Explain()), ElementsAre("a 2/30 main", "b 1/20 a"));
}

TEST(WhyEager, NothingWithoutTheHandlersModule) {
  Sample sample;
  sample.Add("other", "", 1, {{"a", "R2"}});
  EXPECT_EQ(sample.Explain().modules, 0U);
}

}  // namespace
}  // namespace faaslight
