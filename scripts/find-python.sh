#!/usr/bin/env bash
# Finds CPythons that a tracer can be built for: with libpython and its headers (as tracer/FindPythons.cmake).
#   find-python.sh 3.9    prints its path, or fails with one line that says why there is none
#   find-python.sh        prints "3.N PATH" for each minor from 3.9 to 3.13 that is there
# pyenv's come first (the newest patch release), then what PATH has.
set -euo pipefail

usable='
import os, sys, sysconfig
get = lambda name: sysconfig.get_config_var(name) or ""
folders = [get("LIBDIR"), get("LIBPL"), os.path.join(get("LIBDIR"), get("MULTIARCH"))]
names = [n for n in (get("INSTSONAME"), get("LDLIBRARY"), get("LIBRARY")) if n]
ok = (sys.implementation.name == "cpython" and not get("Py_GIL_DISABLED")
      and any(os.path.isfile(os.path.join(f, n)) for f in folders for n in names)
      and os.path.exists(os.path.join(sysconfig.get_paths()["include"], "Python.h")))
print("%d.%d %s" % (sys.version_info[0], sys.version_info[1], sys.executable if ok else "-"))
'

pyenv_root() {
  if [[ -n ${PYENV_ROOT-} ]]; then
    printf '%s\n' "$PYENV_ROOT"
  elif command -v pyenv >/dev/null; then
    pyenv root
  else
    printf '%s\n' "$HOME/.pyenv"
  fi
}

candidates() {
  local versions
  versions=$(pyenv_root)/versions
  # shellcheck disable=SC2012
  ls -d "$versions/$1".*/bin/python 2>/dev/null | sort -rV || true
  type -aP "python$1" | grep -v '/shims/' || true
}

find_one() {
  local candidate answer seen=""
  while read -r candidate; do
    answer=$("$candidate" -I -S -c "$usable" 2>/dev/null) || continue
    [[ ${answer%% *} == "$1" ]] || continue
    seen=$candidate
    if [[ ${answer#* } != - ]]; then
      printf '%s\n' "$candidate"
      return 0
    fi
  done < <(candidates "$1")
  if [[ -n $seen ]]; then
    echo "find-python: CPython $1 is there, but without libpython or its headers" >&2
  else
    echo "find-python: no CPython $1 on this machine" >&2
  fi
  return 1
}

if (($#)); then
  find_one "$1"
else
  for minor in 3.9 3.10 3.11 3.12 3.13; do
    path=$(find_one "$minor" 2>/dev/null) && printf '%s %s\n' "$minor" "$path"
  done
  exit 0
fi
