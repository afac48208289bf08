#!/usr/bin/env bash
# Fails if text that scripts write is not what they would write now. The README's session is long to make again, so of
# that its commands are compared with the ones that `make demo` runs.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
status=0
python3 scripts/generated.py tables --check || status=1
scripts/demo.sh --list | python3 scripts/generated.py commands || status=1
exit $status
