// The CPythons of this machine, and small applications for them.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <initializer_list>
#include <ostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/files.h"
#include "base/subprocess.h"
#include "replay/replay.h"

namespace faaslight {

struct Interpreter {
  std::string minor;  // "3.9"
  std::filesystem::path path;
};

inline void PrintTo(const Interpreter& interpreter, std::ostream* out) { *out << interpreter.path; }

// One per minor, the oldest first.
inline const std::vector<Interpreter>& Interpreters() {
  static const std::vector<Interpreter> found = [] {
    std::vector<Interpreter> out;
    Command command;
    command.argv = {FAASLIGHT_SOURCE_DIR "/scripts/find-python.sh"};
    Result<ProcessResult> result = Run(command);
    std::istringstream lines(result ? result->out : "");
    std::string minor;
    std::string path;
    while (lines >> minor && std::getline(lines >> std::ws, path)) out.push_back({minor, path});
    return out;
  }();
  return found;
}

// An application in a temporary folder: pairs of file and text.
class TestApp {
 public:
  TestApp(std::initializer_list<std::pair<const char*, const char*>> files) {
    for (const auto& [name, text] : files) {
      if (!WriteFile(folder_->path() / name, text)) ADD_FAILURE() << "cannot write " << name;
    }
  }
  std::filesystem::path path() const { return folder_->path(); }
  // A run of it with `events`, named e0, e1, …
  RunSpec Spec(std::initializer_list<const char*> events) const {
    RunSpec spec;
    spec.app = path();
    spec.handler = "main.handler";
    for (const char* json : events) {
      Event& event = spec.events.emplace_back();
      event.set_name(fmt::format("e{}", spec.events.size() - 1));
      event.set_json(json);
    }
    return spec;
  }

 private:
  Result<TemporaryDirectory> folder_ = TemporaryDirectory::Make({}, "replay-test-");
};

// Runs each test once per CPython.
class OnEachPython : public testing::TestWithParam<Interpreter> {
 protected:
  RunResult MustReplay(const RunSpec& spec) {
    Result<RunResult> result = Replay(GetParam().path, spec);
    EXPECT_TRUE(result) << (result ? "" : result.error().message);
    return result ? *std::move(result) : RunResult{};
  }
};

inline std::string InterpreterName(const testing::TestParamInfo<Interpreter>& info) {
  std::string name = "cpython_" + info.param.minor;
  name[name.find('.')] = '_';
  return name;
}

}  // namespace faaslight
