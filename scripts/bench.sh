#!/usr/bin/env bash
# The figures that the README and issues speak of, for both sample workloads: cold starts on one CPython (3.9, or
# $FAASLIGHT_BENCH_PYTHON), what rewriting costs, and what tracing costs on each CPython. Other load on the machine
# shows in them: run it alone. RUNS=21 for more than 11 processes of each kind.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
runs=${RUNS:-11}
out=build/bench
mkdir -p "$out"
minor=${FAASLIGHT_BENCH_PYTHON:-3.9}
python=$(scripts/find-python.sh "$minor")

declare -A handler=([app03_dataframe]=main.lambda_handler [app20_random_user]=main.getUserDetails)
source scripts/service.sh
start_service "$out"

section() { printf '\n=== %s ===\n' "$*"; }

for name in app03_dataframe app20_random_user; do
  short=${name%%_*}
  events=sample_workloads/$name/events
  common=(--handler "${handler[$name]}" --events "$events" --env "RANDOM_USER_URL=$url")
  app=$(scripts/fetch-workload.sh "$short" "$python")

  section "$short: trace and rewrite (CPython $minor)"
  build/bin/faaslight-trace "$app" "${common[@]}" --python "$python" -o "$out/$short.trace"
  # Another folder is removed at the end: ext4 is slow to make files just after many were deleted.
  [[ ! -e $out/$short ]] || mv "$out/$short" "$(mktemp -d "$out/old.XXXXXX")"
  start=$EPOCHREALTIME
  build/bin/faaslight-rewrite "$app" --trace "$out/$short.trace" -o "$out/$short" --no-verify >/dev/null
  awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "rewriting without verification: %.2f s\n", b - a }'

  section "$short: cold starts"
  "$python" bench/coldstart.py --python "$python" --app "$app" "${common[@]}" --rewritten "$out/$short" --runs "$runs"
done

# Lambda's bootstrap had http.client loaded in awslambdaric 2.0.4 (not in 2.0.8), and so it was for the figures that first described
# app20. It is a third of what a function that talks HTTP loads.
section "app20: cold starts, http.client loaded before the function"
"$python" bench/coldstart.py --python "$python" --app "$app" "${common[@]}" --rewritten "$out/app20" --runs "$runs" \
  --preload http.client

status=0
while read -r minor python; do
  for name in app03_dataframe app20_random_user; do
    section "${name%%_*}: tracing on CPython $minor"
    "$python" bench/tracing_cost.py --build build --app "$(scripts/fetch-workload.sh "$name" "$python")" \
      --handler "${handler[$name]}" --events "sample_workloads/$name/events" --env "RANDOM_USER_URL=$url" \
      --python "$python" --runs "$runs" || status=1
  done
done < <(scripts/find-python.sh)
rm -rf "$out"/old.*
exit $status
