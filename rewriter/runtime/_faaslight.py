"""Loads the lazy functions and lazy imports of a rewritten package on first use.

The compiled form of each rewritten module begins with
    from _faaslight import enter as __fl__; __fl__ = __fl__(globals(), 3, 'SOURCEHASH', 'np pd', 'sub')
and its lazy functions have the body `return __fl__(7)(a, b)`. Number 7's real code is in _faaslight.pack beside this
file, compiled from the original source; the first call reads it and puts it into the function object, so that later
calls are what they were in the original. docs/pack.md has the formats and the rules.

What this file must never do: write, need a working folder, import a module that is not part of the interpreter's
binary, hold a lock while something is imported (the import system has its own, two orders would deadlock), or run
code of the application while it looks for a function object.
"""

import _imp
import _thread
import _weakref
import gc
import marshal
import posix
import sys
from _frozen_importlib import ModuleSpec, _find_spec
from _frozen_importlib_external import (
    MAGIC_NUMBER,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
    SourcelessFileLoader,
)

HEAD = 20  # bytes: "FAASPACK", format, CPython magic, count
ROW = 20  # bytes: offset, length, hash
FORMAT = 2
HASH_KEY = 0x666C
MANY = 4  # lazy names of a module that were bound one by one, see bind_others()

Function = type(lambda: 0)
Code = type((lambda: 0).__code__)
ITERABLE_COROUTINE = 0x100  # inspect.CO_ITERABLE_COROUTINE
Method = type((lambda: 0).__get__(0))
Cell = type((lambda x: lambda: x)(0).__closure__[0])
ModuleType = type(sys)
LOADERS = {loader.__name__: loader for loader in (ExtensionFileLoader, SourceFileLoader, SourcelessFileLoader)}
PATH_HOOKS = ["zipimporter", "FileFinder.path_hook.<locals>.path_hook_for_FileFinder"]
MODULE, PACKAGE, EXTENSION = 0, 1, 2  # kinds of rows in the index of files
become = object.__dict__["__class__"].__set__
NOT_SEARCHED = frozenset((str, int, float, bool, bytes, type(None), Code, ModuleType))
class_dict = type.__dict__["__dict__"].__get__  # a class's own names, whatever its metaclass does

log = []  # what was loaded on first use, in order
answering = []  # while hold() is in force: a Dedent, an Evaluator
held = None  # while hold() is in force: (owner, threshold before, threshold set, weak reference to the module)
waiting = []  # (Module, name): modules that are due once nothing is half executed, see after()
watched = []  # the class that watched_spec() gives, once it is needed
index = {}  # folder -> {last component of a module's name: row}, see Finder
aliases = {}  # second name in sys.modules -> the module, see Alias
codes = {}  # a module's file -> (offset, length) of its code in the pack, or (position in `together`, -1)
together = []  # while hold() is in force: the code of modules that the import surely loads, in one piece
local = _thread._local()  # .active: the lazy imports under way in this thread
importing = set()  # threads that are inside a lazy import
forking = None  # the thread that is about to fork

pack = __file__.rpartition("/")[0] + "/_faaslight.pack"
if not __file__.startswith("/"):
    pack = posix.getcwd() + "/" + pack.lstrip("/")


def settle(globals=None):
    """Imports what after() left waiting, unless a module other than the one with these globals is half executed.

    The end of each such module asks again.
    """
    half_made = False
    for module in list(sys.modules.values()):
        if isinstance(module, ModuleType) and module.__dict__ is not globals:
            spec = module.__dict__.get("__spec__")
            if getattr(spec, "_initializing", False):
                if type(spec) is ModuleSpec:
                    become(spec, watched_spec())
                    if not spec._initializing:  # another thread has just ended it
                        become(spec, ModuleSpec)
                        continue
                half_made = True
    while waiting and not half_made:
        try:
            owner, name = waiting.pop(0)
        except IndexError:  # another thread was faster
            return
        if name not in sys.modules:
            owner.load(name)
            log.append(("import", owner.globals.get("__name__"), name))


def watched_spec():
    """The class of a half executed module's spec while something waits for the module's end.

    The import system says there that the module is not initializing any more, whether it succeeded or not.
    """
    if not watched:

        class Watched(ModuleSpec):
            __slots__ = ()

            @property
            def _initializing(self):
                return self.__dict__["_initializing"]

            @_initializing.setter
            def _initializing(self, value):
                become(self, ModuleSpec)
                self._initializing = value
                if waiting and not value:
                    settle()

        watched.append(Watched)
    return watched[0]


