// What a trace says of programs that run to their end.
#include "traced.h"

namespace faaslight {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;
using testing::UnorderedElementsAre;

class RunTest : public TraceTest {};

TEST_P(RunTest, FunctionsByEventModulesAndOutcomes) {
  Put("main.py", R"PY(import helper
import math, json

class C:
    def used(self, x):
        return helper.double(x)
    def unused(self):
        def nested(): return 1
        return nested
    alias = lambda self: 3

def at_import():
    return C()
C0 = at_import()

def handler(event, context):
    if event["n"] < 0:
        raise ValueError("negative: %d" % event["n"])
    print("got", event["n"])
    return {"n": C0.used(event["n"]), "later": later() if event["n"] > 5 else None}

def later():
    import colorsys
    return [x for x in (1, 2)]
)PY");
  Put("helper.py", "def double(x):\n    return 2 * x\n");
  const Traced traced = Run({R"({"n": 1})", R"({"n": -1})", R"({"n": 6})"});
  ASSERT_EQ(traced.exit_code, 0) << traced.err;
  EXPECT_EQ(traced.Entered("main", "at_import"), "i");
  EXPECT_EQ(traced.Entered("main", "handler"), "0 1 2");
  EXPECT_EQ(traced.Entered("main", "C.used"), "0 2");
  EXPECT_EQ(traced.Entered("main", "C.unused"), "-");
  EXPECT_EQ(traced.Entered("main", "C.unused.<locals>.nested"), "-");
  EXPECT_EQ(traced.Entered("main", "C.<lambda>"), "-");
  EXPECT_EQ(traced.Entered("main", "later"), "2");
  EXPECT_EQ(traced.Entered("helper", "double"), "0 2");
  EXPECT_THAT(traced.QualnamesOf("main"),
              UnorderedElementsAre("C.used", "C.unused", "C.unused.<locals>.nested", "C.<lambda>",
                                   "at_import", "handler", "later"))
      << "neither the class body nor the comprehension is a function";
  EXPECT_EQ(traced.FindFunction("main", "C.used")->first_line(), 5U);

  const Module* main = traced.FindModule("main");
  const Module* helper = traced.FindModule("helper");
  const Module* colorsys = traced.FindModule("colorsys");
  ASSERT_TRUE(main != nullptr && helper != nullptr && colorsys != nullptr);
  EXPECT_EQ(main->importer(), "");
  EXPECT_EQ(main->root(), ROOT_APP);
  EXPECT_EQ(main->phase(), PHASE_INIT);
  EXPECT_EQ(main->sha256(), Sha256(*ReadFile(folder_.path() / "app/main.py")));
  EXPECT_GE(main->cumulative_us(), helper->cumulative_us());
  EXPECT_GT(main->code_bytes(), 0U);
  EXPECT_EQ(helper->importer(), "main");
  EXPECT_EQ(helper->importer_line(), 1U);
  EXPECT_EQ(colorsys->root(), ROOT_STDLIB);
  EXPECT_EQ(colorsys->phase(), PHASE_EVENT);
  EXPECT_EQ(colorsys->event(), 2U);
  EXPECT_EQ(traced.FindModule("json")->phase(), PHASE_PRELOAD);
  EXPECT_EQ(traced.FindModule("sys")->kind(), KIND_BUILTIN);
  EXPECT_EQ(traced.FindModule("_faaslight_tracer"), nullptr);

  ASSERT_EQ(traced.trace.outcomes_size(), 3);
  EXPECT_EQ(traced.trace.outcomes(0).result_json(), R"({"n": 2, "later": null})");
  EXPECT_EQ(traced.trace.outcomes(0).stdout(), "got 1\n");
  EXPECT_EQ(traced.trace.outcomes(1).exception_type(), "builtins.ValueError");
  EXPECT_EQ(traced.trace.outcomes(1).exception_message(), "negative: -1");
  EXPECT_FALSE(traced.trace.has_truncation());
  EXPECT_EQ(traced.trace.python().version().rfind(GetParam().minor, 0), 0U);
  EXPECT_EQ(traced.trace.python().executable(), GetParam().python.string());
  EXPECT_EQ(traced.trace.python().magic().size(), 4U);
  EXPECT_EQ(traced.trace.app().handler_module(), "main");
}

TEST_P(RunTest, EqualCodeInTwoModulesIsTwoFunctions) {
  Put("main.py", "import a, b\ndef handler(e, c):\n    return b.same()\n");
  for (const char* name : {"a.py", "b.py"}) Put(name, "def same():\n    return 1\n");
  const Traced traced = Run({"{}"});
  ASSERT_EQ(traced.exit_code, 0) << traced.err;
  EXPECT_EQ(traced.Entered("a", "same"), "-");
  EXPECT_EQ(traced.Entered("b", "same"), "0");
}

TEST_P(RunTest, QualifiedNamesOfGlobalsPrivatesAndComprehensions) {
  Put("main.py", R"PY(
def outer():
    global made
    def made(): return 1
    def kept(): return 2
    return [lambda: 3 for _ in (1,)][0]() + made() + kept()
class A:
    class B:
        def __private(self): return 1
        def call(self): return self.__private()
def handler(e, c):
    return outer() + A.B().call()
)PY");
  const Traced traced = Run({"{}"});
  ASSERT_EQ(traced.exit_code, 0) << traced.err;
  EXPECT_EQ(traced.Entered("main", "made"), "0");
  EXPECT_EQ(traced.Entered("main", "outer.<locals>.kept"), "0");
  EXPECT_EQ(traced.Entered("main", "A.B.__private"), "0");
  const std::set<std::string> names = traced.QualnamesOf("main");
  EXPECT_EQ(std::count_if(
                names.begin(), names.end(),
                [](const std::string& name) { return name.find("<lambda>") != std::string::npos; }),
            1);
}

TEST_P(RunTest, GeneratorsCoroutinesThreadsAndForkedChildren) {
  Put("main.py", R"PY(
import asyncio, os, threading
def started(): yield 1
def never_started(): yield 1
async def coroutine(): return in_coroutine()
def in_coroutine(): return 1
def in_thread(): deep_in_thread()
def deep_in_thread(): pass
def in_child(): pass
def handler(e, c):
    list(started()); never_started()
    asyncio.run(coroutine())
    t = threading.Thread(target=in_thread); t.start(); t.join()
    pid = os.fork()
    if pid == 0:
        in_child()
        import sndhdr_like
        os._exit(0)
    os.waitpid(pid, 0)
    return 1
)PY");
  Put("sndhdr_like.py", "def unused(): pass\n");
  const Traced traced = Run({"{}"});
  ASSERT_EQ(traced.exit_code, 0) << traced.err;
  EXPECT_EQ(traced.Entered("main", "started"), "0");
  for (const char* name :
       {"coroutine", "in_coroutine", "in_thread", "deep_in_thread", "in_child"}) {
    EXPECT_EQ(traced.Entered("main", name), "0") << name;
  }
  EXPECT_EQ(traced.Entered("sndhdr_like", "unused"), "-") << "a forked child's import";
}

TEST_P(RunTest, NamesThatEvaluatedCodeUses) {
  Put("main.py", R"PY(
import colorsys as cs, bisect, typing
def handler(e, c):
    exec("def made():\n    return bisect.bisect([1], 1)", globals())
    hints = typing.get_type_hints(annotated)
    return eval("cs.ONE_THIRD > 0") and made() == 1
def annotated(x: "Hidden") -> "int": pass
class Hidden: pass
)PY");
  const Traced traced = Run({"{}"});
  ASSERT_EQ(traced.exit_code, 0) << traced.err;
  ASSERT_EQ(traced.trace.outcomes(0).result_json(), "true");
  std::map<std::string, std::set<std::string>> names;
  for (const EvaluatedNames& entry : traced.trace.evaluated_names()) {
    names[entry.module()].insert(entry.names().begin(), entry.names().end());
  }
  EXPECT_THAT(names["main"], IsSupersetOf({"cs", "bisect", "Hidden"}));
  EXPECT_THAT(names["main"], Not(testing::Contains("annotated")));
}

TEST_P(RunTest, CyclesButNotAPackageAndItsOwnModules) {
  Put("main.py", "import a, pkg\ndef handler(e, c): return 1\n");
  Put("a.py", "import b\nx = 1\n");
  Put("b.py", "import c\n");
  Put("c.py", "import a\n");
  Put("pkg/__init__.py", "from . import sub\n");
  Put("pkg/sub.py", "import pkg\nfrom . import other\n");
  Put("pkg/other.py", "");
  const Traced traced = Run({"{}"});
  ASSERT_EQ(traced.exit_code, 0) << traced.err;
  ASSERT_EQ(traced.trace.cycles_size(), 1) << traced.trace.cycles(1).ShortDebugString();
  EXPECT_THAT(traced.trace.cycles(0).modules(), ElementsAre("a", "b", "c"));
}

TEST_P(RunTest, AliasesMadeModulesAndModulesByOtherWays) {
  Put("main.py", R"PY(
import importlib.util, os, sys, types
import aliaser
made = types.ModuleType("made_up"); sys.modules["made_up"] = made
spec = importlib.util.spec_from_file_location("by_spec", os.path.join(os.path.dirname(__file__), "by_spec.py"))
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
def handler(e, c): return module.f()
)PY");
  Put("aliaser.py", "import sys, real\nsys.modules['aliaser.short'] = real\nimport after\n");
  Put("real.py", "");
  Put("after.py", "");
  Put("by_spec.py", "def f(): return 1\n");
  const Traced traced = Run({"{}"});
  ASSERT_EQ(traced.exit_code, 0) << traced.err;
  std::set<std::string> aliases;
  for (const ModuleAlias& alias : traced.trace.aliases()) {
    aliases.insert(alias.key() + " is " + alias.module() + " by " + alias.made_by());
  }
  EXPECT_THAT(aliases, testing::Contains("aliaser.short is real by aliaser"));
  EXPECT_THAT(aliases, Not(testing::Contains(testing::StartsWith("by_spec"))));
  ASSERT_NE(traced.FindModule("made_up"), nullptr);
  EXPECT_EQ(traced.FindModule("made_up")->kind(), KIND_OTHER);
  EXPECT_EQ(traced.FindModule("made_up")->importer(), "main");
  ASSERT_NE(traced.FindModule("by_spec"), nullptr);
  EXPECT_EQ(traced.FindModule("by_spec")->file(), "by_spec.py");
  EXPECT_EQ(traced.Entered("by_spec", "f"), "0");
}

TEST_P(RunTest, FailedImportsNamespacesAndModulesThatReplaceThemselves) {
  Put("main.py", R"PY(
import sys
try:
    import not_there
except ImportError:
    pass
try:
    import raises
except ValueError:
    pass
import space.inner
import replaced
def handler(e, c): return replaced.value
)PY");
  Put("raises.py", "def f(): pass\nf()\nraise ValueError('no')\n");
  Put("space/inner.py", "");
  Put("replaced.py", "import sys\nclass R: value = 7\nsys.modules[__name__] = R()\n");
  const Traced traced = Run({"{}"});
  ASSERT_EQ(traced.exit_code, 0) << traced.err;
  EXPECT_EQ(traced.trace.outcomes(0).result_json(), "7");
  EXPECT_EQ(traced.FindModule("not_there"), nullptr);
  ASSERT_NE(traced.FindModule("raises"), nullptr);
  EXPECT_FALSE(traced.FindModule("raises")->completed());
  EXPECT_EQ(traced.Entered("raises", "f"), "i");
  ASSERT_NE(traced.FindModule("space"), nullptr);
  EXPECT_EQ(traced.FindModule("space")->kind(), KIND_NAMESPACE);
  ASSERT_NE(traced.FindModule("replaced"), nullptr);
  EXPECT_EQ(traced.FindModule("replaced")->file(), "replaced.py");
  EXPECT_EQ(traced.FindModule("replaced")->kind(), KIND_SOURCE);
}

TEST_P(RunTest, WhatSysPathNoLongerLeadsToIsMarked) {
  Put("main.py", R"PY(
import os, sys, runpy, ntpath, types
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "parts"))
import part, twin
sys.path.pop(0)
sys.modules["made"] = types.ModuleType("made")
def handler(event, context): return twin.value
)PY");
  Put("parts/part.py", "");
  Put("parts/twin.py", "value = 1\n");
  Put("twin.py", "value = 2\n");
  const Traced traced = Run({"{}"});
  ASSERT_EQ(traced.exit_code, 0) << traced.err;
  for (const Module& module : traced.trace.modules()) {
    EXPECT_EQ(module.moved(), module.name() == "part" || module.name() == "twin") << module.name();
  }
}

