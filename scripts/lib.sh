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

step() { printf '%s: %s\n' "$program" "$*"; }

# Runs a command quietly; shows the end of its output only when it fails: quietly WHAT NEXT-STEP COMMAND...
quietly() {
  local what=$1 next=$2 log
  shift 2
  log=$(mktemp)
  if ! "$@" >"$log" 2>&1; then
    tail -n 25 "$log" >&2
    rm -f "$log"
    fail "$what failed (output above). $next"
  fi
  rm -f "$log"
}

missing_packages() {
  local name
  for name in "$@"; do
    # `install ok installed` alone: a removed package may still be known by its configuration files.
    dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || printf '%s\n' "$name"
  done
}

# Installs those of the Debian packages that are missing, unless FAASLIGHT_SKIP_APT is set.
install_packages() {
  local missing as_root=()
  [[ -z ${FAASLIGHT_SKIP_APT-} ]] || return 0
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    fail "this system has no apt-get. Install by hand what these Debian packages hold, then run with" \
      "FAASLIGHT_SKIP_APT=1: $*"
  fi
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  if ((EUID != 0)); then
    command -v sudo >/dev/null ||
      fail "missing packages, and neither root nor sudo. As root: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  step "installing ${missing[*]}"
  quietly "apt-get update" "Check the network and the package sources, then run again." \
    "${as_root[@]}" apt-get update
  quietly "apt-get install" "Install by hand, then run again: ${missing[*]}" \
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
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
