#include "rewriter/leave_out.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/files.h"

namespace faaslight {
namespace fs = std::filesystem;
namespace {

// Whoever imports one of these may read .dist-info folders.
constexpr std::string_view kReaders[] = {"importlib.metadata", "importlib_metadata",
                                         "pkg_resources", "pip", "stevedore"};

Result<std::vector<std::pair<std::string, uint64_t>>> ListFiles(const fs::path& folder) {
  std::vector<std::pair<std::string, uint64_t>> files;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    std::error_code ignored;
    if (it->is_symlink(ignored) || !it->is_regular_file(ignored)) continue;
    files.emplace_back(it->path().lexically_relative(folder).string(), it->file_size(ignored));
  }
  if (error) {
    return Fail(ExitCode::kSystem,
                fmt::format("cannot list {}: {}", folder.string(), error.message()));
  }
  return files;
}

bool HasPackageAbove(const std::set<std::string>& modules, const std::string& module) {
  for (size_t dot = module.find('.'); dot != std::string::npos; dot = module.find('.', dot + 1)) {
    if (modules.count(module.substr(0, dot)) != 0) return true;
  }
  return false;
}

}  // namespace

Result<Trimmed> TrimApplication(const Application& app, const AppReach& reach, Trim trim,
                                uint64_t* bytes_before) {
  if (trim == Trim::kNone) return Trimmed{};
  TrimInput input;
  input.trim = trim;
  Result<std::vector<std::pair<std::string, uint64_t>>> files = ListFiles(app.directory());
  if (!files) return tl::unexpected(files.error());
  input.files = std::move(*files);
  *bytes_before = 0;
  for (const auto& [file, bytes] : input.files) *bytes_before += bytes;
  for (const OpenedFile& file : app.trace().opened_files()) {
    if (file.root() == ROOT_APP) input.opened.insert(file.path());
  }
  for (const TracedModule& module : app.modules()) {
    input.reachable.insert(module.name);
    // Whatever name it goes by, the file that was loaded stays.
    if (module.root == ROOT_APP) input.opened.insert(module.file);
  }
  for (const auto& [name, link] : reach.result().modules) input.reachable.insert(name);
  input.cache_tag = app.trace().python().cache_tag();
  input.metadata = std::any_of(
      std::begin(kReaders), std::end(kReaders),
      [&](std::string_view name) { return input.reachable.count(std::string(name)) != 0; });
  return FindTrimmed(input);
}

Status WriteStubs(const Trimmed& trimmed, const fs::path& package) {
  for (const TrimmedKind& kind : trimmed.kinds) {
    for (const std::string& file : kind.files) {
      const std::string module = ModuleOfFile(file);
      if (trimmed.modules.count(module) == 0 || HasPackageAbove(trimmed.modules, module)) continue;
      fs::path stub = package / file;
      if (stub.extension() == ".so") {
        const std::string stem = stub.filename().string();
        stub.replace_filename(stem.substr(0, stem.find('.')) + ".py");
      }
      std::error_code error;
      fs::create_directories(stub.parent_path(), error);
      const std::string text = fmt::format(
          "raise ImportError(\n    \"{0} was left out of this package: the handler could not reach "
          "it (faaslight-rewrite --trim=unreachable).\"\n    \" Trace an event that needs it, or "
          "use --trim=files.\",\n    name=\"{0}\",\n)\n",
          module);
      if (Status done = WriteFile(stub, text); !done) return done;
    }
  }
  return {};
}

void AddLeftOut(const Trimmed& trimmed, Plan& plan) {
  for (const TrimmedKind& kind : trimmed.kinds) {
    LeftOut* entry = plan.add_left_out();
    entry->set_what(kind.what);
    entry->set_files(static_cast<uint32_t>(kind.files.size()));
    entry->set_bytes(kind.bytes);
    std::vector<std::pair<std::string, std::pair<uint32_t, uint64_t>>> parts(kind.parts.begin(),
                                                                             kind.parts.end());
    std::stable_sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) {
      return a.second.second > b.second.second;
    });
    for (const auto& [name, size] : parts) {
      LeftOut::Part* part = entry->add_parts();
      part->set_name(name);
      part->set_files(size.first);
      part->set_bytes(size.second);
    }
  }
}

}  // namespace faaslight
