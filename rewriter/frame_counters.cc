#include "rewriter/frame_counters.h"

#include <fmt/format.h>

#include <set>
#include <string_view>
#include <unordered_set>

#include "rewriter/resolve.h"

namespace faaslight {
namespace {

class Search {
 public:
  explicit Search(const Application& app)
      : app_(app), modules_(app.ReachModules()), index_(modules_), found_(app.modules().size()) {
    for (size_t m = 0; m < modules_.size(); ++m) {
      if (!IsSource(m)) continue;
      const std::vector<FunctionFacts>& functions = modules_[m].facts->functions;
      for (size_t f = 0; f < functions.size(); ++f) {
        if (functions[f].counts_frames) AddCounter(static_cast<int>(m), static_cast<int>(f));
      }
    }
  }

  std::vector<std::map<int, std::string>> Run() {
    AddRenamed();
    for (size_t m = 0; m < modules_.size() && !names_.empty(); ++m) {
      if (!IsSource(m)) continue;
      const std::vector<FunctionFacts>& functions = modules_[m].facts->functions;
      for (size_t f = 0; f < functions.size(); ++f) {
        if (functions[f].counts_frames) continue;
        if (std::string why = Through(static_cast<int>(m), functions[f].own); !why.empty())
          found_[m].emplace(static_cast<int>(f), std::move(why));
      }
    }
    return std::move(found_);
  }

 private:
  using FunctionId = std::pair<int, int>;  // (module, index into its functions)

  // A module of the application whose facts are known.
  bool IsSource(size_t module) const {
    return modules_[module].facts != nullptr && app_.modules()[module].in_app();
  }

  const Facts& FactsOf(int module) const { return *modules_[static_cast<size_t>(module)].facts; }

  void AddCounter(int module, int function) {
    const FunctionFacts& facts = FactsOf(module).functions[static_cast<size_t>(function)];
    counters_.insert({module, function});
    // Calling a class calls its constructor.
    const bool constructs = facts.name == "__init__" || facts.name == "__new__";
    const std::string_view path = constructs ? facts.class_path : facts.name;
    names_.insert(path.substr(path.rfind('.') + 1));  // npos + 1 is 0
  }

  // `from helpers import caller as c`, anywhere: c may mean a counter too, also where it is
  // imported from there.
  void AddRenamed() {
    for (size_t before = 0; before != names_.size();) {
      before = names_.size();
      for (size_t m = 0; m < modules_.size(); ++m) {
        if (!IsSource(m)) continue;
        for (const ImportStatement& statement : modules_[m].facts->imports) {
          for (const ImportedName& name : statement.names) {
            if (name.has_alias && names_.count(name.attribute) != 0) names_.insert(name.bound);
          }
        }
      }
    }
  }

  // The first use that means a counter, for people; empty when there is none.
  std::string Through(int module, const Uses& uses) const {
    for (const auto& [name, line] : uses.names) {
      if (names_.count(name) != 0 && MeansCounter(module, name))
        return fmt::format("through {}, line {}", name, line);
    }
    for (const std::string& chain : uses.chains) {
      const std::string_view last = std::string_view(chain).substr(chain.rfind('.') + 1);
      if (names_.count(last) != 0 && MeansCounter(module, chain))
        return fmt::format("through {}", chain);
    }
    return {};
  }

  bool MeansCounter(int module, std::string_view chain) const {
    for (const ChainDenoted& end : index_.ResolveChain(module, chain)) {
      const Denoted& denoted = end.denoted;
      if (denoted.kind == Denoted::Kind::kFunction &&
          counters_.count({denoted.module, denoted.index}) != 0) {
        return true;
      }
      if (denoted.kind == Denoted::Kind::kClass && ConstructorCounts(denoted)) return true;
    }
    return false;
  }

  bool ConstructorCounts(const Denoted& denoted) const {
    const std::string& path =
        FactsOf(denoted.module).classes[static_cast<size_t>(denoted.index)].qualname;
    for (const char* constructor : {"__init__", "__new__"}) {
      for (int function : index_.FunctionsNamed(denoted.module, path + "." + constructor)) {
        if (counters_.count({denoted.module, function}) != 0) return true;
      }
    }
    return false;
  }

  const Application& app_;
  std::vector<ReachModule> modules_;
  ModuleIndex index_;  // views modules_
  std::vector<std::map<int, std::string>> found_;
  std::set<FunctionId> counters_;
  std::unordered_set<std::string_view> names_;  // views into facts
};

}  // namespace

std::vector<std::map<int, std::string>> LeadToFrameCounters(const Application& app) {
  return Search(app).Run();
}

}  // namespace faaslight
