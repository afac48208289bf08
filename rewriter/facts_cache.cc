#include "rewriter/facts_cache.h"

#include <elf.h>
#include <link.h>

#include <algorithm>
#include <utility>

#include "base/files.h"
#include "rewriter/facts_bytes.h"

namespace faaslight {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kMaxEntryBytes = 256ULL << 20;
constexpr size_t kSumBytes = 16;  // of the hash that stands before an entry's bytes

size_t Aligned(size_t size) { return (size + 3) & ~size_t{3}; }

// The NT_GNU_BUILD_ID among an object's notes, which the linker makes of all that it links.
std::string BuildIdIn(const char* notes, size_t size) {
  while (size >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) note;
    std::copy_n(notes, sizeof(note), reinterpret_cast<char*>(&note));
    const size_t name = Aligned(note.n_namesz);
    const size_t whole = sizeof(note) + name + Aligned(note.n_descsz);
    if (whole > size) break;
    const std::string_view owner(notes + sizeof(note), note.n_namesz);
    if (note.n_type == NT_GNU_BUILD_ID && owner == std::string_view("GNU\0", 4))
      return {notes + sizeof(note) + name, note.n_descsz};
    notes += whole;
    size -= whole;
  }
  return "";
}

// Called for the program first, then for its libraries.
int TakeBuildId(dl_phdr_info* object, size_t, void* into) {
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const auto& header = object->dlpi_phdr[i];
    if (header.p_type != PT_NOTE) continue;
    const auto* notes = reinterpret_cast<const char*>(object->dlpi_addr + header.p_vaddr);
    std::string id = BuildIdIn(notes, header.p_memsz);
    if (!id.empty()) *static_cast<std::string*>(into) = std::move(id);
  }
  return 1;  // the program alone
}

std::string SumOf(std::string_view bytes) { return Sha256(bytes).substr(0, kSumBytes); }

}  // namespace

FactsCache::FactsCache(fs::path folder) : folder_(std::move(folder)) {
  dl_iterate_phdr(&TakeBuildId, &program_);
}

Result<Facts> FactsCache::Read(std::string_view source, const std::vector<uint32_t>* lines,
                               int minor) const {
  if (program_.empty()) return ReadFacts(source, lines, minor);
  // Each part ends where the next begins whatever they hold: the last is the only free text.
  std::string key = program_ + "\n" + std::to_string(minor) + "\n";
  if (lines != nullptr) {
    for (const uint32_t line : *lines) key += std::to_string(line) + ",";
  } else {
    key += "-";
  }
  key += "\n";
  key += source;
  const std::string name = Hex(Sha256(key));
  const fs::path file = folder_ / name.substr(0, 2) / name.substr(2);
  if (Result<std::string> kept = ReadFile(file, kMaxEntryBytes); kept && kept->size() > kSumBytes) {
    const std::string_view bytes = std::string_view(*kept).substr(kSumBytes);
    if (SumOf(bytes) == std::string_view(*kept).substr(0, kSumBytes)) {
      if (std::optional<Facts> facts = FactsFromBytes(bytes)) return std::move(*facts);
    }
  }
  Result<Facts> facts = ReadFacts(source, lines, minor);
  if (facts) {
    std::error_code ignored;
    fs::create_directories(file.parent_path(), ignored);
    const std::string bytes = FactsToBytes(*facts);
    (void)WriteFileAtomically(file, SumOf(bytes) + bytes);
  }
  return facts;
}

}  // namespace faaslight
