#!/usr/bin/env bash
# All sample workloads from end to end on the programs in build/: tests/workloads/run.py, which --help describes.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
exec .deps/venv/bin/python -B tests/workloads/run.py "$@"
