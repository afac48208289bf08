#include "rewriter/sources.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/files.h"
#include "base/parallel.h"
#include "rewriter/binary_names.h"

namespace faaslight {
namespace fs = std::filesystem;
namespace {

constexpr uint64_t kMaxSourceBytes = 64ULL << 20;
constexpr uint64_t kMaxExtensionBytes = 512ULL << 20;
constexpr size_t kMaxNameBytes = 400;
constexpr size_t kMinStringBytes = 2;
constexpr size_t kMaxStringBytes = 100;

bool IsDottedName(std::string_view text) {
  bool start = true;
  for (const char c : text) {
    if (start ? c == '.' || (c >= '0' && c <= '9') : false) return false;
    start = c == '.';
  }
  return !start;
}

// What stands in a binary and could be a dotted name: C strings, or with `any` all runs of bytes.
std::set<std::string> NamesInBinary(std::string_view bytes, bool any = false) {
  std::set<std::string> found;
  ForEachNameIn(bytes, kMinStringBytes, kMaxStringBytes, any, [&](std::string_view name) {
    if (IsDottedName(name)) found.emplace(name);
    // A pickle's opcode or length may stand before it: "cpack.module".
    if (any && IsDottedName(name.substr(1))) found.emplace(name.substr(1));
  });
  return found;
}

// Names under which setuptools, pkg_resources and six offer modules of other places, by importers
// of their own: what comes first in the name -> what it stands for. Of six.moves what libraries
// use.
constexpr std::pair<std::string_view, std::string_view> kVendored[] = {
    {"pkg_resources.extern", "pkg_resources._vendor"},
    {"setuptools.extern", "setuptools._vendor"},
};
constexpr std::pair<std::string_view, std::string_view> kMoved[] = {
    {"cPickle", "pickle"},
    {"configparser", "configparser"},
    {"copyreg", "copyreg"},
    {"html_entities", "html.entities"},
    {"html_parser", "html.parser"},
    {"http_client", "http.client"},
    {"http_cookiejar", "http.cookiejar"},
    {"http_cookies", "http.cookies"},
    {"queue", "queue"},
    {"socketserver", "socketserver"},
    {"urllib", "urllib"},
    {"urllib_parse", "urllib.parse"},
    {"winreg", "winreg"},
    {"xmlrpc_client", "xmlrpc.client"}};

// The module that a vendored name stands for; "" for other names.
std::string Unvendored(const std::string& name) {
  for (const auto& [offered, real] : kVendored) {
    if (name.size() > offered.size() && name.starts_with(offered) && name[offered.size()] == '.')
      return std::string(real) + name.substr(offered.size());
  }
  constexpr std::string_view kMoves = "six.moves.";
  const size_t at = name.find(kMoves);
  if (at == std::string::npos || (at != 0 && name[at - 1] != '.')) return "";
  const std::string rest = name.substr(at + kMoves.size());
  const std::string first = rest.substr(0, rest.find('.'));
  for (const auto& [moved, real] : kMoved) {
    if (first == moved) return std::string(real) + rest.substr(first.size());
  }
  return "";
}

bool IsPickleName(const fs::path& file) {
  const std::string ending = file.extension().string();
  return ending == ".pkl" || ending == ".pickle" || ending == ".joblib" || ending == ".sav" ||
         ending == ".p" || ending == ".model";
}

}  // namespace

Sources::Sources(std::vector<fs::path> path, std::string tag, FactsCache cache)
    : path_(std::move(path)), tag_(std::move(tag)), cache_(std::move(cache)) {}

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
  given_ = modules_.size() + 1;
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
    if (at->path().extension() == ".so") listing.extensions.insert(name.substr(0, name.find('.')));
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
  if (last == "__pycache__") return nullptr;  // a folder, but never a package
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

std::set<std::string> Sources::NamesInPickles() const {
  constexpr char kProtocol = '\x80';  // pickle's PROTO opcode, first since protocol 2
  std::set<std::string> names;
  if (path_.empty()) return names;
  std::error_code error;
  for (fs::recursive_directory_iterator at(path_[0], error), end; !error && at != end;
       at.increment(error)) {
    std::error_code ignored;
    if (!IsPickleName(at->path()) || !at->is_regular_file(ignored)) continue;
    const Result<std::string> bytes = ReadFile(at->path(), kMaxExtensionBytes);
    if (!bytes || bytes->empty() || bytes->front() != kProtocol) continue;
    names.merge(NamesInBinary(*bytes, /*any=*/true));
  }
  return names;
}

std::set<std::string> Sources::NamesInEntryPoints() const {
  std::set<std::string> names;
  std::error_code error;
  for (const fs::path& folder : path_) {
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
      const Result<std::string> text = ReadFile(at->path() / "entry_points.txt", kMaxSourceBytes);
      if (!text) continue;
      bool scripts = false;
      for (size_t begin = 0; begin < text->size();) {
        const size_t stop = std::min(text->find('\n', begin), text->size());
        const std::string_view line = std::string_view(*text).substr(begin, stop - begin);
        begin = stop + 1;
        if (line.starts_with("[")) scripts = line.find("_scripts]") != std::string_view::npos;
        const size_t equals = line.find('=');
        if (scripts || equals == std::string_view::npos) continue;
        // "name = pack.module:Class.method [extra]"
        std::string_view value = line.substr(equals + 1);
        value = value.substr(std::min(value.find_first_not_of(" \t"), value.size()));
        value = value.substr(0, value.find_first_of(" \t\r["));
        const size_t colon = value.find(':');
        names.emplace(value.substr(0, colon));
        if (colon == std::string_view::npos) continue;
        const std::string_view attribute = value.substr(colon + 1);
        names.emplace(attribute.substr(0, attribute.find('.')));
      }
    }
  }
  names.erase("");
  return names;
}

