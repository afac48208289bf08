// The order of calls, what an interrupt does, and that everything is put back.
#include "invoke/measure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes.h"

namespace faaslight {
namespace {

using ::testing::ElementsAre;
using testing::FakeTime;
using ::testing::HasSubstr;

// Writes down what is done to it: "a+" begins cold, "a~" begins, "a:EVENT" a call, "a-" ends, "a!"
// finishes.
class Noted : public MeasuredDeployment {
 public:
  Noted(std::string name, std::vector<std::string>& log) : name_(std::move(name)), log_(log) {}
  Status BeginSession(bool cold) override {
    log_.push_back(name_ + (cold ? "+" : "~"));
    return {};
  }
  Result<Round> Call(const CallEvent& event) override {
    log_.push_back(name_ + ":" + event.name);
    if (on_call) on_call();
    if (!fails.empty()) return Fail(ExitCode::kUsage, fails);
    return Round();
  }
  Status EndSession() override {
    log_.push_back(name_ + "-");
    return {};
  }
  Status Finish() override {
    log_.push_back(name_ + "!");
    if (!finish_fails.empty()) return Fail(ExitCode::kSystem, finish_fails);
    return {};
  }
  std::function<void()> on_call;
  std::string fails, finish_fails;

 private:
  std::string name_;
  std::vector<std::string>& log_;
};

class MeasureTest : public ::testing::Test {
 protected:
  MeasureTest() {
    for (const char* name : {"a", "b"}) {
      auto made = std::make_unique<Noted>(name, log_);
      noted_.push_back(made.get());
      deployments_.push_back(std::move(made));
    }
    sink_.round = [this](const Round& round) {
      rounds_.push_back(round);
      return Status();
    };
    sink_.session_done = [this](const SessionKey& key) {
      done_.insert(key);
      return Status();
    };
    sink_.progress = [](uint64_t, uint64_t, const Round&) {};
  }
  Result<bool> Run(const Schedule& schedule, const std::set<SessionKey>& done = {}) {
    return Measure(schedule, {{"x", "1"}, {"y", "2"}}, deployments_, done, time_.control(), sink_);
  }
  std::vector<std::string> log_;
  std::vector<Noted*> noted_;
  std::vector<std::unique_ptr<MeasuredDeployment>> deployments_;
  std::vector<Round> rounds_;
  std::set<SessionKey> done_;
  FakeTime time_;
  MeasureSink sink_;
};

Schedule Of(uint32_t rounds, uint32_t cold, uint32_t warm) {
  Schedule schedule;
  schedule.rounds = rounds;
  schedule.cold = cold;
  schedule.warm = warm;
  return schedule;
}

TEST_F(MeasureTest, DeploymentsTakeTurnsAndEventsToo) {
  ASSERT_TRUE(Run(Of(2, 1, 1)));
  EXPECT_THAT(log_, ElementsAre("a+", "a:x", "a:y", "a-", "b+", "b:x", "b:y", "b-",  //
                                "b+", "b:y", "b:x", "b-", "a+", "a:y", "a:x", "a-", "a!", "b!"));
  EXPECT_EQ(rounds_.at(7).deployment, 0U);
  EXPECT_EQ(rounds_.at(7).session, 1U);
  EXPECT_EQ(rounds_.at(7).call, 1U);
  EXPECT_EQ(rounds_.at(7).event, "x");
  EXPECT_EQ(done_.size(), 4U);
}

TEST_F(MeasureTest, WithoutColdNothingIsForced) {
  ASSERT_TRUE(Run(Of(1, 0, 2)));
  EXPECT_THAT(log_, ElementsAre("a~", "a:x", "a:y", "a-", "b~", "b:x", "b:y", "b-", "a!", "b!"));
}

TEST_F(MeasureTest, SessionsThatAreDoneAreNotMadeAgain) {
  ASSERT_TRUE(Run(Of(2, 1, 0), {{0, 0}, {1, 1}}));
  EXPECT_THAT(log_, ElementsAre("b+", "b:x", "b-", "a+", "a:y", "a-", "a!", "b!"));
}

TEST_F(MeasureTest, AnInterruptEndsTheSessionAndPutsBack) {
  noted_[0]->on_call = [this] { time_.stopped = true; };
  const auto stopped = Run(Of(5, 1, 3));
  ASSERT_TRUE(stopped);
  EXPECT_TRUE(*stopped);
  EXPECT_THAT(log_, ElementsAre("a+", "a:x", "a-", "a!", "b!"));
  EXPECT_EQ(rounds_.size(), 1U) << "the call had ended";
  EXPECT_TRUE(done_.empty()) << "its session had not";
}

TEST_F(MeasureTest, AnErrorEndsItAndPutsBack) {
  noted_[1]->fails = "no such function";
  const auto result = Run(Of(5, 1, 0));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "no such function");
  EXPECT_THAT(log_, ElementsAre("a+", "a:x", "a-", "b+", "b:x", "b-", "a!", "b!"));
}

TEST_F(MeasureTest, WhatCannotBePutBackIsToldInAnyCase) {
  noted_[0]->finish_fails = "still marked";
  const auto result = Run(Of(1, 1, 0));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "still marked");
  noted_[1]->fails = "no such function";
  EXPECT_THAT(Run(Of(1, 1, 0)).error().message, HasSubstr("no such function; and still marked"));
}

TEST_F(MeasureTest, AFullDiskEndsIt) {
  sink_.round = [](const Round&) { return Status(Fail(ExitCode::kSystem, "disk full")); };
  EXPECT_EQ(Run(Of(5, 1, 0)).error().message, "disk full");
  EXPECT_THAT(log_, ElementsAre("a+", "a:x", "a-", "a!", "b!"));
}

TEST_F(MeasureTest, TheRateIsHeldByWaiting) {
  Schedule schedule = Of(1, 1, 1);
  schedule.calls_per_second = 0.5;
  ASSERT_TRUE(Run(schedule));
  ASSERT_EQ(time_.slept.size(), 3U) << "before all calls but the first";
  EXPECT_GT(time_.slept[0], std::chrono::milliseconds(1900));
}

TEST(Schedule, Counts) {
  EXPECT_EQ(SessionsOf(Of(10, 2, 3)), 20U);
  EXPECT_EQ(CallsPerSession(Of(10, 2, 3)), 4U);
  EXPECT_EQ(SessionsOf(Of(10, 0, 3)), 10U);
  EXPECT_EQ(CallsPerSession(Of(10, 0, 3)), 3U);
  EXPECT_EQ(SessionsOf(Of(4'000'000'000U, 4'000'000'000U, 3)), 16'000'000'000'000'000'000U);
}

}  // namespace
}  // namespace faaslight
