"""Forks in the middle of things: what the original had imported before there were threads must not hang a child."""

import pytest

SLOW = {
    "slow.py": "import time\ntime.sleep(0.3)\nvalue = 'slow'\n",
    "quick.py": "value = 'quick'\n",
    "m.py": """
        # PROLOGUE
        import slow  # lazy
        import quick  # lazy
        def f():  # lazy: slow
            return slow.value
        def g():  # lazy: quick
            return quick.value
        def kept():
            # guard: slow
            return slow.value, __name__
    """,
}
CHILD = """
        def child(call):
            pid = os.fork()
            if pid == 0:
                signal.alarm(20)
                os.write(1, (repr(call()) + '\\n').encode())
                os._exit(0)
            return pid
        def end(pid):
            status = os.waitpid(pid, 0)[1]
            print('child ended with', status, flush=True)
"""


@pytest.mark.parametrize("use", ["m.f() + m.slow.value", "(m.kept(), m.g())"])
def test_while_another_thread_is_inside_a_lazy_import(build, use):
    build(SLOW).same(
        f"""
        import os, signal, threading, time, m
{CHILD}
        got = []
        thread = threading.Thread(target=lambda: got.append(m.f()))
        thread.start()
        time.sleep(0.1)
        end(child(lambda: {use}))
        thread.join()
        print(got, {use}, flush=True)
        end(child(lambda: {use}))
    """,
        flags=["-Wignore"],
    )


def test_by_a_module_that_a_lazy_import_runs(build):
    """The thread that forks does not wait for itself; and a child may fork again."""
    files = dict(SLOW)
    files["slow.py"] = """
        import os, sys
        pid = os.fork()
        if pid == 0:
            if os.fork() == 0: os._exit(0)
            os.wait()
            os._exit(0)
        value = os.waitpid(pid, 0)[1]
    """
    build(files).same(
        """
        import signal, m
        signal.alarm(20)
        print(m.f(), m.kept())
    """,
        flags=["-Wignore"],
    )


def test_many_forks_while_many_threads_load(build):
    files = {"n%d.py" % n: "import time\ntime.sleep(0.002)\nvalue = %d\n" % n for n in range(40)}
    files["m.py"] = "# PROLOGUE\n" + "".join(
        f"import n{n}  # lazy\ndef f{n}():  # lazy: n{n}\n    return n{n}.value\n" for n in range(40)
    )
    build(files).same(
        f"""
        import os, signal, threading, m
        sys.setswitchinterval(1e-6)
{CHILD}
        def work(first):
            for n in range(40): got.append(getattr(m, 'f%d' % ((n + first) % 40))())
        got = []
        threads = [threading.Thread(target=work, args=(first,)) for first in (0, 10, 20, 39)]
        for thread in threads: thread.start()
        pids = []
        for _ in range(8):
            pids.append(os.fork())
            if not pids[-1]:
                signal.alarm(60)
                os._exit(0 if sum(getattr(m, 'f%d' % n)() for n in range(40)) == 780 else 1)
        for thread in threads: thread.join()
        for pid in pids: end(pid)
        print(sum(got), len(got), flush=True)
    """,
        flags=["-Wignore"],
    )
