#!/usr/bin/env bash
# Upstream test suites on rewritten libraries, the long tier: upstream.sh [LIBRARY [3.N]] [-- pytest arguments]
# Results are kept in tests/upstream/results and shown in docs/upstream.md; a partial run changes only its rows.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
arguments=()
if [[ $# -gt 0 && $1 != -- ]]; then
  arguments+=(--library "$1")
  shift
fi
if [[ $# -gt 0 && $1 != -- ]]; then
  arguments+=(--cpython "$1")
  shift
fi
[[ $# -eq 0 ]] || shift
exec scripts/pytest.sh tests/upstream --tier long --record "${arguments[@]}" "$@"
