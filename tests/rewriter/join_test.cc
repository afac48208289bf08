// Several traces of one application: what any of them saw, counts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "rewriter/application.h"

namespace faaslight {
namespace {

using ::testing::ElementsAre;

Module* AddModule(Trace& trace, const std::string& name) {
  Module* module = trace.add_modules();
  module->set_name(name);
  module->set_root(ROOT_APP);
  module->set_file(name + ".py");
  module->set_completed(true);
  return module;
}

// main, a, b, c, d, each imported once; what differs between the traces is added by the tests.
Trace TraceOfFive() {
  Trace trace;
  trace.mutable_app()->set_handler("main.handler");
  trace.mutable_app()->set_handler_module("main");
  for (const char* name : {"main", "a", "b", "c", "d"}) AddModule(trace, name);
  return trace;
}

void AddCycle(Trace& trace, const std::vector<std::string>& names) {
  ImportCycle* cycle = trace.add_cycles();
  for (const std::string& name : names) cycle->add_modules(name);
}

std::vector<std::vector<int>> CyclesOf(const std::vector<Trace>& traces) {
  const auto folder = std::filesystem::path(::testing::TempDir()) / "join-test";
  std::filesystem::create_directories(folder);
  for (const char* name : {"main", "a", "b", "c", "d"})
    std::ofstream(folder / (std::string(name) + ".py")) << "x = 1\n";
  Result<Application> app = Application::Load(folder, traces);
  std::filesystem::remove_all(folder);
  EXPECT_TRUE(app) << app.error().message;
  return app ? app->cycles() : std::vector<std::vector<int>>{};
}

TEST(JoinTest, CyclesThatShareAModuleAreOne) {
  Trace one = TraceOfFive();
  Trace other = TraceOfFive();
  AddCycle(one, {"a", "b"});
  AddCycle(one, {"c", "d"});
  EXPECT_THAT(CyclesOf({one}), ElementsAre(ElementsAre(1, 2), ElementsAre(3, 4)));
  AddCycle(other, {"c", "b"});
  EXPECT_THAT(CyclesOf({one, other}), ElementsAre(ElementsAre(1, 2, 3, 4)));
}

TEST(JoinTest, WhatOneTraceKnowsOfAModuleIsNotLost) {
  Trace one = TraceOfFive();
  Trace other = TraceOfFive();
  other.mutable_modules(1)->set_moved(true);
  other.mutable_modules(2)->set_failed_before(true);
  other.mutable_modules(3)->set_completed(false);
  Result<Trace> joined = JoinTraces({one, other});
  ASSERT_TRUE(joined) << joined.error().message;
  ASSERT_EQ(joined->modules_size(), 5);
  EXPECT_TRUE(joined->modules(1).moved());
  EXPECT_TRUE(joined->modules(2).failed_before());
  EXPECT_FALSE(joined->modules(3).completed());
  EXPECT_FALSE(joined->modules(0).moved());
  EXPECT_TRUE(joined->modules(0).completed());
}

TEST(JoinTest, TracesOfDifferentHandlersAreRefused) {
  Trace other = TraceOfFive();
  other.mutable_app()->set_handler("other.handler");
  Result<Trace> joined = JoinTraces({TraceOfFive(), other});
  ASSERT_FALSE(joined);
  EXPECT_NE(joined.error().message.find("different handlers"), std::string::npos);
}

}  // namespace
}  // namespace faaslight
