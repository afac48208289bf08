#!/usr/bin/env bash
# Measures static reachability against what really runs, beside PyCG: bench/reach.py, which --help describes.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
exec .deps/venv/bin/python -B bench/reach.py "$@"
