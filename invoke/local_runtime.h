// The real runtimes on this machine: which interpreter, which server, and the command that starts
// them for an application.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/result.h"
#include "invoke/child.h"
#include "replay/replay.h"

namespace faaslight {

enum class LocalServer { kRie, kFunctionsFramework, kBare };

struct LocalOptions {
  std::filesystem::path app;  // made absolute
  std::string handler;        // "main.handler"
  std::string runtime;        // "python3.N" or "nodejsN"
  LocalServer server = LocalServer::kRie;
  std::string trigger = "event";      // or "http"
  std::filesystem::path interpreter;  // empty: looked for
  std::filesystem::path servers;      // what scripts/install-servers.sh fills; empty: looked for
  uint32_t memory_mb = 128;           // said to the function; not enforced
  std::chrono::seconds timeout{30};   // of a call and of a start
  std::map<std::string, std::string> env;
};

// "python3.12" -> "3.12"; nothing for what is no such runtime.
std::optional<std::string> PythonMinorOf(const std::string& runtime);
bool IsNode(const std::string& runtime);

// Fills `interpreter` and `servers`, checks that the application, the handler's module and the
// server's parts are there, and that server, trigger and runtime go together. kUsage names what is
// missing and how to get it.
Result<LocalOptions> ResolveLocal(LocalOptions options);

// Runs the interpreter to see that it is what `runtime` says: what is measured is named by it.
Status CheckInterpreter(const LocalOptions& options);

// The command for one start. `ports`: the server's, and the runtime API's (RIE alone). `scratch`: a
// folder for HOME and TMPDIR, and for the runners that are written there (bare).
Result<ChildCommand> LocalCommand(const LocalOptions& options, uint16_t port, uint16_t api_port,
                                  const std::filesystem::path& scratch);

// Whether the application ships compiled modules. A runtime cannot keep what it compiles (the
// task's folder is read-only in the cloud), so one without them compiles at each cold start.
bool ShipsCompiledModules(const std::filesystem::path& app);

}  // namespace faaslight
