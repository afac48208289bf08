#include "replay/replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "tests/replay/pythons.h"

namespace faaslight {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class ReplayTest : public OnEachPython {};
INSTANTIATE_TEST_SUITE_P(All, ReplayTest, testing::ValuesIn(Interpreters()), InterpreterName);

TEST(Machine, HasACPython) {
  EXPECT_FALSE(Interpreters().empty()) << "scripts/find-python.sh found none";
}

TEST_P(ReplayTest, ResultsAsLambdaMarshalsThem) {
  TestApp app{{"main.py",
               "import decimal\n"
               "def handler(event, context):\n"
               "    return {'got': event, 'd': [decimal.Decimal('1.50'), decimal.Decimal('2')], "
               "'b': b'x',\n"
               "            'nan': float('nan'), 't': (1, None)}\n"}};
  RunResult run = MustReplay(app.Spec({R"({"a": [1, "\u00fc"]})", "3"}));
  ASSERT_EQ(run.outcomes.size(), 2u);
  EXPECT_TRUE(run.complete);
  EXPECT_TRUE(run.outcomes[0].returned());
  EXPECT_TRUE(run.outcomes[0].result_is_json());
  const bool escapes =
      GetParam().minor == "3.9" || GetParam().minor == "3.10" || GetParam().minor == "3.11";
  EXPECT_EQ(run.outcomes[0].result_json(),
            std::string(R"({"got": {"a": [1, ")") + (escapes ? "\\u00fc" : "\u00fc") +
                R"("]}, "d": [1.50, 2], "b": "x", "nan": NaN, "t": [1, null]})");
  EXPECT_EQ(run.outcomes[1].event(), 1u);
  EXPECT_EQ(run.event_ms.size(), 2u);
  EXPECT_GT(run.import_ms, 0);
  EXPECT_GT(run.max_rss_kb, 4000u);
}

TEST_P(ReplayTest, WhatJsonCannotTakeIsShownByItsRepr) {
  TestApp app{{"main.py",
               "def handler(event, context):\n"
               "    return {'set': {1}, 'bytes': b'raw', 'loop': (l := [])}[event] if event != "
               "'loop' else loop()\n"
               "def loop():\n    l = []; l.append(l); return l\n"}};
  RunResult run = MustReplay(app.Spec({"\"set\"", "\"bytes\"", "\"loop\""}));
  ASSERT_EQ(run.outcomes.size(), 3u);
  for (const Outcome& outcome : run.outcomes) {
    EXPECT_TRUE(outcome.returned());
    EXPECT_FALSE(outcome.result_is_json());
  }
  EXPECT_EQ(run.outcomes[0].result_json(), "{1}");
  EXPECT_EQ(run.outcomes[1].result_json(), "b'raw'");
  EXPECT_EQ(run.outcomes[2].result_json(), "[[...]]");
}

TEST_P(ReplayTest, ExceptionsAreOutcomes) {
  TestApp app{{"main.py",
               "import sys\n"
               "class Own(Exception):\n"
               "    class Inner(KeyError): pass\n"
               "class Mute(Exception):\n"
               "    def __str__(self): raise RuntimeError\n"
               "def handler(event, context):\n"
               "    if event == 'exit': sys.exit(3)\n"
               "    if event == 'mute': raise Mute\n"
               "    if event == 'surrogate': raise ValueError('\\ud800')\n"
               "    raise Own.Inner('k')\n"}};
  RunResult run = MustReplay(app.Spec({"1", "\"exit\"", "\"mute\"", "\"surrogate\""}));
  ASSERT_EQ(run.outcomes.size(), 4u);
  EXPECT_TRUE(run.complete);
  EXPECT_FALSE(run.outcomes[0].returned());
  EXPECT_EQ(run.outcomes[0].exception_type(), "main.Own.Inner");
  EXPECT_EQ(run.outcomes[0].exception_message(), "'k'");
  EXPECT_EQ(run.outcomes[1].exception_type(), "builtins.SystemExit");
  EXPECT_EQ(run.outcomes[1].exception_message(), "3");
  EXPECT_EQ(run.outcomes[2].exception_message(), "<str() of it raised RuntimeError>");
  EXPECT_EQ(run.outcomes[3].exception_message(), "\\ud800");
}

