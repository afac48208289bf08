# Flags and helpers that every room shares: one library per folder, a thin program on top, tests in tests/.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(tl-expected REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(Protobuf REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(ZLIB REQUIRED)

add_library(faaslight_flags INTERFACE)
target_compile_options(faaslight_flags INTERFACE -Wall -Wextra -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # False alarms on `"literal" + std::string` when optimising: GCC bug 105651, mended in 13.
  target_compile_options(faaslight_flags INTERFACE -Wno-restrict)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # What bugprone-reserved-identifier finds, at no cost (clang-tidy's own takes a tenth of its time).
  target_compile_options(faaslight_flags INTERFACE -Wreserved-identifier)
  # CPython 3.13's headers look for the builtins by a name that clang 14 does not admit to; it has them.
  add_compile_definitions(_Py_USE_GCC_BUILTIN_ATOMICS=1)
endif()
target_include_directories(faaslight_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_definitions(faaslight_flags INTERFACE FAASLIGHT_VERSION="${PROJECT_VERSION}")
if(FAASLIGHT_SANITIZE)
  target_compile_options(faaslight_flags INTERFACE -fsanitize=address,undefined -fno-omit-frame-pointer)
  target_link_options(faaslight_flags INTERFACE -fsanitize=address,undefined)
endif()
if(FAASLIGHT_FUZZ)
  # Undefined behaviour ends the process: the fuzzer keeps the input. Line tables make the findings readable.
  set(fuzz_flags -fsanitize=address,undefined,float-cast-overflow -fno-sanitize-recover=all)
  target_compile_options(faaslight_flags INTERFACE ${fuzz_flags} -fsanitize=fuzzer-no-link -fno-omit-frame-pointer
                                                   -gline-tables-only)
  target_link_options(faaslight_flags INTERFACE ${fuzz_flags})
endif()

# faaslight_library(NAME SOURCES a.cc b.cc DEPS other libs)
function(faaslight_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC faaslight_flags ${ARG_DEPS})
endfunction()

# faaslight_program(NAME SOURCES main.cc DEPS libs)
function(faaslight_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE faaslight_flags ${ARG_DEPS})
endfunction()

# faaslight_embed(TARGET FILE SYMBOL): makes `extern const std::string_view faaslight::SYMBOL` hold FILE's bytes.
# The generated source is written into the build tree and belongs to TARGET.
function(faaslight_embed target file symbol)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.embed.cc)
  add_custom_command(
    OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DIN=${CMAKE_CURRENT_SOURCE_DIR}/${file} -DOUT=${out} -DSYMBOL=${symbol}
            -P ${CMAKE_SOURCE_DIR}/cmake/EmbedFile.cmake
    DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${file} ${CMAKE_SOURCE_DIR}/cmake/EmbedFile.cmake
    VERBATIM)
  target_sources(${target} PRIVATE ${out})
endfunction()

# faaslight_test(NAME SOURCES a_test.cc DEPS libs): a GoogleTest program, one ctest entry.
function(faaslight_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  find_package(GTest REQUIRED)
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE faaslight_flags GTest::gtest GTest::gmock GTest::gtest_main ${ARG_DEPS})
  # Nobody measures a test's own code, and -O1 compiles it in half the time of -O3.
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O1>)
  target_compile_definitions(${name} PRIVATE FAASLIGHT_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                                             FAASLIGHT_BIN_DIR="${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
  add_test(NAME ${name} COMMAND ${name})
endfunction()
