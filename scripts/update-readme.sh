#!/usr/bin/env bash
# Puts the session that `make demo` recorded between the README's markers, and what the last whole `make bench` measured
# into bench/results/ and the README. Says what it needs if there is neither.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[[ -f build/demo/python.txt || -f build/bench/results.json ]] ||
  fail "neither a recorded session nor measured results. Run 'make demo' or 'make bench' first."
if [[ -f build/demo/python.txt ]]; then
  python3 scripts/generated.py session build/demo/session.txt --python "$(<build/demo/python.txt)"
fi
if [[ -f build/bench/results.json ]]; then
  mkdir -p bench/results
  cp build/bench/results.{json,md,svg} bench/results/
fi
python3 scripts/generated.py tables
