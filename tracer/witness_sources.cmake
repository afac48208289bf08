# The effect witness: sources for each embedded tracer, and for the driver of its tests.
set(FAASLIGHT_WITNESS_SOURCES
    ${CMAKE_SOURCE_DIR}/tracer/witness.cc
    ${CMAKE_SOURCE_DIR}/tracer/witness_compare.cc
    ${CMAKE_SOURCE_DIR}/tracer/witness_graph.cc
    ${CMAKE_SOURCE_DIR}/tracer/witness_harmless.cc
    ${CMAKE_SOURCE_DIR}/tracer/witness_audit.cc
    ${CMAKE_SOURCE_DIR}/tracer/witness_probes.cc
    ${CMAKE_SOURCE_DIR}/tracer/witness_slots.cc
    ${CMAKE_SOURCE_DIR}/tracer/witness_text.cc)
