# shellcheck shell=bash
# What the scripts share. Sourced: sets `root` and goes there.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
program=$(basename "$0" .sh)

fail() {
  printf '%s: %s\n' "$program" "$*" >&2
  exit 1
}

# "release" -> "build", as CMakePresets.json has it.
build_folder() {
  case $1 in
    release) printf 'build\n' ;;
    debug | sanitize | clang | fuzz) printf 'build/%s\n' "$1" ;;
    *) fail "no preset '$1'. There are: release, debug, sanitize, clang, fuzz." ;;
  esac
}

# Files of ours, tracked or about to be: sources_of '*.cc' '*.h'
sources_of() { git ls-files -co --exclude-standard --deduplicate -- "$@" | while read -r file; do
  [[ ! -f $file ]] || printf '%s\n' "$file"
done; }