def begin():
    """A thread's outermost lazy import begins: not while another thread is about to fork."""
    thread = _thread.get_ident()
    importing.add(thread)  # before the look at `forking`: before_fork() does the two the other way round
    while forking not in (None, thread):
        importing.discard(thread)
        pause()
        importing.add(thread)


def before_fork():
    """Lets the lazy imports of other threads end: to a child, what they left half done would stay locked for ever.

    In the original they had ended before there were threads. One that waits for the thread that forks is not waited
    for longer than a few seconds.
    """
    global forking
    forking = thread = _thread.get_ident()
    for _ in range(5000):
        if not importing - {thread}:
            break
        pause()


def after_fork():
    global forking
    forking = None


def after_fork_in_child():
    after_fork()
    importing.intersection_update((_thread.get_ident(),))


def pause():
    import time  # built in

    time.sleep(0.001)


posix.register_at_fork(before=before_fork, after_in_parent=after_fork, after_in_child=after_fork_in_child)


def loaded():
    """What was loaded on first use: ("function", module, qualname) and ("import", module, name), in order."""
    return list(log)


class Module:
    """One rewritten module: its `__fl__`. Made by the prologue, so all that can wait waits for the first use."""

    __slots__ = (
        "globals",
        "number",
        "hash",
        "names",
        "submodules",
        "own",
        "own_dir",
        "no_path",
        "made",
        "done",
        "resolved",
    )

    def __init__(self, globals, number, hash, names, submodules):
        self.globals = globals
        self.number = number
        self.hash = hash
        self.names = names  # blank-separated; a frozenset from the first hit on
        self.submodules = submodules  # the same
        self.own = self.own_dir = None  # the module's own __getattr__ and __dir__
        self.no_path = None
        self.made = {}  # 'head' -> see read(); N or (N, id(class)) -> function; (name,) -> a mark
        self.resolved = 0  # how many lazy names were bound one by one
        self.done = set()  # lazy names that were bound once; tuples of names that use() has seen to
        if names or submodules:
            if "__getattr__" in globals:
                self.reloaded(globals["__getattr__"])
            globals["__getattr__"] = self.attribute
        globals["__dir__"] = self.directory

    # ---- lazy functions

    def __call__(self, number, cls=None, getframe=sys._getframe):
        """The function that has number N's code: what a lazy body calls with its own arguments."""
        function = self.made.get(number if cls is None else (number, id(cls)))
        return function or self.first_call(number, cls, getframe(1).f_code)

    def first_call(self, number, cls, stub):
        if _imp is None:  # the first name that the interpreter clears when it shuts down
            raise ImportError("cannot load a lazy function: the interpreter is shutting down")
        names = self.globals
        lazies, functions, codes, start = self.made.get("head") or self.read()
        try:
            qualname, offset, length, hash, uses = functions[number]
        except IndexError:
            raise self.damaged("it has no function %d" % number) from None
        bound = True
        for name in uses:
            if name not in names and not self.bind(name):
                bound = False
        code = codes.get(number)
        if code is None:
            code = self.unmarshal(self.code_of(start + offset, length, hash))
            _imp._fix_co_filename(code, stub.co_filename)
            if stub.co_flags & ITERABLE_COROUTINE:  # types.coroutine marked the stub's code
                code = code.replace(co_flags=code.co_flags | ITERABLE_COROUTINE)
            code = codes.setdefault(number, code)
        function = Function(code, names, None, None, None if cls is None else (Cell(cls),))
        function.__qualname__ = qualname
        if bound:  # else an import that is under way has not come to a name yet: ask again at the next call
            found = search(names, qualname, cls, stub, code)
            if found is not None and found.__code__ is stub and found.__globals__ is names:
                if stub.co_freevars == code.co_freevars:
                    found.__code__ = code
            # For those who call a copy of the function, or the stub while another thread replaces its code. A class
            # cannot be freed, and its id taken by another, as long as the function's cell holds it.
            first = self.made.setdefault(number if cls is None else (number, id(cls)), function)
            if first is function:
                log.append(("function", names.get("__name__"), qualname))
        return function

    # ---- lazy imports

    def say_no_path(self):
        self.no_path = "module '%s' has no attribute '__path__'" % self.globals.get("__name__")
        return self.no_path

    def attribute(self, name):
        """The module's __getattr__. Asked for `__path__` by every from-import in a function that runs: that comes first."""
        if name == "__path__" and self.own is None:
            raise AttributeError(self.no_path or self.say_no_path())
        for attempt in (self.names, self.submodules):
            if name in attempt and self.has(name):
                done = name in self.done  # read before the globals: another thread sets it after them
                value = self.globals.get(name, self)
                if value is not self:
                    return value
                if not done:
                    return self.resolve(name)
                break
        if name == "__all__":
            self.spread()
        if self.own is not None:
            return self.own(name)
        if name[:2] == "__":
            raise AttributeError("module '%s' has no attribute '%s'" % (self.globals.get("__name__"), name))
        raise self.missing(name)

    def spread(self):
        """Binds what `from module import *` copies: it asks for `__all__`, and without one reads the namespace itself.

        Modules of the trace that do so keep these names eager; this is for one that no trace loaded. Submodules are
        left out: which of them the original had loaded by then is not known here.
        """
        if getattr(self.globals.get("__spec__"), "_initializing", False):
            return  # half made: what its imports bind is not all there in the original either
        self.has("")
        public = [name for name in self.names if name[:1] != "_"]
        if public:  # without names, use() takes all
            self.use(*public)

    def has(self, name):
        """Whether the name is lazy or a submodule: exactly, behind the substring test above."""
        names, submodules = self.names, self.submodules
        if type(names) is str:
            self.names = frozenset(names.split())
        if type(submodules) is str:
            self.submodules = frozenset(submodules.split())
        return name in self.names or name in self.submodules

    def directory(self):
        """The module's __dir__: what the original's dir() would list."""
        names = self.globals
        hidden = {"__fl__"}
        hook = names.get("__getattr__")
        if self.own is None and type(hook) is Method and hook.__self__ is self:
            hidden.add("__getattr__")
        if self.own_dir is None:
            hidden.add("__dir__")
            listed = list(names)
            self.has("")
            lazy = self.names.union(self.submodules)
            listed += [name for name in lazy if name not in names and name not in self.done]
        else:
            listed = list(self.own_dir())
        return [name for name in listed if name not in hidden]

    def dir(self, there="", not_there=""):
        """What dir() gave at a place in the module's body.

        `there` and `not_there`: submodules that had been loaded by then or came later, and lazy names that statements
        further down bind. When the body runs again, all have been.
        """
        names = self.globals
        self.has("")
        listed = set(names)
        for name, before in ("__fl__", None), ("__getattr__", self.own), ("__dir__", self.own_dir):
            value = names.get(name)
            if before is None and (value is self or type(value) is Method and value.__self__ is self):
                listed.discard(name)
        listed.update(name for name in self.names if name not in self.done)
        listed.update(there.split())
        if "again" not in self.made:
            listed.difference_update(not_there.split())
        return sorted(listed)

    def use(self, *names):
        """Binds these lazy names (dotted: loads these modules), or all of the module's: a guard. Gives None."""
        if names in self.done:
            return
        bound = True
        for name in names or tuple((self.made.get("head") or self.read())[0]):
            if name not in self.globals and not self.bind(name):
                bound = False
        if bound:
            self.done.add(names)

    def load(self, *modules):
        """Imports these modules (absolute names) in this order: a hoist. Gives None."""
        for module in modules:
            self.importer()(module, self.globals, self.globals, None, 0)

    def after(self, *modules):
        """The end of a module that is loaded late, and that these modules change when they are imported (R4).

        In the original they had been imported before anyone could look. They may want what modules that are half
        executed now have not defined yet, so they wait until nothing else is under way.
        """
        waiting.extend([(self, module) for module in modules if module not in sys.modules])
        if waiting:
            settle(self.globals)

    def on(self, *names):
        """An import statement under an `if` was come to: from now on these lazy names are there. Gives None."""
        self.has("")
        self.names = self.names.union(names)
        for name in names:
            if name in self.globals:  # a reload, or the module has set it itself: the statement binds it anew
                self.globals[name] = self.run(name)
                self.done.add(name)

    def bind(self, name):
        """Binds one lazy name or loads one dotted module. False: it cannot be had yet, its import is under way."""
        if "." in name:
            new = name not in sys.modules
            outermost = new and _thread.get_ident() not in importing
            if outermost:
                begin()
            try:
                self.importer()(name, self.globals, self.globals, None, 0)
            except AttributeError as error:
                raise self.failed(name, error) from error
            finally:
                if outermost:
                    importing.discard(_thread.get_ident())
            if new:
                log.append(("import", self.globals.get("__name__"), name))
        elif not self.has(name):  # its import stands under an `if`, and was not come to, or not yet
            return not getattr(self.globals.get("__spec__"), "_initializing", False)
        elif name not in self.done:  # else someone has deleted it, as he could have in the original
            try:
                self.resolve(name)
            except AttributeError:  # only from a circular import: all others have become ImportErrors
                return False
        return True

    def resolve(self, name):
        """Runs the import of a lazy name, or of a submodule, and stores what it binds."""
        if _imp is None:
            raise ImportError("cannot import %r: the interpreter is shutting down" % name)
        names = self.globals
        active = local.__dict__.setdefault("active", set())
        key = id(self), name
        if key in active:
            return self.under_way(name)
        outermost = _thread.get_ident() not in importing
        if outermost:
            begin()
        active.add(key)
        try:
            value = self.run(name)
        except AttributeError as error:  # not "no such name": hasattr() and getattr() must not swallow it
            raise self.failed(name, error) from error
        finally:
            active.discard(key)
            if outermost:
                importing.discard(_thread.get_ident())
        if waiting and not active:
            settle()
        if name in self.done:
            return names.get(name, value)  # another thread was faster, and someone may have changed it since
        value = names.setdefault(name, value)
        self.done.add(name)
        mark = []  # two threads may come here; one of them logs it
        if self.made.setdefault((name,), mark) is mark:
            log.append(("import", names.get("__name__"), name))
            self.resolved += 1
            if self.resolved >= MANY:
                self.bind_others(name)
        return value

    def bind_others(self, name):
        """Binds the lazy names that come from the same module as this one, as far as they are there: where many are
        wanted (by a star import), one by one is slow.

        Not while the module's own body runs: it may ask whether a name is there yet.
        """
        names, head = self.globals, self.made.get("head")
        if head is None or name not in head[0] or getattr(names.get("__spec__"), "_initializing", False):
            return
        groups = self.made.get("groups")
        if groups is None:
            groups = {}
            for other, (module, level, attribute, _, first, _) in head[0].items():
                if attribute is not None and not first:
                    groups.setdefault((module, level), (0, []))[1].append((other, attribute))
            self.made["groups"] = groups
        key = head[0][name][:2]
        size, group = groups.get(key, (0, ()))
        source = sys.modules.get(self.absolute(*key)) if group else None
        if type(source) is not ModuleType or getattr(source.__spec__, "_initializing", False):
            return
        there, left = source.__dict__, []
        if len(there) == size:  # nothing has come since the last time
            return
        for other, attribute in group:
            if other not in names and other not in self.done:
                value = there.get(attribute, self)
                if value is self or not self.has(other):
                    left.append((other, attribute))
                else:
                    names.setdefault(other, value)
                    self.done.add(other)
        groups[key] = len(there), left

    def entry(self, name):
        """(module, level, attribute, alias, first, more) of a lazy name; a submodule's is made up."""
        self.has("")
        if name not in self.names and name in self.submodules:
            return "%s.%s" % (self.globals["__name__"], name), 0, None, True, (), ()
        try:
            return (self.made.get("head") or self.read())[0][name]
        except KeyError:
            raise self.damaged("it does not know the lazy name %r" % name) from None

    def run(self, name):
        """What the import statement of `name` binds: its opcodes, by hand; its own errors, by running it."""
        module, level, attribute, alias, first, more = self.entry(name)
        names = self.globals
        importer = self.importer()
        if name not in self.names:  # a submodule: a package above may hold something else by this package's name
            importer(module, names, names, None, 0)
            return names[name] if name in names else sys.modules[module]
        for other in first:
            importer(other, names, names, None, 0)
        if attribute is not None:
            value = importer(module, names, names, (attribute,), level)
            path = (attribute,)
        else:
            value = importer(module, names, names, None, level)
            for other in more:
                importer(other, names, names, None, 0)
            path = module.split(".")[1:] if alias else ()
        try:
            for part in path:
                value = import_from(value, part)
        except (AttributeError, KeyError):
            if attribute is not None:
                text = "from %s import %s as value" % ("." * level + module, attribute)
            else:
                text = "import %s as value" % module
            scratch = {}
            exec(compile(text, "<lazy import in %s>" % names.get("__name__"), "exec"), names, scratch)
            value = scratch["value"]
        return value

    def under_way(self, name):
        """A lazy name that is asked for by what its own import runs: what a half-made module has, or no such name."""
        module, level, attribute, alias, first, more = self.entry(name)
        module = self.absolute(module, level)
        if attribute is None:
            value = self.executed(module if alias else module.partition(".")[0])
        else:
            value = getattr(self.executed(module), "__dict__", {}).get(attribute, self)
            if value is self:
                value = self.executed("%s.%s" % (module, attribute))
        if value is self:
            raise self.missing(name)
        return value

    def absolute(self, module, level):
        """The full name of a module that an import statement names with so many leading dots."""
        if not level:
            return module
        package = self.globals.get("__package__") or ""
        package = package.rsplit(".", level - 1)[0] if level > 1 else package
        return "%s.%s" % (package, module) if module else package

    def executed(self, name):
        """What sys.modules has by that name, else self. Waits while another thread executes it, as import does."""
        module = sys.modules.get(name, self)
        spec = getattr(module, "__dict__", {}).get("__spec__")
        if getattr(spec, "_initializing", False):
            self.importer()(name, self.globals, self.globals, None, 0)
            module = sys.modules.get(name, self)
        return module

    def importer(self):
        """The __import__ that the module's own import statements would call."""
        builtins = self.globals.get("__builtins__")
        if type(builtins) is not dict:
            builtins = (builtins or sys.modules["builtins"]).__dict__
        return builtins["__import__"]

    def reloaded(self, before):
        """importlib.reload: the globals are those of last time. What was imported then is imported again."""
        previous = before.__self__ if type(before) is Method else None
        if type(previous) is Module:
            self.made["again"] = True
            self.own, self.own_dir = previous.own, previous.own_dir
        else:
            self.own = before
        for name in self.names.split():
            if name in self.globals:
                self.globals[name] = self.run(name)
                self.done.add(name)

    # ---- marks in the handler's module

    def hold(self, number=None):
        """Stops the garbage collector until ready(), or until the module is gone because its import died.

        By the threshold, so that gc.isenabled() tells the application what it always did. `number`: of the first of the
        pack's parts that are no module's: regular expressions, texts for dedent and eval, the index of files, and the
        code that it points to.
        """
        global held
        if number is not None:
            self.prepare(number)
            self.find_quickly(number + 2)
        module = sys.modules.get(self.globals.get("__name__"))
        before = gc.get_threshold()
        if held is None and before[0] and module is not None and module.__dict__ is self.globals:
            gc.set_threshold(0, *before[1:])
            held = self, before, gc.get_threshold(), _weakref.ref(module, release)
            if number is not None:
                self.know_texts(number + 1)

    def prepare(self, number):
        """Fills re's cache with what the traced import and events compiled.

        That is a memo: whatever is amiss, re compiles the pattern itself.
        """
        version, magic, rows = self.prepared(number, 3)
        if version != sys.hexversion or not standard("re"):
            return
        re = self.importer()("re", self.globals, self.globals, None, 0)
        import _sre

        cache = re.__dict__.get("_cache")
        if magic != _sre.MAGIC or _sre.CODESIZE != 4 or type(cache) is not dict:
            return
        if len(cache) + len(rows) < re.__dict__.get("_MAXCACHE", 0):
            for pattern, flags, final, code, groups, index, names in rows:
                key = type(pattern), pattern, flags
                if key not in cache:
                    cache[key] = _sre.compile(pattern, final, memoryview(code).cast("I").tolist(), groups, index, names)

    def know_texts(self, number):
        """Until hold() ends, textwrap.dedent and namedtuple's eval look up what the traced import gave them, before they
        work it out."""
        version, dedented, compiled = self.prepared(number, 3)
        if version != sys.hexversion:
            return
        for known, name, function, answer in (
            (dedented, "textwrap", "dedent", Dedent),
            (None if sys.flags.optimize else compiled, "collections", "namedtuple", Evaluator),
        ):
            if known and standard(name):
                names = self.importer()(name, self.globals, self.globals, None, 0).__dict__
                function = names.get(function)
                if type(function) is Function and function.__code__.co_filename == names.get("__file__"):
                    answer(function, known)

    def find_quickly(self, number):
        """From now on the package's modules are found by the index in part `number`: see Finder.

        Whatever is not as it was when the index was made, the import system goes on as ever.
        """
        tag, loaders, folders, names = self.prepared(number, 4)
        known = sys.path_importer_cache
        root = pack.rpartition("/")[0]
        own = known.get(root)
        if tag != sys.implementation.cache_tag or sys.flags.optimize or sys.flags.verbose or sys.pycache_prefix:
            return
        files = {getattr(getattr(way, "__code__", None), "co_filename", None) for way in usual_ways}
        if files != {"<frozen importlib._bootstrap_external>"}:
            return
        if [getattr(hook, "__qualname__", None) for hook in sys.path_hooks] != PATH_HOOKS:
            return
        if type(own) is not FileFinder or own._loaders != [(suffix, LOADERS.get(name)) for suffix, name in loaders]:
            return
        try:
            start, together[:] = in_pack(self.read_code, number + 1)
        except (ImportError, OSError, ValueError, TypeError, EOFError):
            return
        aliases.update(names)
        for folder, rows in folders.items():
            place = "%s/%s" % (root, folder) if folder else root
            if place not in known:
                known[place] = FileFinder(place)
                known[place]._loaders = own._loaders
            if type(known[place]) is FileFinder:
                index[place] = start, tag, rows
                become(known[place], Finder)

    def ready(self):
        """The end of the module's body: takes its own __getattr__ and __dir__ behind ours; ends hold()."""
        names = self.globals
        if self.names or self.submodules:
            own = names.get("__getattr__")
            if type(own) is not Method or own.__self__ is not self:
                self.own, names["__getattr__"] = own, self.attribute
        own = names.get("__dir__")
        if type(own) is not Method or own.__self__ is not self:
            self.own_dir, names["__dir__"] = own, self.directory
        if waiting:
            settle(names)
        if held is not None and held[0] is self:
            gc.freeze()
            release()

    # ---- the pack

    def read(self):
        """Reads the head of the module's part: (lazies, functions, {} for unmarshalled code, where code begins)."""
        try:
            head, offset, length = in_pack(self.checked_head)
        except OSError as error:
            raise self.damaged(error.strerror or str(error)) from error
        end = len(head)
        hash, lazies, functions = self.unmarshal(head[4:])
        if hash != self.hash:
            raise self.damaged("it was made for another build of the package")
        if end + (functions[-1][1] + functions[-1][2] if functions else 0) != length:
            raise self.damaged("it is damaged: a module's part has another length")
        return self.made.setdefault("head", (lazies, functions, {}, offset + end))

    def checked_head(self, file):
        """(head with its length in front, offset of the part, its length) of the module's part, the hash found right."""
        offset, length, hash, size = self.checked_row(file, self.number)
        if offset + length > size:
            raise self.damaged("it is truncated")
        head = self.bytes_at(file, offset, 4, size)
        end = 4 + int.from_bytes(head, "little")
        if end > length:
            raise self.damaged("it is damaged: a module's part is too short")
        return self.sound(head + self.bytes_at(file, offset + 4, end - 4, size), hash), offset, length

    def read_code(self, file, number):
        """(where the code of single modules begins, the code of those that are surely loaded) in part `number` and the
        next. Names and constants that many modules have are made once so, which takes a ninth less."""
        offset, length = self.checked_row(file, number + 1)[:2]
        return self.checked_row(file, number)[0], marshal.loads(posix.pread(file, length, offset))

    def code_of(self, offset, length, hash):
        """The marshalled code of one function."""
        try:
            code = in_pack(posix.pread, length, offset)
        except OSError as error:
            raise self.damaged(error.strerror or str(error)) from error
        if len(code) < length:
            raise self.damaged("it is truncated")
        return self.sound(code, hash)

    def sound(self, data, hash):
        """The data, once its hash is found right."""
        if _imp.source_hash(HASH_KEY, data) != hash:
            raise self.damaged("it is damaged: a hash does not match")
        return data

    def unmarshal(self, data):
        try:
            return marshal.loads(data)
        except (ValueError, TypeError, EOFError) as error:
            raise self.damaged("it is damaged: %s" % error) from error

    def prepared(self, number, size):
        """One of the parts that are no module's, unmarshalled; as many None as it has members when anything is amiss.

        Without it all goes on as ever: the first lazy function says what is wrong with the pack.
        """
        try:
            members = marshal.loads(in_pack(self.checked, number))
        except (ImportError, OSError, ValueError, TypeError, EOFError):
            members = ()
        return members if type(members) is tuple and len(members) == size else (None,) * size

    def checked(self, file, number):
        """The bytes of a part, once header, size and hash are found right."""
        offset, length, hash, size = self.checked_row(file, number)
        return self.sound(self.bytes_at(file, offset, length, size), hash)

    def checked_row(self, file, number):
        """(offset, length, hash, size of the file) of a part, once the header is found right."""
        size = posix.fstat(file).st_size
        head = self.bytes_at(file, 0, HEAD, size)
        if head[:8] != b"FAASPACK" or int.from_bytes(head[8:12], "little") != FORMAT:
            raise self.damaged("it is not a pack of this version")
        if head[12:16] != MAGIC_NUMBER:
            raise self.damaged("it was made for another CPython")
        if number >= int.from_bytes(head[16:20], "little"):
            raise self.damaged("it was made for another build of the package")
        row = self.bytes_at(file, HEAD + ROW * number, ROW, size)
        return int.from_bytes(row[:8], "little"), int.from_bytes(row[8:12], "little"), row[12:20], size

    def bytes_at(self, file, offset, length, size):
        if offset + length > size:
            raise self.damaged("it is truncated")
        data = posix.pread(file, length, offset)
        while len(data) < length:  # a read may give less than asked for
            more = posix.pread(file, length - len(data), offset + len(data))
            if not more:
                raise self.damaged("it is truncated")
            data += more
        return data

    # ---- errors

    def damaged(self, why):
        name = self.globals.get("__name__")
        return ImportError("cannot load lazy code of module %r: %s: %s" % (name, pack, why), name=name, path=pack)

    def failed(self, name, error):
        text = "import of %r, lazy in module %r, failed: %s: %s"
        return ImportError(text % (name, self.globals.get("__name__"), type(error).__name__, error), name=name)

    def missing(self, name):
        """The interpreter's own "no such attribute", as it is for a module without __getattr__."""
        names = self.globals
        probe = ModuleType("")
        probe.__dict__.clear()
        for key in ("__name__", "__spec__", "__file__"):
            if key in names:
                probe.__dict__[key] = names[key]
        try:
            getattr(probe, name)
        except AttributeError as error:
            text = str(error)
        else:
            text = "module '%s' has no attribute '%s'" % (names.get("__name__"), name)
        return AttributeError(text)  # the interpreter sets its name and obj

    def __reduce__(self):  # pickled by value with a module's globals: found again by name
        return of, (self.globals["__name__"],)


