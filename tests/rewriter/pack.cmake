# Included by tests/rewriter/CMakeLists.txt.
faaslight_test(pack_test SOURCES ${CMAKE_CURRENT_LIST_DIR}/pack_test.cc
               DEPS faaslight_pack nlohmann_json::nlohmann_json)
