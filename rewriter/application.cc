#include "rewriter/application.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/files.h"
#include "base/parallel.h"
#include "rewriter/binary_names.h"
#include "rewriter/exact_all.h"
#include "rewriter/expand_stars.h"

namespace faaslight {
namespace fs = std::filesystem;
namespace {

constexpr int kMaxStarRounds = 10;
constexpr uint64_t kMaxExtensionBytes = 256ULL << 20;

fs::path PathOf(const fs::path& app, const Trace& trace, const Module& module) {
  switch (module.root()) {
    case ROOT_APP:
      return app / module.file();
    case ROOT_STDLIB:
      return fs::path(trace.python().stdlib()) / module.file();
    case ROOT_OTHER:
      return module.file();
    default:
      return {};  // layers are not rewritten, and their names resolve through the trace alone
  }
}

// Identifier-like strings of an extension module that end with a NUL, as C string literals do: what
// its PyInit may import. An over-approximation, which is the safe side for "may load".
std::set<std::string> NamesInBinary(std::string_view bytes,
                                    const std::unordered_map<std::string, int>& known) {
  constexpr size_t kLeast = 2, kMost = 199;
  std::set<std::string> found;
  ForEachNameIn(bytes, kLeast, kMost, /*any=*/false, [&](std::string_view text) {
    std::string name(text);
    if (known.count(name) != 0) found.insert(std::move(name));
  });
  return found;
}

// Reads one module's file. Thread-safe: touches only its own module.
void ReadModule(const fs::path& path, const std::unordered_map<std::string, int>& known, int minor,
                const FactsCache& cache, TracedModule& module) {
  if (module.kind == KIND_EXTENSION && module.root == ROOT_APP) {
    if (Result<std::string> bytes = ReadFile(path, kMaxExtensionBytes))
      module.strings = NamesInBinary(*bytes, known);
    return;
  }
  if (module.kind != KIND_SOURCE || path.empty() || path.extension() != ".py") return;
  Result<std::string> source = ReadFile(path, 64ULL << 20);
  if (!source) {
    module.no_facts = source.error().message;
    return;
  }
  module.source = std::move(*source);
  Result<Facts> facts = cache.Read(module.source, module.lines ? &*module.lines : nullptr, minor);
  if (!facts) {
    module.no_facts = facts.error().message;
    return;
  }
  module.facts = std::make_shared<const Facts>(std::move(*facts));
}

TracedModule FromTrace(const Module& traced, int order) {
  TracedModule module;
  module.name = traced.name();
  module.order = order;
  module.root = traced.root();
  module.file = traced.file();
  module.kind = traced.kind();
  module.phase = traced.phase();
  module.is_package = traced.is_package();
  module.completed = traced.completed();
  module.failed_before = traced.failed_before();
  module.moved = traced.moved();
  if (traced.has_lines()) {
    module.lines.emplace(traced.lines().begin(), traced.lines().end());
    std::sort(module.lines->begin(), module.lines->end());
  }
  if (traced.has_exports())
    module.exports.emplace(traced.exports().begin(), traced.exports().end());
  module.importer = traced.importer();
  // Made by code, or by a tracer that did not see the frames: the importer is the best guess.
  const bool guess = traced.body().empty() && traced.phase() != PHASE_EVENT;
  module.body = guess ? traced.importer() : traced.body();
  module.body_line = guess ? traced.importer_line() : traced.body_line();
  module.importer_line = traced.importer_line();
  module.self_us = traced.self_us();
  module.cumulative_us = traced.cumulative_us();
  module.code_bytes = traced.code_bytes();
  return module;
}

// Which of the module's functions were entered: by (first line, name), which the trace and the
// facts share.
void MarkEntered(const std::multimap<std::pair<uint32_t, std::string>, const Function*>& traced,
                 TracedModule& module) {
  const std::vector<FunctionFacts>& functions = module.facts->functions;
  module.entered.assign(functions.size(), false);
  module.events.assign(functions.size(), 0);
  module.function_code_bytes.assign(functions.size(), 0);
  for (size_t i = 0; i < functions.size(); ++i) {
    const std::string name = functions[i].is_lambda ? "<lambda>" : functions[i].name;
    auto [begin, end] = traced.equal_range({functions[i].first_line, name});
    for (auto it = begin; it != end; ++it) {
      if (it->second->at_init() || it->second->events_size() > 0) module.entered[i] = true;
      module.events[i] =
          std::max(module.events[i], static_cast<uint32_t>(it->second->events_size()));
      module.function_code_bytes[i] =
          std::max(module.function_code_bytes[i], it->second->code_bytes());
    }
  }
}

Status CheckFiles(const fs::path& directory, const Trace& trace) {
  std::vector<std::string> changed;
  for (const Module& module : trace.modules()) {
    if (module.root() != ROOT_APP || module.sha256().empty()) continue;
    Result<std::string> bytes = ReadFile(directory / module.file());
    if (!bytes) {
      changed.push_back(module.file() + " (missing)");
    } else if (Sha256(*bytes) != module.sha256()) {
      changed.push_back(module.file());
    }
  }
  if (changed.empty()) return {};
  const size_t shown = std::min<size_t>(changed.size(), 10);
  std::string list = fmt::format(
      "{}", fmt::join(changed.begin(), changed.begin() + static_cast<long>(shown), ", "));
  if (changed.size() > shown) list += fmt::format(" and {} more", changed.size() - shown);
  return Fail(ExitCode::kBadInput,
              fmt::format("the trace does not fit {}: changed since it was made, or of another "
                          "application: {}; trace the application again",
                          directory.string(), list));
}

Status CheckPaths(const Trace& trace) {
  for (const Module& module : trace.modules()) {
    if (module.root() == ROOT_NONE || module.root() == ROOT_OTHER || module.file().empty())
      continue;
    if (!StaysInside(module.file())) {
      return Fail(ExitCode::kBadInput,
                  fmt::format("the trace names a file outside its folder: {}", module.file()));
    }
  }
  return {};
}

// Groups that share a module are one: joined traces may each have gone round a part of it.
void AddCycle(std::vector<int> group, std::vector<std::vector<int>>& groups) {
  std::set<int> members(group.begin(), group.end());
  for (auto other = groups.begin(); other != groups.end();) {
    const bool shared = std::any_of(other->begin(), other->end(),
                                    [&](int member) { return members.count(member) != 0; });
    if (shared) members.insert(other->begin(), other->end());
    other = shared ? groups.erase(other) : other + 1;
  }
  groups.emplace_back(members.begin(), members.end());
}

}  // namespace

std::optional<bool> TracedModule::ExportsByAll(const std::string& name) const {
  if (!facts || !facts->has_all) return std::nullopt;
  if (facts->all_is_exact)
    return std::find(facts->all.begin(), facts->all.end(), name) != facts->all.end();
  return !exports || exports->count(name) != 0;
}

int Application::Find(std::string_view name) const {
  auto found = by_name_.find(std::string(name));
  return found == by_name_.end() ? -1 : found->second;
}

std::string Application::handler_function() const {
  const std::string& handler = trace_.app().handler();
  return handler.substr(handler.rfind('.') + 1);
}

std::vector<BodyPlace> Application::BodiesAround(int index) const {
  std::vector<BodyPlace> around;
  // A damaged trace may go round in a circle.
  while (around.size() <= modules_.size()) {
    const TracedModule& child = modules_[static_cast<size_t>(index)];
    index = Find(child.body);
    if (index < 0) break;
    around.push_back({index, child.body_line});
  }
  return around;
}

int Application::PackageOf(int index) const {
  const std::string& name = modules_[static_cast<size_t>(index)].name;
  const size_t dot = name.rfind('.');
  return dot == std::string::npos ? -1 : Find(name.substr(0, dot));
}

std::vector<ReachModule> Application::ReachModules() const {
  std::vector<ReachModule> modules;
  for (const TracedModule& module : modules_)
    modules.push_back({module.name, module.is_package, module.facts.get()});
  return modules;
}

bool Application::InOneCycle(int a, int b) const {
  return std::any_of(cycles_.begin(), cycles_.end(), [&](const std::vector<int>& group) {
    return std::binary_search(group.begin(), group.end(), a) &&
           std::binary_search(group.begin(), group.end(), b);
  });
}

bool Application::HasSubmodule(int package, const std::string& name) const {
  const TracedModule& module = modules_[static_cast<size_t>(package)];
  if (Find(module.name + "." + name) >= 0) return true;
  if (!module.is_package || module.root != ROOT_APP) return false;
  const fs::path folder = (directory_ / module.file).parent_path();
  std::error_code ignored;
  if (fs::exists(folder / (name + ".py"), ignored) || fs::is_directory(folder / name, ignored))
    return true;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
    const std::string file = entry.path().filename().string();
    if (file.rfind(name + ".", 0) == 0 &&
        (entry.path().extension() == ".so" || entry.path().extension() == ".pyc")) {
      return true;
    }
  }
  return false;
}

