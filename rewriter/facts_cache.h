// Facts of files that were read before, kept in a folder by what they were read from.
//
// Reading a file costs much more than reading what was found in it (docs/performance.md), and most
// files of an application are the same at the next run. An entry's name is a hash of all that its
// facts hang on: the text, the lines that ran, the version of CPython, and this very program (its
// build ID), so that a newer one never takes an older one's word. An entry that is damaged counts
// as absent and is written anew. Nothing is ever removed: the folder may be deleted at any time.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "rewriter/facts.h"

namespace faaslight {

class FactsCache {
 public:
  // Keeps nothing: every file is read.
  FactsCache() = default;
  // The folder is made when it is not there. A program without a build ID keeps nothing.
  explicit FactsCache(std::filesystem::path folder);

  const std::filesystem::path& folder() const { return folder_; }

  // As ReadFacts. That an entry cannot be read or written is no error. Thread-safe, also between
  // processes.
  Result<Facts> Read(std::string_view source, const std::vector<uint32_t>* lines, int minor) const;

 private:
  std::filesystem::path folder_;
  std::string program_;  // its build ID; "": nothing is kept
};

}  // namespace faaslight
