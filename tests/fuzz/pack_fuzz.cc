// Packs and the compile worker's answers: whatever the bytes are, an error or rows that lie inside.
//
// Input: the first byte chooses: odd a worker's answer (JSON), even a pack.
#include "rewriter/pack.h"
#include "tests/fuzz/target.h"

namespace faaslight {
namespace {

void TryPack(std::string_view bytes) {
  const Result<PackIndex> index = ReadPack(bytes);
  if (!index) {
    Require(index.error().code == ExitCode::kBadInput, "a bad pack is bad input");
    return;
  }
  std::vector<PackPart> parts;
  uint64_t total = 20 + 20 * index->rows.size();
  for (size_t i = 0; i < index->rows.size(); ++i) {
    const PackRow& row = index->rows[i];
    Require(row.offset <= bytes.size() && row.length <= bytes.size() - row.offset,
            "a row lies inside the file");
    Require(row.offset >= total, "rows do not overlap");
    total = row.offset + row.length;
    if (row.length > 0)
      parts.push_back({static_cast<uint32_t>(i), bytes.substr(row.offset, row.length), row.hash});
  }
  const size_t count = index->rows.size();
  const Result<std::string> again =
      AssemblePack(index->magic, static_cast<uint32_t>(count), std::move(parts));
  Require(again.has_value(), "what was read can be assembled again");
  const Result<PackIndex> second = ReadPack(*again);
  Require(second.has_value() && second->rows.size() == count, "and read again");
  for (size_t i = 0; i < count; ++i) {
    const PackRow& a = index->rows[i];
    const PackRow& b = second->rows[i];
    Require(bytes.substr(a.offset, a.length) == std::string_view(*again).substr(b.offset, b.length),
            "with the same parts");
  }
}

void TryAnswer(std::string_view json) {
  constexpr uint64_t kBlobs = 1000;
  const Result<std::vector<CompiledModule>> modules = ParseWorkerAnswer(json, kBlobs);
  if (!modules) {
    Require(!modules.error().message.empty(), "an error has a message");
    return;
  }
  for (const CompiledModule& module : *modules) {
    Require(module.offset <= kBlobs && module.length <= kBlobs - module.offset,
            "a module's part lies inside the blobs");
    Require(module.length == 0 || module.hash.size() == 8, "a part has a hash");
  }
}

}  // namespace
}  // namespace faaslight

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view rest = faaslight::Bytes(data + 1, size - 1);
  if ((data[0] & 1) != 0) {
    faaslight::TryAnswer(rest);
  } else {
    faaslight::TryPack(rest);
  }
  return 0;
}
