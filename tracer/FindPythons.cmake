# Finds the CPythons of this machine that a tracer can embed: one per minor version, 3.9 to 3.13, with headers and libpython.
#
# FAASLIGHT_PYTHONS (a list of interpreters) says which to look at; empty: pyenv's, /usr/bin's and the one on PATH.
# faaslight_find_pythons(OUT) sets OUT to a list of minors ("3.9;3.12") and for each of them OUT_<minor>_EXECUTABLE,
# _INCLUDE, _LIBRARY and _LIBDIR.
set(FAASLIGHT_PYTHONS "" CACHE STRING "CPython interpreters to build tracers for; empty: those found")

set(_faaslight_python_query "
import os, sys, sysconfig as s
v = s.get_config_var
folders = [v('LIBDIR') or '', v('LIBPL') or '', os.path.join(v('LIBDIR') or '', v('MULTIARCH') or '')]
names = [v('INSTSONAME') or '', v('LDLIBRARY') or '', 'libpython%d.%d.so' % sys.version_info[:2], v('LIBRARY') or '']
found = [os.path.join(f, n) for n in names if n for f in folders if os.path.isfile(os.path.join(f, n))]
header = os.path.join(s.get_path('include'), 'Python.h')
if sys.implementation.name == 'cpython' and found and os.path.isfile(header) and not v('Py_GIL_DISABLED'):
    print('%d.%d' % sys.version_info[:2], s.get_path('include'), found[0], os.path.dirname(found[0]), sep='|', end='')
")

function(faaslight_find_pythons out)
  set(candidates ${FAASLIGHT_PYTHONS})
  if(NOT candidates)
    set(pyenv $ENV{PYENV_ROOT})
    if(NOT pyenv)
      set(pyenv $ENV{HOME}/.pyenv)
    endif()
    file(GLOB candidates ${pyenv}/versions/3.*/bin/python3)
    list(SORT candidates COMPARE NATURAL ORDER DESCENDING)  # the newest patch release of each minor comes first
    file(GLOB system /usr/local/bin/python3.[0-9]* /usr/bin/python3.[0-9]*)
    list(APPEND candidates ${system})
    find_program(FAASLIGHT_PATH_PYTHON python3)
    if(FAASLIGHT_PATH_PYTHON)
      list(APPEND candidates ${FAASLIGHT_PATH_PYTHON})
    endif()
  endif()
  set(minors "")
  foreach(python IN LISTS candidates)
    if(NOT python MATCHES "(python|python3|python3\\.[0-9]+)$")
      continue()
    endif()
    execute_process(COMMAND ${python} -I -S -c "${_faaslight_python_query}"
                    OUTPUT_VARIABLE answer RESULT_VARIABLE code ERROR_QUIET)
    if(NOT code EQUAL 0 OR NOT answer MATCHES "^(3\\.(9|10|11|12|13))\\|([^|]+)\\|([^|]+)\\|([^|]+)$")
      continue()
    endif()
    set(minor ${CMAKE_MATCH_1})
    if(minor IN_LIST minors)
      continue()
    endif()
    list(APPEND minors ${minor})
    set(${out}_${minor}_EXECUTABLE ${python} PARENT_SCOPE)
    set(${out}_${minor}_INCLUDE ${CMAKE_MATCH_3} PARENT_SCOPE)
    set(${out}_${minor}_LIBRARY ${CMAKE_MATCH_4} PARENT_SCOPE)
    set(${out}_${minor}_LIBDIR ${CMAKE_MATCH_5} PARENT_SCOPE)
  endforeach()
  list(SORT minors COMPARE NATURAL)
  set(${out} ${minors} PARENT_SCOPE)
endfunction()
