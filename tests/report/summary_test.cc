#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/report.h"
#include "tests/report/sample.h"

namespace faaslight {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Summary Make(const Trace& trace, const Plan* plan = nullptr) {
  Result<Summary> summary = Summarize(trace, plan);
  EXPECT_TRUE(summary) << summary.error().message;
  return *summary;
}

const ModuleRow& Row(const Summary& summary, const std::string& name) {
  for (const ModuleRow& row : summary.modules) {
    if (row.name == name) return row;
  }
  throw std::runtime_error("no row " + name);
}

const PackageRow& Package(const Summary& summary, const std::string& name) {
  for (const PackageRow& row : summary.packages) {
    if (row.name == name) return row;
  }
  throw std::runtime_error("no package " + name);
}

std::string Way(const ModuleRow& row) {
  std::string way;
  for (const ChainStep& step : row.chain)
    way += step.module + ":" + std::to_string(step.line) + " ";
  return way;
}

TEST(Summarize, TotalsLeaveOutThePreloaded) {
  const Summary summary = Make(SampleTrace());
  EXPECT_EQ(summary.preloaded_modules, 1u);
  EXPECT_EQ(summary.total.modules_before, 7u);
  EXPECT_EQ(summary.total.modules_in_events, 1u);
  EXPECT_EQ(summary.total.self_us, 96800u);
  EXPECT_EQ(summary.total.cumulative_us, 96800u);
  EXPECT_EQ(summary.total.functions, 9u) << "without the standard library's";
  EXPECT_EQ(summary.total.entered, 4u);
  EXPECT_EQ(summary.total.reachable, std::nullopt);
  EXPECT_EQ(summary.total.modules_after, std::nullopt);
}

TEST(Summarize, PlanAddsReachAndAfter) {
  const Plan plan = SamplePlan();
  const Summary summary = Make(SampleTrace(), &plan);
  EXPECT_EQ(summary.total.modules_after, 5u);
  EXPECT_EQ(summary.total.code_after, 700u + 2100 + 11000 + 800 + 9000);
  // Entered: 4. Reachable besides: refund, Cart.discount, and best, which is nested in it.
  EXPECT_EQ(summary.total.reachable, 7u);
  EXPECT_EQ(summary.total.lazy_functions, 2u);
  ASSERT_EQ(summary.plan->unrun.size(), 2u);
  EXPECT_EQ(summary.plan->unrun[0].qualname, "refund") << "the handler's own module first";
  EXPECT_EQ(summary.plan->unrun[1].qualname, "Cart.discount");
}

TEST(Summarize, CumulativeTimeOfAPackageCountsNothingTwice) {
  const Summary summary = Make(SampleTrace());
  EXPECT_EQ(Package(summary, "shop").counts.cumulative_us, 90600u);
  EXPECT_EQ(Package(summary, "shop").counts.self_us, 2500u + 11000 + 600 + 21000);
  EXPECT_EQ(Package(summary, "(standard library)").counts.cumulative_us, 60500u);
}

TEST(Summarize, EventsCountWhatOnlyTheyEnter) {
  const Summary summary = Make(SampleTrace());
  ASSERT_EQ(summary.events.size(), 2u);
  EXPECT_EQ(summary.events[0].entered, 3u);
  EXPECT_EQ(summary.events[0].only, 1u);
  EXPECT_EQ(summary.events[1].entered, 2u);
  EXPECT_EQ(summary.events[1].only, 0u);
  EXPECT_EQ(summary.events[1].detail, "builtins.ValueError: the cart is empty");
}

TEST(Summarize, ChainsAndCauses) {
  const Plan plan = SamplePlan();
  const Summary summary = Make(SampleTrace(), &plan);
  EXPECT_EQ(Way(Row(summary, "shop.audit")), "main:0 shop:3 shop.cart:1 shop.audit:7 ");
  EXPECT_EQ(Row(summary, "shop.audit").cause->rule, "R4")
      << "the hoist, not the import that became lazy";
  EXPECT_EQ(Row(summary, "shop.cart").cause->text, "used at import time, line 5");
  EXPECT_EQ(Row(summary, "shop.mail").cause->text, "no entered code uses it");
  EXPECT_EQ(Row(summary, "smtplib").cause->text, "imported by shop.mail, which is not loaded");
  EXPECT_EQ(Row(summary, "main").cause->text, "the handler's module");
  ASSERT_EQ(summary.plan->lazy_trees.size(), 1u);
  EXPECT_EQ(summary.plan->lazy_trees[0].module, "shop.mail");
  EXPECT_EQ(summary.plan->lazy_trees[0].modules, 2u);
  EXPECT_EQ(summary.plan->lazy_trees[0].import_us, 76500u);
}

TEST(Summarize, AChangedImporterShowsInTheChain) {
  Plan plan = SamplePlan();
  for (PlanModule& module : *plan.mutable_modules()) {
    if (module.name() == "shop.audit") module.set_importer("main");
  }
  EXPECT_EQ(Way(Row(Make(SampleTrace(), &plan), "shop.audit")), "main:0 shop.audit:0 ");
}

TEST(Summarize, RulesInTheirOrder) {
  Plan plan = SamplePlan();
  for (const char* rule : {"R10", "R3", "zeta", "R1a", ""}) {
    plan.mutable_modules(0)->add_imports()->mutable_reason()->set_rule(rule);
  }
  const Summary summary = Make(SampleTrace(), &plan);
  std::vector<std::string> rules;
  for (const RuleRow& row : summary.plan->rules) rules.push_back(row.rule);
  EXPECT_THAT(rules, ::testing::ElementsAre("R1", "R1a", "R1b", "R2", "R3", "R4", "R10", "", "pin",
                                            "zeta"));
}

TEST(Summarize, RefusesThePlanOfAnotherTrace) {
  Plan plan = SamplePlan();
  plan.set_handler("main.other");
  Result<Summary> summary = Summarize(SampleTrace(), &plan);
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().code, ExitCode::kBadInput);
  EXPECT_THAT(summary.error().message, HasSubstr("main.other"));
  plan = SamplePlan();
  plan.set_python_version("3.12.1");
  summary = Summarize(SampleTrace(), &plan);
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().code, ExitCode::kBadInput);
}

