#include "proto/reach_chain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace faaslight {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

ReachStep* Add(Plan& plan, const std::string& name, uint32_t line, uint32_t from,
               uint32_t from_line, bool ran) {
  ReachStep* step = plan.add_reach();
  step->set_name(name);
  step->set_line(line);
  step->set_from(from);
  step->set_from_line(from_line);
  step->set_ran(ran);
  return step;
}

Plan Sample() {
  Plan plan;
  plan.add_reach_how("handler");
  plan.add_reach_how("call");
  plan.add_reach_files("main.py");
  Add(plan, "main:handler", 3, 0, 0, true);
  Add(plan, "main:helper", 9, 1, 5, false)->set_how(1);
  return plan;
}

TEST(ReachChain, FromTheThingToTheHandler) {
  EXPECT_THAT(ChainOf(Sample(), "main:helper"),
              ElementsAre("main:helper (main.py:9), not entered",
                          "  call in main:handler (main.py:5), entered", "  handler"));
  EXPECT_THAT(ChainOf(Sample(), "main:nothing"), IsEmpty());
}

TEST(ReachChain, ADamagedPlanEnds) {
  Plan plan = Sample();
  plan.mutable_reach(0)->set_from(2);  // a circle
  EXPECT_EQ(ChainOf(plan, "main:helper").size(), 3U);
  plan.mutable_reach(0)->set_from(99);  // nowhere
  plan.mutable_reach(0)->set_how(99);
  plan.mutable_reach(1)->set_file(99);
  EXPECT_THAT(ChainOf(plan, "main:helper"),
              ElementsAre("main:helper, not entered", "  call in main:handler (main.py:5), entered",
                          "  ?"));
}

}  // namespace
}  // namespace faaslight
