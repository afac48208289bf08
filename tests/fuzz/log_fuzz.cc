// The record log as a traced process may have left it, and the trace that is made of it.
//
// Input: the first byte chooses. Odd: payloads, each behind its length (2 bytes, little-endian);
// they get proper record headers, so that their fields are looked at. Even: the log's bytes from
// the header on, whatever they are.
#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <string>

#include "proto/envelope.h"
#include "tests/fuzz/target.h"
#include "tracer/log_format.h"
#include "tracer/merge.h"

namespace faaslight {
namespace {

constexpr size_t kMaxInput = 1 << 20;  // a record's length has two bytes; more only costs time

std::string Records(std::string_view rest) {
  std::string out;
  while (rest.size() > 2) {
    const size_t wanted = static_cast<uint8_t>(rest[0]) | static_cast<uint8_t>(rest[1]) << 8;
    const std::string_view payload = rest.substr(2, wanted);
    rest.remove_prefix(2 + payload.size());
    RecordHeader head{};
    head.magic = kRecordMagic;
    head.length = static_cast<uint32_t>(payload.size());
    head.crc = static_cast<uint32_t>(
        ::crc32(0, reinterpret_cast<const Bytef*>(payload.data()), head.length));
    out.append(reinterpret_cast<const char*>(&head), sizeof head).append(payload);
    out.resize((out.size() + 7) / 8 * 8);
  }
  return out;
}

// A page of header, then the records.
std::string WholeLog(std::string_view input) {
  if ((input[0] & 1) == 0) return std::string(input.substr(1));
  const std::string records = Records(input.substr(1));
  std::string log(kLogStart, '\0');
  auto* header = new (log.data()) LogHeader{};
  header->magic = kLogMagic;
  header->tail.store(kLogStart + records.size());
  header->allocated.store(kLogStart + records.size());
  return log + records;
}

bool WriteLog(const std::filesystem::path& path, std::string_view bytes) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  const bool written = ::write(fd, bytes.data(), bytes.size()) >= 0 &&
                       ::ftruncate(fd, static_cast<off_t>(kLogBytes)) == 0;
  return ::close(fd) == 0 && written;
}

// Past a hole of 256 MiB the reader looks for magics in pages of zeros: true to life, too slow
// here.
void EndAtTheBytes(std::string& log) {
  if (log.size() < sizeof(LogHeader)) return;
  const uint64_t most = log.size() + 4096;
  uint64_t tail = 0;
  std::memcpy(&tail, log.data() + offsetof(LogHeader, tail), sizeof tail);
  if (tail <= most) return;
  std::memcpy(log.data() + offsetof(LogHeader, tail), &most, sizeof most);
}

}  // namespace
}  // namespace faaslight

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace faaslight;
  if (size == 0 || size > kMaxInput) return 0;
  const std::filesystem::path path = ScratchFolder() / "log";
  std::string bytes = WholeLog(Bytes(data, size));
  EndAtTheBytes(bytes);
  Require(WriteLog(path, bytes), "the log can be written");
  const Result<LogFile> log = LogFile::Open(path);
  if (!log) return 0;
  Trace trace;
  trace.set_format_version(kTraceFormat);
  const MergeContext context{ScratchFolder() / "app", {ScratchFolder() / "layer"}, ScratchFolder()};
  MergeFunctions(*log, context, trace);
  MergeEffects(*log, context, trace);
  Require(UnwrapTrace(Wrap(trace), "t").has_value(), "whatever the log holds, the trace is whole");
  return 0;
}
