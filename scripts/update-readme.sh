#!/usr/bin/env bash
# Puts the session that `make demo` recorded between the README's markers. Says what it needs if there is none.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[[ -f build/demo/python.txt ]] || fail "no recorded session. Run 'make demo' first."
python3 scripts/generated.py session build/demo/session.txt --python "$(<build/demo/python.txt)"
python3 scripts/generated.py tables
