#include "rewriter/resolve.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/rewriter/python_modules.h"

namespace faaslight {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

using Files = std::vector<std::pair<std::string, std::string>>;

std::string Text(const ModuleIndex& index, const Denoted& denoted) {
  const std::string module = denoted.module < 0 ? "" : index.modules()[denoted.module].name;
  switch (denoted.kind) {
    case Denoted::Kind::kModule:
      return "module " + module;
    case Denoted::Kind::kFunction:
      return "def " + module + "." + denoted.name;
    case Denoted::Kind::kClass:
      return "class " + module + "." + denoted.name;
    case Denoted::Kind::kVariable:
      return "variable " + module + "." + denoted.name;
    case Denoted::Kind::kExternal:
      return "external " + denoted.external;
    case Denoted::Kind::kMissing:
      return "missing " + module + "." + denoted.name;
  }
  return "?";
}

std::vector<std::string> Resolve(const Files& files, const std::string& module,
                                 const std::string& name) {
  const PythonModules modules(files);
  const ModuleIndex index(modules.list());
  std::vector<std::string> texts;
  for (const Denoted& denoted : index.ResolveName(index.Find(module), name)) {
    texts.push_back(Text(index, denoted));
  }
  return texts;
}

std::vector<std::string> Chain(const Files& files, const std::string& module,
                               const std::string& chain) {
  const PythonModules modules(files);
  const ModuleIndex index(modules.list());
  std::vector<std::string> texts;
  for (const ChainDenoted& end : index.ResolveChain(index.Find(module), chain)) {
    texts.push_back(Text(index, end.denoted) + " " + std::to_string(end.parts));
  }
  return texts;
}

std::vector<std::string> Loads(const Files& files, const std::string& module) {
  const PythonModules modules(files);
  const ModuleIndex index(modules.list());
  std::vector<std::string> names;
  const int m = index.Find(module);
  for (const ImportStatement& statement : index.modules()[m].facts->imports) {
    for (const ImportedName& name : statement.names) {
      for (const int loaded : index.Loads(m, name)) names.push_back(index.modules()[loaded].name);
    }
  }
  return names;
}

ImportedName Clause(int level, const std::string& module) {
  ImportedName name;
  name.level = level;
  name.module = module;
  name.attribute = "x";
  return name;
}

TEST(AbsoluteName, CountsDotsFromThePackage) {
  const PythonModules modules({{"p/q/__init__.py", ""}, {"p/q/r.py", ""}, {"top.py", ""}});
  const ModuleIndex index(modules.list());
  const int package = index.Find("p.q"), module = index.Find("p.q.r"), top = index.Find("top");
  EXPECT_EQ(index.AbsoluteName(package, Clause(1, "s")), "p.q.s");
  EXPECT_EQ(index.AbsoluteName(package, Clause(2, "s")), "p.s");
  EXPECT_EQ(index.AbsoluteName(module, Clause(1, "s")), "p.q.s");
  EXPECT_EQ(index.AbsoluteName(module, Clause(1, "")), "p.q");
  EXPECT_EQ(index.AbsoluteName(module, Clause(2, "s.t")), "p.s.t");
  EXPECT_EQ(index.AbsoluteName(module, Clause(3, "s")), std::nullopt);
  EXPECT_EQ(index.AbsoluteName(module, Clause(1000000000, "s")), std::nullopt);
  EXPECT_EQ(index.AbsoluteName(top, Clause(1, "s")), std::nullopt);
  EXPECT_EQ(index.AbsoluteName(top, Clause(0, "s")), "s");
  EXPECT_EQ(index.AbsoluteName(top, Clause(0, "")), std::nullopt);
}

TEST(ResolveName, FindsDefinitions) {
  const Files files = {{"m.py", "def f(): pass\nclass C:\n  def f2(self): pass\nv = 1\n"}};
  EXPECT_THAT(Resolve(files, "m", "f"), ElementsAre("def m.f"));
  EXPECT_THAT(Resolve(files, "m", "C"), ElementsAre("class m.C"));
  EXPECT_THAT(Resolve(files, "m", "v"), ElementsAre("variable m.v"));
  EXPECT_THAT(Resolve(files, "m", "len"), IsEmpty());
  EXPECT_THAT(Resolve(files, "m", "f2"), IsEmpty());
}

TEST(ResolveName, FollowsReexportsOfAnyDepth) {
  const Files files = {
      {"main.py", "from p import g as h\n"}, {"p/__init__.py", "from .a import f as g\n"},
      {"p/a.py", "from .b.c import f\n"},    {"p/b/__init__.py", ""},
      {"p/b/c.py", "from ..d import f\n"},   {"p/d.py", "def f(): pass\n"}};
  EXPECT_THAT(Resolve(files, "main", "h"), ElementsAre("def p.d.f"));
}

TEST(ResolveName, UnitesBindings) {
  const Files files = {
      {"m.py", "try:\n  from fast import f\nexcept ImportError:\n  def f(): pass\n"},
      {"fast.py", "def f(): pass\n"}};
  EXPECT_THAT(Resolve(files, "m", "f"), UnorderedElementsAre("def m.f", "def fast.f"));
}

TEST(ResolveName, FollowsStarImportsByAll) {
  const Files files = {
      {"m.py", "from a import *\nfrom b import *\n"},
      {"a.py", "from c import *\n__all__ = ['f']\n__all__ += ['_g']\n"},
      {"b.py", "def k(): pass\ndef _hidden(): pass\n"},
      {"c.py",
       "def f(): pass\ndef _g(): pass\ndef other(): pass\n__all__ = ['f', '_g', 'other']\n"}};
  EXPECT_THAT(Resolve(files, "m", "f"), ElementsAre("def c.f"));
  EXPECT_THAT(Resolve(files, "m", "_g"), ElementsAre("def c._g"));
  EXPECT_THAT(Resolve(files, "m", "other"), IsEmpty());
  EXPECT_THAT(Resolve(files, "m", "k"), ElementsAre("def b.k"));
  EXPECT_THAT(Resolve(files, "m", "_hidden"), IsEmpty());
}

TEST(ResolveName, AnInheritedStarNameIsNotMissing) {
  const Files files = {{"m.py", "from a import f\nfrom a import nothing\n"},
                       {"a.py", "from b import *\n"},
                       {"b.py", "def f(): pass\n"}};
  EXPECT_THAT(Resolve(files, "m", "f"), ElementsAre("def b.f"));
  EXPECT_THAT(Resolve(files, "m", "nothing"), ElementsAre("missing a.nothing"));
}

TEST(ResolveName, EndsInCycles) {
  const Files files = {{"a.py", "from b import x\nfrom b import *\n"},
                       {"b.py", "from a import x\nfrom a import *\ndef y(): pass\n"}};
  EXPECT_THAT(Resolve(files, "a", "x"), IsEmpty());
  EXPECT_THAT(Resolve(files, "a", "y"), ElementsAre("def b.y"));
}

TEST(ResolveName, ALongChainCostsNoStack) {
  Files files;
  for (int i = 0; i < 20000; ++i) {
    files.emplace_back("m" + std::to_string(i) + ".py",
                       "from m" + std::to_string(i + 1) + " import f\n");
  }
  files.emplace_back("m20000.py", "def f(): pass\n");
  EXPECT_THAT(Resolve(files, "m0", "f"), ElementsAre("def m20000.f"));
}

TEST(ResolveName, SubmodulesAreAttributes) {
  const Files files = {{"m.py", "import p.s\nimport p.s as q\nfrom p import s, copy\n"},
                       {"p/__init__.py", "from .copy import copy\n"},
                       {"p/s.py", ""},
                       {"p/copy.py", "def copy(): pass\n"}};
  EXPECT_THAT(Resolve(files, "m", "p"), ElementsAre("module p"));
  EXPECT_THAT(Resolve(files, "m", "q"), ElementsAre("module p.s"));
  EXPECT_THAT(Resolve(files, "m", "s"), ElementsAre("module p.s"));
  // R8: either may be there.
  EXPECT_THAT(Resolve(files, "m", "copy"),
              UnorderedElementsAre("def p.copy.copy", "module p.copy"));
}

TEST(ResolveName, TypeCheckingImportsBindNothing) {
  const Files files = {
      {"m.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n  from a import f\n"},
      {"a.py", "def f(): pass\n"}};
  EXPECT_THAT(Resolve(files, "m", "f"), IsEmpty());
}

TEST(ResolveName, TellsWhatLiesOutside) {
  const Files files = {
      {"m.py",
       "from logging import Handler\nimport os.path\nfrom ext import array\nfrom ext import *\n"},
      {"ext.so", ""}};
  EXPECT_THAT(Resolve(files, "m", "Handler"), ElementsAre("external logging.Handler"));
  EXPECT_THAT(Resolve(files, "m", "os"), ElementsAre("external os"));
  EXPECT_THAT(Resolve(files, "m", "array"), ElementsAre("external ext.array"));
  EXPECT_THAT(Resolve(files, "m", "zeros"), ElementsAre("external ext.zeros"));
}

TEST(ResolveChain, WalksModulesAndStopsAtValues) {
  const Files files = {{"m.py", "import p\nimport p.s\nimport os\n"},
                       {"p/__init__.py", "from . import t as u\n"},
                       {"p/s.py", "class C:\n  def m(self): pass\n"},
                       {"p/t.py", "def f(): pass\n"}};
  EXPECT_THAT(Chain(files, "m", "p.s.C.m"), ElementsAre("class p.s.C 3"));
  EXPECT_THAT(Chain(files, "m", "p.u.f"), ElementsAre("def p.t.f 3"));
  EXPECT_THAT(Chain(files, "m", "p.nothing.f"), ElementsAre("module p 1"));
  EXPECT_THAT(Chain(files, "m", "os.path.join"), ElementsAre("external os.path.join 3"));
  EXPECT_THAT(Chain(files, "m", "unbound.x"), IsEmpty());
  EXPECT_THAT(Chain(files, "m", ""), IsEmpty());
  EXPECT_THAT(Chain(files, "m", "p..s"), ElementsAre("module p 1"));
}

TEST(Loads, ParentsFirstThenSubmodules) {
  const Files files = {{"p/__init__.py", "bound = 1\n"},
                       {"p/a/__init__.py", ""},
                       {"p/a/b.py", ""},
                       {"p/bound.py", ""},
                       {"p/star/__init__.py", "__all__ = ['one', 'f']\ndef f(): pass\n"},
                       {"p/star/one.py", ""},
                       {"p/star/two.py", ""},
                       {"m1.py", "import p.a.b\n"},
                       {"m2.py", "from p.a import b, nothing\n"},
                       {"m3.py", "from p import bound\n"},
                       {"m4.py", "from p.star import *\n"}};
  EXPECT_THAT(Loads(files, "m1"), ElementsAre("p", "p.a", "p.a.b"));
  EXPECT_THAT(Loads(files, "m2"), ElementsAre("p", "p.a", "p.a.b", "p", "p.a"));
  EXPECT_THAT(Loads(files, "m3"), ElementsAre("p"));
  EXPECT_THAT(Loads(files, "m4"), ElementsAre("p", "p.star", "p.star.one"));
}

}  // namespace
}  // namespace faaslight
