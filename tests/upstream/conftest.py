"""Options of the upstream suites: which tier, which library, which CPython, and whether to keep the results."""


def pytest_addoption(parser):
    parser.addoption("--tier", choices=("short", "long"), default="short", help="short: make test; long: make upstream")
    parser.addoption("--library", help="only this library of libraries.toml")
    parser.addoption("--cpython", help="only this CPython, as 3.11")
    parser.addoption(
        "--record", action="store_true", help="keep the results in tests/upstream/results and docs/upstream.md"
    )