// Whether one list is certain can hang on another one's stars: round after round, submodules first.
void Application::ExpandStars() {
  for (int round = 0; round < kMaxStarRounds; ++round) {
    bool changed = false;
    for (size_t i = modules_.size(); i-- > 0;) {
      std::shared_ptr<const Facts> facts = WithStarsExpanded(*this, static_cast<int>(i));
      if (!facts) continue;
      modules_[i].facts = std::move(facts);
      changed = true;
    }
    if (!changed) return;
  }
}

Result<Application> Application::Load(const fs::path& directory, std::vector<Trace> traces,
                                      const FactsCache& cache) {
  Result<Trace> joined = JoinTraces(std::move(traces));
  if (!joined) return tl::unexpected(joined.error());
  Application app;
  app.directory_ = directory;
  app.trace_ = std::move(*joined);
  if (Status fine = CheckPaths(app.trace_); !fine) return tl::unexpected(fine.error());
  if (Status fine = CheckFiles(directory, app.trace_); !fine) return tl::unexpected(fine.error());

  std::vector<fs::path> paths;
  for (const Module& module : app.trace_.modules()) {
    if (!app.by_name_.emplace(module.name(), static_cast<int>(app.modules_.size())).second)
      continue;
    app.modules_.push_back(FromTrace(module, static_cast<int>(app.modules_.size())));
    paths.push_back(PathOf(directory, app.trace_, module));
  }
  const int minor = MinorOf(app.trace_.python().cache_tag());
  InParallel(app.modules_.size(),
             [&](size_t i) { ReadModule(paths[i], app.by_name_, minor, cache, app.modules_[i]); });

  std::map<std::string, std::multimap<std::pair<uint32_t, std::string>, const Function*>> functions;
  for (const Function& function : app.trace_.functions()) {
    functions[function.module()].emplace(std::pair(function.first_line(), function.name()),
                                         &function);
  }
  for (TracedModule& module : app.modules_) {
    if (module.facts) MarkEntered(functions[module.name], module);
  }
  for (const EvaluatedNames& evaluated : app.trace_.evaluated_names()) {
    if (int index = app.Find(evaluated.module()); index >= 0) {
      app.modules_[static_cast<size_t>(index)].evaluated.insert(evaluated.names().begin(),
                                                                evaluated.names().end());
    }
  }
  for (const ImportCycle& cycle : app.trace_.cycles()) {
    std::vector<int> group;
    for (const std::string& name : cycle.modules()) {
      if (int index = app.Find(name); index >= 0) group.push_back(index);
    }
    if (group.size() > 1) AddCycle(std::move(group), app.cycles_);
  }
  app.ExpandStars();
  for (size_t i = 0; i < app.modules_.size(); ++i) {
    if (auto facts = WithReadsSettled(app, static_cast<int>(i)))
      app.modules_[i].facts = std::move(facts);
  }
  app.registries_ = FindRegistries(app);
  app.handler_module_ = app.Find(app.trace_.app().handler_module());
  if (app.handler_module_ < 0) {
    return Fail(ExitCode::kBadInput,
                fmt::format("the trace does not hold the handler's module {}; trace it again",
                            app.trace_.app().handler_module()));
  }
  return app;
}

std::string AbsoluteName(const TracedModule& importer, const ImportedName& name) {
  return AbsoluteModuleName(importer.name, importer.is_package, name).value_or("");
}

std::vector<int> ModulesNamed(const Application& app, const TracedModule& importer,
                              const ImportedName& name) {
  const std::string base = AbsoluteName(importer, name);
  std::vector<int> found;
  if (const int module = app.Find(base); module >= 0) found.push_back(module);
  if (name.attribute.empty()) return found;
  if (const int module = app.Find(base + "." + name.attribute); module >= 0)
    found.push_back(module);
  return found;
}

}  // namespace faaslight