enter = Module


def in_pack(read, *arguments):
    """What read(file, *arguments) gives, with the pack open meanwhile."""
    file = posix.open(pack, posix.O_RDONLY | posix.O_CLOEXEC)
    try:
        return read(file, *arguments)
    finally:
        posix.close(file)


class Dedent:
    """textwrap.dedent with the answers to known texts, until end().

    By its code: the function object is what it always was, whoever has it already.
    """

    def __init__(self, function, known):
        self.function, self.known, self.before = function, known, function.__code__
        self.work_out = Function(self.before, function.__globals__, function.__name__, function.__defaults__)
        # The constant's place is taken by this object: the function's own globals are textwrap's.
        code = (lambda text: (0.5).answer(text)).__code__
        consts = tuple(self if value == 0.5 else value for value in code.co_consts)
        same = {name: getattr(self.before, name) for name in ("co_filename", "co_name", "co_firstlineno")}
        self.code = code.replace(co_consts=consts, **same)
        if code.co_varnames == self.before.co_varnames[: self.before.co_argcount] and not function.__closure__:
            function.__code__ = self.code
            answering.append(self)

    def answer(self, text):
        known = self.known.get(text) if type(text) is str else None
        return self.work_out(text) if known is None else known

    def end(self):
        if self.function.__code__ is self.code:
            self.function.__code__ = self.before


