// The launcher's side of the record log (tracer/log_format.h): makes it, watches it, reads it.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/result.h"
#include "tracer/log_format.h"

namespace faaslight {

// A log file that this process made and has mapped. Movable, not copyable; the file stays when it
// dies.
class LogFile {
 public:
  // Makes a new log. kSystem when the file system refuses.
  static Result<LogFile> Create(const std::filesystem::path& path);
  // Maps an existing one; kBadInput when it is not a log.
  static Result<LogFile> Open(const std::filesystem::path& path);
  LogFile(LogFile&& other) noexcept;
  LogFile& operator=(LogFile&& other) noexcept;
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;
  ~LogFile();

  const LogHeader& header() const { return *reinterpret_cast<const LogHeader*>(base_); }
  const std::filesystem::path& path() const { return path_; }

  // Calls `visit(payload)` for each whole record, in order. Torn or damaged bytes are skipped: the
  // number of such stretches is returned.
  template <typename Visit>
  size_t ForEach(Visit visit) const {
    size_t damaged = 0;
    bool in_damage = false;
    uint64_t at = kLogStart;
    const uint64_t end = End();
    while (at + sizeof(RecordHeader) <= end) {
      std::string_view payload;
      if (WholeRecord(at, end, payload)) {
        visit(payload);
        at += (sizeof(RecordHeader) + payload.size() + 7) / 8 * 8;
        in_damage = false;
      } else {
        damaged += in_damage ? 0 : 1;
        in_damage = true;
        at += 8;
      }
    }
    return damaged;
  }

 private:
  LogFile(std::filesystem::path path, char* base) : path_(std::move(path)), base_(base) {}
  uint64_t End() const;
  bool WholeRecord(uint64_t at, uint64_t end, std::string_view& payload) const;
  std::filesystem::path path_;
  char* base_ = nullptr;
};

}  // namespace faaslight
