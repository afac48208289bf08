#include "replay/scratch.h"

#include <fmt/format.h>

#include "base/files.h"
#include "replay/records.h"

namespace faaslight {
namespace fs = std::filesystem;
namespace {

constexpr size_t kMostEntries = 20'000;
constexpr uint64_t kLargestRead = 64ULL << 20;

std::string StateOf(const fs::directory_entry& entry, const Masks& masks) {
  std::error_code error;
  if (entry.is_symlink(error)) {
    const fs::path target = fs::read_symlink(entry.path(), error);
    return "link to " + ToUtf8(PutMasks(target.string(), masks));
  }
  if (entry.is_directory(error)) return "folder";
  if (!entry.is_regular_file(error)) return "special file";
  const uintmax_t size = entry.file_size(error);
  if (error) return "unreadable";
  if (size > kLargestRead) return fmt::format("file of {} bytes", size);
  Result<std::string> bytes = ReadFile(entry.path(), kLargestRead);
  if (!bytes) return "unreadable";
  const std::string masked = PutMasks(std::move(*bytes), masks);
  return fmt::format("file of {} bytes, SHA-256 {}", masked.size(), Hex(Sha256(masked)));
}

}  // namespace

std::string PutMasks(std::string text, const Masks& masks) {
  for (const auto& [from, to] : masks) {
    if (from.empty()) continue;
    for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
      text.replace(at, from.size(), to);
      at += to.size();
    }
  }
  return text;
}

std::map<std::string, std::string> FilesLeft(const fs::path& folder, const Masks& masks) {
  std::map<std::string, std::string> out;
  std::error_code error;
  const auto options = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator it(folder, options, error), end;
       !error && it != end && out.size() < kMostEntries; it.increment(error)) {
    out[ToUtf8(it->path().lexically_relative(folder).string())] = StateOf(*it, masks);
  }
  return out;
}

}  // namespace faaslight
