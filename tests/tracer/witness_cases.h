// Small modules that change something outside themselves, or seem to, and what the witness must say about each.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace faaslight {

struct WitnessCase {
  std::string name;
  std::string target;                          // target.py, which maker.py changes
  std::string maker;                           // maker.py
  std::vector<std::string> effects;            // of maker: "target.attribute kind", in any order
  std::map<std::string, std::string> more = {};  // further files
};

// Changes that somebody else can notice.
inline std::vector<WitnessCase> NoticedCases() {
  return {
      {"AttributeAdded", "", "import target\ntarget.x = 1\n", {"target.x 0"}},
      {"AttributeReplaced", "x = []\n", "import target\ntarget.x = []\n", {"target.x 0"}},
      {"AttributeDeleted", "x = 1\n", "import target\ndel target.x\n", {"target.x 0"}},
      {"ConstantReplaced", "x = 1000\n", "import target\ntarget.x = 1001\n", {"target.x 0"}},
      {"FunctionPatched", "def f(): return 1\n", "import target\ntarget.f = lambda: 2\n", {"target.f 0"}},
      {"FunctionsCodeReplaced", "def f(): return 1\n",
       "from target import f\nf.__code__ = (lambda: 2).__code__\n", {"target.f 0"}},
      {"FunctionsDefaultsReplaced", "def f(a=1): return a\n", "from target import f\nf.__defaults__ = (2,)\n",
       {"target.f 0"}},
      {"FunctionsAttribute", "def f(): pass\nf.tag = 1\n", "from target import f\nf.tag = 2\n", {"target.f.tag 3"}},
      {"MethodPatched", "class C:\n  def m(self): return 1\n", "from target import C\nC.m = lambda self: 2\n",
       {"target.C.m 2"}},
      {"MethodsCodeReplaced", "class C:\n  def m(self): return 1\n",
       "from target import C\nC.m.__code__ = (lambda self: 2).__code__\n", {"target.C.m 2"}},
      {"ClassAttribute", "class C: pass\n", "from target import C\nC.x = 1\n", {"target.C.x 2"}},
      {"NestedClass", "class C:\n  class D: pass\n", "from target import C\nC.D.x = 1\n", {"target.C.D.x 2"}},
      {"DictGrows", "d = {}\n", "from target import d\nd['k'] = 1\n", {"target.d 1"}},
      {"DictOfSameSize", "d = {'a': object(), 'b': 2}\n", "from target import d\nd['a'] = object()\n", {"target.d 1"}},
      {"DictKeyOfSameSize", "d = {'a': 1}\n", "from target import d\ndel d['a']\nd['b'] = 1\n", {"target.d 1"}},
      {"DictInDict", "d = {'a': {}}\n", "from target import d\nd['a']['b'] = 1\n", {"target.d['a'] 1"}},
      {"ListGrows", "l = [1]\n", "from target import l\nl.append(2)\n", {"target.l 1"}},
      {"ListOfSameSize", "l = [1, 2]\n", "from target import l\nl[0] = 3\n", {"target.l 1"}},
      {"ListReordered", "l = [1, 2]\n", "from target import l\nl.reverse()\n", {"target.l 1"}},
      {"SetGrows", "s = set()\n", "from target import s\ns.add(1)\n", {"target.s 1"}},
      {"SetOfSameSize", "s = {'a'}\n", "from target import s\ns.remove('a')\ns.add('b')\n", {"target.s 1"}},
      {"DequeGrows", "from collections import deque\nq = deque()\n", "from target import q\nq.append(1)\n",
       {"target.q 1"}},
      {"DefaultDict", "from collections import defaultdict\nd = defaultdict(list)\n",
       "from target import d\nd['k'].append(1)\n", {"target.d 1"}},
      {"DictSubclass", "class R(dict): pass\nr = R()\n", "from target import r\nr['k'] = 1\n", {"target.r 1"}},
      {"InstancesAttribute", "class C: pass\nc = C()\nc.x = 1\n", "from target import c\nc.x = 2\n", {"target.c.x 3"}},
      {"InstancesNewAttribute", "class C: pass\nc = C()\n", "from target import c\nc.y = 2\n", {"target.c.y 3"}},
      {"InstancesContainer", "class C:\n  def __init__(self): self.l = []\nc = C()\n",
       "from target import c\nc.l.append(1)\n", {"target.c.l 1"}},
      {"InstancesSlot", "class C:\n  __slots__ = ('x',)\nc = C()\nc.x = 1\n", "from target import c\nc.x = 2\n",
       {"target.c.x 3"}},
      {"RegistryByDecorator", "handlers = {}\ndef register(f):\n  handlers[f.__name__] = f\n  return f\n",
       "from target import register\n@register\ndef hello(): pass\n", {"target.handlers 1"}},
      {"InitSubclass", "class Base:\n  known = []\n  def __init_subclass__(cls): Base.known.append(cls)\n",
       "from target import Base\nclass Sub(Base): pass\n", {"target.Base.known 1"}},
      {"SingleDispatch", "from functools import singledispatch\n@singledispatch\ndef show(x): return 'other'\n",
       "from target import show\n@show.register(int)\ndef _(x): return 'int'\n", {"target.show.registry 1"}},
      {"SingleDispatchMethod",
       "from functools import singledispatch\n"
       "class C:\n  @singledispatch\n  def show(x): return 'other'\n",
       "from target import C\n@C.show.register(int)\ndef _(x): return 'int'\n", {"target.C.show.registry 1"}},
      {"WarningsFilter", "", "import warnings\nwarnings.filterwarnings('ignore', message='x')\n",
       {"warnings.filters 4"}, },
      {"WarningsFilterForASibling", "class W(UserWarning): pass\n",
       "import warnings\nfrom target import W\nwarnings.simplefilter('error', W)\n", {"warnings.filters 4"}},
      {"AtExit", "", "import atexit\natexit.register(print)\n", {"atexit.register() 4"}},
      {"HandlerOnRoot", "", "import logging\nlogging.getLogger().addHandler(logging.StreamHandler())\n",
       {"logging.getLogger('root').handlers 4"}},
      {"HandlerOnOwnLogger", "", "import logging\nlogging.getLogger(__name__).addHandler(logging.StreamHandler())\n",
       {"logging.getLogger('maker').handlers 4"}},
      {"NullHandlerOnAnothersLogger", "import logging\n",
       "import logging\nlogging.getLogger('target').addHandler(logging.NullHandler())\n",
       {"logging.getLogger('target').handlers 4"}},
      {"LoggersLevel", "import logging\nlog = logging.getLogger(__name__)\n",
       "from target import log\nlog.setLevel(10)\n", {"logging.getLogger('target') settings 4"}},
      {"Environment", "", "import os\nos.environ['FAASLIGHT_X'] = '1'\n", {"os.environ._data 4"}},
      {"SysPath", "", "import sys\nsys.path.append('/nowhere')\n", {"sys.path 4"}},
      {"MetaPath", "",
       "import sys\nclass F:\n  def find_spec(self, *a): return None\nsys.meta_path.append(F())\n", {"sys.meta_path 4"}},
      {"CopyReg", "class C: pass\n", "import copyreg\nfrom target import C\ncopyreg.pickle(C, lambda c: (C, ()))\n",
       {"copyreg.dispatch_table 4"}},
      {"CodecError", "", "import codecs\ncodecs.register_error('mine', codecs.ignore_errors)\n",
       {"codecs.register_error() 4"}},
      {"CodecSearch", "", "import codecs\ncodecs.register(lambda name: None)\n", {"codecs.register() 4"}},
      {"SignalHandler", "", "import signal\nsignal.signal(signal.SIGUSR1, lambda *a: None)\n", {"signal.signal() 4"}},
      {"MimeType", "import mimetypes\nmimetypes.init()\n", "import mimetypes\nmimetypes.add_type('x/y', '.xyz')\n",
       {"mimetypes.types_map 4", "mimetypes._db.types_map[1] 4", "mimetypes._db.types_map_inv[1] 4"}},
      {"ThreadStarted", "", "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\n",
       {"threading.threads started 4"}},
      {"RecursionLimit", "", "import sys\nsys.setrecursionlimit(4321)\n", {"sys.setrecursionlimit() 4"}},
      {"WorkingFolder", "", "import os\nos.chdir('/')\n", {"os.chdir() 4"}},
      {"BuiltinsName", "", "import builtins\nbuiltins.faaslight_x = 1\n", {"builtins.faaslight_x 0"}},
      {"ForeignModuleMade", "",
       "import sys, types\nsys.modules['made_up'] = types.ModuleType('made_up')\n", {"sys.modules['made_up'] 4"}},
      {"ModuleRemoved", "", "import sys\nsys.modules.pop('target')\n", {"sys.modules['target'] 4"}},
  };
}

