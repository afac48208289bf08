// Small applications, traced by the real program on each CPython it was built for.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/subprocess.h"
#include "proto/envelope.h"
#include "replay/replay.h"
#include "tracer/interpreters.h"

namespace faaslight {

inline std::filesystem::path BinFolder() { return FAASLIGHT_BIN_DIR; }

// One per minor that a tracer was built for.
inline std::vector<Interpreter> TracedInterpreters() {
  std::vector<Interpreter> out;
  for (const auto& entry : BuiltTracers(BinFolder().parent_path() / "libexec" / "faaslight"))
    out.push_back(entry.second);
  return out;
}

inline void PrintTo(const Interpreter& interpreter, std::ostream* out) {
  *out << interpreter.python;
}

inline std::string InterpreterName(const testing::TestParamInfo<Interpreter>& info) {
  std::string name = "cpython_" + info.param.minor;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

// What one run of faaslight-trace gave.
struct Traced {
  int exit_code = 0;
  std::string out, err;
  bool written = false;
  Trace trace;

  const Module* FindModule(const std::string& name) const {
    for (const Module& module : trace.modules()) {
      if (module.name() == name) return &module;
    }
    return nullptr;
  }
  const Function* FindFunction(const std::string& module, const std::string& qualname) const {
    for (const Function& function : trace.functions()) {
      if (function.module() == module && function.qualname() == qualname) return &function;
    }
    return nullptr;
  }
  // "" not defined, "-" never entered, "i" at init, "0 2" the events.
  std::string Entered(const std::string& module, const std::string& qualname) const {
    const Function* function = FindFunction(module, qualname);
    if (function == nullptr) return "";
    std::string out = function->at_init() ? "i" : "";
    for (const uint32_t event : function->events())
      out += (out.empty() ? "" : " ") + std::to_string(event);
    return out.empty() ? "-" : out;
  }
  std::set<std::string> QualnamesOf(const std::string& module) const {
    std::set<std::string> out;
    for (const Function& function : trace.functions()) {
      if (function.module() == module) out.insert(function.qualname());
    }
    return out;
  }
};

class TraceTest : public testing::TestWithParam<Interpreter> {
 protected:
  void Put(const std::string& name, const std::string& text) {
    ASSERT_TRUE(WriteFile(folder_.path() / "app" / name, text));
  }

  // Traces main.handler under `events` (JSON texts, one .jsonl line each).
  Traced Run(const std::vector<std::string>& events,
             std::vector<std::string> more = {"--no-effects"}) {
    std::string lines;
    for (const std::string& event : events) lines += event + "\n";
    EXPECT_TRUE(WriteFile(folder_.path() / "events.jsonl", lines));
    Command command;
    command.argv = {(BinFolder() / "faaslight-trace").string(),
                    (folder_.path() / "app").string(),
                    "--handler",
                    "main.handler",
                    "--python",
                    GetParam().python.string(),
                    "-o",
                    Output().string()};
    if (!events.empty())
      command.argv.insert(command.argv.end(),
                          {"--events", (folder_.path() / "events.jsonl").string()});
    command.argv.insert(command.argv.end(), more.begin(), more.end());
    command.timeout = std::chrono::seconds(300);
    return Finish(command);
  }

  Traced Finish(const Command& command) {
    Traced traced;
    Result<ProcessResult> process = faaslight::Run(command);
    if (!process) {
      ADD_FAILURE() << process.error().message;
      return traced;
    }
    traced.exit_code = process->exit_code;
    traced.out = process->out;
    traced.err = process->err;
    traced.written = std::filesystem::exists(Output());
    if (!traced.written) return traced;
    Result<Trace> trace = ReadTrace(Output());
    if (trace) {
      traced.trace = *std::move(trace);
    } else {
      ADD_FAILURE() << trace.error().message;
    }
    return traced;
  }

  std::filesystem::path Output() const { return folder_.path() / "app.trace"; }

  TemporaryDirectory folder_ = *TemporaryDirectory::Make({}, "trace-test-");
};

}  // namespace faaslight
