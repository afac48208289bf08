#include "rewriter/sources.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/files.h"
#include "base/parallel.h"

namespace faaslight {
namespace fs = std::filesystem;
namespace {

constexpr uint64_t kMaxSourceBytes = 64ULL << 20;
constexpr uint64_t kMaxExtensionBytes = 512ULL << 20;
constexpr size_t kMaxNameBytes = 400;
constexpr size_t kMinStringBytes = 2;
constexpr size_t kMaxStringBytes = 100;

std::string Parent(const std::string& name) {
  const size_t dot = name.rfind('.');
  return dot == std::string::npos ? "" : name.substr(0, dot);
}

bool IsNameByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.';
}

bool IsDottedName(std::string_view text) {
  bool start = true;
  for (const char c : text) {
    if (start ? c == '.' || (c >= '0' && c <= '9') : false) return false;
    start = c == '.';
  }
  return !start;
}

// What stands in a binary as a C string that could be a dotted name.
std::set<std::string> NamesInBinary(std::string_view bytes) {
  std::set<std::string> found;
  size_t start = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (IsNameByte(bytes[i])) continue;
    const size_t length = i - start;
    if (bytes[i] == '\0' && length >= kMinStringBytes && length <= kMaxStringBytes) {
      const std::string_view name = bytes.substr(start, length);
      if (IsDottedName(name)) found.emplace(name);
    }
    start = i + 1;
  }
  return found;
}

}  // namespace

Sources::Sources(std::vector<fs::path> path, std::string tag)
    : path_(std::move(path)), tag_(std::move(tag)) {}

void Sources::Add(std::string name, bool is_package, std::shared_ptr<const Facts> facts,
                  std::string file) {
  if (by_name_.count(name) != 0) return;
  auto module = std::make_unique<Loaded>();
  module->name = std::move(name);
  module->is_package = is_package;
  module->file = std::move(file);
  module->facts = std::move(facts);
  if (is_package && !module->file.empty())
    module->folders.push_back(fs::path(module->file).parent_path());
  by_name_.emplace(module->name, module.get());
  module->position = static_cast<int>(modules_.size());
  modules_.push_back({module->name, is_package, module->facts.get()});
  loaded_.push_back(std::move(module));
}

const Sources::Folder& Sources::List(const fs::path& folder) {
  const auto [found, added] = listed_.try_emplace(folder.string());
  Folder& listing = found->second;
  if (!added) return listing;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::string name = at->path().filename().string();
    std::error_code ignored;
    if (at->is_directory(ignored)) {
      listing.folders.insert(std::move(name));
      continue;
    }
    if (at->path().extension() == ".so")
      listing.extensions.emplace(name.substr(0, name.find('.')), name);
    listing.files.insert(std::move(name));
  }
  return listing;
}

// The order of importlib.machinery.EXTENSION_SUFFIXES.
std::string Sources::ExtensionIn(const Folder& folder, const std::string& name) const {
  if (folder.extensions.count(name) == 0) return "";
  const std::string mine = name + "." + tag_ + "-";
  for (const std::string& file : folder.files) {
    if (file.starts_with(mine) && file.ends_with(".so")) return file;
  }
  for (const char* suffix : {".abi3.so", ".so"}) {
    if (folder.files.count(name + suffix) != 0) return name + suffix;
  }
  return "";
}

// importlib's FileFinder in each folder: a package, an extension module, a source file, a compiled
// file; folders without any of these make up a namespace package.
std::unique_ptr<Sources::Loaded> Sources::FindIn(const std::vector<fs::path>& folders,
                                                 const std::string& name, std::string_view last) {
  auto module = std::make_unique<Loaded>();
  module->name = name;
  const std::string part(last);
  for (const fs::path& folder : folders) {
    const Folder& listing = List(folder);
    fs::path inside = folder;
    std::string stem = part;
    if (listing.folders.count(part) != 0) {
      const Folder& package = List(folder / part);
      const bool regular = package.files.count("__init__.py") != 0 ||
                           package.files.count("__init__.pyc") != 0 ||
                           !ExtensionIn(package, "__init__").empty();
      if (regular) {
        module->is_package = true;
        module->folders = {folder / part};
        inside = folder / part;
        stem = "__init__";
      }
    }
    const Folder& here = List(inside);
    if (const std::string file = ExtensionIn(here, stem); !file.empty()) {
      module->file = inside / file;
      module->is_extension = true;
      return module;
    }
    if (here.files.count(stem + ".py") != 0) {
      module->file = inside / (stem + ".py");
      module->is_source = true;
      return module;
    }
    if (here.files.count(stem + ".pyc") != 0) {
      module->file = inside / (stem + ".pyc");
      return module;
    }
    if (listing.folders.count(part) != 0) module->folders.push_back(folder / part);
  }
  if (module->folders.empty()) return nullptr;
  module->is_package = true;
  return module;
}