class Evaluator:
    """The `eval` by which collections.namedtuple makes a class's __new__ from a text: known texts are compiled already.
    Until end()."""

    def __init__(self, function, known):
        self.names, self.known = function.__globals__, known
        if "eval" not in self.names and "eval" in function.__code__.co_names:
            self.names["eval"] = self
            answering.append(self)

    def __call__(self, source, *others):
        code = self.known.get(source) if type(source) is str else None
        return eval(source if code is None else marshal.loads(code), *others)

    def end(self):
        if self.names.get("eval") is self:
            del self.names["eval"]


def ways():
    """The import system's functions whose work is done here; someone may replace them."""
    return FileFinder.find_spec, SourceFileLoader.get_code, SourceFileLoader.get_data


usual_ways = ways()


class Loader(SourceFileLoader):
    """The ordinary loader of a source file, until it is asked for the code: that comes from the pack.

    So the modules, and what looks at them while their bodies run, have the loader that they always had.
    """

    __class__ = property(lambda self: SourceFileLoader)

    def get_code(self, fullname):
        become(self, SourceFileLoader)
        offset, length = codes.get(self.path, (0, 0))
        code = None
        if length < 0:
            if offset < len(together):
                code, together[offset] = together[offset], None
        elif length:
            try:
                code = marshal.loads(in_pack(posix.pread, length, offset))
            except (OSError, ValueError, TypeError, EOFError):
                pass  # the .pyc has the same
        if type(code) is not Code:
            return self.get_code(fullname)
        _imp._fix_co_filename(code, self.path)
        return code


