#include "rewriter/trim.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <functional>

#include "rewriter/name_part.h"

namespace faaslight {
namespace {

constexpr std::array<std::string_view, 2> kStubs = {".pyi", "py.typed"};
constexpr std::array<std::string_view, 15> kSources = {".c",   ".cc",  ".cpp", ".cu",  ".cxx",
                                                       ".f",   ".f90", ".h",   ".hpp", ".hxx",
                                                       ".pxd", ".pxi", ".pyx", ".rs",  ".tp"};
constexpr std::array<std::string_view, 4> kObjects = {".a", ".la", ".lib", ".o"};
constexpr std::array<std::string_view, 2> kTexts = {".md", ".rst"};
constexpr std::array<std::string_view, 2> kTestFolders = {"test", "tests"};
constexpr std::array<std::string_view, 2> kDocFolders = {"doc", "docs"};

template <size_t N>
bool EndsInOneOf(std::string_view name, const std::array<std::string_view, N>& endings) {
  return std::any_of(endings.begin(), endings.end(),
                     [&](std::string_view ending) { return name.ends_with(ending); });
}

std::string_view NameOf(std::string_view file) {
  const size_t slash = file.rfind('/');
  return slash == std::string_view::npos ? file : file.substr(slash + 1);
}

std::string_view FolderOf(std::string_view file) {
  const size_t slash = file.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : file.substr(0, slash);
}

bool IsLicence(std::string_view file) {
  std::string lower(file);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return std::tolower(static_cast<unsigned char>(c)); });
  for (const char* word : {"license", "licence", "copying", "notice", "copyright", "authors"}) {
    if (lower.find(word) != std::string::npos) return true;
  }
  return false;
}

bool IsMetadata(std::string_view file) {
  const std::string_view top = file.substr(0, file.find('/'));
  return top.ends_with(".dist-info") || top.ends_with(".egg-info");
}

class Trimmer {
 public:
  explicit Trimmer(const TrimInput& input) : input_(input) {
    for (const auto& [file, bytes] : input.files) all_.insert(file);
    kinds_ = {{"compiled files of other interpreters or without their source", 0, {}, {}},
              {"type stubs", 0, {}, {}},
              {"C, Cython and other sources of extension modules", 0, {}, {}},
              {"static libraries", 0, {}, {}},
              {"tests", 0, {}, {}},
              {"documentation", 0, {}, {}},
              {"distribution metadata", 0, {}, {}},
              {"modules that the handler cannot reach", 0, {}, {}}};
  }

  Trimmed Run() {
    FindUnused(kTestFolders, tests_);
    FindUnused(kDocFolders, docs_);
    for (const auto& [file, bytes] : input_.files) {
      const int kind = KindOf(file);
      if (kind < 0) continue;
      TrimmedKind& entry = kinds_[static_cast<size_t>(kind)];
      entry.bytes += bytes;
      entry.files.push_back(file);
      auto& [count, sum] = entry.parts[file.substr(0, file.find('/'))];
      ++count;
      sum += bytes;
      out_.files.insert(file);
      if (kind == kUnreachableKind) out_.modules.insert(ModuleOfFile(file));
    }
    for (TrimmedKind& kind : kinds_) {
      if (kind.files.empty()) continue;
      std::sort(kind.files.begin(), kind.files.end());
      out_.kinds.push_back(std::move(kind));
    }
    return std::move(out_);
  }

 private:
  static constexpr int kUnreachableKind = 7;