TEST(Summarize, ToldWhenThePlanHasMoreModules) {
  Plan plan = SamplePlan();
  plan.add_modules()->set_name("from.another.trace");
  const Summary summary = Make(SampleTrace(), &plan);
  EXPECT_EQ(summary.plan->foreign_modules, 1u);
  EXPECT_EQ(summary.total.modules_after, 5u);
  EXPECT_THAT(RenderText(summary, {}), HasSubstr("1 module that this trace does not"));
}

TEST(Summarize, IgnoresIndexesOutOfRange) {
  Trace trace = SampleTrace();
  AddFunction(trace, "main", "odd", 60, false, {2, 4000000000u});
  trace.add_outcomes()->set_event(77);
  trace.mutable_modules(3)->set_event(99);
  AddFunction(trace, "no.such.module", "f", 1, false, {0});
  const Summary summary = Make(trace);
  EXPECT_EQ(summary.total.entered, 4u);
  EXPECT_EQ(summary.total.functions, 10u);
  EXPECT_EQ(summary.events.size(), 2u);
}

TEST(Summarize, SurvivesCirclesAndDoubles) {
  Trace trace = SampleTrace();
  AddModule(trace, "a", "b", 1, 10, 20);
  AddModule(trace, "b", "c", 1, 10, 20);
  AddModule(trace, "c", "a", 1, 10, 20);
  AddModule(trace, "self", "self", 1, 10, 20);
  AddModule(trace, "main", "shop", 1, 1000000, 1000000);
  AddModule(trace, "", "", 0, 0, 0);
  const Summary summary = Make(trace);
  EXPECT_EQ(Way(Row(summary, "a")), "c:0 b:1 a:1 ");
  EXPECT_EQ(Way(Row(summary, "self")), "self:0 ");
  EXPECT_EQ(Row(summary, "main").counts.self_us, 1200u);
  EXPECT_EQ(summary.total.modules_before, 12u);
}

