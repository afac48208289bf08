"""Where a library's code comes from, and the app that is traced and rewritten for it.

The app is the library alone; what it needs lies in a layer, which is never rewritten. The handler's module imports every
module of the library that can be imported here, so that the trace knows the effects of each.
"""

import fnmatch
import os
import shutil
import subprocess
import tarfile

from machine import ROOT, report, succeed
from stored import PIP_OPTIONS, STORE, install, pip, stored
from upstream.library import requirements

TOOLS = ROOT / "scripts/requirements/tools.txt"
BUILDERS = requirements("build")
LEFT_OUT = ("tests", "conftest", "__main__", "__pycache__")


def archive(library):
    """The unpacked source archive, which holds the tests."""
    STORE.mkdir(parents=True, exist_ok=True)
    pin = STORE / f"{library.name}.requirement"
    pin.write_text(f"{library.release} --hash=sha256:{library.hash}\n")
    python = ROOT / ".deps/venv/bin/python"
    builders = install("builders", python, [BUILDERS])

    def fill(target):
        # Without isolation: what tells pip the metadata must be the pinned build tools.
        pip(
            python, "download", *PIP_OPTIONS, "--no-build-isolation", "--no-binary", ":all:", "--dest", target,
            "-r", pin, env={**os.environ, "PYTHONPATH": str(builders)},
        )  # fmt: skip
        for packed in target.glob("*.tar.gz"):
            with tarfile.open(packed) as opened:
                opened.extractall(target)  # pinned by hash

    folder = stored(f"source-{library.name}", [pin], fill)
    return next(path for path in folder.iterdir() if path.is_dir())


def support(library, python, minor):
    """The folder with pytest and what else the library and its suite import."""
    if library.source == "stdlib":
        return None
    return install(f"needs-{library.name}-{minor}", python, [TOOLS, *map(requirements, library.needs)])


def stdlib(python):
    code = "import sysconfig; print(sysconfig.get_path('stdlib'))"
    return subprocess.run([python, "-I", "-S", "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def link(source, target):
    """A second name for a file: nothing writes to these folders. A copy where the file system has no such thing."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def copy_code(library, python, minor, folder):
    """The library's own code, alone in a folder. Gives its version."""
    left_out = shutil.ignore_patterns("__pycache__")
    if library.source == "wheel":
        code = install(f"wheel-{library.name}-{minor}", python, [requirements(library.release)])
        shutil.copytree(code, folder, copy_function=link, ignore=left_out)
        return next(code.glob("*.dist-info")).name.removesuffix(".dist-info").partition("-")[2]
    folder.mkdir()
    root = archive(library) if library.source == "sdist" else os.path.realpath(stdlib(python))
    for package, top in zip(library.packages, library.tops):
        path = os.path.join(root, package)
        if os.path.isdir(path):
            shutil.copytree(path, folder / top, ignore=left_out)
        else:
            shutil.copy(f"{path}.py", folder)
    if library.source == "sdist":
        return library.release.partition("==")[2]
    return subprocess.run(
        [python, "-IS", "-c", "import sys; print(sys.version.split()[0])"], capture_output=True, text=True
    ).stdout.strip()


def modules(library, folder):
    """Names of the library's modules, packages before what is in them."""
    for top in library.tops:
        files = sorted((folder / top).rglob("*.py")) or [folder / f"{top}.py"]
        for path in files:
            parts = path.relative_to(folder).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            if not all(part.isidentifier() for part in parts) or set(parts) & set(LEFT_OUT):
                continue
            if not any(fnmatch.fnmatch(name, glob) for glob in library.skip):
                yield name


def write_handler(library, folder):
    # What the serverless runtime has loaded of the standard library is another copy than the one to be traced.
    head = f"""import sys
for name in [name for name in sys.modules if name.partition(".")[0] in {library.tops!r}]:
    del sys.modules[name]
"""
    lines = [head if library.source == "stdlib" else ""]
    for name in modules(library, folder):
        lines.append(
            f"try:\n    import {name}\nexcept Exception:  # for another system, or for what is not here\n    pass\n"
        )
    (folder / "main.py").write_text("".join(lines) + "\n\ndef handler(event, context):\n    return None\n")


def rewrite(library, app, beside, python, folder):
    """Traces and rewrites an app. Gives the package and the share of the library's functions that are lazy."""
    recorded, out = folder / "app.trace", folder / "out"
    layers = ["--layer", beside] if beside else []
    succeed(
        "faaslight-trace", app, "--handler", "main.handler", "--python", python, "--timeout", 0, *layers, "-o", recorded
    )
    succeed("faaslight-rewrite", app, "--trace", recorded, "-o", out, "--keep", "none", "--no-verify")
    rows = [row for row in report(recorded, out / "faaslight.plan")["packages"] if row["name"] in library.tops]
    defined = sum(row["functions"] for row in rows)
    return out, sum(row["lazy_functions"] for row in rows) / max(defined, 1)
