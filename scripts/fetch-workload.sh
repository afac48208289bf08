#!/usr/bin/env bash
# Makes a runnable folder of a sample workload: its handler, and its pinned packages for one CPython beside it.
#   fetch-workload.sh APP PYTHON [DEST]   APP: app20 or app20_random_user; PYTHON: a path, or a version such as 3.9
#   fetch-workload.sh --all               each workload for each CPython that is there
# Prints the folder. Without DEST that is build/workloads/APP-3.N. Nothing is done again unless its inputs changed.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() { fail "usage: fetch-workload.sh APP PYTHON [DEST] | --all"; }

# The versions for this minor: the newest requirements-3.M.txt with M <= N, else requirements.txt.
requirements_for() {
  local folder=$1 minor=$2 m
  for ((m = minor; m >= 9; m--)); do
    if [[ -f $folder/requirements-3.$m.txt ]]; then
      printf '%s\n' "$folder/requirements-3.$m.txt"
      return
    fi
  done
  printf '%s\n' "$folder/requirements.txt"
}

install_packages() {
  local python=$1 requirements=$2 target=$3 log=$4
  "$python" -m pip install --disable-pip-version-check --no-input --quiet --root-user-action ignore \
    --no-compile --no-deps --only-binary :all: --target "$target" -r "$requirements" >"$log" 2>&1 && return
  tail -n 5 "$log" >&2
  if grep -q 'No matching distribution found' "$log"; then
    fail "$app: $(sed -n 's/.*No matching distribution found for \([^ ]*\).*/\1/p' "$log" | head -n 1) has no wheel" \
      "for CPython $version here. Put versions that have one into a requirements-$version.txt beside $requirements."
  fi
  fail "$app: installing $requirements failed (output above). Check the network, then run again."
}

fetch() {
  local given=$1 python=$2 dest=${3-} source minor requirements stamp staging
  if [[ $python =~ ^3\.[0-9]+$ ]]; then
    python=$(scripts/find-python.sh "$python")
  fi
  source=$(find sample_workloads -mindepth 1 -maxdepth 1 -type d \( -name "$given" -o -name "${given}_*" \) | head -n 1)
  [[ -n $source ]] || fail "no workload '$given' in sample_workloads/"
  app=$(basename "$source")
  version=$("$python" -I -c 'import sys; print("%d.%d" % sys.version_info[:2])') || fail "$python does not run"
  minor=${version#3.}
  dest=${dest:-build/workloads/${app%%_*}-$version}
  requirements=$(requirements_for "$source" "$minor")
  stamp=$(cat scripts/fetch-workload.sh "$requirements" "$source"/*.py <(echo "$app $version") | sha256sum)
  if [[ -d $dest && $(cat "$dest.stamp" 2>/dev/null) == "$stamp" ]]; then
    printf '%s\n' "$dest"
    return
  fi
  [[ ! -e $dest || -f $dest.stamp ]] || fail "$dest exists and is not ours. Name another folder, or remove it."
  mkdir -p "$(dirname "$dest")"
  staging=$(mktemp -d "$dest.new.XXXXXX")
  # shellcheck disable=SC2064
  trap "rm -rf '$staging' '$staging.log'" EXIT
  install_packages "$python" "$requirements" "$staging" "$staging.log"
  # Programs of the packages name the installing interpreter's path, and no function calls them.
  rm -rf "$staging/bin"
  find "$source" -maxdepth 1 -name '*.py' ! -name service.py -exec cp {} "$staging/" \;
  chmod 755 "$staging"
  rm -rf "$dest" "$staging.log"
  mv "$staging" "$dest"
  printf '%s\n' "$stamp" >"$dest.stamp"
  printf '%s\n' "$dest"
}

if [[ ${1-} == --all ]]; then
  while read -r _ python; do
    for folder in sample_workloads/*/; do
      (fetch "$(basename "$folder")" "$python")
    done
  done < <(scripts/find-python.sh)
elif (($# == 2 || $# == 3)); then
  fetch "$@"
else
  usage
fi
