# The effect witness: its driver for each CPython that tracers are built for, and the cases that run on all of them.
include(${CMAKE_SOURCE_DIR}/tracer/FindPythons.cmake)
include(${CMAKE_SOURCE_DIR}/tracer/witness_sources.cmake)
faaslight_find_pythons(WITNESSED)

set(witness_homes "")
foreach(minor IN LISTS WITNESSED)
  set(driver witness_harness-${minor})
  add_executable(${driver} witness_harness.cc ${FAASLIGHT_WITNESS_SOURCES})
  target_include_directories(${driver} SYSTEM PRIVATE ${WITNESSED_${minor}_INCLUDE})
  target_link_libraries(${driver} PRIVATE faaslight_flags ${WITNESSED_${minor}_LIBRARY} nlohmann_json::nlohmann_json
                                          Threads::Threads ${CMAKE_DL_LIBS} util m)
  set_target_properties(${driver} PROPERTIES ENABLE_EXPORTS ON BUILD_RPATH ${WITNESSED_${minor}_LIBDIR})
  get_filename_component(home ${WITNESSED_${minor}_EXECUTABLE}/../.. ABSOLUTE)
  string(APPEND witness_homes "${minor}=${home},")
endforeach()

faaslight_test(witness_test SOURCES witness_test.cc DEPS faaslight_base faaslight_proto nlohmann_json::nlohmann_json)
target_compile_definitions(witness_test PRIVATE "FAASLIGHT_WITNESS_HOMES=\"${witness_homes}\"")
foreach(minor IN LISTS WITNESSED)
  add_dependencies(witness_test witness_harness-${minor})
endforeach()
