// The record log: how a traced process tells the launcher what it saw, so that nothing seen is lost
// however it ends.
//
// Problem: the handler may end the process at any moment (os._exit, SIGKILL, a crash in C code, a
// time-out), may fork, and may close every file descriptor it finds (daemons do). Writing a trace
// at exit, or to a descriptor, loses it. Idea: the launcher makes a file of fixed size, and each
// traced process maps it shared. A record is room taken with one compare-and-swap on the header's
// `tail`, then plain stores: the kernel keeps the pages when the process dies, forked children
// append to the same file, and no descriptor stays open. Each record carries its length and a
// checksum, so a record torn by a kill is told from a whole one, and the reader finds the next one
// by its magic. Cost: no system call per record; the file is sparse, so only what is used takes
// room.
//
// All numbers are in the machine's byte order: writer and reader run on the same machine.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace faaslight {

inline constexpr uint64_t kLogMagic = 0x31474f4c53414146;  // "FAASLOG1"
inline constexpr uint32_t kRecordMagic = 0x31524c46;       // "FLR1"
inline constexpr uint64_t kLogBytes = 256ULL << 20;
inline constexpr uint64_t kLogStart = 4096;  // of the first record
inline constexpr uint64_t kMaxRecord = 32ULL << 20;

// Where the run is. The numbers are those of proto Phase.
enum class TracePhase : uint32_t { kPreload = 0, kInit = 1, kEvent = 2 };

// Page one of the file. `stage` counts phase changes: the launcher's watchdog looks at it while the
// process runs.
struct LogHeader {
  uint64_t magic;
  std::atomic<uint64_t> tail;       // first free byte
  std::atomic<uint64_t> allocated;  // bytes below this have disk blocks
  std::atomic<uint32_t> lost;       // records that found no room
  std::atomic<uint32_t> stage;      // counts begin_init, end_init, begin_event, end_event, finish
  std::atomic<uint32_t> phase;      // TracePhase
  std::atomic<uint32_t> event;
  std::atomic<uint32_t> busy;      // 1: inside the import of the handler's module or an event
  std::atomic<uint32_t> finished;  // 1: finish() was called
};
static_assert(sizeof(LogHeader) <= kLogStart);
static_assert(std::atomic<uint64_t>::is_always_lock_free &&
              std::atomic<uint32_t>::is_always_lock_free);

struct RecordHeader {
  uint32_t magic;
  uint32_t length;  // of the payload; the next record begins at the next multiple of 8
  uint32_t crc;     // CRC-32 of the payload
  uint32_t unused;
};
static_assert(sizeof(RecordHeader) == 16);

// First byte of a payload. The fields behind it, in order, are named here; strings are u32 length +
// bytes.
enum class RecordType : uint8_t {
  kPython = 1,       // version, hexversion u32, magic, cache_tag, executable, stdlib
  kStage = 2,        // phase u32, event u32, busy u8, finished u8
  kModuleStart = 3,  // id u64, name, importer, line u32, phase u32, event u32, body, body line u32
  kModuleEnd = 4,    // id u64, ended u8, executed u8, self_ns u64, cumulative_ns u64, ModuleDetails
  kDefinitions = 5,  // module, file, code_bytes u64, count u32, count × (qualname, name, line u32,
                     // code_bytes u64)
  kEntered = 6,      // file, qualname ("" unknown), name, line u32, phase u32, event u32
  kCycle = 7,        // count u32, names
  kAlias = 8,        // key, module, made_by
  kEvaluated = 9,    // module, count u32, names
  kOutcome = 10,     // event u32, during_init u8, json
  kOpened = 11,      // path, phase u32, written u8
  kChild = 12,       // how, command
  kWarning = 13,     // text
  kEffect = 14,      // module, target, attribute, kind u32, detail
  kMoved = 15,       // module
  kExports = 16,     // module, count u32, names of its __all__
  kTextCall = 19,    // function, module, text, caller
  kPattern = 18,     // module, phase u32, event u32, bytes u8, flags u32, text
  kLines = 17,  // file, count u32, lines u32 of its functions that ran; file "": these were all
};

// How a module came to its end, as kModuleEnd says it.
enum class ModuleEnd : uint8_t { kCompleted = 0, kFailed = 1 };

// Builds one payload.
class RecordBuilder {
 public:
  explicit RecordBuilder(RecordType type) { U8(static_cast<uint8_t>(type)); }
  RecordBuilder& U8(uint8_t value) {
    bytes_.push_back(static_cast<char>(value));
    return *this;
  }
  RecordBuilder& U32(uint32_t value) { return Raw(&value, sizeof value); }
  RecordBuilder& U64(uint64_t value) { return Raw(&value, sizeof value); }
  RecordBuilder& Text(std::string_view text) {
    U32(static_cast<uint32_t>(text.size()));
    bytes_.append(text);
    return *this;
  }
  // Overwrites a U32 written before, at `offset` of bytes().
  void Patch32(size_t offset, uint32_t value) {
    std::memcpy(bytes_.data() + offset, &value, sizeof value);
  }
  const std::string& bytes() const { return bytes_; }

 private:
  RecordBuilder& Raw(const void* data, size_t size) {
    bytes_.append(static_cast<const char*>(data), size);
    return *this;
  }
  std::string bytes_;
};

// Reads one payload. Never reads outside it: a short payload gives zeros and ok() false.
class RecordParser {
 public:
  explicit RecordParser(std::string_view payload) : rest_(payload) {}
  uint8_t U8() { return Number<uint8_t>(); }
  uint32_t U32() { return Number<uint32_t>(); }
  uint64_t U64() { return Number<uint64_t>(); }
  std::string Text() {
    const uint32_t size = U32();
    if (size > rest_.size()) {
      Fail();
      return {};
    }
    std::string text(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return text;
  }
  bool ok() const { return ok_; }

 private:
  template <typename T>
  T Number() {
    T value{};
    if (rest_.size() < sizeof value) {
      Fail();
      return value;
    }
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
    return value;
  }
  void Fail() {
    ok_ = false;
    rest_ = {};
  }
  std::string_view rest_;
  bool ok_ = true;
};

// What a module's spec says; part of kModuleEnd.
struct ModuleDetails {
  std::string name;  // __spec__.name
  std::string file;  // "" for builtin and namespace modules
  uint8_t kind = 4;  // proto ModuleKind
  bool is_package = false;
};

}  // namespace faaslight
