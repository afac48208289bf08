#include "tracer/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "proto/envelope.h"

namespace faaslight {
namespace {

using testing::HasSubstr;

TEST(HandlerModule, FollowsLambdasRule) {
  EXPECT_EQ(*HandlerModule("main.handler"), "main");
  EXPECT_EQ(*HandlerModule("pkg/mod.handler"), "pkg.mod");
  EXPECT_EQ(*HandlerModule("pkg.mod.handler"), "pkg.mod");
  for (const char* bad :
       {"", "main", "main.", ".handler", "../main.handler", "/main.handler", "a//b.handler"}) {
    EXPECT_FALSE(HandlerModule(bad)) << bad;
  }
}

class OptionsTest : public testing::Test {
 protected:
  std::filesystem::path Make(const std::string& name, const std::string& text = "") {
    EXPECT_TRUE(WriteFile(folder_.path() / name, text));
    return folder_.path() / name;
  }
  TemporaryDirectory folder_ = *TemporaryDirectory::Make({}, "options-test-");
};

TEST_F(OptionsTest, TheHandlersFileMayBeSourcePackageOrExtensionInAppOrLayer) {
  Make("app/a.py");
  Make("app/b/__init__.py");
  Make("app/c/d.cpython-39-x86_64-linux-gnu.so");
  Make("layer/python/e.py");
  RunSpec spec;
  spec.app = folder_.path() / "app";
  spec.layers = {folder_.path() / "layer"};
  for (const char* module : {"a", "b", "c.d", "e"})
    EXPECT_TRUE(CheckHandlerFile(module, spec)) << module;
  for (const char* module : {"d", "c", "f", "a.b"})
    EXPECT_FALSE(CheckHandlerFile(module, spec)) << module;
}

TEST_F(OptionsTest, OnlyATraceIsOverwritten) {
  EXPECT_TRUE(CheckOutput(folder_.path() / "new.trace"));
  EXPECT_TRUE(CheckOutput(Make("old.trace", Wrap(Trace()))));
  EXPECT_TRUE(CheckOutput(Make("torn.trace", Wrap(Trace()).substr(0, 14))));
  EXPECT_FALSE(CheckOutput(Make("notes.txt", "precious")));
  EXPECT_FALSE(CheckOutput(Make("empty", "")));
  EXPECT_FALSE(CheckOutput(Make("plan", Wrap(Plan()))));
  EXPECT_FALSE(CheckOutput(folder_.path()));
  EXPECT_FALSE(CheckOutput(folder_.path() / "no" / "folder.trace"));
  EXPECT_FALSE(CheckOutput(""));
}

TEST_F(OptionsTest, TheCommandLineWinsOverTheTemplate) {
  Make("app/main.py");
  Make("app/other.py");
  TraceOptions options;
  options.app = folder_.path() / "app";
  options.template_file = Make("serverless.yml",
                               "provider: {memorySize: 300, environment: {A: 1, B: 2}}\n"
                               "functions: {f: {handler: main.handler, timeout: 9}}\n");
  options.handler = "other.handler";
  options.env = {"B=3"};
  options.output = folder_.path() / "app.trace";
  options.python = "/nonexistent/python";
  const Result<TraceRequest> request = Resolve(options, folder_.path());
  ASSERT_FALSE(request) << "checked last";
  EXPECT_THAT(request.error().message, HasSubstr("/nonexistent/python"));
  EXPECT_EQ(request.error().code, ExitCode::kUsage);
}

TEST_F(OptionsTest, EnvironmentFilesAreNotKept) {
  Make("app/main.py");
  TraceOptions options;
  options.app = folder_.path() / "app";
  options.handler = "main.handler";
  options.env = {"OPEN=1"};
  options.env_files = {Make(".env", "SECRET=2\n")};
  options.output = folder_.path() / "app.trace";
  const Result<TraceRequest> request = Resolve(
      options, std::filesystem::path(FAASLIGHT_BIN_DIR).parent_path() / "libexec/faaslight");
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->spec.env.at("SECRET"), "2");
  EXPECT_THAT(request->env, testing::ElementsAre(testing::Pair("OPEN", "1")));
  EXPECT_EQ(request->env_files.at(0), folder_.path() / ".env");
}

}  // namespace
}  // namespace faaslight
