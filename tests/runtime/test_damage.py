"""Every bit of a pack flipped, every length of it, and the headers of the .pyc files: never a wrong answer.

The code in a .pyc is not covered: CPython has no checksum for it, in the original no more than here.
"""

FILES = {
    "m.py": """
        # PROLOGUE
        import json  # lazy
        from colorsys import rgb_to_hsv as convert  # lazy
        def f(n):  # lazy: json
            return json.dumps(n)
        class C:
            def g(self):  # lazy: convert
                return __class__, convert(1, 1, 1)
    """,
    "other.py": "# PROLOGUE\ndef h(n, *, k=2):  # lazy\n    for i in range(n):\n        yield i * k\n",
}
ASK = """
    import os, sys, _faaslight
    def ask():
        "What the package says now: right, or an error that names the pack; everything else is printed."
        for name in ('m', 'other'): sys.modules.pop(name, None)
        import m, other
        for use, right in ((lambda: m.f([1]), '[1]'), (lambda: m.C().g(), (m.C, (0.0, 0.0, 1))),
                           (lambda: list(other.h(3)), [0, 2, 4]), (lambda: m.json, json), (lambda: m.convert, convert)):
            try: got = use()
            except ImportError as e: got = 'error' if _faaslight.pack in str(e) else str(e)
            yield 'right' if got == right and type(got) is type(right) else got
    import json; from colorsys import rgb_to_hsv as convert
    good = open(_faaslight.pack, 'rb').read()
    target = _faaslight.pack
    def put(data):
        with open(target, 'wb') as file: file.write(data)
    def change(at, bit): return good[:at] + bytes([good[at] ^ 1 << bit]) + good[at + 1:]
    def kinds(): return [kind for kind in ask()]
    assert kinds() == ['right'] * 5, kinds()
"""


def test_every_bit_of_the_pack(build):
    outcome = build(FILES).run(
        ASK
        + """
    wrong, errors = [], 0
    for at in range(len(good)):
        for bit in range(8) if at < 60 else (at % 8,):
            put(change(at, bit))
            answer = kinds()
            errors += 'error' in answer
            if set(answer) - {'right', 'error'}: wrong.append((at, bit, answer))
            # A count that is too large harms nobody: the rows that are asked for are there.
            if answer == ['right'] * 5 and not 16 <= at < 20: wrong.append((at, bit, 'unseen'))
    put(good)
    print(wrong, errors > len(good), kinds())
    """
    )
    assert outcome.out == "[] True ['right', 'right', 'right', 'right', 'right']\n"


def test_every_length_of_the_pack(build):
    outcome = build(FILES).run(
        ASK
        + """
    wrong = []
    for length in range(len(good)):
        put(good[:length])
        answer = kinds()
        if set(answer) - {'right', 'error'} or 'error' not in answer: wrong.append((length, answer))
    put(good + b'more')
    print(wrong, kinds())
    """
    )
    assert outcome.out == "[] ['right', 'right', 'right', 'right', 'right']\n"


def test_headers_of_pyc_files(build):
    """Of another magic, invalid or to be checked: CPython compiles the original, and the answers are the same."""
    package = build(FILES)
    outcome = package.run(
        ASK
        + f"""
    import glob
    target, = glob.glob({str(package.rewritten)!r} + '/__pycache__/m.*.pyc')
    good = open(target, 'rb').read()
    wrong, originals = [], 0
    for at in range(16):
        for bit in range(8):
            put(change(at, bit))
            answer = kinds()
            originals += not hasattr(sys.modules['m'], '__fl__')
            if answer != ['right'] * 5: wrong.append((at, bit, answer))
    put(good)
    print(wrong, originals > 32, kinds())
    """
    )
    assert outcome.out == "[] True ['right', 'right', 'right', 'right', 'right']\n"


def test_pyc_files_of_another_build(build, tmp_path):
    """A .pyc that calls function 0 of another module's part, or of another text: an error, not another function."""
    package = build(FILES)
    folder = tmp_path / "other build"
    folder.mkdir()
    again = type(package)(package.python, folder, {**FILES, "m.py": FILES["m.py"].replace("dumps(n)", "dumps([n])")})
    (pyc,) = package.rewritten.glob("__pycache__/m.*.pyc")
    pyc.write_bytes((again.rewritten / "__pycache__" / pyc.name).read_bytes())
    outcome = package.run("""
        import m
        try: print(m.f(1))
        except ImportError as e: print(e)
    """)
    assert "it was made for another build of the package" in outcome.out
