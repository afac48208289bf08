#include "rewriter/notes.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/files.h"
#include "rewriter/walkers.h"

namespace faaslight {
namespace fs = std::filesystem;
namespace {

constexpr uint64_t kMaxSource = 64ULL << 20;

// Where the module of that name would lie in the application; neither may exist.
std::vector<std::string> FilesOf(std::string name) {
  std::replace(name.begin(), name.end(), '.', '/');
  return {name + ".py", name + "/__init__.py"};
}

// The modules that one clause may load: `from a import b` loads a, and a.b if that is a module.
std::vector<std::string> Named(const TracedModule& importer, const ImportedName& name) {
  const std::string module = AbsoluteName(importer, name);
  std::vector<std::string> named;
  if (module.empty()) return named;
  named.push_back(module);
  if (!name.attribute.empty() && name.attribute != "*") {
    named.push_back(module + "." + name.attribute);
  }
  return named;
}

std::set<std::string> AskedFor(const Application& app) {
  std::set<std::string> files;
  for (const TracedModule& module : app.modules()) {
    if (!module.in_app() || !module.facts) continue;
    for (const ImportStatement& statement : module.facts->imports) {
      if (statement.place == Place::kFunction || statement.never_runs) continue;
      for (const ImportedName& name : statement.names) {
        for (const std::string& named : Named(module, name)) {
          if (app.Find(named) >= 0) continue;
          for (std::string& file : FilesOf(named)) files.insert(std::move(file));
        }
      }
    }
  }
  return files;
}

std::string StaysAsItIs(const std::string& file, const std::string& why) {
  return fmt::format("{} stays as it is: {}", file, why);
}

void AddUnparsedFiles(const Application& app, std::vector<std::string>& notes) {
  for (const std::string& file : AskedFor(app)) {
    const fs::path path = app.directory() / file;
    std::error_code error;
    if (!fs::is_regular_file(path, error)) continue;
    Result<std::string> source = ReadFile(path, kMaxSource);
    if (!source) continue;
    if (Result<Facts> facts = ReadFacts(*source); !facts) {
      notes.push_back(StaysAsItIs(file, facts.error().message));
    }
  }
}

}  // namespace

std::vector<std::string> NotesOf(const Application& app) {
  std::vector<std::string> notes;
  AddUnparsedFiles(app, notes);
  for (const TracedModule& module : app.modules()) {
    if (module.in_app() && !module.facts) {
      notes.push_back(StaysAsItIs(module.file, module.no_facts));
    }
  }
  for (const Walker& walker : WalkersOf(app)) {
    notes.push_back(
        fmt::format("{}: {} modules stay loaded for it", walker.why, walker.seeks.size()));
  }
  return notes;
}

}  // namespace faaslight