TEST_P(ReplayTest, AllOutputIsCapturedPerEvent) {
  TestApp app{{"main.py",
               "import logging, os, subprocess, sys\n"
               "print('importing')\n"
               "def handler(event, context):\n"
               "    print('py', event); sys.stderr.write('err')\n"
               "    os.write(1, b'fd\\xff\\n')\n"
               "    subprocess.run(['/bin/echo', 'child'])\n"
               "    logging.warning('log %d', event)\n"
               "    if event == 2: print('x' * (3 << 20))\n"}};
  RunResult run = MustReplay(app.Spec({"1", "2"}));
  ASSERT_EQ(run.outcomes.size(), 2u);
  EXPECT_EQ(run.outcomes[0].stdout(),
            "importing\npy 1\nfd\\xff\nchild\n"
            "[WARNING]\t1970-01-01T00:00:00.000Z\t00000000-0000-4000-8000-000000000001\tlog 1\n");
  EXPECT_EQ(run.outcomes[0].stderr(), "err");
  EXPECT_THAT(run.outcomes[1].stdout(), testing::StartsWith("py 2\n"));
  EXPECT_THAT(run.outcomes[1].stdout(), testing::EndsWith(" more bytes]"));
  EXPECT_LT(run.outcomes[1].stdout().size(), (1u << 20) + 100);
}

TEST_P(ReplayTest, ContextAndEnvironmentAreLambdas) {
  TestApp app{{"main.py",
               "import os, sys\n"
               "def handler(event, context):\n"
               "    c = context\n"
               "    return [c.function_name, c.function_version, c.invoked_function_arn, "
               "c.memory_limit_in_mb,\n"
               "            c.aws_request_id, c.log_group_name, c.identity.cognito_identity_id, "
               "c.client_context,\n"
               "            0 < c.get_remaining_time_in_millis() <= 5000, os.getcwd() == "
               "os.environ['LAMBDA_TASK_ROOT'],\n"
               "            sys.path[0] == os.getcwd(), [p for p in sys.path if 'site-packages' in "
               "p], sys.argv,\n"
               "            os.environ.get('SECRET'), os.environ['MINE'], hash('a') == "
               "int(os.environ['HASH'] or hash('a')),\n"
               "            sys.stdin.read(), os.environ['AWS_EXECUTION_ENV'], callable(exit), "
               "sys.flags.dont_write_bytecode]\n"}};
  RunSpec spec = app.Spec({"null"});
  spec.env = {{"MINE", "1"}, {"HASH", ""}};
  spec.memory_mb = 256;
  spec.timeout = std::chrono::milliseconds(5000);
  ::setenv("SECRET", "yes", 1);
  RunResult run = MustReplay(spec);
  ::unsetenv("SECRET");
  ASSERT_EQ(run.outcomes.size(), 1u);
  EXPECT_EQ(run.outcomes[0].result_json(),
            "[\"function\", \"$LATEST\", "
            "\"arn:aws:lambda:us-east-1:123456789012:function:function\", \"256\", "
            "\"00000000-0000-4000-8000-000000000001\", \"/aws/lambda/function\", null, null, true, "
            "true, true, [], "
            "[\"/var/runtime/bootstrap.py\"], null, \"1\", true, \"\", \"AWS_Lambda_python" +
                GetParam().minor + "\", true, 1]")
      << run.outcomes[0].exception_message();
}

TEST_P(ReplayTest, PathIsTaskRootThenLayersThenStandardLibrary) {
  TestApp app{
      {"main.py", "import sys, both, deep\ndef handler(e, c): return [both.where, deep.where]\n"},
      {"both.py", "where = 'app'\n"}};
  TestApp first{{"python/both.py", "where = 'layer'\n"}, {"python/deep.py", "where = 'layer'\n"}};
  TestApp second{{"deep.py", "where = 'second'\n"}};
  RunSpec spec = app.Spec({"0"});
  spec.layers = {first.path(), second.path()};
  EXPECT_EQ(MustReplay(spec).outcomes.at(0).result_json(), R"(["app", "layer"])");
}

TEST_P(ReplayTest, HandlerStringsByLambdasRule) {
  TestApp app{{"pkg/sub/mod.py", "def go(e, c): return __name__\n"}};
  RunSpec spec = app.Spec({"0"});
  spec.handler = "pkg/sub/mod.go";
  EXPECT_EQ(MustReplay(spec).outcomes.at(0).result_json(), "\"pkg.sub.mod\"");
  const std::vector<std::pair<std::string, std::string>> bad = {
      {"pkg/sub/mod.none", "Runtime.HandlerNotFound"},
      {"nodot", "Runtime.MalformedHandlerName"},
      {"sys.exit", "Runtime.BuiltInModuleConflict"},
      {"none.go", "builtins.ModuleNotFoundError"}};
  for (const auto& [handler, type] : bad) {
    spec.handler = handler;
    RunResult run = MustReplay(spec);
    ASSERT_EQ(run.outcomes.size(), 1u) << handler;
    EXPECT_TRUE(run.outcomes[0].during_init());
    EXPECT_FALSE(run.complete);
    EXPECT_EQ(run.outcomes[0].exception_type(), type);
  }
}

