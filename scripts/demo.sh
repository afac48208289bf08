#!/usr/bin/env bash
# One function from end to end: trace, rewrite and verify, report, measure. Each command is shown before it runs.
#   demo.sh           runs it; what is shown goes to build/demo/session.txt too, which the README quotes
#   demo.sh --list    prints the commands alone, with words for what differs between machines
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

out=build/demo
events=sample_workloads/app20_random_user/events

# The commands of the session, from the interpreter, the app's folder and the service's address.
commands() {
  local python=$1 app=$2 url=$3
  cat <<END
build/bin/faaslight-trace $app --handler main.getUserDetails --events $events --python $python --env RANDOM_USER_URL=$url -o $out/app20.trace
build/bin/faaslight-rewrite $app --trace $out/app20.trace -o $out/app20
build/bin/faaslight-report $out/app20.trace --plan $out/app20/faaslight.plan --top 6
$python bench/coldstart.py --python $python --app $app --handler main.getUserDetails --events $events --env RANDOM_USER_URL=$url --rewritten $out/app20 --runs 11
END
}

if [[ ${1-} == --list ]]; then
  commands PYTHON build/workloads/app20-3.N RANDOM_USER_URL
  exit
fi

# CPython 3.9, for which the workload's versions were current; else the newest that a tracer was built for.
choose_python() {
  local minor python
  for minor in 3.9 3.13 3.12 3.11 3.10; do
    python=$(scripts/find-python.sh "$minor" 2>/dev/null) || continue
    if [[ -x build/libexec/faaslight/tracer-$minor ]]; then
      printf '%s\n' "$python"
      return
    fi
  done
  fail "no tracer was built. Install a CPython (3.9 to 3.13) with libpython and its headers," \
    "remove build/, and run 'make demo' again."
}

source scripts/service.sh

run_session() {
  local command
  while read -r command; do
    printf '$ %s\n' "$command"
    # Words are split, nothing else is expanded: the commands above hold no quotes.
    # shellcheck disable=SC2086
    (set -f && $command 2>&1 </dev/null) || fail "this command failed: $command"
    printf '\n'
  done < <(commands "$python" "$app" "$url") | tee "$out/session.txt"
}

python=$(choose_python)
mkdir -p "$out"
app=$(scripts/fetch-workload.sh app20 "$python")
start_service "$out"
rm -rf "$out/app20" "$out/app20.trace"
run_session
# For update-readme.sh, which puts the words of --list in place of what is this machine's own.
printf '%s\n' "$python" >"$out/python.txt"