std::unique_ptr<Sources::Loaded> Sources::LookUp(const std::string& name) {
  const std::string parent = Parent(name);
  if (parent.empty()) return FindIn(path_, name, name);
  const auto package = by_name_.find(parent);
  if (package == by_name_.end() || package->second == nullptr) return nullptr;
  return FindIn(package->second->folders, name, std::string_view(name).substr(parent.size() + 1));
}

void Sources::FindWithParents(const std::string& name, std::vector<Loaded*>& found) {
  if (name.empty() || name.size() > kMaxNameBytes) return;
  for (size_t dot = name.find('.');; dot = name.find('.', dot + 1)) {
    const std::string at = name.substr(0, dot);
    const auto [known, added] = by_name_.try_emplace(at, nullptr);
    if (added) {
      std::unique_ptr<Loaded> module = LookUp(at);
      if (module) {
        // LookUp reads by_name_ alone, which has grown by nothing since.
        known->second = module.get();
        found.push_back(module.get());
        loaded_.push_back(std::move(module));
      }
    }
    if (dot == std::string::npos || known->second == nullptr) return;
  }
}

void Sources::Read(Loaded& module) {
  if (module.is_extension) {
    if (Result<std::string> bytes = ReadFile(module.file, kMaxExtensionBytes))
      module.strings = NamesInBinary(*bytes);
  }
  if (!module.is_source) return;
  const Result<std::string> source = ReadFile(module.file, kMaxSourceBytes);
  if (!source) return;
  Result<Facts> facts = ReadFacts(*source);
  if (facts) module.facts = std::make_shared<const Facts>(std::move(*facts));
}

// What the module, or a function of it, may import.
void Sources::AddImports(const Loaded& module, std::set<std::string>& names) const {
  names.insert(module.strings.begin(), module.strings.end());
  if (module.facts == nullptr) return;
  const std::vector<ReachModule> self{{module.name, module.is_package, module.facts.get()}};
  const Facts& facts = *module.facts;
  if (ImportsByName(facts.at_import) ||
      std::any_of(facts.functions.begin(), facts.functions.end(),
                  [](const FunctionFacts& function) { return ImportsByName(function.own); })) {
    for (const std::string& literal : facts.string_literals) {
      for (std::string& name : ModulesNamedBy(self[0], literal)) names.insert(std::move(name));
    }
  }
  const ModuleIndex index(self);
  for (const ImportStatement& statement : facts.imports) {
    if (statement.type_checking_only) continue;
    for (const ImportedName& name : statement.names) {
      const std::optional<std::string> target = index.AbsoluteName(0, name);
      if (!target) continue;
      names.insert(*target);
      if (!name.attribute.empty() && name.attribute != "*")
        names.insert(*target + "." + name.attribute);
    }
  }
}

int Sources::Find(std::string_view name) const {
  const auto found = by_name_.find(std::string(name));
  return found == by_name_.end() || found->second == nullptr ? -1 : found->second->position;
}

bool Sources::Load(const std::set<std::string>& names) {
  const size_t before = modules_.size();
  std::set<std::string> wanted = names;
  while (!wanted.empty()) {
    std::vector<Loaded*> found;
    for (const std::string& name : wanted) FindWithParents(name, found);
    InParallel(found.size(), [&](size_t i) { Read(*found[i]); });
    wanted.clear();
    for (Loaded* module : found) {
      module->position = static_cast<int>(modules_.size());
      modules_.push_back({module->name, module->is_package, module->facts.get(),
                          module->is_extension ? &module->strings : nullptr});
      AddImports(*module, wanted);
    }
  }
  return modules_.size() > before;
}

}  // namespace faaslight
