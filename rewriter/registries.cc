#include "rewriter/registries.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>

#include "base/files.h"
#include "rewriter/application.h"
#include "rewriter/name_part.h"

namespace faaslight {
namespace fs = std::filesystem;
namespace {

constexpr size_t kBlock = 1 << 20;
constexpr uint64_t kMaxSource = 64 << 20;  // no Python file that is meant to be read is larger

// Calls `use` with each place of the whole word in the text; stops when it gives false.
template <typename Use>
bool ForEachWord(std::string_view text, std::string_view word, Use use) {
  for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const size_t end = at + word.size();
    if (at > 0 && IsNamePart(text[at - 1])) continue;
    if (end < text.size() && IsNamePart(text[end])) continue;
    if (!use(at)) return false;
  }
  return true;
}

// `NAME = set()` and `NAME.add(…)` as whole statements, as far as one line tells; or a comment. No
// list or dict: these tell in which order they were filled.
bool OnlyAdds(std::string_view text, std::string_view name) {
  static constexpr std::array<std::string_view, 3> kAfter{" = set()", ".add(", ".update("};
  return ForEachWord(text, name, [&](size_t at) {
    const size_t line = text.rfind('\n', at) + 1;  // npos + 1 is 0
    const std::string_view before = text.substr(line, at - line);
    const size_t first = before.find_first_not_of(" \t");
    if (first != std::string_view::npos) return before[first] == '#';
    const std::string_view after = text.substr(at + name.size());
    return std::any_of(kAfter.begin(), kAfter.end(),
                       [&](std::string_view use) { return after.starts_with(use); });
  });
}

// Whether someone reads the namespace of a module of that name as a dict.
bool NamespaceIsRead(const Application& app, const std::string& module) {
  const std::string last = module.substr(module.rfind('.') + 1);
  const auto reads = [&](const Uses& uses) {
    return std::any_of(
        uses.namespaces.begin(), uses.namespaces.end(),
        [&](const std::string& dotted) { return dotted == last || dotted.ends_with("." + last); });
  };
  return std::any_of(app.modules().begin(), app.modules().end(), [&](const TracedModule& m) {
    return m.facts && m.in_app() &&
           (reads(m.facts->at_import) ||
            std::any_of(m.facts->functions.begin(), m.facts->functions.end(),
                        [&](const FunctionFacts& function) { return reads(function.own); }));
  });
}

std::vector<Registry> Candidates(const Application& app) {
  std::vector<Registry> found;
  for (const ImportEffect& effect : app.trace().effects()) {
    const std::string& name = effect.attribute();
    if (effect.kind() != EFFECT_CONTAINER || effect.module() == effect.target_module()) continue;
    if (std::any_of(found.begin(), found.end(), [&](const Registry& known) {
          return known.module == effect.target_module() && known.attribute == name;
        }))
      continue;
    const int index = app.Find(effect.target_module());
    if (index < 0) continue;
    const TracedModule& m = app.modules()[static_cast<size_t>(index)];
    if (!m.in_app() || !m.facts || m.kind != KIND_SOURCE) continue;
    const auto binding = m.facts->bindings.find(name);
    if (binding == m.facts->bindings.end() || binding->second.count != 1 ||
        !binding->second.assignment || !OnlyAdds(m.source, name))
      continue;
    if (!NamespaceIsRead(app, m.name)) found.push_back({m.name, name, {}});
  }
  return found;
}

// Whether a file holds the bytes; true as well when it cannot be read.
bool Holds(const fs::path& path, const std::string& bytes) {
  std::ifstream in(path, std::ios::binary);
  std::string block;
  while (in) {
    const size_t kept = std::min(block.size(), bytes.size());
    block.erase(0, block.size() - kept);
    block.resize(kept + kBlock);
    in.read(block.data() + kept, static_cast<std::streamsize>(kBlock));
    block.resize(kept + static_cast<size_t>(in.gcount()));
    if (block.find(bytes) != std::string::npos) return true;
  }
  return !in.eof();
}

// "numpy/testing/overrides.py" -> "numpy.testing.overrides"; empty when it is no module's file.
std::string ModuleName(const fs::path& file) {
  std::string name;
  fs::path path = file;
  path.replace_extension();
  if (path.filename() == "__init__") path = path.parent_path();
  for (const fs::path& part : path) {
    const std::string text = part.string();
    if (text.empty() || !std::all_of(text.begin(), text.end(), IsNamePart)) return {};
    name += (name.empty() ? "" : ".") + text;
  }
  return name;
}

// Whether the body of the module does more with the registry than give it to its functions.
bool UsesAtImport(const Facts& facts, const std::string& attribute) {
  if (facts.at_import.methods.count(attribute) != 0 || facts.string_literals.count(attribute) != 0)
    return true;
  for (const ImportStatement& statement : facts.imports) {
    for (const ImportedName& name : statement.names) {
      if (name.attribute == attribute && facts.at_import.names.count(name.bound) != 0) return true;
    }
  }
  return facts.at_import.names.count(attribute) != 0;
}

// Adds the file as a reader; false when it is none that can be made to load modules.
bool AddReader(const Application& app, const std::string& file, std::string source,
               Registry& registry) {
  RegistryReader reader;
  reader.name = ModuleName(file);
  reader.file = file;
  if (reader.name.empty()) return false;
  reader.module = app.Find(reader.name);
  if (reader.module >= 0) {
    const TracedModule& m = app.modules()[static_cast<size_t>(reader.module)];
    if (m.file != file || !m.in_app() || !m.facts) return false;
    if (UsesAtImport(*m.facts, registry.attribute)) return false;
  } else {
    Result<Facts> facts = ReadFacts(source);
    if (!facts || !facts->prologue || UsesAtImport(*facts, registry.attribute)) return false;
    reader.source = std::move(source);
    reader.facts = std::make_shared<const Facts>(std::move(*facts));
  }
  registry.readers.push_back(std::move(reader));
  return true;
}

enum class FileKind { kOther, kSource, kBinary, kNotSearched };

FileKind KindOf(const fs::directory_entry& entry) {
  std::error_code error;
  if (entry.is_symlink(error) && entry.is_directory(error)) return FileKind::kNotSearched;
  const std::string extension = entry.path().extension().string();
  if (extension == ".py") return FileKind::kSource;
  if (extension == ".so" || extension == ".pyc") return FileKind::kBinary;
  const bool archive =
      extension == ".zip" || extension == ".egg" || extension == ".whl" || extension == ".pyz";
  return archive ? FileKind::kNotSearched : FileKind::kOther;
}

// Looks for the names of all registries in one file; those for which it finds more than it can
// tell are left out. Files of layers are not ours to change.
void SearchFile(const Application& app, const fs::path& path, FileKind kind, bool own,
                std::vector<Registry>& registries) {
  if (kind == FileKind::kBinary) {
    std::erase_if(registries, [&](const Registry& r) { return Holds(path, r.attribute); });
    return;
  }
  const Result<std::string> text = ReadFile(path, kMaxSource);
  const std::string file = path.lexically_relative(app.directory()).generic_string();
  std::erase_if(registries, [&](Registry& registry) {
    if (!text) return true;
    if (ForEachWord(*text, registry.attribute, [](size_t) { return false; })) return false;
    const int owner = app.Find(registry.module);
    if (own && app.modules()[static_cast<size_t>(owner)].file == file) return false;
    return !own || !AddReader(app, file, *text, registry);
  });
}

// False when there is something that cannot be searched.
bool SearchFolder(const Application& app, const fs::path& folder, bool own,
                  std::vector<Registry>& registries) {
  std::error_code error;
  fs::recursive_directory_iterator at(folder, error);
  for (; !registries.empty() && !error && at != fs::recursive_directory_iterator();
       at.increment(error)) {
    if (at->path().filename() == "__pycache__") at.disable_recursion_pending();
    const FileKind kind = KindOf(*at);
    if (kind == FileKind::kNotSearched) return false;
    if (kind != FileKind::kOther && !at->is_directory(error))
      SearchFile(app, at->path(), kind, own, registries);
  }
  return !error;
}

}  // namespace

std::vector<Registry> FindRegistries(const Application& app) {
  std::vector<Registry> registries = Candidates(app);
  if (registries.empty()) return {};
  if (!SearchFolder(app, app.directory(), true, registries)) return {};
  for (const std::string& layer : app.trace().app().layers()) {
    if (!SearchFolder(app, layer, false, registries)) return {};
  }
  for (Registry& registry : registries) {
    std::sort(registry.readers.begin(), registry.readers.end(),
              [](const auto& a, const auto& b) { return a.file < b.file; });
  }
  return registries;
}

bool Fills(const ImportEffect& effect, const Registry& registry) {
  return effect.kind() == EFFECT_CONTAINER && effect.target_module() == registry.module &&
         effect.attribute() == registry.attribute;
}

}  // namespace faaslight