// A module under a second name: the same facts, once more.
std::unique_ptr<Sources::Loaded> Sources::LookUpAlias(const std::string& name,
                                                      std::vector<Loaded*>& found) {
  const auto given = aliases_.find(name);
  const std::string target = given != aliases_.end() ? given->second : Unvendored(name);
  if (target.empty() || target == name) return nullptr;
  const size_t dot = target.rfind('.');
  std::unique_ptr<Loaded> module;
  if (dot != std::string::npos) FindWithParents(target.substr(0, dot), found);
  if (dot == std::string::npos) {
    module = FindIn(path_, target, target);
  } else if (const auto package = by_name_.find(target.substr(0, dot));
             package != by_name_.end() && package->second != nullptr) {
    module = FindIn(package->second->folders, target, std::string_view(target).substr(dot + 1));
  }
  if (module) module->name = name;
  return module;
}

std::unique_ptr<Sources::Loaded> Sources::LookUp(const std::string& name) {
  const std::string parent(WithoutLastPart(name));
  if (parent.empty()) return FindIn(path_, name, name);
  const auto package = by_name_.find(parent);
  if (package == by_name_.end() || package->second == nullptr) return nullptr;
  return FindIn(package->second->folders, name, std::string_view(name).substr(parent.size() + 1));
}

void Sources::FindWithParents(const std::string& name, std::vector<Loaded*>& found) {
  if (name.empty() || name.size() > kMaxNameBytes) return;
  for (size_t dot = name.find('.');; dot = name.find('.', dot + 1)) {
    const std::string at = name.substr(0, dot);
    const auto [at_name, added] = by_name_.try_emplace(at, nullptr);
    Loaded*& known = at_name->second;  // stays where it is when others are looked up meanwhile
    if (added) {
      std::unique_ptr<Loaded> module = LookUp(at);
      if (!module) module = LookUpAlias(at, found);
      if (module) {
        known = module.get();
        found.push_back(module.get());
        loaded_.push_back(std::move(module));
      }
    }
    if (dot == std::string::npos || known == nullptr) return;
  }
}

void Sources::Read(Loaded& module) const {
  if (module.is_extension) {
    if (Result<std::string> bytes = ReadFile(module.file, kMaxExtensionBytes))
      module.strings = NamesInBinary(*bytes);
  }
  if (!module.is_source) return;
  const Result<std::string> source = ReadFile(module.file, kMaxSourceBytes);
  if (!source) return;
  Result<Facts> facts = cache_.Read(*source, nullptr, MinorOf(tag_));
  if (facts) module.facts = std::make_shared<const Facts>(std::move(*facts));
}

std::set<std::string> Sources::ModulesThatBegin(const std::string& prefix) {
  std::set<std::string> names;
  const std::string package(WithoutLastPart(prefix));
  if (package.empty()) return names;
  Load({package});
  const auto known = by_name_.find(package);
  if (known == by_name_.end() || known->second == nullptr) return names;
  const std::string_view rest = std::string_view(prefix).substr(package.size() + 1);
  for (const fs::path& folder : known->second->folders) {
    const Folder& listing = List(folder);
    for (const auto* entries : {&listing.files, &listing.folders}) {
      for (const std::string& entry : *entries) {
        if (entry.starts_with(rest)) names.insert(package + "." + entry.substr(0, entry.find('.')));
      }
    }
  }
  return names;
}

// What the module, or a function of it, may import.
void Sources::AddImports(const Loaded& module, std::set<std::string>& names) const {
  const std::string package(module.is_package ? module.name : WithoutLastPart(module.name));
  for (const std::string& text : module.strings) {
    names.insert(text);
    if (!package.empty() && text.find('.') == std::string::npos) names.insert(package + "." + text);
  }
  if (module.facts == nullptr) return;
  const ReachModule self{module.name, module.is_package, module.facts.get()};
  const Facts& facts = *module.facts;
  for (const std::string& text : facts.dotted_strings) {
    if (text.front() != '.') {
      names.insert(text);
      continue;
    }
    for (std::string& name : ModulesNamedBy(self, text)) names.insert(std::move(name));
  }
  if (ImportsByName(facts.at_import) != 0 ||
      std::any_of(facts.functions.begin(), facts.functions.end(),
                  [](const FunctionFacts& function) { return ImportsByName(function.own) != 0; })) {
    for (const std::string& literal : facts.string_literals) {
      for (std::string& name : ModulesNamedBy(self, literal)) names.insert(std::move(name));
    }
  }
  for (const ImportStatement& statement : facts.imports) {
    if (statement.never_runs) continue;
    for (const ImportedName& name : statement.names) {
      const std::optional<std::string> target =
          AbsoluteModuleName(self.name, self.is_package, name);
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
  // What modules import that were given with their facts.
  for (; followed_ < given_; ++followed_) AddImports(*loaded_[followed_], wanted);
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
