// The modules that an application can import, found on disk as CPython would find them, and read as
// far as they are needed.
//
// Problem: a trace knows the modules that ran; what could run lies in files that nothing imported
// yet, and a package has thousands of files that nothing can import. Idea: start from a few names,
// look each up on the search path by the rules of importlib's FileFinder, read it, and go on with
// what it imports, level by level and each level on all cores. Imports inside functions are
// followed as if all of them ran: of a package with pandas that is 4 % more modules, and saves most
// of the rounds of finding out which can. Cost: one listing per directory, one parse per file, each
// once.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "rewriter/facts_cache.h"
#include "rewriter/resolve.h"

namespace faaslight {

class Sources {
 public:
  // `path`: folders as in sys.path, in order. `tag` names the interpreter as in file names of
  // extension modules: "cpython-39".
  Sources(std::vector<std::filesystem::path> path, std::string tag, FactsCache cache = {});

  // Facts that somebody has already: that module is not looked up. Before the first Load; ignored
  // for a name that is known.
  void Add(std::string name, bool is_package, std::shared_ptr<const Facts> facts,
           std::string file = "");

  // `name` is another name of the module `target`, as sys.modules had it in a trace. Vendored
  // packages that go by two names (pkg_resources.extern, six.moves) are known.
  void Alias(const std::string& name, const std::string& target) { aliases_[name] = target; }

  // The dotted names in the pickles that lie in the application (the first folder of the path):
  // loading one imports modules and makes instances by such names. A file counts by its ending and
  // first bytes; compressed ones tell nothing.
  std::set<std::string> NamesInPickles() const;

  // The modules and their attributes that entry_points.txt of the application's distributions name,
  // scripts left out.
  std::set<std::string> NamesInEntryPoints() const;

  // Looks these modules up, with the packages around them and all that they import. Names
  // that no file answers to are remembered, and not looked up again. True when there are new
  // modules. A file that cannot be read or does not parse counts as a module of unknown contents.
  bool Load(const std::set<std::string>& names);

  // The modules of a package whose names begin so ("pack.backends._"); the package is loaded.
  std::set<std::string> ModulesThatBegin(const std::string& prefix);

  // In the order in which they were found. Valid until the next Add or Load.
  const std::vector<ReachModule>& modules() const { return modules_; }
  // Position in modules() of the module of that name, or -1.
  int Find(std::string_view name) const;
  // The file of modules()[index], "" when it is not known.
  const std::string& file(size_t index) const { return loaded_[index]->file; }

 private:
  struct Loaded {
    std::string name, file;
    int position = -1;  // in modules_
    bool is_package = false;
    bool is_source = false;
    bool is_extension = false;
    std::vector<std::filesystem::path> folders;  // of a package: where its submodules lie
    std::shared_ptr<const Facts> facts;
    std::set<std::string> strings;
  };
  struct Folder {
    std::unordered_set<std::string> files, folders;
    std::unordered_set<std::string> extensions;  // modules: names up to the first dot
  };

  const Folder& List(const std::filesystem::path& folder);
  std::unique_ptr<Loaded> LookUp(const std::string& name);
  std::unique_ptr<Loaded> FindIn(const std::vector<std::filesystem::path>& folders,
                                 const std::string& name, std::string_view last);
  std::string ExtensionIn(const Folder& folder, const std::string& name) const;
  void FindWithParents(const std::string& name, std::vector<Loaded*>& found);
  void Read(Loaded& module) const;
  void AddImports(const Loaded& module, std::set<std::string>& names) const;

  std::vector<std::filesystem::path> path_;
  std::string tag_;
  FactsCache cache_;
  std::unique_ptr<Loaded> LookUpAlias(const std::string& name, std::vector<Loaded*>& found);

  std::unordered_map<std::string, std::string> aliases_;
  std::unordered_map<std::string, Folder> listed_;
  std::unordered_map<std::string, Loaded*> by_name_;  // null: no file answers to it
  std::vector<std::unique_ptr<Loaded>> loaded_;
  std::vector<ReachModule> modules_;
  size_t given_ = 0, followed_ = 0;  // of loaded_: those by Add, and whose imports are looked up
};

}  // namespace faaslight