class Finder(FileFinder):
    """The import system's finder of one folder; what the index knows it finds without looking around.

    It was the import system that found it there when the package was made. The file must be there still, in the same
    size: else, and for all that the index does not know, the folder is searched.
    """

    __class__ = property(lambda self: FileFinder)

    def find_spec(self, fullname, target=None):
        if fullname in aliases and ways() == usual_ways:
            return ModuleSpec(fullname, Alias(aliases[fullname]))
        start, tag, rows = index[self.path]
        row = rows.get(fullname.rpartition(".")[2])
        if row is None or ways() != usual_ways:
            return FileFinder.find_spec(self, fullname, target)
        file, size, kind, offset, length = row
        path = "%s/%s" % (self.path, file)
        try:
            if posix.stat(path).st_size != size:
                return FileFinder.find_spec(self, fullname, target)
        except OSError:
            return FileFinder.find_spec(self, fullname, target)
        if kind == EXTENSION:
            spec = ModuleSpec(fullname, ExtensionFileLoader(fullname, path), origin=path)
        else:
            codes[path] = offset if length < 0 else start + offset, length
            folder, _, name = path.rpartition("/")
            spec = ModuleSpec(fullname, Loader(fullname, path), origin=path)
            spec.cached = "%s/__pycache__/%s.%s.pyc" % (folder, name[:-3], tag)
            if kind == PACKAGE:
                spec.submodule_search_locations = [folder]
        spec.has_location = True
        return spec