TEST_P(RunTest, OpenedFilesAndChildrenThatAreNotFollowed) {
  Put("main.py", R"PY(
import os, subprocess, sys
def handler(e, c):
    with open("data.txt") as f: text = f.read()
    with open(os.path.join(os.environ["TMPDIR"], "t"), "w") as f: f.write("x")
    subprocess.run(["/bin/echo", "secret"], stdout=subprocess.DEVNULL)
    os.system("true secret")
    return text + str(subprocess.check_output([sys.executable, "-S", "-c", "print(5)"]))
)PY");
  Put("data.txt", "hello");
  const Traced traced = Run({"{}"});
  ASSERT_EQ(traced.exit_code, 0) << traced.err;
  EXPECT_EQ(traced.trace.outcomes(0).result_json(), R"("hellob'5\\n'")") << "sys.executable works";
  bool found = false;
  for (const OpenedFile& file : traced.trace.opened_files()) {
    EXPECT_THAT(file.path(), Not(HasSubstr("main.py")));
    found |= file.root() == ROOT_APP && file.path() == "data.txt" && !file.written();
  }
  EXPECT_TRUE(found);
  std::set<std::string> commands;
  for (const UntracedChild& child : traced.trace.untraced_children())
    commands.insert(child.how() + " " + child.command());
  EXPECT_THAT(commands, IsSupersetOf({"subprocess.Popen /bin/echo", "os.system true"}));
}

