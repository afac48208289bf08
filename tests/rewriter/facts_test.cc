#include "rewriter/facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace faaslight {
namespace {

using testing::ElementsAre;
using testing::IsSupersetOf;
using testing::Not;
using testing::UnorderedElementsAre;

Facts Read(std::string_view source) {
  Result<Facts> facts = ReadFacts(source);
  EXPECT_TRUE(facts) << facts.error().message << "\n" << source;
  return facts ? *facts : Facts();
}

std::string ErrorOf(std::string_view source) {
  Result<Facts> facts = ReadFacts(source);
  return facts ? "" : facts.error().message;
}

const FunctionFacts& Function(const Facts& facts, std::string_view qualname) {
  for (const FunctionFacts& function : facts.functions) {
    if (function.qualname == qualname) return function;
  }
  ADD_FAILURE() << "no " << qualname;
  static const FunctionFacts none;
  return none;
}

std::vector<std::string> Names(const Uses& uses) {
  std::vector<std::string> names;
  for (const auto& name : uses.names) names.push_back(name.first);
  return names;
}

TEST(FactsTest, Imports) {
  Facts facts = Read(
      "import a, b.c as d, e.f\n"
      "from ..g import (h,\n  i as j)\n"
      "from . import k; from l import *\n"
      "try:\n  import m\nexcept ImportError:\n  import n\n"
      "if TYPE_CHECKING:\n  import o\n"
      "class C:\n  import p\n"
      "def f():\n  import q\n");
  ASSERT_EQ(facts.imports.size(), 9u);
  EXPECT_EQ(facts.imports[0].names[1].module, "b.c");
  EXPECT_EQ(facts.imports[0].names[1].bound, "d");
  EXPECT_EQ(facts.imports[0].names[2].bound, "e");
  EXPECT_EQ(facts.imports[1].names[1].module, "g");
  EXPECT_EQ(facts.imports[1].names[1].level, 2);
  EXPECT_EQ(facts.imports[1].names[1].attribute, "i");
  EXPECT_EQ(facts.imports[1].end_line, 3u);
  EXPECT_EQ(facts.imports[2].names[0].module, "");
  EXPECT_EQ(facts.imports[3].names[0].bound, "*");
  EXPECT_TRUE(facts.has_star_import);
  EXPECT_TRUE(facts.imports[4].in_try);
  EXPECT_EQ(facts.imports[4].place, Place::kNested);
  EXPECT_FALSE(facts.imports[5].in_try);
  EXPECT_TRUE(facts.imports[6].never_runs);
  EXPECT_EQ(facts.imports[7].place, Place::kClass);
  EXPECT_EQ(facts.imports[8].place, Place::kFunction);
  EXPECT_EQ(facts.imports[8].function, 0);
  EXPECT_EQ(facts.bindings["d"].imports, (std::vector<std::pair<int, int>>{{0, 1}}));
  EXPECT_EQ(facts.bindings.count("p"), 0u);
  EXPECT_EQ(facts.bindings.count("q"), 0u);
}

TEST(FactsTest, BindingsOfEveryForm) {
  Facts facts = Read(
      "a = b = 1\n(c, [d, *e]) = f = x\ng += 1\nh: int\nfor i, j in x: pass\n"
      "with x as k, y as (l, m): pass\ntry: pass\nexcept E as n: pass\n"
      "if (o := 1): pass\n[p for q in r if (s := q)]\ndel t, (u, v)\n"
      "def w(): pass\nclass y: pass\n"
      "match x:\n  case [z, *aa]: pass\n  case {'k': bb, **cc}: pass\n  case C(dd, e=ee) | D.F as "
      "ff: pass\n"
      "  case _: pass\n"
      "def gg():\n  global hh, unbound\n  hh = 1\n  local = 1\n");
  std::vector<std::string> names;
  for (const auto& binding : facts.bindings) names.push_back(binding.first);
  EXPECT_THAT(names, UnorderedElementsAre("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k",
                                          "l", "m", "n", "o", "s", "t", "u", "v", "w", "y", "z",
                                          "aa", "bb", "cc", "dd", "ee", "ff", "gg", "hh"));
  EXPECT_TRUE(facts.bindings["hh"].global_in_function);
  EXPECT_FALSE(facts.bindings["g"].global_in_function);
  EXPECT_TRUE(facts.bindings["n"].deleted);
  EXPECT_TRUE(facts.bindings["t"].deleted);
  EXPECT_TRUE(facts.bindings["i"].nested);
  EXPECT_TRUE(facts.bindings["w"].definition);
  EXPECT_FALSE(facts.bindings["w"].assignment);
}

TEST(FactsTest, CountsBindings) {
  Facts facts = Read("import a\na = 1\ndel a\ndef f():\n  global a\n  a = 2\n");
  EXPECT_EQ(facts.bindings["a"].count, 4u);
  EXPECT_TRUE(facts.bindings["a"].import);
  EXPECT_TRUE(facts.bindings["a"].assignment);
}

TEST(FactsTest, UsesAtImportTime) {
  Facts facts = Read(
      "@deco(arg)\ndef f(x: Ann, y=default) -> 'mod.Ret':\n  v: local_ann = body\n"
      "class C(Base, metaclass=Meta):\n  attr = value\n  field: Field\n  def m(self): return "
      "in_method\n"
      "X: 'Quoted | other.Name' = [z for z in iterable]\n"
      "lazy = lambda a=in_default: in_lambda\n"
      "T = Union['Forward', int]\nprint(f'{interpolated!r:>{width}}')\n");
  EXPECT_THAT(Names(facts.at_import),
              IsSupersetOf({"deco", "arg", "Ann", "default", "mod", "Base", "Meta", "value",
                            "Field", "Quoted", "other", "iterable", "in_default", "Forward",
                            "interpolated", "width"}));
  EXPECT_THAT(Names(facts.at_import), Not(testing::Contains("in_method")));
  EXPECT_THAT(Names(facts.at_import), Not(testing::Contains("in_lambda")));
  EXPECT_THAT(Names(facts.at_import), Not(testing::Contains("local_ann")));
  EXPECT_THAT(Names(facts.at_import), Not(testing::Contains("z")));
  EXPECT_EQ(facts.at_import.chains.count("mod.Ret"), 1u);
  EXPECT_EQ(facts.at_import.chains.count("other.Name"), 1u);
  EXPECT_THAT(Names(Function(facts, "f").own), ElementsAre("body"));
  EXPECT_THAT(Names(Function(facts, "C.m").own), ElementsAre("in_method"));
  EXPECT_THAT(Names(Function(facts, "<lambda>").own), ElementsAre("in_lambda"));
}

TEST(FactsTest, LocalNamesAreNoUses) {
  Facts facts = Read(
      "def f(param, *args, **kw):\n  local = 1\n  for i in param: local\n  print(args, kw, i, "
      "later)\n  later = 2\n"
      "  return [c + outer for c in local if (w := c)], w\n"
      "def g():\n  del a\n  a\n  try: pass\n  except E as e: e\n"
      "def h():\n  global x\n  x = x + 1\n"
      "class K:\n  n = 1\n  def m(self): return n\n  o = [n for _ in n]\n");
  EXPECT_THAT(Names(Function(facts, "f").own), ElementsAre("outer", "print"));
  EXPECT_THAT(Names(Function(facts, "g").own), ElementsAre("E"));
  EXPECT_THAT(Names(Function(facts, "h").own), ElementsAre("x"));
  EXPECT_THAT(Names(Function(facts, "K.m").own), ElementsAre("n"));
  EXPECT_EQ(facts.at_import.names.count("n"), 1u);
  EXPECT_THAT(Function(facts, "h").declared_global, ElementsAre("x"));
}

TEST(FactsTest, Chains) {
  Facts facts = Read("import a, b\ndef f(b):\n  a.b.c.d.e()\n  b.x\n  g().y\n");
  EXPECT_THAT(Function(facts, "f").own.chains, ElementsAre("a.b", "a.b.c", "a.b.c.d"));
  EXPECT_THAT(Function(facts, "f").own.methods, testing::SizeIs(6));
}

TEST(FactsTest, ClosuresAndClassCells) {
  Facts facts = Read(
      "class C:\n"
      "  def a(self): super().a()\n"
      "  def b(self): return lambda: __class__\n"
      "  def c(self):\n    class D:\n      def d(self): return super().d()\n    return D\n"
      "  def e(self): return self\n"
      "def f(x):\n  def g(): return x\n  def h():\n    y = 1\n    return y\n  return g, h\n"
      "def i():\n  n = 0\n  def j():\n    nonlocal n\n    n = 1\n  return j\n"
      "def k():\n  class L:\n    m = k2\n  k2 = 1\n  return L\n"
      "def super_alone(): super()\n"
      "def gen[T](x: T): return T\n");
  EXPECT_TRUE(Function(facts, "C.a").needs_class_cell);
  EXPECT_TRUE(Function(facts, "C.b").needs_class_cell);
  EXPECT_FALSE(Function(facts, "C.c").needs_class_cell);
  EXPECT_TRUE(Function(facts, "C.c.<locals>.D.d").needs_class_cell);
  EXPECT_FALSE(Function(facts, "C.e").needs_class_cell);
  EXPECT_FALSE(Function(facts, "super_alone").needs_class_cell);
  EXPECT_FALSE(Function(facts, "f").other_free_variables);
  EXPECT_TRUE(Function(facts, "f.<locals>.g").other_free_variables);
  EXPECT_FALSE(Function(facts, "f.<locals>.h").other_free_variables);
  EXPECT_TRUE(Function(facts, "i.<locals>.j").other_free_variables);
  EXPECT_TRUE(Function(facts, "gen").other_free_variables);
}

TEST(FactsTest, Functions) {
  Facts facts = Read(
      "@a.b\n@c(1)\n@d[0].e\ndef f(p, /, q, r=1, *s, t, u=2, **v):\n  '''Doc.'''\n  yield\n"
      "async def g(): await x\n"
      "async def h(): yield\n"
      "if x:\n  def i(): pass\n"
      "class C:\n  class D:\n    def m(self): return self\n"
      "def o():\n  global p\n  def p(): ...\n");
  const FunctionFacts& f = Function(facts, "f");
  EXPECT_EQ(f.first_line, 1u);
  EXPECT_EQ(f.def_line, 4u);
  EXPECT_EQ(f.end_line, 6u);
  EXPECT_THAT(f.decorators, ElementsAre("a.b", "c", "d"));
  EXPECT_EQ(f.kind, FunctionKind::kGenerator);
  EXPECT_TRUE(f.has_docstring);
  std::vector<ParameterKind> kinds;
  for (const Parameter& parameter : f.parameters) kinds.push_back(parameter.kind);
  EXPECT_THAT(kinds, ElementsAre(ParameterKind::kPositionalOnly, ParameterKind::kPositional,
                                 ParameterKind::kPositional, ParameterKind::kVarPositional,
                                 ParameterKind::kKeywordOnly, ParameterKind::kKeywordOnly,
                                 ParameterKind::kVarKeyword));
  EXPECT_TRUE(f.parameters[2].has_default);
  EXPECT_EQ(Function(facts, "g").kind, FunctionKind::kCoroutine);
  EXPECT_EQ(Function(facts, "h").kind, FunctionKind::kAsyncGenerator);
  EXPECT_EQ(Function(facts, "i").place, Place::kNested);
  EXPECT_TRUE(Function(facts, "i").body_on_header_line);
  EXPECT_TRUE(Function(facts, "i").simple_body);
  EXPECT_EQ(Function(facts, "C.D.m").place, Place::kClass);
  EXPECT_EQ(Function(facts, "C.D.m").class_path, "C.D");
  EXPECT_EQ(Function(facts, "p").place, Place::kFunction);
  EXPECT_EQ(Function(Read("@\\\na\n@b\ndef f(): pass\n"), "f").first_line, 2u);
}

TEST(FactsTest, DocstringsAreConstantStrings) {
  for (const char* text : {"'a'", "('a')", "'a' 'b'", "r'a'", "u'a'", "'''a\n'''"}) {
    EXPECT_TRUE(Read(std::string("def f():\n  ") + text + "\n  x\n").functions[0].has_docstring)
        << text;
  }
  for (const char* text : {"b'a'", "f'a'", "'a',", "'a' f'b'", "'a'.b", "'a' % 1"}) {
    EXPECT_FALSE(Read(std::string("def f():\n  ") + text + "\n  x\n").functions[0].has_docstring)
        << text;
  }
}

TEST(FactsTest, Introspection) {
  for (const char* code :
       {"sys._getframe(1)", "inspect.currentframe()", "inspect.stack()", "i.stack()", "st()",
        "warn('', stacklevel=2)", "warnings.warn('', W, 2)", "locals()", "globals()", "vars()",
        "dir()", "eval('x')", "exec('x')", "(lambda: eval('x'))", "__builtins__", "frame.f_back",
        "traceback.extract_stack()", "getframe()", "builtins.exec('x')"}) {
    Facts facts = Read(
        std::string(
            "import inspect as i\nfrom inspect import stack as st\ngetframe = sys._getframe\n") +
        "def f():\n  " + code + "\n");
    EXPECT_TRUE(facts.functions[0].introspection) << code;
  }
  for (const char* code : {"df.stack()", "np.stack(x)", "df.eval('x')", "vars(x)", "dir(x)",
                           "sys.exc_info()", "warn('', W)", "self.globals", "eval = 1; eval"}) {
    EXPECT_FALSE(Read(std::string("def f():\n  ") + code + "\n").functions[0].introspection)
        << code;
  }
  EXPECT_EQ(*Read("def f():\n  return sys._getframe(1)\n").functions[0].introspection,
            "sys._getframe, line 2");
}

TEST(FactsTest, Namespaces) {
  Facts facts = Read(
      "import a, sys\ndef f(): return vars(a), a.b.__dict__, dir(a)\ndef g(): return globals()\n"
      "def h(): return sys.modules[__name__]\nx = locals()\n");
  EXPECT_THAT(Function(facts, "f").own.namespaces, ElementsAre("a", "a.b"));
  EXPECT_FALSE(Function(facts, "f").own.own_namespace);
  EXPECT_TRUE(Function(facts, "g").own.own_namespace);
  EXPECT_TRUE(Function(facts, "h").own.own_namespace);
  EXPECT_TRUE(facts.at_import.own_namespace);
}

TEST(FactsTest, WalksSysModules) {
  for (const char* code :
       {"for m in sys.modules: pass", "list(sys.modules)", "s.modules.items()", "x = mods",
        "mods.values()", "dict(sys.modules)", "[m for m in sys.modules]", "f(sys.modules)"}) {
    std::string source =
        std::string("import sys, sys as s\nfrom sys import modules as mods\n") + code + "\n";
    EXPECT_TRUE(Read(source).at_import.walks_sys_modules) << code;
  }
  for (const char* code : {"sys.modules['a']", "'a' in sys.modules", "'a' not in s.modules",
                           "mods.get('a')", "other.modules()", "del sys.modules['a']"}) {
    std::string source =
        std::string("import sys, sys as s\nfrom sys import modules as mods\n") + code + "\n";
    EXPECT_FALSE(Read(source).at_import.walks_sys_modules) << code;
  }
}

TEST(FactsTest, ReplacesItself) {
  for (const char* code :
       {"sys.modules[__name__] = X()", "sys.modules['a.b'] = x",
        "sys.modules[__name__].__class__ = X", "def f():\n  sys.modules[__name__] = X",
        "mod.__class__ = X", "del sys.modules[__name__]", "setattr(m, '__class__', X)",
        "sys.modules.pop(__name__)"}) {
    EXPECT_TRUE(Read(std::string(code) + "\n").replaces_itself) << code;
  }
  for (const char* code : {"x = sys.modules[__name__]", "def f(self):\n  self.__class__ = X",
                           "def f():\n  sys.modules[name] = X"}) {
    EXPECT_FALSE(Read(std::string(code) + "\n").replaces_itself) << code;
  }
}

TEST(FactsTest, All) {
  Facts facts = Read(
      "__all__ = ['a'] + ('b',)\n__all__ += ['c']\n__all__.extend(['d'])\n__all__.append('e')\n");
  EXPECT_TRUE(facts.all_is_exact);
  EXPECT_THAT(facts.all, ElementsAre("a", "b", "c", "d", "e"));
  for (const char* code :
       {"__all__ = x.__all__", "__all__ = ['a']; __all__.remove('a')", "if x: __all__ = ['a']",
        "__all__ = [n for n in x]", "__all__ = ['a']\nf(__all__)", "__all__ = ['a']; del __all__",
        "from x import __all__", "__all__ = ['a']\nif x: __all__ += ['b']"}) {
    Facts inexact = Read(std::string(code) + "\n");
    EXPECT_TRUE(inexact.has_all) << code;
    EXPECT_FALSE(inexact.all_is_exact) << code;
  }
  EXPECT_FALSE(Read("def f(): __all__ = ['a']\n").has_all);
}

TEST(FactsTest, AllOfOthers) {
  Facts facts = Read(
      "__all__ = ['a']\n__all__ += one.__all__\n__all__.extend(two.__all__ + ['b'])\n"
      "if x:\n  __all__ += three.__all__\n");
  ASSERT_EQ(facts.all_reads.size(), 3U);
  EXPECT_EQ(facts.all_reads[0].name, "one");
  EXPECT_EQ(facts.all_reads[0].position, 1U);
  EXPECT_EQ(facts.all_reads[1].name, "two");
  EXPECT_EQ(facts.all_reads[1].line, 3U);
  EXPECT_EQ(facts.all_reads[2].name, "three");
  EXPECT_FALSE(facts.all_is_known);  // under an `if`
  EXPECT_THAT(facts.all, ElementsAre("a", "b"));
  EXPECT_EQ(facts.at_import.names.count("one"), 0U);
  EXPECT_EQ(facts.at_import.names.count("two"), 0U);

  facts = Read("__all__ = one.__all__.copy()\n__all__ += ['a']\n");
  EXPECT_TRUE(facts.all_is_known);
  EXPECT_FALSE(facts.all_is_exact);
  EXPECT_FALSE(facts.all_is_list);
  EXPECT_EQ(facts.all_reads.at(0).position, 0U);

  facts = Read("__all__ = ['a', *one.__all__, 'b']\n");
  EXPECT_TRUE(facts.all_is_known);
  EXPECT_EQ(facts.all_reads.at(0).position, 1U);

  // What would hand on the list itself, or does something else with it, is an ordinary use.
  for (const char* code : {"__all__ = one.__all__", "x = one.__all__", "__all__ = one.__all__[1:]",
                           "__all__ = f(one.__all__)", "def f():\n  __all__ = [] + one.__all__",
                           "__all__ += one.two.__all__", "for n in one.__all__: pass"}) {
    Facts other = Read(std::string(code) + "\n");
    EXPECT_TRUE(other.all_reads.empty()) << code;
    EXPECT_FALSE(other.all_is_known) << code;
  }
}

TEST(FactsTest, AllOfOthersTaken) {
  Facts facts = Read("if x:\n  __all__ = list({'a'} | set(one.__all__) | set(lib.two.__all__))\n");
  ASSERT_EQ(facts.all_reads.size(), 2U);
  EXPECT_EQ(facts.all_reads[0].name, "one");
  EXPECT_EQ(facts.all_reads[0].taken_by, "set");
  EXPECT_EQ(facts.all_reads[1].name, "lib.two");
  EXPECT_FALSE(facts.all_reads[1].position);
  EXPECT_FALSE(facts.all_is_known);
  EXPECT_EQ(facts.at_import.names.count("lib"), 0U);
  EXPECT_EQ(facts.at_import.chains.count("lib.two"), 0U);
  for (const char* code :
       {"try: x = set(one.__all__)\nexcept E: pass", "def f(): return set(one.__all__)",
        "class C: x = set(one.__all__)", "x = set(f().__all__)", "x = sorted(one.__all__, key=f)",
        "x = [set(n.__all__) for n in x]", "x = iter(one.__all__)", "x = set(one.\\\n__all__)"}) {
    EXPECT_TRUE(Read(std::string(code) + "\n").all_reads.empty()) << code;
  }
}

TEST(FactsTest, SettledBranches) {
  const std::string numpy = "try:\n    X\nexcept NameError:\n    X = False\n";
  const std::string branch = "if X:\n  a = 1\nelse:\n  b = 1\n  __all__ = ['b']\n";
  Facts facts = Read(numpy + branch);
  EXPECT_FALSE(facts.bindings.at("b").nested);
  EXPECT_TRUE(facts.bindings.at("a").nested);
  EXPECT_TRUE(facts.all_is_exact);
  EXPECT_TRUE(Read("X = True\n" + branch).bindings.at("b").nested);
  EXPECT_FALSE(Read("X = True\n" + branch).bindings.at("a").nested);
  EXPECT_FALSE(Read("X = False\nif X:\n  pass\nelse:\n  "
                    "if X:\n    pass\n  else:\n    b = 1\n")
                   .bindings.at("b")
                   .nested);
  for (const std::string& code :
       {"X = f()\n" + branch, "X = False\n" + branch + "X = True\n",
        "X = False\n" + branch + "def f():\n  global X\n  X = 1\n",
        "try:\n    X\nexcept Y:\n    X = False\n" + branch, "if y: X = False\n" + branch,
        "try:\n    Y\nexcept NameError:\n    X = False\n" + branch,
        std::string("X = False\nif X: pass\nelif y: pass\nelse: b = 1\n"),
        std::string("X = False\nif X: pass\nelse:\n  if y: b = 1\n"),
        std::string("X = False\nif X.y: pass\nelse: b = 1\n"),
        std::string("X = False\nfor y in X:\n  if X: pass\n  else: b = 1\n")}) {
    facts = Read(code);
    EXPECT_TRUE(facts.bindings.at("b").nested) << code;
    EXPECT_FALSE(facts.all_is_exact) << code;
  }
}

TEST(FactsTest, StoredGlobals) {
  Facts facts = Read("globals()['a'] = 1\nfor n in ['b', 'c']:\n  globals()[n] = n\ndel n\n");
  EXPECT_FALSE(facts.at_import.own_namespace);
  EXPECT_FALSE(facts.at_import.binds_unseen);
  EXPECT_EQ(facts.at_import.names.count("globals"), 1U);
  EXPECT_TRUE(facts.bindings.at("a").assignment);
  EXPECT_FALSE(facts.bindings.at("a").nested);
  EXPECT_TRUE(facts.bindings.at("c").nested);
  EXPECT_TRUE(Read("a = 1\ndel globals()['a']\n").bindings.at("a").deleted);
  for (const char* code :
       {"globals()[x] = 1", "for n in ['b']: globals()[n] = 1\nn = 'c'", "globals()['b'] += 1",
        "for n in ['b']: globals()[n + 'c'] = 1", "for n in ['b', x]: globals()[n] = 1",
        "for n in x: globals()[n] = 1", "for n in ['b']: pass\nglobals()[n] = 1",
        "def globals(): return {}\nglobals()['b'] = 1", "print(globals()['b'])",
        "globals()['b'], x = globals(), 1", "globals()['\\x62'] = 1",
        "for n in ['b']: globals()[n] = 1\ndef f():\n  global n\n  n = 1"}) {
    EXPECT_TRUE(Read(std::string(code) + "\n").at_import.own_namespace) << code;
  }
}

TEST(FactsTest, OwnDir) {
  Facts facts = Read("a = dir()\n__all__ = [n for n in dir() if n[0] != '_']\nif a: dir()\n");
  ASSERT_EQ(facts.own_dirs.size(), 3U);
  EXPECT_EQ(facts.own_dirs[1].line, 2U);
  EXPECT_FALSE(facts.at_import.own_namespace);
  for (const char* code : {"a = [n for n in a if n in dir()]", "a = dir( )", "a = vars()"}) {
    Facts whole = Read(std::string(code) + "\n");
    EXPECT_TRUE(whole.own_dirs.empty()) << code;
    EXPECT_TRUE(whole.at_import.own_namespace) << code;
  }
  for (const char* code : {"class C: a = dir()", "def f(): return dir()", "a = lambda: dir()"})
    EXPECT_TRUE(Read(std::string(code) + "\n").own_dirs.empty()) << code;
}

TEST(FactsTest, OwnGetattr) {
  EXPECT_TRUE(Read("if x:\n  pass\nelse:\n  def __getattr__(n): pass\n").own_getattr);
  EXPECT_TRUE(Read("__getattr__ = f()\n").own_getattr);
  EXPECT_TRUE(Read("from x import __getattr__\n").own_getattr);
  EXPECT_FALSE(Read("class C:\n  def __getattr__(self, n): pass\n").own_getattr);
  EXPECT_TRUE(Read("def __dir__(): pass\n").own_dir);
}

TEST(FactsTest, PrivateNamesAreMangled) {
  Facts facts = Read(
      "class _C:\n  def f(self, __p): return __x, __p, __dunder__\n  def g(self, *, __k): pass\n");
  EXPECT_THAT(Names(Function(facts, "_C.f").own), ElementsAre("_C__x", "__dunder__"));
  EXPECT_TRUE(Function(facts, "_C.g").introspection);
}

TEST(FactsTest, KeywordsOfOlderAndNewerPythons) {
  Facts facts = Read(
      "type(x).y = 1\ntype X = np.int\ntype Y[T] = list[T]\nmatch = 1\nprint(match)\n_ = type\n");
  EXPECT_EQ(facts.bindings.count("X"), 1u);
  EXPECT_EQ(facts.bindings.count("Y"), 1u);
  EXPECT_EQ(facts.bindings.count("T"), 0u);
  EXPECT_THAT(Names(facts.at_import), IsSupersetOf({"np", "print", "type", "x", "list"}));
}

TEST(FactsTest, BadSources) {
  EXPECT_EQ(ErrorOf("x = 1\ndef f(:\n  pass\n"), "line 2: syntax error");
  EXPECT_EQ(ErrorOf("x = 1\nprint 'a'\n"), "line 2: syntax error");
  EXPECT_EQ(ErrorOf("exec 'a'\n"), "line 1: syntax error");
  EXPECT_EQ(ErrorOf(std::string_view("a\0b", 3)), "line 1: a NUL byte");
  EXPECT_EQ(ErrorOf("a = 1\rb = 2\n"), "line 1: a line that ends in a carriage return alone");
  EXPECT_EQ(ErrorOf("# coding: latin-1\nx = '\xe9'\n"), "line 2: bytes that are not UTF-8");
  EXPECT_EQ(ErrorOf("# coding: latin-1\nx = '\xc3\xa9'\n"),
            "the encoding latin-1; only UTF-8 is read");
  EXPECT_EQ(ErrorOf("# coding: latin-1\nx = 1\n"), "");
  EXPECT_EQ(ErrorOf("\xc2\xb5 = 1\n"),
            "line 1: the name \xc2\xb5, which Unicode can write in several ways");
  EXPECT_EQ(ErrorOf("\xce\xbc = 1\n"), "");
  EXPECT_EQ(ErrorOf(std::string((16 << 20) + 1, '#')), "larger than 16 MiB");
  EXPECT_EQ(ErrorOf("try: pass\nexcept A, b: pass\n"), "line 2: syntax error");
  // The grammar takes two statements for one here.
  const std::string comma = "line 1: a comma at the end of a line, before an assignment";
  EXPECT_EQ(ErrorOf("a,\nb = 1\n"), comma);
  EXPECT_EQ(ErrorOf("a,  # c \\\nb.c += 1\n"), comma);
  EXPECT_EQ(ErrorOf("a, b,\r\n*c, d = e\r\n"), comma);
  EXPECT_EQ(ErrorOf("a, \\\n  b = 1\nc, \\\r\n  d = 1\n[x for a,\nb in c]\n(a,\nb) = c\n"), "");
  EXPECT_EQ(ErrorOf("x = " + std::string(5000, '(') + "1" + std::string(5000, ')') + "\n"),
            "line 1: nested too deeply");
  EXPECT_EQ(ErrorOf("x = y" +
                    [] {
                      std::string chain;
                      for (int i = 0; i < 100000; ++i) chain += ".a";
                      return chain;
                    }()),
            "line 1: nested too deeply");
  EXPECT_EQ(ErrorOf(""), "");
}

TEST(FactsTest, ProloguePlaces) {
  EXPECT_EQ(Read("").prologue->form, Spot::Form::kOwnLine);
  EXPECT_EQ(Read("# coding: utf-8\n# two\nimport a\n").prologue->at, 16u);
  EXPECT_EQ(Read("#!/bin/x\nimport a\n").prologue->form, Spot::Form::kBefore);
  EXPECT_EQ(Read("# only this\n").prologue->at, 0u);
  EXPECT_EQ(Read("# coding: utf-8\n").prologue->at, 16u);
  EXPECT_EQ(Read("'doc'\nfrom __future__ import division\nif a: pass\n").prologue->at, 37u);
  EXPECT_EQ(Read("try:\n  import a\nexcept E:\n  pass\n").prologue->at, 7u);
  EXPECT_FALSE(Read("try:\n  if a: pass\nexcept E:\n  pass\n").prologue);
  EXPECT_FALSE(Read("if a: pass\n").prologue);
  EXPECT_FALSE(Read("'doc';\nif a: pass\n").prologue);
  EXPECT_FALSE(Read("\\\nif a: pass\n").prologue);
}

}  // namespace
}  // namespace faaslight
