// Damaged files: every one is either refused with a message or reported; none crashes, hangs or
// prints controls.
#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "proto/envelope.h"
#include "report/report.h"
#include "tests/report/sample.h"

namespace faaslight {
namespace {

void Exercise(const Trace& trace, const Plan* plan) {
  const Result<Summary> summary = Summarize(trace, plan);
  if (!summary) {
    EXPECT_FALSE(summary.error().message.empty());
    return;
  }
  const std::string text = RenderText(*summary, {});
  ASSERT_FALSE(text.empty());
  for (const char c : text) ASSERT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
  ASSERT_EQ(nlohmann::json::parse(RenderJson(*summary, 3))["format"], "faaslight-report");
}

TEST(Fuzz, EveryTruncationOfATraceIsRefused) {
  const std::string bytes = Wrap(SampleTrace());
  for (size_t length = 0; length < bytes.size(); ++length) {
    const Result<Trace> trace = UnwrapTrace(std::string_view(bytes).substr(0, length), "t");
    ASSERT_FALSE(trace) << length;
    ASSERT_EQ(trace.error().code, ExitCode::kBadInput);
  }
}

TEST(Fuzz, EveryFlippedByteOfATraceIsRefused) {
  const std::string bytes = Wrap(SampleTrace());
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x40);
    ASSERT_FALSE(UnwrapTrace(damaged, "t")) << at;
  }
}

// Past the checksum, as from somebody who means harm: bytes are changed inside the message.
TEST(Fuzz, ChangedMessagesNeverCrash) {
  std::mt19937 random(20260101);
  const std::string trace_bytes = SampleTrace().SerializeAsString();
  const std::string plan_bytes = SamplePlan().SerializeAsString();
  const auto damage = [&](std::string bytes) {
    for (unsigned changes = 1 + random() % 6; changes > 0; --changes) {
      const size_t at = random() % bytes.size();
      switch (random() % 4) {
        case 0:
          bytes[at] = static_cast<char>(random());
          break;
        case 1:
          bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
          break;
        case 2:
          bytes.erase(at, 1);
          break;
        default:
          bytes.insert(at, 1, static_cast<char>(random()));
          break;
      }
    }
    return bytes;
  };
  int parsed = 0;
  // it complains of every text that is not UTF-8
  google::protobuf::LogHandler* const log = google::protobuf::SetLogHandler(nullptr);
  for (int round = 0; round < 500; ++round) {
    Trace trace;
    Plan plan;
    // Whatever was read before the damage stays in the message: that is tried too.
    parsed += trace.ParseFromString(damage(trace_bytes)) ? 1 : 0;
    parsed += plan.ParseFromString(damage(plan_bytes)) ? 1 : 0;
    Exercise(trace, nullptr);
    plan.set_handler(trace.app().handler());
    plan.set_python_version(trace.python().version());
    plan.set_python_magic(trace.python().magic());
    Exercise(trace, &plan);
    if (::testing::Test::HasFatalFailure()) FAIL() << "round " << round;
  }
  google::protobuf::SetLogHandler(log);
  EXPECT_GT(parsed, 30) << "the damage should often leave something that parses";
}

TEST(Fuzz, RandomBytesAreRefused) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random() % 300, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    ASSERT_FALSE(UnwrapTrace(bytes, "t"));
    ASSERT_FALSE(UnwrapPlan(bytes, "t"));
  }
}

// Importers in one long chain: nothing recurses, and no time is quadratic.
TEST(Fuzz, ALongChainOfImporters) {
  Trace trace = SampleTrace();
  std::string importer = "main";
  for (int i = 0; i < 10000; ++i) {
    const std::string name = "m" + std::to_string(i);
    AddModule(trace, name, importer, 1, 1, 1);
    importer = name;
  }
  Exercise(trace, nullptr);
}

}  // namespace
}  // namespace faaslight
