import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import runtime_package as package  # noqa: E402

FOUND = package.interpreters()


@pytest.fixture(params=package.MINORS, scope="session")
def python(request):
    """Path of each CPython that a package can be made for."""
    if request.param not in FOUND:
        pytest.skip("this machine has no CPython " + request.param)
    return FOUND[request.param]


@pytest.fixture
def build(python, tmp_path):
    """build(files) or build(source of m.py): the package, original and rewritten."""

    def make(files, **options):
        if isinstance(files, str):
            files = {"m.py": files}
        return package.Package(python, tmp_path, files, **options)

    return make
