# shellcheck shell=bash
# start_service LOG_FOLDER: starts app20's JSON service, sets `url` to its address, ends it when the script ends.
# Sourced, after lib.sh.
start_service() {
  local log=$1/service.txt
  : >"$log"
  python3 sample_workloads/app20_random_user/service.py >"$log" &
  service=$!
  trap 'kill "$service" 2>/dev/null || true' EXIT
  for _ in {1..100}; do
    url=$(sed -n 's/^RANDOM_USER_URL=//p' "$log")
    [[ -z $url ]] || return 0
    kill -0 "$service" 2>/dev/null || break
    sleep 0.1
  done
  fail "the sample's service did not start. Try it alone: python3 sample_workloads/app20_random_user/service.py"
}
