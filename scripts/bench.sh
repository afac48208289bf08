#!/usr/bin/env bash
# Measures all sample workloads: bench/suite.py, which --help describes. Other load on the machine shows in the figures:
# run it alone. scripts/update-readme.sh then puts build/bench/results.* into bench/results/ and into the README.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
exec .deps/venv/bin/python -B bench/suite.py "$@"
