#include "rewriter/reach.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/rewriter/python_modules.h"

namespace faaslight {
namespace {

using ::testing::Contains;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

using Files = std::vector<std::pair<std::string, std::string>>;

// "module:qualname" of all that main.handler reaches. Lambdas are left out.
std::vector<std::string> Reach(const Files& files) {
  const PythonModules modules(files);
  const ReachResult result = FindReachable(modules.list(), "main", "handler");
  std::vector<std::string> names;
  for (const ReachModule& module : modules.list()) {
    for (size_t f = 0; module.facts != nullptr && f < module.facts->functions.size(); ++f) {
      const FunctionFacts& function = module.facts->functions[f];
      if (function.is_lambda || !result.Reaches(module.name, static_cast<int>(f))) continue;
      names.push_back(module.name + ":" + function.qualname);
    }
  }
  return names;
}

std::vector<std::string> Modules(const Files& files) {
  const PythonModules modules(files);
  std::vector<std::string> names;
  for (const auto& [name, link] : FindReachable(modules.list(), "main", "handler").modules)
    names.push_back(name);
  return names;
}

TEST(Reach, FollowsCallsByName) {
  EXPECT_THAT(Reach({{"main.py",
                      "from a import f as g\n"
                      "import p.b\n"
                      "def handler(event, context):\n  return g(local())\n"
                      "def local():\n  return p.b.h()\n"
                      "def dead():\n  return 1\n"},
                     {"a.py", "def f(): pass\ndef dead(): pass\n"},
                     {"p/__init__.py", ""},
                     {"p/b.py", "def h(): pass\ndef dead(): pass\n"}}),
              UnorderedElementsAre("main:handler", "main:local", "a:f", "p.b:h"));
}

TEST(Reach, ModuleBodiesRun) {
  EXPECT_THAT(Reach({{"main.py", "import a\ndef handler(e, c): pass\n"},
                     {"a.py",
                      "import b\ndef setup(): pass\ndef stored(): pass\ndef dead(): pass\n"
                      "setup()\ntable = {'x': stored}\ndef deflt(x=b.f()): pass\n"},
                     {"b.py", "def f(): pass\ndef g(): pass\n"}}),
              UnorderedElementsAre("main:handler", "a:setup", "a:stored", "b:f"));
}

TEST(Reach, FunctionsPassedOnCountAsCalled) {
  EXPECT_THAT(Reach({{"main.py",
                      "def handler(e, c):\n  return sorted(e, key=by_size)\n"
                      "def by_size(x):\n  cb = later\n  return 1\n"
                      "def later(): pass\n"
                      "def dead(): pass\n"}}),
              UnorderedElementsAre("main:handler", "main:by_size", "main:later"));
}

TEST(Reach, ImportsInFunctions) {
  const Files files = {{"main.py",
                        "def handler(e, c):\n  from a import f\n  import b as m\n  f(m.g())\n"
                        "def dead():\n  import never\n"},
                       {"a.py", "def f(): pass\ndef dead(): pass\n"},
                       {"b.py", "def g(): pass\ndef dead(): pass\n"},
                       {"never.py", "def f(): pass\n"}};
  EXPECT_THAT(Reach(files), UnorderedElementsAre("main:handler", "a:f", "b:g"));
  EXPECT_THAT(Modules(files), UnorderedElementsAre("main", "a", "b"));
}

TEST(Reach, MethodsByNameOfReferencedClasses) {
  EXPECT_THAT(
      Reach({{"main.py",
              "from a import C\n"
              "def handler(e, c):\n  return C().run_it()\n"},
             {"a.py",
              "class C:\n"
              "  def __init__(self): pass\n"
              "  def run_it(self): return self.size\n"
              "  @property\n  def size(self): pass\n"
              "  @size.setter\n  def size(self, v): pass\n"
              "  def dead(self): pass\n"
              "class Unused:\n"
              "  def __init__(self): pass\n"
              "  def run_it(self): pass\n"}}),
      UnorderedElementsAre("main:handler", "a:C.__init__", "a:C.run_it", "a:C.size", "a:C.size"));
}

TEST(Reach, OrderOfDemandAndOfferDoesNotMatter) {
  // The attribute is used before the class is known, and after.
  EXPECT_THAT(Reach({{"main.py",
                      "def handler(e, c):\n  e.first()\n  x = make()\n  return finish(x)\n"
                      "def make():\n  return C()\n"
                      "def finish(x):\n  return x.second()\n"
                      "class C:\n  def first(self): pass\n  def second(self): pass\n  def "
                      "third(self): pass\n"}}),
              UnorderedElementsAre("main:handler", "main:make", "main:finish", "main:C.first",
                                   "main:C.second"));
}

TEST(Reach, BasesAreReached) {
  const std::vector<std::string> reached = Reach({{"main.py",
                                                   "from a import Derived\n"
                                                   "def handler(e, c):\n  Derived().work_on()\n"},
                                                  {"a.py",
                                                   "from b import Base\n"
                                                   "class Derived(Base):\n  pass\n"},
                                                  {"b.py",
                                                   "class Base:\n"
                                                   "  def __init__(self): pass\n"
                                                   "  def work_on(self): pass\n"
                                                   "  def dead(self): pass\n"}});
  EXPECT_THAT(reached, UnorderedElementsAre("main:handler", "b:Base.__init__", "b:Base.work_on"));
}

TEST(Reach, ASubclassOfUnknownSourceIsReachedWhole) {
  const std::vector<std::string> reached =
      Reach({{"main.py",
              "import logging\nimport abc\n"
              "class Mine(logging.Handler):\n  def obscure(self, record): pass\n"
              "class Further(Mine):\n  def more_obscure(self): pass\n"
              "class Plain(abc.ABC):\n  def not_called(self): pass\n"
              "class Failure(ValueError):\n  def text_of(self): pass\n"
              "def handler(e, c):\n  return Plain(), Failure()\n"}});
  EXPECT_THAT(reached, IsSupersetOf({"main:Mine.obscure", "main:Further.more_obscure"}));
  EXPECT_THAT(reached, Not(Contains("main:Plain.not_called")));
  EXPECT_THAT(reached, Not(Contains("main:Failure.text_of")));
}

TEST(Reach, InitSubclassCapturesSubclasses) {
  EXPECT_THAT(Reach({{"main.py",
                      "import plugins\n"
                      "def handler(e, c):\n  return e.launch()\n"},
                     {"plugins.py",
                      "class Late:\n  def launch(self): pass\n"
                      "class Base:\n  def __init_subclass__(cls): pass\n"
                      "class Plugin(Base):\n  def launch(self): pass\n"}}),
              IsSupersetOf({"plugins:Base.__init_subclass__", "plugins:Plugin.launch"}));
}

TEST(Reach, DecoratorsGetTheFunction) {
  EXPECT_THAT(
      Reach({{"main.py",
              "import functools\nfrom reg import route\n"
              "@route('/x')\ndef page():\n  helper()\n"
              "def helper(): pass\n"
              "@functools.lru_cache\ndef dead(): pass\n"
              "class C:\n  @route\n  def m(self): pass\n  @staticmethod\n  def dead2(): pass\n"
              "def handler(e, c): pass\n"},
             {"reg.py", "def route(path):\n  def deco(f):\n    return f\n  return deco\n"}}),
      UnorderedElementsAre("main:handler", "main:page", "main:helper", "main:C.m", "reg:route",
                           "reg:route.<locals>.deco"));
}

TEST(Reach, ImportsByName) {
  const Files files = {{"main.py",
                        "import importlib\nNAMES = ['plug.one', 'two']\n"
                        "def handler(e, c):\n  return importlib.import_module(NAMES[0]).start()\n"},
                       {"plug/__init__.py", ""},
                       {"plug/one.py", "def start(): pass\ndef dead(): pass\n"},
                       {"plug/two.py", "def start(): pass\n"}};
  EXPECT_THAT(Reach(files), UnorderedElementsAre("main:handler", "plug.one:start"));
  EXPECT_THAT(Modules(files), UnorderedElementsAre("main", "plug", "plug.one"));
}

TEST(Reach, ModulesPassedAround) {
  EXPECT_THAT(
      Reach({{"main.py",
              "import a\ndef handler(e, c):\n  return use(a)\ndef use(m):\n  return m.f()\n"},
             {"a.py", "def f(): pass\ndef g(): pass\n"}}),
      UnorderedElementsAre("main:handler", "main:use", "a:f"));
}

TEST(Reach, NamespacesAreTakenWhole) {
  EXPECT_THAT(
      Reach({{"main.py", "import a\ndef handler(e, c):\n  return vars(a)[e]()\ndef dead(): pass\n"},
             {"a.py", "def f(): pass\ndef g(): pass\n"}}),
      UnorderedElementsAre("main:handler", "a:f", "a:g"));
  EXPECT_THAT(Reach({{"main.py", "def handler(e, c):\n  return globals()[e]()\ndef f(): pass\n"}}),
              UnorderedElementsAre("main:handler", "main:f"));
}

TEST(Reach, GetattrWithAName) {
  EXPECT_THAT(Reach({{"main.py",
                      "class C:\n  def visit(self): pass\n  def dead(self): pass\n"
                      "def handler(e, c):\n  return getattr(C(), 'visit')()\n"}}),
              UnorderedElementsAre("main:handler", "main:C.visit"));
}

TEST(Reach, ModuleGetattr) {
  EXPECT_THAT(Reach({{"main.py", "import a\ndef handler(e, c):\n  return a.computed\n"},
                     {"a.py", "def __getattr__(name):\n  return make(name)\ndef make(n): pass\n"}}),
              UnorderedElementsAre("main:handler", "a:__getattr__", "a:make"));
}

TEST(Reach, TheHandlerMayBeAnyValue) {
  EXPECT_THAT(Reach({{"main.py", "from a import handle as handler\n"},
                     {"a.py", "def handle(e, c): pass\n"}}),
              UnorderedElementsAre("a:handle"));
  EXPECT_THAT(
      Reach({{"main.py", "class App:\n  def __call__(self, e, c): pass\nhandler = App()\n"}}),
      UnorderedElementsAre("main:App.__call__"));
}

TEST(Reach, LinksTellTheWay) {
  const PythonModules modules(
      Files{{"main.py", "from a import f\n\n\ndef handler(e, c):\n  x = 1\n  return f()\n"},
            {"a.py", "def f(): pass\n"}});
  const ReachResult result = FindReachable(modules.list(), "main", "handler");
  const Link& link = result.reachable.at({"a", 0});
  EXPECT_EQ(link.module, "main");
  EXPECT_EQ(link.function, modules.Function("main", "handler"));
  EXPECT_EQ(link.line, 6u);
  EXPECT_EQ(link.how, kHowCall);
  EXPECT_EQ(result.modules.at("a").line, 1u);
  EXPECT_EQ(result.modules.at("a").how, kHowImport);
  EXPECT_EQ(result.reachable.at({"main", 0}).how, kHowHandler);
}

TEST(Reach, FurtherRootsAndNonsense) {
  const PythonModules modules(
      Files{{"main.py", "def handler(e, c): pass\ndef f():\n  g()\ndef g(): pass\n"}});
  const int f = modules.Function("main", "f");
  const ReachResult result = FindReachable(modules.list(), "main", "handler",
                                           {{"main", f}, {"main", 99}, {"main", -1}, {"none", 0}});
  EXPECT_TRUE(result.Reaches("main", modules.Function("main", "g")));
  EXPECT_EQ(result.reachable.size(), 3u);
  EXPECT_TRUE(FindReachable(modules.list(), "other", "handler").modules.empty());
}

TEST(Reach, ALongInheritanceChainCostsNoStack) {
  std::string source = "import logging\nclass C0(logging.Handler): pass\n";
  for (int i = 1; i < 20000; ++i) {
    source +=
        "class C" + std::to_string(i) + "(C" + std::to_string(i - 1) + "):\n  def m(self): pass\n";
  }
  source += "def handler(e, c): pass\n";
  const PythonModules modules(Files{{"main.py", source}});
  EXPECT_EQ(FindReachable(modules.list(), "main", "handler").reachable.size(), 20000u);
}

}  // namespace
}  // namespace faaslight
