#!/usr/bin/env bash
# Looks for inputs that break a reader or the rewriter: scripts/fuzz.sh [--minutes N] [TARGET…]
#
# Builds the fuzz targets with clang (build/fuzz) and runs each for its share of N minutes (default: 10), from the kept
# corpus and what earlier runs found (build/fuzz/found). What breaks is left in build/fuzz/crashes: put it, made small
# with `build/fuzz/bin/fuzz_TARGET -minimize_crash=1 FILE`, into tests/fuzz/corpus/TARGET beside its mending.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
minutes=10
targets=()
while (($#)); do
  case $1 in
    --minutes) minutes=${2:?--minutes needs a number}; shift 2 ;;
    -*) fail "no such option: $1. Use: scripts/fuzz.sh [--minutes N] [TARGET…]" ;;
    *) targets+=("$1"); shift ;;
  esac
done
((${#targets[@]})) || targets=(decisions facts inputs lambda log pack report)
scripts/build.sh fuzz

build=build/fuzz
seconds=$((minutes * 60 / ${#targets[@]}))
"$build/bin/fuzz_seeds" "$build/seeds"
status=0
for target in "${targets[@]}"; do
  [[ -x $build/bin/fuzz_$target ]] || fail "no target $target"
  mkdir -p "$build/found/$target" "$build/crashes/$target" "$build/seeds/$target"
  options=(-max_total_time="$seconds" -max_len=8192 -timeout=10 -rss_limit_mb=2048 -malloc_limit_mb=512
    -artifact_prefix="$build/crashes/$target/" -print_final_stats=1)
  case $target in facts | decisions) options+=(-dict=tests/fuzz/python.dict) ;; esac
  echo "--- $target, $seconds s"
  "$build/bin/fuzz_$target" "${options[@]}" "$build/found/$target" "$build/seeds/$target" "tests/fuzz/corpus/$target" \
    >"$build/$target.log" 2>&1 || status=1
  grep -aE 'does not hold|ERROR|SUMMARY|runtime error|stat::number_of_executed|DONE' "$build/$target.log" || true
done
((status == 0)) || fail "something broke: see $build/crashes and $build/TARGET.log"
