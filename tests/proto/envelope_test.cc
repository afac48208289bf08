#include "proto/envelope.h"

#include <gtest/gtest.h>

#include "base/files.h"

namespace faaslight {
namespace {

Trace SmallTrace() {
  Trace trace;
  trace.set_format_version(kTraceFormat);
  trace.mutable_python()->set_version("3.9.18");
  (*trace.mutable_app()->mutable_env())["B"] = "2";
  (*trace.mutable_app()->mutable_env())["A"] = "1";
  trace.add_modules()->set_name("main");
  return trace;
}

ExitCode CodeOf(std::string_view bytes) {
  Result<Trace> trace = UnwrapTrace(bytes, "x.trace");
  EXPECT_FALSE(trace);
  if (trace) return ExitCode::kOk;
  EXPECT_EQ(trace.error().message.substr(0, 7), "x.trace") << trace.error().message;
  return trace.error().code;
}

TEST(Envelope, RoundTrip) {
  const std::string bytes = Wrap(SmallTrace());
  const Result<Trace> trace = UnwrapTrace(bytes, "x.trace");
  ASSERT_TRUE(trace);
  // Compared as wrapped bytes: SerializeAsString() writes maps in an order that differs from run to
  // run.
  EXPECT_EQ(Wrap(*trace), bytes);
  EXPECT_EQ(trace->app().env().at("A"), "1");
  EXPECT_EQ(trace->modules(0).name(), "main");
  Plan plan;
  plan.set_format_version(kPlanFormat);
  EXPECT_TRUE(UnwrapPlan(Wrap(plan), "x.plan"));
}

TEST(Envelope, EqualMessagesGiveEqualBytes) {
  Trace other = SmallTrace();
  other.mutable_app()->mutable_env()->clear();
  for (int i = 0; i < 100; ++i) (*other.mutable_app()->mutable_env())[std::to_string(i)] = "v";
  Trace same = SmallTrace();
  same.mutable_app()->mutable_env()->clear();
  for (int i = 99; i >= 0; --i) (*same.mutable_app()->mutable_env())[std::to_string(i)] = "v";
  EXPECT_EQ(Wrap(other), Wrap(same));
}

TEST(Envelope, EveryTruncationIsSeen) {
  const std::string bytes = Wrap(SmallTrace());
  for (size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_EQ(CodeOf(std::string_view(bytes).substr(0, length)), ExitCode::kBadInput) << length;
  }
  EXPECT_NE(UnwrapTrace(std::string_view(bytes).substr(0, bytes.size() - 3), "x.trace")
                .error()
                .message.find("3 of"),
            std::string::npos);
}

TEST(Envelope, EveryFlippedBitIsSeen) {
  const std::string bytes = Wrap(SmallTrace());
  for (size_t i = 0; i < bytes.size() * 8; ++i) {
    std::string flipped = bytes;
    flipped[i / 8] = static_cast<char>(flipped[i / 8] ^ (1 << (i % 8)));
    EXPECT_EQ(CodeOf(flipped), ExitCode::kBadInput) << "bit " << i;
  }
}

TEST(Envelope, TrailingBytesAreSeen) {
  EXPECT_EQ(CodeOf(Wrap(SmallTrace()) + "x"), ExitCode::kBadInput);
}

TEST(Envelope, ForeignFilesAreNamedAsSuch) {
  EXPECT_EQ(CodeOf("{\"modules\": []}"), ExitCode::kBadInput);
  EXPECT_NE(UnwrapTrace("PK\x03\x04zip", "x.trace").error().message.find("not a faaslight trace"),
            std::string::npos);
  Plan plan;
  plan.set_format_version(kPlanFormat);
  EXPECT_NE(UnwrapTrace(Wrap(plan), "x.trace").error().message.find("not a trace"),
            std::string::npos);
}

TEST(Envelope, AFutureFormatIsRefused) {
  Trace trace = SmallTrace();
  trace.set_format_version(kTraceFormat + 1);
  EXPECT_EQ(CodeOf(Wrap(trace)), ExitCode::kBadInput);
  EXPECT_NE(UnwrapTrace(Wrap(trace), "x.trace").error().message.find("format 2"),
            std::string::npos);
}

TEST(Envelope, FilesAreReadOrNamed) {
  Result<TemporaryDirectory> folder = TemporaryDirectory::Make({}, "envelope-test-");
  ASSERT_TRUE(folder);
  const auto path = folder->path() / "a.trace";
  ASSERT_TRUE(WriteFile(path, Wrap(SmallTrace())));
  EXPECT_EQ(ReadTrace(path).value().modules_size(), 1);
  EXPECT_EQ(ReadTrace(folder->path() / "none").error().code, ExitCode::kUsage);
  EXPECT_EQ(ReadPlan(path).error().code, ExitCode::kBadInput);
}

}  // namespace
}  // namespace faaslight
