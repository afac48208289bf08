#!/usr/bin/env bash
# Makes .deps/moto, the venv of the AWS stand-in that sample workloads talk to (sample_workloads/services/aws.py).
# Nothing is done again unless scripts/requirements/moto.txt changed.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
venv=.deps/moto
key=$(cat scripts/requirements/moto.txt <(.deps/venv/bin/python -c 'import sys; print(sys.version)') | sha256sum)
[[ ! -x $venv/bin/python || $(cat "$venv/.faaslight" 2>/dev/null) != "$key" ]] || exit 0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! .deps/venv/bin/python -m venv --clear "$venv" >"$log" 2>&1 ||
  ! "$venv/bin/python" -m pip install --disable-pip-version-check --no-input --require-hashes --no-deps \
    --only-binary :all: -r scripts/requirements/moto.txt >"$log" 2>&1; then
  tail -n 15 "$log" >&2
  fail "installing moto failed (output above). Check the network, then run again."
fi
printf '%s\n' "$key" >"$venv/.faaslight"
