// What a fuzz target is, and what targets share.
//
// Problem: traces, plans, packs, logs and Python sources come from elsewhere, and a reader that
// crashes, hangs or takes all memory over a damaged one is a fault even if no test thought of it.
// Idea: each target is one function over bytes, in libFuzzer's form. With clang (preset `fuzz`,
// scripts/fuzz.sh) libFuzzer looks for new inputs; in every other build the same function is linked
// with replay_main.cc and goes over the kept corpus, and over mutations of it, as an ordinary test.
// Cost: a target that reads files writes its input to a folder in memory first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "base/files.h"

// Gives 0. Whatever the bytes are, it returns; a property that does not hold aborts.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace faaslight {

// Says what does not hold, and ends the process so that the fuzzer keeps the input.
inline void Require(bool holds, std::string_view what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

// A folder of this process, in memory where the machine has such a one, gone when it ends.
inline const std::filesystem::path& ScratchFolder() {
  static const Result<TemporaryDirectory> folder = [] {
    std::error_code ignored;
    const bool shm = std::filesystem::is_directory("/dev/shm", ignored);
    return TemporaryDirectory::Make(shm ? "/dev/shm" : "", "faaslight-fuzz-");
  }();
  Require(folder.has_value(), "a folder for temporary files can be made");
  return folder->path();
}

inline std::string_view Bytes(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace faaslight
