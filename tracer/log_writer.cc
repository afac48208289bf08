#include "tracer/log_writer.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

namespace faaslight {
namespace {

constexpr uint64_t kStep = 4ULL << 20;

// getpid() is a system call; the answer changes in a forked child only.
uint32_t g_pid = 0;
void ReadPid() { g_pid = static_cast<uint32_t>(::getpid()); }

}  // namespace

bool LogWriter::Open(const char* path) {
  const int fd = ::open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return false;
  struct stat st {};
  void* base = MAP_FAILED;
  if (::fstat(fd, &st) == 0 && static_cast<uint64_t>(st.st_size) == kLogBytes) {
    base = ::mmap(nullptr, kLogBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  }
  ::close(fd);
  if (base == MAP_FAILED) return false;
  auto* header = static_cast<LogHeader*>(base);
  if (header->magic != kLogMagic) {
    ::munmap(base, kLogBytes);
    return false;
  }
  ReadPid();
  ::pthread_atfork(nullptr, nullptr, ReadPid);
  path_ = path;
  base_ = static_cast<char*>(base);
  header_ = header;
  return true;
}

// A store into a hole of a sparse file raises SIGBUS when the disk is full: take the blocks before,
// in large steps.
bool LogWriter::Allocate(uint64_t end) {
  uint64_t have = header_->allocated.load();
  if (end <= have) return true;
  const uint64_t want = (end + kStep - 1) / kStep * kStep;
  const int fd = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return false;
  const bool done = ::posix_fallocate(fd, 0, static_cast<off_t>(want)) == 0;
  ::close(fd);
  while (done && have < want && !header_->allocated.compare_exchange_weak(have, want)) {
  }
  return done;
}

void LogWriter::Append(const RecordBuilder& record) {
  if (header_ == nullptr) return;
  const std::string& payload = record.bytes();
  const uint64_t size = (sizeof(RecordHeader) + payload.size() + 7) / 8 * 8;
  uint64_t at = header_->tail.load();
  do {
    if (payload.size() > kMaxRecord || at + size > kLogBytes || !Allocate(at + size)) {
      header_->lost.fetch_add(1);
      return;
    }
  } while (!header_->tail.compare_exchange_weak(at, at + size));
  RecordHeader head{kRecordMagic, static_cast<uint32_t>(payload.size()), 0, 0};
  head.crc = static_cast<uint32_t>(::crc32(0, reinterpret_cast<const Bytef*>(payload.data()),
                                           static_cast<uInt>(payload.size())));
  std::memcpy(base_ + at, &head, sizeof head);
  std::memcpy(base_ + at + sizeof head, payload.data(), payload.size());
}

void LogWriter::Stage(TracePhase phase, uint32_t event, bool busy, bool finished) {
  if (header_ == nullptr) return;
  header_->phase.store(static_cast<uint32_t>(phase));
  header_->event.store(event);
  header_->busy.store(busy ? 1 : 0);
  header_->finished.store(finished ? 1 : 0);
  header_->stage.fetch_add(1);
  Append(RecordBuilder(RecordType::kStage)
             .U32(static_cast<uint32_t>(phase))
             .U32(event)
             .U8(busy ? 1 : 0)
             .U8(finished ? 1 : 0));
}

uint64_t LogWriter::NextId() { return static_cast<uint64_t>(g_pid) << 32 | ++sequence_; }

}  // namespace faaslight
