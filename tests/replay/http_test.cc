#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/replay/pythons.h"

namespace faaslight {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// A folder with Flask for this interpreter, installed once per build folder.
fs::path FlaskFor(const Interpreter& interpreter) {
  fs::path folder =
      fs::path(FAASLIGHT_BIN_DIR) / ".." / "test-packages" / ("flask-" + interpreter.minor);
  if (fs::exists(folder / "complete")) return folder;
  Command command;
  command.argv = {interpreter.path.string(),
                  "-m",
                  "pip",
                  "install",
                  "--quiet",
                  "--no-compile",
                  "--no-deps",
                  "--disable-pip-version-check",
                  "--root-user-action=ignore",
                  "--upgrade",
                  "--target",
                  folder.string(),
                  "-r",
                  std::string(FAASLIGHT_SOURCE_DIR) + "/tests/replay/flask.txt"};
  Result<ProcessResult> result = Run(command);
  EXPECT_TRUE(result && result->ok()) << (result ? result->err : result.error().message);
  const bool installed = result && result->ok();
  EXPECT_TRUE(!installed || WriteFile(folder / "complete", ""));
  return folder;
}

class HttpTest : public OnEachPython {
 protected:
  RunSpec Spec(const TestApp& app, std::initializer_list<const char*> events) {
    RunSpec spec = app.Spec(events);
    spec.trigger = "http";
    spec.layers = {FlaskFor(GetParam())};
    return spec;
  }
};
INSTANTIATE_TEST_SUITE_P(All, HttpTest, testing::ValuesIn(Interpreters()), InterpreterName);

json Answer(const Outcome& outcome) {
  EXPECT_TRUE(outcome.returned()) << outcome.exception_type() << ": "
                                  << outcome.exception_message();
  return json::parse(outcome.result_json(), nullptr, false);
}

TEST_P(HttpTest, BuildsTheRequest) {
  TestApp app{{"main.py",
               "import flask\n"
               "def handler(request):\n"
               "    assert type(request) is flask.Request\n"
               "    return {'method': request.method, 'path': request.path, 'args': "
               "request.args.to_dict(False),\n"
               "            'header': request.headers.get('x-one'), 'json': "
               "request.get_json(silent=True),\n"
               "            'data': request.get_data(as_text=True), 'view': request.view_args,\n"
               "            'form': request.form.to_dict()}\n"}};
  RunResult run = MustReplay(Spec(
      app,
      {R"({"path": "/a%20b/c", "query": {"x": ["1", "2"], "y": "\u00fc"}, "headers": {"X-One": "1"}, "body": {"k": 1}})",
       R"({"method": "put", "path": "/?q=1", "body": "aGk=", "base64": true})", "{}",
       R"({"body": "a=1&b=2", "headers": {"Content-Type": "application/x-www-form-urlencoded"}})"}));
  ASSERT_EQ(run.outcomes.size(), 4u);
  const json first = json::parse(Answer(run.outcomes[0])["body"].get<std::string>());
  EXPECT_EQ(
      first,
      json::parse(
          R"({"method": "POST", "path": "/a b/c", "args": {"x": ["1", "2"], "y": ["ü"]}, "header": "1",
    "json": {"k": 1}, "data": "{\"k\": 1}", "view": {"path": "a b/c"}, "form": {}})"));
  const json second = json::parse(Answer(run.outcomes[1])["body"].get<std::string>());
  EXPECT_EQ(second["method"], "PUT");
  EXPECT_EQ(second["data"], "hi");
  EXPECT_EQ(second["args"]["q"][0], "1");
  const json third = json::parse(Answer(run.outcomes[2])["body"].get<std::string>());
  EXPECT_EQ(third["method"], "GET");
  EXPECT_EQ(third["path"], "/");
  EXPECT_EQ(json::parse(Answer(run.outcomes[3])["body"].get<std::string>())["form"]["b"], "2");
}

TEST_P(HttpTest, NormalisesEveryKindOfAnswer) {
  TestApp app{{"main.py",
               "import flask\n"
               "def handler(request):\n"
               "    kind = request.args['k']\n"
               "    if kind == 'str': return 'h\\u00e9'\n"
               "    if kind == 'tuple': return 'x', 201, {'X-B': '2', 'X-A': '1', 'Date': 'now'}\n"
               "    if kind == 'list': return flask.jsonify([1])\n"
               "    if kind == 'bytes': return b'\\xff'\n"
               "    if kind == 'stream': return flask.Response(str(i) for i in range(3))\n"
               "    if kind == 'abort': flask.abort(404)\n"
               "    if kind == 'raise': raise LookupError('gone')\n"
               "    if kind == 'late': return flask.Response(1 / i for i in range(2))\n"}};
  RunResult run = MustReplay(
      Spec(app, {R"({"path": "/?k=str"})", R"({"path": "/?k=tuple"})", R"({"path": "/?k=list"})",
                 R"({"path": "/?k=bytes"})", R"({"path": "/?k=stream"})",
                 R"({"path": "/?k=abort"})", R"({"path": "/?k=raise"})", R"({"path": "/?k=late"})",
                 R"({"path": "/?k=none"})", "[]", R"({"path": "/favicon.ico"})"}));
  ASSERT_EQ(run.outcomes.size(), 11u);
  EXPECT_EQ(Answer(run.outcomes[0])["body"], "h\u00e9");
  EXPECT_EQ(Answer(run.outcomes[1]),
            json::parse(R"({"status": 201, "body": "x", "headers": [["Content-Length", "1"],
              ["Content-Type", "text/html; charset=utf-8"], ["X-A", "1"], ["X-B", "2"]]})"));
  EXPECT_EQ(Answer(run.outcomes[2])["body"].get<std::string>().substr(0, 2), "[1");
  EXPECT_EQ(Answer(run.outcomes[3])["base64"], true);
  EXPECT_EQ(Answer(run.outcomes[4])["body"], "012");
  EXPECT_EQ(Answer(run.outcomes[5])["status"], 404);
  EXPECT_EQ(run.outcomes[6].exception_type(), "builtins.LookupError");
  EXPECT_EQ(run.outcomes[7].exception_type(), "builtins.ZeroDivisionError");
  EXPECT_EQ(run.outcomes[8].exception_type(), "builtins.TypeError");
  EXPECT_EQ(run.outcomes[9].exception_type(), "Runtime.UnmarshalError");
  EXPECT_EQ(Answer(run.outcomes[10])["status"], 404);
}

TEST_P(HttpTest, LoadsFlaskBeforeTheHandlerAndNothingThatOnlyTestsNeed) {
  TestApp app{{"main.py",
               "import sys\nbefore = sorted(sys.modules)\n"
               "def handler(request): return {'flask': 'flask' in before, 'test': 'flask.testing' "
               "in sys.modules}\n"}};
  RunResult run = MustReplay(Spec(app, {"{}"}));
  EXPECT_EQ(json::parse(Answer(run.outcomes.at(0))["body"].get<std::string>()),
            json::parse(R"({"flask": true, "test": false})"));
}

TEST_P(HttpTest, SaysThatFlaskIsMissing) {
  TestApp app{{"main.py", "def handler(request): return ''\n"}};
  RunSpec spec = Spec(app, {"{}"});
  spec.layers.clear();
  RunResult run = MustReplay(spec);
  ASSERT_EQ(run.outcomes.size(), 1u);
  EXPECT_TRUE(run.outcomes[0].during_init());
  EXPECT_EQ(run.outcomes[0].exception_type(), "Runtime.ImportModuleError");
  EXPECT_THAT(run.outcomes[0].exception_message(), testing::HasSubstr("add flask"));
}

}  // namespace
}  // namespace faaslight
