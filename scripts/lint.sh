#!/usr/bin/env bash
# Everything that reads the code without running it. Goes through all steps, then fails if one did.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
failed=()

step() {
  local name=$1
  shift
  printf -- '--- %s\n' "$name"
  "$@" || failed+=("$name")
}

cpp_format() { sources_of '*.cc' '*.h' | xargs -r clang-format --dry-run -Werror; }

# clang-tidy reads clang's own compile commands. A file that is built once per CPython is read once, not five times.
clang_tidy() {
  local database=build/clang/tidy
  mkdir -p "$database"
  python3 scripts/tidy_database.py build/clang/compile_commands.json "$database/compile_commands.json" |
    xargs -r -P "$(nproc)" -n 1 clang-tidy -p "$database" --quiet 2>/dev/null
}

shell_syntax() {
  local file bad=0
  while read -r file; do bash -n "$file" || bad=1; done < <(sources_of 'scripts/*.sh' '.ci/run')
  return $bad
}

step "clang-format" cpp_format
step "shell syntax" shell_syntax
step "ruff check" .deps/venv/bin/ruff check --quiet .
step "ruff format" .deps/venv/bin/ruff format --check --quiet .
step "generated text" scripts/check-generated.sh
# clang-tidy gives clang's own warnings as errors too, so that nothing but what is generated need be built.
step "generated headers" scripts/build.sh clang faaslight_proto faaslight_pack
step "clang, -Werror, and clang-tidy" clang_tidy

if ((${#failed[@]})); then
  printf -v names '%s; ' "${failed[@]}"
  fail "failed: ${names%; }"
fi
echo "lint: clean"
