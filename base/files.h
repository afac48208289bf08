// Reading, writing and replacing files and folders so that output is complete or absent.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace faaslight {

// The whole file. Fails with kUsage if it does not exist, kSystem if it cannot be read,
// kBadInput if it is larger than `max_bytes`.
Result<std::string> ReadFile(const std::filesystem::path& path, uint64_t max_bytes = 1ULL << 30);

// Writes through a temporary file in the same folder and renames it: readers see the old bytes or
// the new ones. The message names the path and the system's reason ("No space left on device").
Status WriteFileAtomically(const std::filesystem::path& path, std::string_view bytes);

// Writes a new file, or overwrites one in a folder of our own (a staging folder). Creates missing
// parents.
Status WriteFile(const std::filesystem::path& path, std::string_view bytes);

// SHA-256 as 32 raw bytes.
std::string Sha256(std::string_view bytes);
// Lower-case hexadecimal.
std::string Hex(std::string_view bytes);

// True when `path` (relative, '/'-separated) stays inside the folder it is relative to: not empty,
// not absolute, no component "..", no NUL.
bool StaysInside(std::string_view path);

// A folder that is removed with everything in it when the object dies. Movable, not copyable.
class TemporaryDirectory {
 public:
  // Made as `parent`/`prefix`XXXXXX; an empty parent means the system's folder for temporary files.
  static Result<TemporaryDirectory> Make(const std::filesystem::path& parent,
                                         std::string_view prefix);
  TemporaryDirectory(TemporaryDirectory&& other) noexcept;
  TemporaryDirectory& operator=(TemporaryDirectory&& other) noexcept;
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();
  const std::filesystem::path& path() const { return path_; }
  // The folder stays; the caller owns it from now on.
  std::filesystem::path Release();

 private:
  explicit TemporaryDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace faaslight
