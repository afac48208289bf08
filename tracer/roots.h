// Says of an absolute path which of the trace's folders it is in.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "proto/trace.pb.h"

namespace faaslight {

class Roots {
 public:
  // `stdlib` is the folder of os.py; "" when it is not known.
  Roots(const std::filesystem::path& app, const std::vector<std::filesystem::path>& layers,
        const std::string& stdlib);

  struct Place {
    Root root = ROOT_NONE;
    std::string path;  // relative to the root; absolute for ROOT_OTHER
  };
  // The innermost root that holds the path. Lexical: no link is followed. site-packages is not the
  // standard library.
  Place Find(const std::string& absolute) const;

 private:
  std::vector<std::pair<std::string, Root>> roots_;  // with a slash at the end, longest first
};

}  // namespace faaslight
