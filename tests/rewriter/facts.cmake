# Facts and edits: unit tests, golden cases, and CPython's own word on both.
faaslight_test(facts_test SOURCES cold_code_test.cc facts_test.cc DEPS faaslight_facts)
faaslight_test(edits_test SOURCES edits_test.cc golden_cases.cc DEPS faaslight_facts)

find_package(Python3 3.9 COMPONENTS Interpreter)
if(Python3_FOUND)
  execute_process(COMMAND ${Python3_EXECUTABLE} -c "import os; print(os.path.dirname(os.__file__))"
                  OUTPUT_VARIABLE python_library OUTPUT_STRIP_TRAILING_WHITESPACE)
  add_test(NAME golden_compile
           COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/golden_compile.py
                   ${CMAKE_CURRENT_SOURCE_DIR}/golden)
  # The standard library is at hand everywhere; name other folders by hand for more.
  add_test(NAME facts_against_cpython
           COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/facts_against_cpython.py
                   $<TARGET_FILE:faaslight-facts> --limit 500 ${python_library})
  foreach(mode --rewrite --guard)
    add_test(NAME rewrite_round_trip${mode}
             COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/rewrite_round_trip.py
                     $<TARGET_FILE:faaslight-facts> ${mode} --limit 500 ${python_library})
  endforeach()
endif()