TEST(Summarize, AnEmptyTraceIsFine) {
  const Summary summary = Make(Trace());
  EXPECT_EQ(summary.total.functions, 0u);
  EXPECT_THAT(RenderText(summary, {}), HasSubstr("0 events"));
  const Plan plan;
  EXPECT_THAT(RenderText(Make(Trace(), &plan), {}), HasSubstr("Not verified"));
}

TEST(Text, ATruncatedTraceSaysSoFirst) {
  Trace trace = SampleTrace();
  trace.mutable_truncation()->set_cause("killed by signal 9");
  trace.mutable_truncation()->set_where("event 2 (empty)");
  const Summary summary = Make(trace);
  EXPECT_THAT(RenderText(summary, {}),
              StartsWith("TRUNCATED TRACE: killed by signal 9, event 2 (empty)"));
  EXPECT_THAT(RenderJson(summary, 0), HasSubstr(R"("cause": "killed by signal 9")"));
}

TEST(Text, AFailedImportIsTold) {
  Trace trace = SampleTrace();
  trace.clear_outcomes();
  Outcome* outcome = trace.add_outcomes();
  outcome->set_during_init(true);
  outcome->set_exception_type("builtins.ImportError");
  outcome->set_exception_message("no shop");
  const std::string text = RenderText(Make(trace), {});
  EXPECT_THAT(
      text, HasSubstr("The import of the handler's module raised: builtins.ImportError: no shop"));
  EXPECT_THAT(text, HasSubstr("no outcome"));
}

TEST(Text, EscapesWhatTheTraceSays) {
  Trace trace = SampleTrace();
  Plan plan = SamplePlan();
  const std::string evil = "\x1b]0;owned\x07\r\n\xe2\x80\xae";
  trace.mutable_app()->set_handler("main." + evil);
  plan.set_handler("main." + evil);
  for (Event& event : *trace.mutable_events()) event.set_name(evil);
  for (Module& module : *trace.mutable_modules()) module.set_name(module.name() + evil);
  for (Module& module : *trace.mutable_modules()) module.set_importer(module.importer() + evil);
  for (Outcome& outcome : *trace.mutable_outcomes()) outcome.set_exception_message(evil);
  for (Function& function : *trace.mutable_functions()) function.set_qualname(evil);
  for (ImportEffect& effect : *trace.mutable_effects())
    effect.set_detail(evil), effect.set_attribute(evil);
  for (std::string& warning : *trace.mutable_warnings()) warning = evil;
  trace.mutable_untraced_children(0)->set_command(evil);
  trace.mutable_cycles(0)->set_modules(0, evil);
  trace.mutable_truncation()->set_cause(evil);
  plan.set_keep(evil);
  plan.add_notes(evil);
  plan.add_pins(evil);
  for (PlanModule& module : *plan.mutable_modules()) {
    module.set_name(module.name() + evil);
    for (ImportDecision& decision : *module.mutable_imports())
      decision.mutable_reason()->set_rule(evil);
    for (FunctionDecision& decision : *module.mutable_functions())
      decision.mutable_reason()->set_text(evil);
    for (Hoist& hoist : *module.mutable_hoists()) hoist.set_module(evil);
  }
  const std::string text = RenderText(Make(trace, &plan), {});
  for (const char c : text)
    EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20) << int{c};
  EXPECT_THAT(text, Not(HasSubstr("\xe2\x80\xae")));
  EXPECT_THAT(text, HasSubstr("\\x1b]0;owned\\x07"));
}

}  // namespace
}  // namespace faaslight
