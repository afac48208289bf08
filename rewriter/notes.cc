#include "rewriter/notes.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/files.h"

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
      if (statement.place == Place::kFunction || statement.type_checking_only) continue;
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

bool RanAndWalked(const TracedModule& module) {
  if (module.facts->at_import.walks_sys_modules) return true;
  const std::vector<FunctionFacts>& functions = module.facts->functions;
  for (size_t i = 0; i < functions.size(); ++i) {
    if (module.entered[i] && functions[i].own.walks_sys_modules) return true;
  }
  return false;
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

void AddModulesThatWalk(const Application& app, std::vector<std::string>& notes) {
  std::set<std::string> aliasing;
  for (const ModuleAlias& alias : app.trace().aliases()) aliasing.insert(alias.made_by());
  for (const TracedModule& module : app.modules()) {
    if (!module.in_app() || !module.facts || aliasing.count(module.name)) continue;
    if (RanAndWalked(module)) {
      notes.push_back(fmt::format(
          "{} goes over sys.modules and sees only what is loaded; --pin what it looks for",
          module.name));
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
  AddModulesThatWalk(app, notes);
  return notes;
}

}  // namespace faaslight
