# The pack and what ships inside a package. Included by rewriter/CMakeLists.txt.
faaslight_library(faaslight_pack SOURCES pack.cc DEPS faaslight_base nlohmann_json::nlohmann_json fmt::fmt)
faaslight_embed(faaslight_pack runtime/_faaslight.py kRuntimeSource)
faaslight_embed(faaslight_pack runtime/compile_worker.py kCompileWorkerSource)
