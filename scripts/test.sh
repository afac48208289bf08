#!/usr/bin/env bash
# All tests: what CMake registers, then the Python ones that drive the built programs.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
preset=${1:-release}
scripts/build.sh "$preset"
# What tests/invoke talks to. Without network this fails here: a test that skips itself would go unseen.
scripts/install-servers.sh
status=0
ctest --test-dir "$(build_folder "$preset")" --output-on-failure --no-tests=error -j "$(nproc)" || status=1
folders=()
for folder in tests/runtime tests/rules tests/integration tests/random_apps tests/newest tests/bench tests/workloads tests/upstream tests/invoke; do
  [[ -z $(find "$folder" -name 'test_*.py' -print -quit 2>/dev/null) ]] || folders+=("$folder")
done
FAASLIGHT_BUILD=$(build_folder "$preset") scripts/pytest.sh -n "$(nproc)" --dist loadfile "${folders[@]}" || status=1
exit $status
