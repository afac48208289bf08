// A package as the ZIP archive that AWS Lambda takes.
//
// The same package gives the same bytes (as long as libzip and zlib are the same): entries are
// sorted by path, all are of 1980-01-01 00:00:00, and of the permissions only "executable" is kept.
// Everything is readable for all, because Lambda runs a function as another user than the owner of
// its files. Files lie at the archive's root, where Lambda looks for the handler's module.
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/files.h"
#include "base/result.h"

namespace faaslight {

struct ZipSummary {
  uint64_t files = 0;     // links too, folders not
  uint64_t unzipped = 0;  // bytes of the files
  uint64_t zipped = 0;    // bytes of the archive
  // First folder of the path, or the file itself, with its unzipped bytes: the largest first.
  std::vector<std::pair<std::string, uint64_t>> parts;
  // "NAME -> TARGET", escaped: links that lead to somewhere else on the machine.
  std::vector<std::string> outward_links;
};

// An archive that is written but not at its place yet. Without MoveIntoPlace nothing stays of it.
class ZipArchive {
 public:
  // Writes what is in `folder` beside `target`, all but the files in `left_out` (relative paths).
  // Symbolic links stay links, empty folders get an entry, what is neither is left out. Errors:
  // kBadInput (a name that is not UTF-8), kSystem (disk, an empty folder).
  static Result<ZipArchive> Write(const std::filesystem::path& folder,
                                  const std::filesystem::path& target,
                                  const std::set<std::string>& left_out);

  // By a rename: the archive that was there is replaced whole or not at all. kSystem.
  Status MoveIntoPlace();

  const ZipSummary& summary() const { return summary_; }

 private:
  ZipArchive(TemporaryDirectory staging, std::filesystem::path target, ZipSummary summary)
      : staging_(std::move(staging)), target_(std::move(target)), summary_(std::move(summary)) {}

  TemporaryDirectory staging_;
  std::filesystem::path target_;
  ZipSummary summary_;
};

// Whether an archive can be written there, before the work that leads to it: makes the folder that
// it is to lie in. kUsage for what is there already and is no archive; kSystem (no permission).
Status CheckZipTarget(const std::filesystem::path& target);

}  // namespace faaslight
