#!/usr/bin/env bash
# Runs pytest from .deps/venv on the programs in build/ (or $FAASLIGHT_BUILD): scripts/pytest.sh [pytest arguments]
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
FAASLIGHT_BUILD=$(realpath "${FAASLIGHT_BUILD:-build}")
export FAASLIGHT_BUILD
exec .deps/venv/bin/python -B -m pytest -c tests/pytest.ini --rootdir tests "$@"