TEST_P(RunTest, EffectsAreWitnessedInAPassOfTheirOwn) {
  Put("main.py", "import registry, plugin\ndef handler(e, c): return len(registry.table)\n");
  Put("registry.py", "table = {}\n");
  Put("plugin.py", "import registry\nregistry.table['plugin'] = 1\n");
  const Traced traced = Run({"{}"}, {});
  ASSERT_EQ(traced.exit_code, 0) << traced.err;
  std::set<std::string> effects;
  for (const ImportEffect& effect : traced.trace.effects()) {
    effects.insert(effect.module() + " -> " + effect.target_module() + "." + effect.attribute());
  }
  EXPECT_THAT(effects, testing::Contains("plugin -> registry.table"));
  ASSERT_EQ(traced.trace.passes_size(), 2);
  EXPECT_EQ(traced.trace.passes(1).name(), "effects");
}

TEST_P(RunTest, TheProgramCannotTellThatItIsTraced) {
  Put("main.py", R"PY(
import sys, locale, signal, os, traceback, inspect
def fails(): import raises_deep
def handler(e, c):
    namespace = {}
    class Body:
        locals()["x"] = 5
    try:
        fails()
    except ImportError as error:
        frames = [(f.name, f.lineno) for f in traceback.extract_tb(error.__traceback__)]
    return [sys.getprofile() is None, sys.gettrace() is None, sys.flags.no_site, sys.dont_write_bytecode,
            hash("x"), sys.getfilesystemencoding(), locale.getpreferredencoding(False),
            str(signal.getsignal(signal.SIGPIPE)), str(signal.getsignal(signal.SIGINT))[:30], Body.x, frames,
            sys.stdout.encoding, sys.path[1:], sys.prefix, sys.exec_prefix, os.getcwd() == sys.path[0],
            len(inspect.stack()) < 12, "__main__" in sys.modules]
)PY");
  Put("raises_deep.py", "def f():\n    raise ImportError('deep')\nf()\n");
  const Traced traced = Run({"{}"});
  ASSERT_EQ(traced.exit_code, 0) << traced.err;
  ASSERT_TRUE(traced.trace.outcomes(0).returned()) << traced.trace.outcomes(0).exception_message();
  RunSpec spec;
  spec.app = folder_.path() / "app";
  spec.handler = "main.handler";
  spec.events.emplace_back().set_json("{}");
  const Result<RunResult> plain = Replay(GetParam().python, spec);
  ASSERT_TRUE(plain) << plain.error().message;
  EXPECT_EQ(traced.trace.outcomes(0).result_json(), plain->outcomes.at(0).result_json());
}

INSTANTIATE_TEST_SUITE_P(Each, RunTest, testing::ValuesIn(TracedInterpreters()), InterpreterName);

}  // namespace
}  // namespace faaslight
