#!/usr/bin/env bash
# What tracing costs, for two workloads on each CPython: bench/tracing_cost.py. RUNS=21 for more than 11 processes of
# each kind.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
mkdir -p build/bench
declare -A handler=([app03_dataframe]=main.lambda_handler [app20_random_user]=main.getUserDetails)
source scripts/service.sh
start_service build/bench
status=0
while read -r minor python; do
  for name in app03_dataframe app20_random_user; do
    printf '\n=== %s: tracing on CPython %s ===\n' "${name%%_*}" "$minor"
    "$python" bench/tracing_cost.py --build build --app "$(scripts/fetch-workload.sh "$name" "$python")" \
      --handler "${handler[$name]}" --events "sample_workloads/$name/events" --env "RANDOM_USER_URL=$url" \
      --python "$python" --runs "${RUNS:-11}" || status=1
  done
done < <(scripts/find-python.sh)
exit $status