class Alias:
    """The loader of a second name that a module has in sys.modules: it loads the module.

    In the original the name came with the module, which was loaded then.
    """

    def __init__(self, module):
        self.module = module

    def create_module(self, spec):
        __import__(self.module)
        module = sys.modules[self.module]
        self.spec = module.__spec__
        return module

    def exec_module(self, module):
        module.__spec__ = self.spec


for hidden, shown in (Loader, SourceFileLoader), (Finder, FileFinder):
    hidden.__name__, hidden.__qualname__, hidden.__module__ = shown.__name__, shown.__qualname__, shown.__module__


def of(name):
    """The `__fl__` of a module: what a pickled one becomes."""
    __import__(name)
    return sys.modules[name].__dict__["__fl__"]


def release(reference=None):
    """Ends hold(): the threshold is what it was, unless someone has set another since."""
    global held
    del together[:]
    while answering:
        answering.pop().end()
    if _imp is not None and held is not None:
        if gc.get_threshold() == held[2]:
            gc.set_threshold(*held[1])
        held = None


def standard(name):
    """Whether a module, loaded or not, is the standard library's."""
    module = sys.modules.get(name)
    spec = _find_spec(name, None) if module is None else getattr(module, "__spec__", None)
    origin, library = getattr(spec, "origin", None), getattr(sys.modules.get("os"), "__file__", None)
    return type(origin) is type(library) is str and origin.startswith(library.rpartition("/")[0] + "/")


