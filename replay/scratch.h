// What a run left behind in its own folder for temporary files: for comparing the side effects of
// two runs.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace faaslight {

// A text and what stands for it in every file: paths that no two runs share.
using Masks = std::vector<std::pair<std::string, std::string>>;

// Path below `folder` -> what is there: "folder", "link to TARGET", "file of N bytes, SHA-256 …"
// (size and hash after masking), "unreadable", "special file". Links are not followed. At most
// 20,000 entries, in the order that the file system gives them; of a file that is larger than 64
// MiB only the size counts. Not UTF-8 in a name becomes \xNN.
std::map<std::string, std::string> FilesLeft(const std::filesystem::path& folder,
                                             const Masks& masks);

// `text` with every mask put in.
std::string PutMasks(std::string text, const Masks& masks);

}  // namespace faaslight
