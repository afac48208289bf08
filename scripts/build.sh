#!/usr/bin/env bash
# Configures and builds one preset, or some targets of it: scripts/build.sh [release|debug|sanitize|clang [TARGET...]]
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
preset=${1:-release}
folder=$(build_folder "$preset")
options=()
if command -v ccache >/dev/null; then
  options=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache -DCMAKE_C_COMPILER_LAUNCHER=ccache)
fi
if [[ ! -f $folder/build.ninja ]]; then
  cmake --preset "$preset" "${options[@]}"
fi
shift || true
cmake --build --preset "$preset" ${1:+--target "$@"}
