// Copies the application into the staging folder.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cstring>

#include "rewriter/emit.h"

namespace faaslight {
namespace fs = std::filesystem;
namespace {

tl::unexpected<Error> CannotCopy(const fs::path& from, const fs::path& to,
                                 const std::error_code& error) {
  return Fail(ExitCode::kSystem,
              fmt::format("cannot copy {} to {}: {}", from.string(), to.string(), error.message()));
}

// libstdc++ 12 reports a disk that fills up as an input/output error: it writes through a stream,
// which forgets the cause.
std::error_code CauseOf(std::error_code error, const fs::path& from, const fs::path& to) {
  if (error != std::errc::io_error) return error;
  std::error_code unknown;
  const fs::space_info disk = fs::space(to.parent_path(), unknown);
  if (unknown || disk.available >= fs::file_size(from, unknown) || unknown) return error;
  return std::make_error_code(std::errc::no_space_on_device);
}

Status CopyTimes(const fs::path& from, const fs::path& to) {
  struct stat st {};
  if (::lstat(from.c_str(), &st) != 0)
    return CannotCopy(from, to, std::error_code(errno, std::generic_category()));
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
  if (error) {
    return CannotCopy(entry.path(), target, CauseOf(error, entry.path(), target));
  }
  return {};
}

// The folders of which all files are left out, at any depth.
std::set<std::string> FoldersThatEmpty(const fs::path& from,
                                       const std::set<std::string>& left_out) {
  std::set<std::string> emptied, kept;
  if (left_out.empty()) return emptied;
  std::error_code error;
  for (fs::recursive_directory_iterator it(from, error), end; !error && it != end;
       it.increment(error)) {
    const fs::path relative = it->path().lexically_relative(from);
    const bool goes = left_out.count(relative.string()) != 0;
    std::error_code ignored;
    // A folder that was empty before stays.
    const bool folder = it->is_directory(ignored) && !it->is_symlink(ignored);
    if (folder && !fs::is_empty(it->path(), ignored)) continue;
    fs::path around = folder ? relative : relative.parent_path();
    for (; !around.empty(); around = around.parent_path())
      (goes ? emptied : kept).insert(around.string());
  }
  for (const std::string& folder : kept) emptied.erase(folder);
  return emptied;
}

}  // namespace

Result<std::vector<std::string>> CopyApplication(const fs::path& from, const fs::path& to,
                                                 const std::set<std::string>& left_out) {
  std::vector<std::string> notes;
  std::error_code error;
  const std::set<std::string> empty = FoldersThatEmpty(from, left_out);
  for (fs::recursive_directory_iterator it(from, error), end; !error && it != end;
       it.increment(error)) {
    const fs::path relative = it->path().lexically_relative(from);
    if (left_out.count(relative.string()) != 0) continue;
    if (empty.count(relative.string()) != 0) {
      it.disable_recursion_pending();
      continue;
    }
    if (Status done = CopyEntry(*it, to / relative, notes); !done) {
      return tl::unexpected(done.error());
    }
  }
  if (error) return CannotCopy(from, to, error);
  return notes;
}

}  // namespace faaslight