def import_from(module, name):
    """The opcode IMPORT_FROM. AttributeError or KeyError: the statement fails."""
    try:
        return getattr(module, name)
    except AttributeError:
        return sys.modules["%s.%s" % (module.__name__, name)]


def search(names, qualname, cls, stub, code):
    """The function object whose code is `stub` (or already `code`), reached from globals or from its class by name."""
    *path, last = qualname.split(".")
    owner = ""
    if cls is not None:
        names = class_dict(cls)
        owner = path[-1] if path else ""
    else:
        for part in path:
            value = names.get(mangled(part, owner))
            if not issubclass(type(value), type):
                return None
            names = class_dict(value)
            owner = part
    found = find(names.get(mangled(last, owner)), stub, code)
    if found is None:  # under another name
        for value in list(names.values()):
            kind = type(value)
            if kind is Function and (value.__code__ is stub or value.__code__ is code):
                return value
            if kind is property or kind is staticmethod or kind is classmethod:
                found = found or find(value, stub, code)
    return found


def mangled(name, owner):
    """The name under which class `owner` keeps `name`."""
    owner = owner.lstrip("_")
    return "_%s%s" % (owner, name) if owner and name[:2] == "__" and name[-2:] != "__" else name


def find(value, stub, code):
    """The function object with code `stub` (or already `code`) behind one value, or None.

    Goes through closures, `__wrapped__`, descriptors and any other wrapper as the garbage collector sees them: no
    attribute of an unknown object is read, since that could run code of the application. Breadth first, with an end.
    """
    todo = [value]
    for value in todo:  # grows
        kind = type(value)
        if kind is Function:
            if value.__code__ is stub or value.__code__ is code:
                return value
            todo.extend(value.__dict__.values())
            for cell in value.__closure__ or ():
                try:
                    todo.append(cell.cell_contents)
                except ValueError:  # an empty cell
                    pass
        elif kind not in NOT_SEARCHED and not issubclass(kind, type):
            todo.extend(gc.get_referents(value))
        if len(todo) > 200:
            break
    return None
