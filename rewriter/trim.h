// What a package need not carry: files that cannot matter to a running function.
//
// Problem: a deployed folder holds tests, C sources, type stubs and .pyc files of other
// interpreters, and every byte of it is fetched before a cold start. Idea: name the kinds of files
// that no import and no interpreter reads, and leave them out unless an event opened one. What this
// cannot see: a file that only an event that was never traced opens (a header that cffi parses);
// verification runs on the trimmed package. Licence texts always stay.
//
// Pure: from a list of files to a list of files; the disk is the caller's.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace faaslight {

enum class Trim {
  kNone,
  kFiles,        // what is never imported
  kUnreachable,  // modules that the handler cannot reach, too
};

struct TrimInput {
  Trim trim = Trim::kFiles;
  std::vector<std::pair<std::string, uint64_t>> files;  // relative to the application, with bytes
  std::set<std::string> opened;     // relative: an event, or the import, opened these
  std::set<std::string> reachable;  // absolute names of modules: traced or reachable ones
  std::string cache_tag;            // "cpython-39"
  bool metadata = false;            // something may read .dist-info folders
};

// One kind of files that are left out.
struct TrimmedKind {
  std::string what;  // for people: "tests"
  uint64_t bytes = 0;
  std::vector<std::string> files;  // relative, sorted
  // First folder of the path, or the file itself -> (files, bytes).
  std::map<std::string, std::pair<uint32_t, uint64_t>> parts;
};

struct Trimmed {
  std::vector<TrimmedKind> kinds;  // those with files alone, in a fixed order
  std::set<std::string> files;
  std::set<std::string> modules;  // absolute names of modules left out as unreachable
};

Trimmed FindTrimmed(const TrimInput& input);

// The module that a file of the application is, as an import would name it: "a/b/__init__.py" is
// a.b. "" for a file that is none: another ending, a folder whose name is no identifier. Of shared
// objects only those count whose name says that they are extension modules
// ("x.cpython-39-x86_64-linux-gnu.so", "x.abi3.so"): others are libraries.
std::string ModuleOfFile(std::string_view file);

}  // namespace faaslight