// Changes that are nobody's business.
inline std::vector<WitnessCase> HarmlessCases() {
  return {
      {"OwnNames", "", "x = {}\nx['a'] = 1\nclass C: pass\nC.y = 2\n", {}},
      {"OwnContainerHeldByAnother", "import maker\nfrom maker import d\n",
       "d = {}\nd['a'] = 1\nimport target\nd['b'] = 2\n", {}},
      {"EqualConstant", "x = 1000\ny = ('a', 2)\n",
       "import target\ntarget.x = int('1000')\ntarget.y = ('a', int('2'))\n", {}},
      {"FunctionsDictRead", "def f(): pass\n", "import functools\nfrom target import f\n@functools.wraps(f)\ndef g(): pass\n",
       {}},
      {"Undone", "x = []\n", "import target\nold = target.x\ntarget.x = 2\nimport other\ntarget.x = old\n", {},
       {{"other.py", ""}}},
      {"CatchWarnings", "", "import warnings\nwith warnings.catch_warnings():\n  warnings.simplefilter('ignore')\n  import other\n",
       {}, {{"other.py", ""}}},
      {"SubmoduleBound", "", "import target, package.sub\n", {}, {{"package/__init__.py", ""}, {"package/sub.py", ""}}},
      {"Patterns", "", "import re\nre.compile('a+b'); re.match('x|y', 'x', re.I | re.M)\n", {}},
      {"Typing", "", "import typing\nfrom typing import Optional, List, Dict\nX = Optional[Dict[str, List[int]]]\n"
       "class P(typing.Protocol):\n  def f(self) -> int: ...\n", {}},
      {"AbstractBase", "import abc\nclass A(abc.ABC):\n  @abc.abstractmethod\n  def f(self): ...\n",
       "from target import A\nclass B(A):\n  def f(self): pass\nisinstance(B(), A); isinstance(1, A)\n", {}},
      {"LineCache", "", "import linecache\nlinecache.getline(__file__, 1)\n", {}},
      {"Encodings", "", "'x'.encode('cp1250')\n", {}},
      {"OwnLogger", "", "import logging\nlog = logging.getLogger(__name__)\nlogging.getLogger('a.b.c')\nlog.debug('x')\n", {}},
      {"NullHandlerOnOwnLogger", "", "import logging\nlogging.getLogger(__name__).addHandler(logging.NullHandler())\n", {}},
      {"FilterForOwnWarnings", "",
       "import warnings\nclass W(UserWarning): pass\nwarnings.simplefilter('ignore', W)\n", {}},
      {"WarningShown", "import warnings\ndef f(): warnings.warn('x', UserWarning, stacklevel=1)\n",
       "import warnings, target\ntarget.f()\n", {}},
      {"CopyRegForOwnType", "", "import copyreg\nclass C: pass\ncopyreg.pickle(C, lambda c: (C, ()))\n", {}},
      {"WeakSet", "import weakref\ns = weakref.WeakSet()\n",
       "from target import s\nclass C: pass\nc = C()\ns.add(c)\ndel c\n", {}},
      {"LruCache", "import functools\n@functools.lru_cache\ndef f(x): return x\n", "from target import f\nf(1)\n", {}},
      {"EnumFlags", "import enum\nclass F(enum.Flag):\n  A = 1\n  B = 2\n", "from target import F\nF.A | F.B\n", {}},
      {"PickleCopy", "class C:\n  __slots__ = ('x',)\n", "import copy\nfrom target import C\ncopy.copy(C())\n", {}},
      {"OtherGlobalsByName", "names = globals()\n", "x = 1\nimport target\n", {}},
  };
}

}  // namespace faaslight