TEST_P(ReplayTest, AFailedImportKeepsItsOutput) {
  TestApp app{{"main.py", "print('so far')\nimport main_missing_dependency\n"}};
  RunResult run = MustReplay(app.Spec({"0", "1"}));
  ASSERT_EQ(run.outcomes.size(), 1u);
  EXPECT_TRUE(run.outcomes[0].during_init());
  EXPECT_EQ(run.outcomes[0].exception_type(), "builtins.ModuleNotFoundError");
  EXPECT_EQ(run.outcomes[0].stdout(), "so far\n");
}

TEST_P(ReplayTest, AProcessThatEndsItselfLosesNothing) {
  TestApp app{{"main.py",
               "import os, signal\n"
               "def handler(event, context):\n"
               "    print('about to', event)\n"
               "    if event == 'exit': os._exit(9)\n"
               "    if event == 'kill': os.kill(os.getpid(), signal.SIGKILL)\n"}};
  RunResult run = MustReplay(app.Spec({"0", "\"kill\"", "0"}));
  ASSERT_EQ(run.outcomes.size(), 2u);
  EXPECT_FALSE(run.complete);
  EXPECT_EQ(run.signal, SIGKILL);
  EXPECT_TRUE(run.outcomes[0].returned());
  EXPECT_EQ(run.outcomes[1].event(), 1u);
  EXPECT_EQ(run.outcomes[1].exception_type(), "Runtime.ExitError");
  EXPECT_EQ(run.outcomes[1].exception_message(), "Runtime exited with error: signal: Killed");
  EXPECT_EQ(run.outcomes[1].stdout(), "about to kill\n");
  run = MustReplay(app.Spec({"\"exit\""}));
  ASSERT_EQ(run.outcomes.size(), 1u);
  EXPECT_EQ(run.outcomes[0].exception_message(), "Runtime exited with error: exit status 9");
}

TEST_P(ReplayTest, TheTimeLimitIsPerEvent) {
  TestApp app{{"main.py",
               "import threading, time\n"
               "def handler(event, context):\n"
               "    print(threading.active_count(), flush=True)\n"
               "    time.sleep(event)\n"}};
  RunSpec spec = app.Spec({"0.4", "0.4", "0.4", "30", "0"});
  spec.timeout = std::chrono::milliseconds(1000);
  RunResult run = MustReplay(spec);
  ASSERT_EQ(run.outcomes.size(), 4u);
  EXPECT_TRUE(run.outcomes[2].returned());
  EXPECT_TRUE(run.outcomes[3].timed_out());
  EXPECT_EQ(run.outcomes[3].exception_type(), "Sandbox.Timedout");
  EXPECT_EQ(run.outcomes[3].exception_message(), "Task timed out after 1.00 seconds");
  EXPECT_EQ(run.outcomes[3].stdout(), "1\n");
}

TEST_P(ReplayTest, AnImportThatHangsIsCutOff) {
  TestApp app{{"main.py", "import time\ntime.sleep(30)\n"}};
  RunSpec spec = app.Spec({"0"});
  spec.timeout = std::chrono::milliseconds(700);
  RunResult run = MustReplay(spec);
  ASSERT_EQ(run.outcomes.size(), 1u);
  EXPECT_TRUE(run.outcomes[0].during_init());
  EXPECT_TRUE(run.outcomes[0].timed_out());
}

// What handlers do to the process they run in must not break the records.
TEST_P(ReplayTest, SurvivesHandlersThatMeddle) {
  TestApp app{{"main.py",
               "import io, json, os, sys, time\n"
               "def handler(event, context):\n"
               "    if event == 'close': os.closerange(3, 1024)\n"
               "    if event == 'fork' and os.fork() == 0: return 'the child'\n"
               "    if event == 'fork': os.wait()\n"
               "    if event == 'stdout': sys.stdout = io.StringIO(); print('lost')\n"
               "    if event == 'none': sys.stdout = None\n"
               "    if event == 'patch':\n"
               "        json.JSONEncoder.default = json.dumps = json.loads = os.write = None\n"
               "        time.perf_counter = os.open = os.fstat = None\n"
               "    if event == 'chdir': os.chdir('/')\n"
               "    return event\n"}};
  RunResult run = MustReplay(app.Spec({"\"close\"", "\"fork\"", "\"stdout\"", "\"none\"",
                                       "\"chdir\"", "\"patch\"", "\"close\"", "\"end\""}));
  EXPECT_TRUE(run.complete);
  std::vector<std::string> results;
  for (const Outcome& outcome : run.outcomes) results.push_back(outcome.result_json());
  EXPECT_THAT(results, ElementsAre("\"close\"", "\"fork\"", "\"stdout\"", "\"none\"", "\"chdir\"",
                                   "\"patch\"", "\"close\"", "\"end\""));
}

