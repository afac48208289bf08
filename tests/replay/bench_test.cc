// The benchmark scripts on a small function: their figures are there and sensible, their complaints
// are one line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/replay/pythons.h"

namespace faaslight {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class ColdStartTest : public OnEachPython {
 protected:
  Command Bench(const TestApp& app, std::vector<std::string> more) {
    Command command;
    command.argv = {GetParam().path.string(),
                    "-B",
                    std::string(FAASLIGHT_SOURCE_DIR) + "/bench/coldstart.py",
                    "--app",
                    (app.path() / "app").string(),
                    "--handler",
                    "main.handler",
                    "--events",
                    (app.path() / "events").string(),
                    "--runs",
                    "2"};
    command.argv.insert(command.argv.end(), more.begin(), more.end());
    return command;
  }
};
INSTANTIATE_TEST_SUITE_P(All, ColdStartTest, testing::ValuesIn(Interpreters()), InterpreterName);

TEST_P(ColdStartTest, MeasuresEachKind) {
  TestApp app{
      {"app/main.py",
       "import time\ntime.sleep(0.1)\nimport heavy, os\n"
       "def handler(event, context):\n    time.sleep(0.15)\n    return [os.environ['K'], event]\n"},
      {"app/heavy.py", "x = 1\n"},
      {"app/service.py", "import time\nprint('K=V', flush=True)\ntime.sleep(600)\n"},
      {"rewritten/main.py", "def handler(event, context): return ['V', event]\n"},
      {"events/a.json", "1"},
      {"events/b.json", "2"}};
  const auto out = app.path() / "out.json";
  const ProcessResult run =
      faaslight::Run(
          Bench(app, {"--rewritten", (app.path() / "rewritten").string(), "--json", out.string()}))
          .value();
  ASSERT_TRUE(run.ok()) << run.err;
  EXPECT_THAT(run.out, HasSubstr("rewritten against original, no .pyc: "));
  EXPECT_THAT(run.out, testing::Not(HasSubstr("not all the same")));
  const json document = json::parse(ReadFile(out).value());
  EXPECT_EQ(document["event"], "a");
  ASSERT_EQ(document["samples"].size(), 3u);
  for (const auto& [kind, samples] : document["samples"].items()) {
    ASSERT_EQ(samples.size(), 2u) << kind;
    EXPECT_EQ(samples[0]["result"], "[\"V\", 1]");
    // The quicker of the two: the machine may stall one.
    const double import_ms =
        std::min(samples[0]["import_ms"], samples[1]["import_ms"]).get<double>();
    const double call_ms = std::min(samples[0]["call_ms"], samples[1]["call_ms"]).get<double>();
    EXPECT_EQ(import_ms >= 100, kind != "rewritten") << kind << samples;
    EXPECT_EQ(call_ms >= 150, kind != "rewritten") << kind << samples;
    if (kind != "rewritten") {
      EXPECT_LT(samples[0]["cpu_ms"], samples[0]["total_ms"]) << "it mostly slept";
    }
    EXPECT_GT(samples[0]["rss_mib"], 4.0);
  }
  EXPECT_FALSE(std::filesystem::exists(app.path() / "app" / "__pycache__"));
}

TEST_P(ColdStartTest, SaysWhatIsWrongInOneLine) {
  TestApp app{{"app/main.py", "def handler(event, context): raise ValueError('bad event')\n"},
              {"events/a.json", "1"}};
  ProcessResult run = faaslight::Run(Bench(app, {})).value();
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.err, HasSubstr("the handler raised ValueError: bad event on event a"));
  EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1);
  run = faaslight::Run(Bench(app, {"--python", "/no/such/python"})).value();
  EXPECT_EQ(run.err, "coldstart: no such interpreter: /no/such/python\n");
}

}  // namespace
}  // namespace faaslight