  // A position in kinds_, or -1: the file stays.
  int KindOf(const std::string& file) const {
    const std::string_view name = NameOf(file);
    if (input_.opened.count(file) != 0) return -1;
    if (name.ends_with(".pyc")) return IsStale(file) ? 0 : -1;
    if (IsLicence(file)) return -1;
    if (IsMetadata(file)) return input_.metadata ? -1 : 6;
    if (EndsInOneOf(name, kStubs)) return 1;
    if (EndsInOneOf(name, kSources)) return 2;
    if (EndsInOneOf(name, kObjects)) return 3;
    if (LiesIn(file, tests_)) return 4;
    if (LiesIn(file, docs_) || EndsInOneOf(name, kTexts)) return 5;
    if (input_.trim != Trim::kUnreachable) return -1;
    const std::string module = ModuleOfFile(file);
    return module.empty() || input_.reachable.count(module) != 0 ? -1 : kUnreachableKind;
  }

  // "a/__pycache__/b.cpython-38.pyc" with another tag, or without a/b.py. A .pyc beside where its
  // source would be is a module of its own.
  bool IsStale(const std::string& file) const {
    const std::string_view folder = FolderOf(file);
    if (NameOf(folder) != "__pycache__") return false;
    const std::string_view name = NameOf(file);
    const size_t dot = name.find('.');
    const std::string_view tag = name.substr(dot + 1, input_.cache_tag.size());
    const std::string_view above = FolderOf(folder);
    std::string source(above);
    if (!above.empty()) source += '/';
    source += name.substr(0, dot);
    source += ".py";
    return tag != input_.cache_tag || all_.count(source) == 0;
  }

  static bool LiesIn(std::string_view file, const std::set<std::string, std::less<>>& folders) {
    for (size_t slash = file.find('/'); slash != std::string_view::npos;
         slash = file.find('/', slash + 1)) {
      if (folders.find(file.substr(0, slash)) != folders.end()) return true;
    }
    return false;
  }

  // Folders of these names, inside others, of which no file was opened and no module is reachable.
  template <size_t N>
  void FindUnused(const std::array<std::string_view, N>& names,
                  std::set<std::string, std::less<>>& folders) const {
    std::set<std::string, std::less<>> used;
    for (const auto& [file, bytes] : input_.files) {
      const bool needed =
          input_.opened.count(file) != 0 || input_.reachable.count(ModuleOfFile(file)) != 0;
      const std::string_view path = file;
      for (size_t slash = path.find('/'); slash != std::string_view::npos;
           slash = path.find('/', slash + 1)) {
        const std::string_view folder = path.substr(0, slash);
        const bool inside = folder.find('/') != std::string_view::npos;
        if (!inside || std::find(names.begin(), names.end(), NameOf(folder)) == names.end())
          continue;
        (needed ? used : folders).emplace(folder);
      }
    }
    for (const std::string& folder : used) folders.erase(folder);
  }

  const TrimInput& input_;
  std::set<std::string, std::less<>> all_, tests_, docs_;
  std::vector<TrimmedKind> kinds_;
  Trimmed out_;
};

}  // namespace

std::string ModuleOfFile(std::string_view file) {
  std::string_view name = NameOf(file);
  std::string_view stem;
  if (name.ends_with(".py")) {
    stem = name.substr(0, name.size() - 3);
  } else if (name.ends_with(".so")) {
    const size_t dot = name.find('.');
    const std::string_view rest = name.substr(dot);
    if (!rest.starts_with(".cpython-") && rest != ".abi3.so") return "";
    stem = name.substr(0, dot);
  } else {
    return "";
  }
  std::string module;
  for (std::string_view folder = FolderOf(file); !folder.empty();) {
    const size_t slash = folder.find('/');
    const std::string_view part = folder.substr(0, slash);
    if (!IsIdentifier(part)) return "";
    module += part;
    module += '.';
    folder = slash == std::string_view::npos ? std::string_view() : folder.substr(slash + 1);
  }
  if (!IsIdentifier(stem)) return "";
  if (stem != "__init__") return module + std::string(stem);
  if (!module.empty()) module.pop_back();
  return module;
}

Trimmed FindTrimmed(const TrimInput& input) {
  if (input.trim == Trim::kNone) return {};
  return Trimmer(input).Run();
}

}  // namespace faaslight
