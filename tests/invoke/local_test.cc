// What the emulator writes, and which combinations of runtime, server and trigger there are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "invoke/local_deployment.h"

namespace faaslight {
namespace {

using ::testing::HasSubstr;

// Recorded from the emulator (v0.0.0-20261030222936): the REPORT's Init Duration is not the init.
constexpr const char* kColdOut =
    "START RequestId: c6240277-08d1-4be5-aa5c-83503df54d05 Version: $LATEST\n"
    "hello\n"
    "END RequestId: c6240277-08d1-4be5-aa5c-83503df54d05\n"
    "REPORT RequestId: c6240277-08d1-4be5-aa5c-83503df54d05\tInit Duration: 0.28 ms\tDuration: "
    "303.88 ms\tBilled Duration: 304 ms\tMemory Size: 3008 MB\tMax Memory Used: 3008 MB\t\n";
constexpr const char* kColdErr =
    "30 Nov 2026 19:00:16,037 [INFO] (rapid) INIT START(type: on-demand, phase: init)\n"
    "30 Nov 2026 19:00:16,334 [INFO] (rapid) INIT RTDONE(status: success)\n"
    "30 Nov 2026 19:00:16,334 [INFO] (rapid) INIT REPORT(durationMs: 297.068000)\n"
    "30 Nov 2026 19:00:16,334 [INFO] (rapid) INVOKE START(requestId: "
    "c6240277-08d1-4be5-aa5c-83503df54d05)\n"
    "30 Nov 2026 19:00:16,341 [INFO] (rapid) INVOKE RTDONE(status: success, produced bytes: 0, "
    "duration: 6.455000ms)\n";

TEST(RieLog, OfAColdCall) {
  const RieLog log = ReadRieLog(kColdOut, kColdErr);
  EXPECT_TRUE(log.ended);
  EXPECT_EQ(log.request_id, "c6240277-08d1-4be5-aa5c-83503df54d05");
  ASSERT_TRUE(log.init_ms && log.duration_ms && log.billed_ms);
  EXPECT_DOUBLE_EQ(*log.init_ms, 297.068);
  EXPECT_NEAR(*log.duration_ms, 6.812, 1e-9);
  EXPECT_DOUBLE_EQ(*log.billed_ms, 304);
}

// A handler prints to the stream that the emulator does not write its own account to.
TEST(RieLog, AHandlerCannotPretend) {
  const RieLog log = ReadRieLog(std::string("INIT REPORT(durationMs: 1.0)\n"
                                            "REPORT RequestId: x\tDuration: 1.00 ms\t\n") +
                                    kColdOut,
                                kColdErr);
  EXPECT_DOUBLE_EQ(*log.init_ms, 297.068);
  EXPECT_NEAR(*log.duration_ms, 6.812, 1e-9);
}

TEST(RieLog, NothingIsNothing) {
  const RieLog log = ReadRieLog("", "");
  EXPECT_FALSE(log.ended || log.init_ms || log.duration_ms || log.timed_out || log.exited);
  EXPECT_FALSE(ReadRieLog("", "INIT REPORT(durationMs: nonsense").init_ms);
  EXPECT_FALSE(ReadRieLog("", "INIT REPORT(durationMs: -1)").init_ms);
}

TEST(Runtimes, Names) {
  EXPECT_EQ(PythonMinorOf("python3.9"), "3.9");
  EXPECT_EQ(PythonMinorOf("python3.13"), "3.13");
  for (const char* name : {"python3", "python3.", "python3.x", "python3.123", "nodejs20", ""})
    EXPECT_FALSE(PythonMinorOf(name)) << name;
}

class Resolve : public ::testing::Test {
 protected:
  Resolve() {
    EXPECT_TRUE(WriteFile(folder_.path() / "main.py", "def handler(event, context): pass\n"));
    EXPECT_TRUE(WriteFile(folder_.path() / "pkg/mod.py", ""));
    options_.app = folder_.path();
    options_.handler = "main.handler";
    options_.runtime = "python3.11";
    options_.interpreter = "/bin/sh";
    options_.server = LocalServer::kBare;
  }
  std::string Error() {
    const auto resolved = ResolveLocal(options_);
    if (resolved) return "";
    EXPECT_EQ(resolved.error().code, ExitCode::kUsage);
    return resolved.error().message;
  }
  TemporaryDirectory folder_ = TemporaryDirectory::Make({}, "resolve-").value();
  LocalOptions options_;
};

TEST_F(Resolve, HandlersAsLambdaWritesThem) {
  EXPECT_EQ(Error(), "");
  options_.handler = "pkg/mod.handler";
  EXPECT_EQ(Error(), "");
  options_.handler = "pkg.mod.handler";
  EXPECT_EQ(Error(), "");
  options_.handler = "other.handler";
  EXPECT_THAT(Error(), HasSubstr("holds no module for the handler 'other.handler'"));
  for (const char* handler : {"", "main", ".x", "main.", "../main.handler", "/etc/x.handler"}) {
    options_.handler = handler;
    EXPECT_THAT(Error(), HasSubstr("is no handler")) << handler;
  }
}

TEST_F(Resolve, WhatIsMissingIsNamed) {
  options_.interpreter = "/no/python";
  EXPECT_THAT(Error(), HasSubstr("no such interpreter: /no/python"));
  options_.interpreter = "/bin/sh";
  options_.server = LocalServer::kRie;
  options_.servers = folder_.path() / "servers";
  EXPECT_THAT(Error(), HasSubstr("bin/aws-lambda-rie is missing"));
  options_.app = folder_.path() / "gone";
  EXPECT_THAT(Error(), HasSubstr("no such folder"));
  options_.runtime = "ruby3";
  EXPECT_THAT(Error(), HasSubstr("'ruby3' is no runtime"));
}

TEST_F(Resolve, ServerAndTriggerGoTogether) {
  options_.server = LocalServer::kRie;
  options_.trigger = "http";
  EXPECT_THAT(Error(), HasSubstr("functions-framework or bare"));
  options_.server = LocalServer::kFunctionsFramework;
  options_.trigger = "event";
  EXPECT_THAT(Error(), HasSubstr("--trigger http"));
}

TEST_F(Resolve, CommandsListenOnLoopbackAlone) {
  options_.servers = "/servers";
  for (const LocalServer server : {LocalServer::kRie, LocalServer::kFunctionsFramework}) {
    options_.server = server;
    const auto command = LocalCommand(options_, 4001, 4002, folder_.path());
    ASSERT_TRUE(command);
    EXPECT_THAT(command->argv, ::testing::Contains(HasSubstr("127.0.0.1")));
    EXPECT_EQ(command->env.at("PYTHONDONTWRITEBYTECODE"), "1");
  }
}

TEST_F(Resolve, CompiledModulesAreSeen) {
  EXPECT_FALSE(ShipsCompiledModules(folder_.path()));
  ASSERT_TRUE(WriteFile(folder_.path() / "pkg/__pycache__/mod.cpython-311.pyc", ""));
  EXPECT_TRUE(ShipsCompiledModules(folder_.path()));
}

}  // namespace
}  // namespace faaslight