TEST_P(ReplayTest, ExitHandlersAndThreadsDoNotHoldTheEnd) {
  TestApp app{{"main.py",
               "import atexit, threading, time\n"
               "atexit.register(print, 'never')\n"
               "threading.Thread(target=time.sleep, args=(60,)).start()\n"
               "def handler(event, context): return 1\n"}};
  const auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(MustReplay(app.Spec({"0"})).complete);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST_P(ReplayTest, TellsWhatWasLoadedAndNothingOfItsOwn) {
  TestApp app{{"main.py",
               "import colorsys\ndef handler(e, c):\n  import wave\n  return sorted(globals())\n"},
              {"_faaslight.py", "log = [('import', 'm', 'np')]\ndef loaded(): return list(log)\n"}};
  RunResult run = MustReplay(app.Spec({"0", "1"}));
  EXPECT_THAT(run.loaded_modules, Contains("colorsys"));
  EXPECT_THAT(run.loaded_modules, Contains("wave"));
  EXPECT_THAT(run.loaded_modules, Contains("json"));  // Lambda's bootstrap has it
  for (const char* absent :
       {"subprocess", "socket", "signal", "inspect", "typing", "tempfile", "http", "fcntl"}) {
    EXPECT_THAT(run.loaded_modules, Not(Contains(absent)));
  }
  EXPECT_TRUE(std::is_sorted(run.loaded_modules.begin(), run.loaded_modules.end()));
  EXPECT_EQ(
      run.outcomes.at(0).result_json(),
      R"(["__builtins__", "__cached__", "__doc__", "__file__", "__loader__", "__name__", "__package__", )"
      R"("__spec__", "colorsys", "handler"])");
  ASSERT_EQ(run.event_loads.size(), 2U);
  EXPECT_THAT(run.event_loads[0].modules, Contains("wave"));
  EXPECT_THAT(run.event_loads[0].modules, Not(Contains("colorsys")));
  EXPECT_THAT(run.event_loads[1].modules, ElementsAre());
  ASSERT_TRUE(WriteFile(app.path() / "main.py",
                        "from _faaslight import log\n"
                        "log.append(('function', 'm', 'C.f'))\n"
                        "def handler(e, c): log.extend([('function', 'm', 'f')] * e)\n"));
  run = MustReplay(app.Spec({"2", "0"}));
  ASSERT_EQ(run.event_loads.size(), 2U);
  EXPECT_EQ(run.event_loads[0].functions, 2U);
  EXPECT_EQ(run.event_loads[1].functions, 0U);
  EXPECT_FALSE(std::filesystem::exists(app.path() / "__pycache__"));
}

TEST_P(ReplayTest, SameOutcomesEachTime) {
  TestApp app{
      {"main.py",
       "def handler(e, c): return [list({'a', 'b', 'c', 'd'}), c.aws_request_id, hash('x')]\n"}};
  EXPECT_EQ(MustReplay(app.Spec({"0"})).outcomes.at(0).result_json(),
            MustReplay(app.Spec({"0"})).outcomes.at(0).result_json());
}

TEST(Replay, InParallelThreads) {
  if (Interpreters().empty()) GTEST_SKIP() << "no CPython";
  TestApp app{{"main.py", "def handler(event, context):\n    print(event)\n    return event\n"}};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&app, i] {
      const std::string json = std::to_string(i);
      RunSpec spec = app.Spec({json.c_str(), json.c_str()});
      Result<RunResult> run =
          Replay(Interpreters()[static_cast<size_t>(i) % Interpreters().size()].path, spec);
      ASSERT_TRUE(run);
      ASSERT_EQ(run->outcomes.size(), 2u);
      EXPECT_EQ(run->outcomes[1].result_json(), json);
      EXPECT_EQ(run->outcomes[1].stdout(), json + "\n");
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(Replay, NamesWhatIsNotThere) {
  TestApp app{{"main.py", ""}};
  Result<RunResult> run = Replay("/no/such/python", app.Spec({}));
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().code, ExitCode::kUsage);
  run = Replay("/bin/false", app.Spec({}));
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().code, ExitCode::kSystem);
  RunSpec spec = app.Spec({});
  spec.app = "/no/such/app";
  run = Replay("/bin/false", spec);
  ASSERT_FALSE(run);
  EXPECT_THAT(run.error().message, HasSubstr("/no/such/app"));
}

}  // namespace
}  // namespace faaslight
