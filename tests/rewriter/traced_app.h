// A traced application for tests of decisions: Python sources in a temporary folder, and the trace
// that a run would have made of them, written by hand.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "rewriter/app_reach.h"
#include "rewriter/decisions.h"
#include "tests/rewriter/python_modules.h"

namespace faaslight {

class TracedApp {
 public:
  // Files in the order in which their import began. The handler is main.handler.
  explicit TracedApp(const std::vector<std::pair<std::string, std::string>>& files) {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(::testing::TempDir()) /
              ("decisions-" + std::string(test->test_suite_name()) + "-" + test->name());
    std::filesystem::remove_all(folder_);
    trace_.mutable_app()->set_handler("main.handler");
    trace_.mutable_app()->set_handler_module("main");
    for (const auto& [path, source] : files) Add(path, source);
  }
  ~TracedApp() { std::filesystem::remove_all(folder_); }
  TracedApp(const TracedApp&) = delete;
  TracedApp& operator=(const TracedApp&) = delete;

  // The import of `module` changed `attribute` of `target`.
  void Effect(const std::string& module, const std::string& target, const std::string& attribute,
              const std::string& detail = "", EffectKind kind = EFFECT_ATTRIBUTE) {
    ImportEffect* effect = trace_.add_effects();
    effect->set_kind(kind);
    effect->set_module(module);
    effect->set_target_module(target);
    effect->set_attribute(attribute);
    effect->set_detail(detail);
  }

  // An event entered this function.
  void Enter(const std::string& module, const std::string& qualname, uint32_t first_line) {
    Function* function = trace_.add_functions();
    function->set_module(module);
    function->set_qualname(qualname);
    function->set_name(qualname.substr(qualname.rfind('.') + 1));
    function->set_first_line(first_line);
    function->add_events(0);
  }

  // The body of `importer` imported `module`, at that line.
  void ImportedBy(const std::string& module, const std::string& importer, uint32_t line) {
    for (Module& candidate : *trace_.mutable_modules()) {
      if (candidate.name() != module) continue;
      candidate.set_importer(importer);
      candidate.set_importer_line(line);
    }
  }

  // A file that no trace knows.
  void AddUntraced(const std::string& path, const std::string& bytes) const {
    std::filesystem::create_directories((folder_ / path).parent_path());
    std::ofstream(folder_ / path, std::ios::binary) << bytes;
  }
  void AddLayer(const std::filesystem::path& path) {
    trace_.mutable_app()->add_layers(path.string());
  }
  const std::filesystem::path& folder() const { return folder_; }

  // Decides. What is asked below is about the last decision.
  void Decide(const Policy& policy = {}) {
    Result<Application> app = Application::Load(folder_, {trace_});
    ASSERT_TRUE(app) << app.error().message;
    app_ = std::move(*app);
    notes_.clear();
    choices_ = faaslight::Decide(app_, AppReach(app_, true).result(), policy, notes_);
  }

  const Application& application() const { return app_; }
  const std::vector<std::string>& notes() const { return notes_; }

  const ModuleChoice& Choice(const std::string& module) const {
    return choices_.at(static_cast<size_t>(app_.Find(module)));
  }

  const FunctionChoice& FunctionOf(const std::string& module, const std::string& qualname) const {
    const Facts& facts = *app_.modules().at(static_cast<size_t>(app_.Find(module))).facts;
    for (size_t i = 0; i < facts.functions.size(); ++i) {
      if (facts.functions[i].qualname == qualname) return Choice(module).functions.at(i);
    }
    ADD_FAILURE() << "no function " << qualname << " in " << module;
    return Choice(module).functions.at(0);
  }

  // The decision on one name of an import statement of the module, both by position.
  const NameChoice& ImportOf(const std::string& module, size_t statement, size_t name = 0) const {
    return Choice(module).imports.at(statement).at(name);
  }

 private:
  void Add(const std::string& path, const std::string& source) {
    std::filesystem::create_directories((folder_ / path).parent_path());
    std::ofstream(folder_ / path, std::ios::binary) << source;
    const ModuleName name = ModuleNameOf(path.substr(0, path.size() - 3));
    Module* module = trace_.add_modules();
    module->set_name(name.name);
    module->set_root(ROOT_APP);
    module->set_file(path);
    module->set_is_package(name.is_package);
    module->set_phase(PHASE_INIT);
    module->set_completed(true);
  }

  std::filesystem::path folder_;
  Trace trace_;
  Application app_;
  Choices choices_;
  std::vector<std::string> notes_;
};

}  // namespace faaslight
