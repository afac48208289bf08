#include "tracer/log_reader.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace faaslight {
namespace {

Result<char*> Map(int fd, const std::filesystem::path& path) {
  void* base = ::mmap(nullptr, kLogBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (base == MAP_FAILED) {
    return Fail(ExitCode::kSystem,
                fmt::format("cannot map {}: {}", path.string(), std::strerror(errno)));
  }
  return static_cast<char*>(base);
}

}  // namespace

Result<LogFile> LogFile::Create(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) {
    return Fail(ExitCode::kSystem,
                fmt::format("cannot make {}: {}", path.string(), std::strerror(errno)));
  }
  // The first page must have blocks before it is stored to; the rest is taken by the writer as it
  // goes.
  int error = ::ftruncate(fd, static_cast<off_t>(kLogBytes)) != 0 ? errno : 0;
  if (error == 0) error = ::posix_fallocate(fd, 0, static_cast<off_t>(kLogStart));
  if (error != 0) {
    ::close(fd);
    return Fail(ExitCode::kSystem,
                fmt::format("cannot make {}: {}", path.string(), std::strerror(error)));
  }
  Result<char*> base = Map(fd, path);
  ::close(fd);
  if (!base) return tl::unexpected(base.error());
  auto* header = new (*base) LogHeader{};
  header->magic = kLogMagic;
  header->tail.store(kLogStart);
  header->allocated.store(kLogStart);
  return LogFile(path, *base);
}

Result<LogFile> LogFile::Open(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  struct stat st {};
  if (fd < 0 || ::fstat(fd, &st) != 0 || static_cast<uint64_t>(st.st_size) != kLogBytes) {
    if (fd >= 0) ::close(fd);
    return Fail(ExitCode::kBadInput, fmt::format("{} is not a record log", path.string()));
  }
  Result<char*> base = Map(fd, path);
  ::close(fd);
  if (!base) return tl::unexpected(base.error());
  LogFile log(path, *base);
  if (log.header().magic != kLogMagic) {
    return Fail(ExitCode::kBadInput, fmt::format("{} is not a record log", path.string()));
  }
  return log;
}

LogFile::LogFile(LogFile&& other) noexcept
    : path_(std::move(other.path_)), base_(std::exchange(other.base_, nullptr)) {}

LogFile& LogFile::operator=(LogFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(base_, other.base_);
  return *this;
}

LogFile::~LogFile() {
  if (base_ != nullptr) ::munmap(base_, kLogBytes);
}

// The traced process can write anything into the header: never trust it further than the mapping.
// Bytes that were never allocated are a hole that reads as zeros, so reading them is safe.
uint64_t LogFile::End() const { return std::min(header().tail.load(), kLogBytes); }

bool LogFile::WholeRecord(uint64_t at, uint64_t end, std::string_view& payload) const {
  RecordHeader head{};
  std::memcpy(&head, base_ + at, sizeof head);
  const uint64_t room = end - at - sizeof head;
  if (head.magic != kRecordMagic || head.length == 0 || head.length > room ||
      head.length > kMaxRecord)
    return false;
  payload = std::string_view(base_ + at + sizeof head, head.length);
  return head.crc == static_cast<uint32_t>(
                         ::crc32(0, reinterpret_cast<const Bytef*>(payload.data()), head.length));
}

}  // namespace faaslight
