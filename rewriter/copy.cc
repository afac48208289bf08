// Copies the application into the staging folder.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cstring>

#include "rewriter/emit.h"

namespace faaslight {
namespace fs = std::filesystem;
namespace {

tl::unexpected<Error> CannotCopy(const fs::path& path, const std::error_code& error) {
  return Fail(ExitCode::kSystem, fmt::format("cannot copy {}: {}", path.string(), error.message()));
}

Status CopyTimes(const fs::path& from, const fs::path& to) {
  struct stat st {};
  if (::lstat(from.c_str(), &st) != 0)
    return CannotCopy(from, std::error_code(errno, std::generic_category()));
  const timespec times[2] = {st.st_atim, st.st_mtim};
  ::utimensat(AT_FDCWD, to.c_str(), times, AT_SYMLINK_NOFOLLOW);
  return {};
}

Status CopyEntry(const fs::directory_entry& entry, const fs::path& target,
                 std::vector<std::string>& notes) {
  std::error_code error;
  if (entry.is_symlink(error)) {
    fs::copy_symlink(entry.path(), target, error);
  } else if (entry.is_directory(error)) {
    fs::create_directory(target, entry.path(), error);
  } else if (entry.is_regular_file(error)) {
    fs::copy_file(entry.path(), target, error);
    if (!error) return CopyTimes(entry.path(), target);
  } else {
    notes.push_back(
        fmt::format("{} is neither file nor folder and was left out", entry.path().string()));
  }
  if (error) return CannotCopy(entry.path(), error);
  return {};
}

}  // namespace

Result<std::vector<std::string>> CopyApplication(const fs::path& from, const fs::path& to) {
  std::vector<std::string> notes;
  std::error_code error;
  for (fs::recursive_directory_iterator it(from, error), end; !error && it != end;
       it.increment(error)) {
    if (Status done = CopyEntry(*it, to / it->path().lexically_relative(from), notes); !done) {
      return tl::unexpected(done.error());
    }
  }
  if (error) return CannotCopy(from, error);
  return notes;
}

}  // namespace faaslight
