#!/usr/bin/env bash
# Makes a runnable folder of a sample workload: sample_workloads/fetch.py, which --help describes.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
exec .deps/venv/bin/python -B sample_workloads/fetch.py "$@"
