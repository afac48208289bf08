#include "tracer/witness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/subprocess.h"
#include "proto/trace.pb.h"
#include "witness_cases.h"

namespace faaslight {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAreArray;

static_assert(int{tracer::kEffectAttribute} == EFFECT_ATTRIBUTE &&
              int{tracer::kEffectContainer} == EFFECT_CONTAINER &&
              int{tracer::kEffectClass} == EFFECT_CLASS &&
              int{tracer::kEffectInstance} == EFFECT_INSTANCE &&
              int{tracer::kEffectRegistry} == EFFECT_REGISTRY);

struct Python {
  std::string minor;
  std::string home;
};

void PrintTo(const Python& python, std::ostream* out) { *out << python.minor; }

std::vector<Python> Pythons() {
  std::vector<Python> pythons;
  std::istringstream list(FAASLIGHT_WITNESS_HOMES);
  for (std::string item; std::getline(list, item, ',');) {
    const size_t equals = item.find('=');
    pythons.push_back({item.substr(0, equals), item.substr(equals + 1)});
  }
  return pythons;
}

std::string NameOf(const Python& python) {
  std::string name = "cpython_" + python.minor;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "witness-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  void Write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    ASSERT_TRUE(WriteFile(path_ / name, text).has_value());
  }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

nlohmann::json Witnessed(const Python& python, const std::string& statement,
                         const std::string& path) {
  Command command;
  command.argv = {std::string(FAASLIGHT_BIN_DIR) + "/witness_harness-" + python.minor, python.home,
                  statement, path};
  command.timeout = std::chrono::seconds(120);
  const auto result = Run(command);
  if (!result || !result->ok()) {
    ADD_FAILURE() << "the driver died: "
                  << (result ? result->err + " signal " + std::to_string(result->signal) : "");
    return {{"effects", nlohmann::json::array()}, {"aliases", nlohmann::json::array()}};
  }
  const size_t json = result->out.rfind("\n{\n");
  nlohmann::json seen =
      nlohmann::json::parse(json == std::string::npos ? result->out : result->out.substr(json));
  EXPECT_FALSE(seen["raised"].get<bool>()) << result->err;
  return seen;
}

// "target.attribute kind" of each effect of `maker`.
std::vector<std::string> EffectsOf(const nlohmann::json& seen, const std::string& maker) {
  std::vector<std::string> effects;
  for (const auto& e : seen["effects"]) {
    if (e[0] != maker) continue;
    effects.push_back(e[1].get<std::string>() + "." + e[2].get<std::string>() + " " +
                      std::to_string(e[3].get<int>()));
  }
  return effects;
}

using CaseOnPython = std::tuple<Python, WitnessCase>;

class WitnessCases : public testing::TestWithParam<CaseOnPython> {};

TEST_P(WitnessCases, SaysWhatTheMakerChanged) {
  const auto& [python, c] = GetParam();
  const Folder folder;
  folder.Write("target.py", c.target);
  folder.Write("maker.py", c.maker);
  for (const auto& [name, text] : c.more) folder.Write(name, text);
  const nlohmann::json seen = Witnessed(python, "import target\nimport maker\n", folder.path());
  EXPECT_THAT(EffectsOf(seen, "maker"), UnorderedElementsAreArray(c.effects)) << seen.dump(1);
  for (const auto& e : seen["effects"]) {
    EXPECT_TRUE(e[0] == "maker" || e[0] == "target") << e;  // the standard library is not to blame
  }
}

std::string CaseName(const testing::TestParamInfo<CaseOnPython>& info) {
  return std::get<1>(info.param).name + "_" + NameOf(std::get<0>(info.param));
}

INSTANTIATE_TEST_SUITE_P(Noticed, WitnessCases,
                         testing::Combine(testing::ValuesIn(Pythons()),
                                          testing::ValuesIn(NoticedCases())),
                         CaseName);
INSTANTIATE_TEST_SUITE_P(Harmless, WitnessCases,
                         testing::Combine(testing::ValuesIn(Pythons()),
                                          testing::ValuesIn(HarmlessCases())),
                         CaseName);

class Witness : public testing::TestWithParam<Python> {};

INSTANTIATE_TEST_SUITE_P(Pythons, Witness, testing::ValuesIn(Pythons()),
                         [](const auto& info) { return NameOf(info.param); });

TEST_P(Witness, ChargesTheInnermostModule) {
  const Folder folder;
  folder.Write("target.py", "d = {}\n");
  folder.Write("inner.py", "from target import d\nd['inner'] = 1\n");
  folder.Write("outer.py", "from target import d\nimport inner\nd['outer'] = 1\n");
  const nlohmann::json seen = Witnessed(GetParam(), "import target, outer", folder.path());
  ASSERT_EQ(seen["effects"].size(), 2u) << seen;
  EXPECT_EQ(seen["effects"][0].dump(), R"(["inner","target","d",1,"dict: 0 -> 1 items: 'inner'"])");
  EXPECT_EQ(seen["effects"][1].dump(), R"(["outer","target","d",1,"dict: 1 -> 2 items: 'outer'"])");
}

TEST_P(Witness, ChargesNobodyForTheProgramsOwnCode) {
  const Folder folder;
  folder.Write("target.py", "d = {}\n");
  folder.Write("later.py", "");
  const nlohmann::json seen = Witnessed(
      GetParam(), "import target\ntarget.d[1] = 1\ntarget.x = 1\nimport later\n", folder.path());
  EXPECT_THAT(seen["effects"], IsEmpty());
}

TEST_P(Witness, FindsAliases) {
  const Folder folder;
  folder.Write("pkg/__init__.py", "import sys, real\nsys.modules[__name__ + '.vendored'] = real\n");
  folder.Write("real.py", "");
  const nlohmann::json seen = Witnessed(GetParam(), "import pkg.vendored", folder.path());
  const nlohmann::json wanted = {"pkg.vendored", "real", "pkg"};
  EXPECT_NE(std::find(seen["aliases"].begin(), seen["aliases"].end(), wanted),
            seen["aliases"].end())
      << seen;
  EXPECT_THAT(seen["effects"], IsEmpty());
}

TEST_P(Witness, SixResolvesItsMovesForNobody) {
  const Folder folder;
  folder.Write(
      "six.py",
      "import sys, types\nclass _SixMetaPathImporter:\n  def find_spec(self, *a): return None\n"
      "sys.meta_path.append(_SixMetaPathImporter())\nmoves = types.ModuleType(__name__ + "
      "'.moves')\n"
      "sys.modules[moves.__name__] = moves\n");
  folder.Write("user.py", "from six import moves\nmoves.queue = 1\n");
  EXPECT_THAT(Witnessed(GetParam(), "import user", folder.path())["effects"], IsEmpty());
}

// Each trap raises if the witness runs it.
TEST_P(Witness, RunsNoCodeOfTheProgram) {
  const Folder folder;
  folder.Write("target.py", R"(
trapped = []
class Meta(type):
  def __getattribute__(cls, name): trapped.append(name); return type.__getattribute__(cls, name)
  def __hash__(cls): trapped.append('hash'); return 1
  def __eq__(cls, other): trapped.append('eq'); return True
class Trap(metaclass=Meta):
  def __getattribute__(self, name): trapped.append(name); return object.__getattribute__(self, name)
  def __eq__(self, other): trapped.append('eq'); return True
  def __hash__(self): trapped.append('hash'); return 1
  def __len__(self): trapped.append('len'); return 1
  def __bool__(self): trapped.append('bool'); return True
  def __iter__(self): trapped.append('iter'); return iter(())
  def __repr__(self): trapped.append('repr'); return ''
  @property
  def __dict__(self): trapped.append('dict'); return {}
  @property
  def __class__(self): trapped.append('class'); return int
class Dict(dict):
  def __getitem__(self, key): trapped.append('getitem'); return dict.__getitem__(self, key)
  def __iter__(self): trapped.append('iter'); return dict.__iter__(self)
  def keys(self): trapped.append('keys'); return dict.keys(self)
trap = Trap()
traps = [trap, Trap]
in_dict = {'k': trap, 1: Trap()}
mapping = Dict(a=trap)
def __getattr__(name): trapped.append(name); raise AttributeError(name)
del trapped[:]
)");
  folder.Write("maker.py", "import target\ntarget.in_dict['new'] = target.traps\n");
  folder.Write("check.py", "import sys\nassert not sys.modules['target'].__dict__['trapped']\n");
  const nlohmann::json seen = Witnessed(GetParam(), "import target, maker, check", folder.path());
  EXPECT_THAT(EffectsOf(seen, "maker"), ElementsAre("target.in_dict 1"));
}

TEST_P(Witness, KeepsNothingAlive) {
  const Folder folder;
  folder.Write("target.py",
               "gone = []\nclass C:\n  def __del__(self): gone.append(1)\nc = C()\nl = [C()]\nd = "
               "{1: C()}\n");
  folder.Write("maker.py",
               "import target, other\ntarget.c = None\ntarget.l.clear()\ndel target.d[1]\nassert "
               "len(target.gone) == 3\n");
  folder.Write("other.py", "");
  Witnessed(GetParam(), "import target, maker", folder.path());
}

TEST_P(Witness, IsNotFooledByAnAddressThatIsUsedAgain) {
  const Folder folder;
  folder.Write("target.py", "class C: pass\nx = C()\nx.a = 1\nl = [1]\n");
  // Free first, then make: the allocator gives the same place again.
  folder.Write("maker.py",
               "import target\nC = target.C\nat = id(target.x)\ndel target.x\ntarget.x = "
               "C()\ntarget.x.b = 2\n"
               "del target.l\ntarget.l = [2]\n");
  const nlohmann::json seen = Witnessed(GetParam(), "import target, maker", folder.path());
  EXPECT_THAT(EffectsOf(seen, "maker"), testing::Not(IsEmpty()));
  bool x = false;
  bool l = false;
  for (const std::string& effect : EffectsOf(seen, "maker")) {
    x = x || effect.rfind("target.x", 0) == 0;
    l = l || effect.rfind("target.l", 0) == 0;
  }
  EXPECT_TRUE(x && l) << seen;
}

// Modules come and go, classes change under the walk, threads run: nothing may crash.
TEST_P(Witness, SurvivesAWildProgram) {
  const Folder folder;
  folder.Write("empty.py", "");
  folder.Write("wild.py", R"(
import sys, types, gc, threading
class A: pass
class B: pass
held = [A() for _ in range(100)]
table = {}
def churn():
  for i in range(300):
    table[i] = types.SimpleNamespace(a=[i], b={i: A()})
    table.pop(i - 7, None)
worker = threading.Thread(target=churn); worker.start()
for i in range(40):
  for a in held:
    if type(a) in (A, B): a.__class__ = B if i % 2 else A
  name = 'made%d' % i
  module = types.ModuleType(name)
  module.x = [A()]; module.y = held[i:]; module.f = (lambda: 1); module.__dict__[i] = i
  sys.modules[name] = module
  sys.modules['none%d' % i] = None
  sys.modules['odd%d' % i] = A()
  sys.modules.pop('empty', None)
  import empty
  if i % 3 == 0: del sys.modules[name], module
  held[i] = A(); held.append(type('T%d' % i, (A,), {'z': [1]}))
  gc.collect()
worker.join()
)");
  Witnessed(GetParam(), "import wild", folder.path());
}

TEST_P(Witness, LeavesAnExceptionAlone) {
  const Folder folder;
  folder.Write("bad.py", "import sys\nsys.path.append('/x')\nraise ValueError('mine')\n");
  const nlohmann::json seen = Witnessed(GetParam(),
                                        "try:\n  import bad\nexcept ValueError as e:\n  assert "
                                        "str(e) == 'mine'\nelse:\n  raise SystemError\n",
                                        folder.path());
  EXPECT_THAT(EffectsOf(seen, "bad"), ElementsAre("sys.path 4"));
}

TEST_P(Witness, FinishesTheStandardLibraryInTime) {
  const nlohmann::json seen = Witnessed(GetParam(),
                                        "import asyncio, http.server, unittest.mock, "
                                        "xml.dom.minidom, sqlite3, multiprocessing, ctypes",
                                        "/");
  EXPECT_GT(seen["boundaries"].get<int>(), 250);
  EXPECT_LT(seen["seconds"].get<double>(), 10.0);
}

}  // namespace
}  // namespace faaslight
