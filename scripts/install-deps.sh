#!/usr/bin/env bash
# Installs what is missing to build, test and lint: Debian packages, and pinned sources and tools in .deps/.
#
# Running it again costs a fraction of a second: a stamp in .deps/ holds the hash of this script and of the lists it
# reads. What stands in .deps/ is replaced only where its content differs, so an unchanged header rebuilds nothing.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
deps=$root/.deps
lists=$root/scripts/requirements
packages=(
  g++ cmake ninja-build clang libclang-rt-dev clang-tidy clang-format make pkg-config git
  libfmt-dev libcli11-dev nlohmann-json3-dev libyaml-cpp-dev libexpected-dev libtomlplusplus-dev
  libprotobuf-dev protobuf-compiler libtree-sitter-dev libgtest-dev libgmock-dev libssl-dev zlib1g-dev libzip-dev libcurl4-openssl-dev
  python3 python3-dev python3-venv
)

# Moves the folder NEW to OLD if they differ.
replace_folder() {
  local new=$1 old=$2
  if [[ -d $old ]] && diff -rq "$new" "$old" >/dev/null 2>&1; then
    return 0
  fi
  mkdir -p "$(dirname "$old")"
  if [[ -e $old ]]; then
    mv "$old" "$work/replaced.$RANDOM"
  fi
  mv "$new" "$old"
}

# A venv cannot be moved (its programs name its path), so it is made in place and counts only once its mark is there.
make_venv() {
  local venv=$deps/venv base key
  # Debian's own first: the one whose venv module the package list above brings.
  base=/usr/bin/python3
  [[ -x $base ]] || base=$(command -v python3) || fail "no python3 found. Install one, then run again."
  "$base" -c 'import sys; sys.exit(sys.version_info < (3, 9))' ||
    fail "$base is older than 3.9. Put a newer python3 first in PATH, then run again."
  key=$(cat "$lists/tools.txt" "$lists/parallel.txt" <("$base" -c 'import sys; print(sys.version, sys.prefix)') | sha256sum)
  if [[ -x $venv/bin/pytest && -x $venv/bin/ruff && $(cat "$venv/.faaslight" 2>/dev/null) == "$key" ]]; then
    return 0
  fi
  step "making .deps/venv (pytest, ruff)"
  quietly "making the venv" "Is the venv module there? On Debian: apt-get install python3-venv." \
    "$base" -m venv --clear "$venv"
  quietly "installing the test tools" "Check the network, then run again." \
    "$venv/bin/python" -m pip install --disable-pip-version-check --no-input \
    --require-hashes --no-deps --only-binary :all: -r "$lists/tools.txt" -r "$lists/parallel.txt"
  printf '%s\n' "$key" >"$venv/.faaslight"
}

fetch_sources() {
  local from=$work/download header
  step "fetching pybind11 and the tree-sitter grammar of Python"
  mkdir -p "$from"
  # No build isolation: pip asks a source archive for its metadata, and what answers must be our pinned setuptools.
  quietly "downloading the pinned sources" "Check the network, then run again." \
    "$deps/venv/bin/python" -m pip download --disable-pip-version-check --no-input --dest "$from" \
    --require-hashes --no-deps --no-build-isolation \
    --no-binary tree-sitter,tree-sitter-python --only-binary pybind11 -r "$lists/sources.txt"

  "$deps/venv/bin/python" -m zipfile -e "$from"/pybind11-*.whl "$work/pybind11-wheel"
  mkdir -p "$work/pybind11"
  mv "$work/pybind11-wheel/pybind11/include" "$work/pybind11/include"
  cp "$work"/pybind11-wheel/pybind11-*.dist-info/LICENSE "$work/pybind11/"

  mkdir -p "$work/grammar" "$work/core" "$work/tree-sitter-python/src/tree_sitter"
  tar -xzf "$from"/tree_sitter_python-*.tar.gz --strip-components=1 -C "$work/grammar"
  tar -xzf "$from"/tree-sitter-0*.tar.gz --strip-components=1 -C "$work/core"
  cp "$work/grammar/src/parser.c" "$work/grammar/src/scanner.c" "$work/tree-sitter-python/src/"
  cp "$work/grammar/LICENSE" "$work/tree-sitter-python/"
  # The grammar's archive leaves out the headers that it is compiled with, and Debian's are too old for it.
  for header in alloc array parser ts_assert; do
    cp "$work/core/tree_sitter/core/lib/src/$header.h" "$work/tree-sitter-python/src/tree_sitter/"
  done
  replace_folder "$work/pybind11" "$deps/pybind11"
  replace_folder "$work/tree-sitter-python" "$deps/tree-sitter-python"
}

complete() {
  [[ -f $deps/pybind11/include/pybind11/pybind11.h && -f $deps/tree-sitter-python/src/parser.c &&
    -f $deps/tree-sitter-python/src/tree_sitter/array.h && -x $deps/venv/bin/python && -x $deps/venv/bin/pytest ]]
}

install_packages "${packages[@]}"
stamp=$(cat scripts/install-deps.sh scripts/lib.sh "$lists/tools.txt" "$lists/parallel.txt" "$lists/sources.txt" | sha256sum | cut -d' ' -f1)
if complete && [[ $(cat "$deps/stamp" 2>/dev/null) == "$stamp" ]]; then
  exit 0
fi
mkdir -p "$deps"
work=$(mktemp -d "$deps/.new.XXXXXX")
trap 'rm -rf "$work"' EXIT
make_venv
fetch_sources
printf '%s\n' "$stamp" >"$deps/stamp"
step "ready"
