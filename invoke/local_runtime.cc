#include "invoke/local_runtime.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/files.h"
#include "base/subprocess.h"
#include "invoke/one_line.h"

namespace faaslight {

extern const std::string_view kBareRunnerPython;
extern const std::string_view kBareRunnerNode;

namespace fs = std::filesystem;
namespace {

// Node's framework has no option for the address and listens on all of them; a measurement is
// nobody else's to call.
constexpr std::string_view kLoopbackOnly = R"js(const { Server } = require('node:net');
const listen = Server.prototype.listen;
Server.prototype.listen = function (port, ...rest) {
  const bare = /^\d+$/.test(String(port)) && typeof rest[0] !== 'string';
  return bare ? listen.call(this, port, '127.0.0.1', ...rest) : listen.call(this, port, ...rest);
};
)js";

bool IsFile(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

bool IsFolder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

std::optional<fs::path> InPath(const std::string& program) {
  const char* path = std::getenv("PATH");
  if (path == nullptr) return std::nullopt;
  std::string_view rest(path);
  while (!rest.empty()) {
    const size_t end = std::min(rest.find(':'), rest.size());
    const fs::path candidate = fs::path(rest.substr(0, end)) / program;
    if (candidate.is_absolute() && IsFile(candidate) && ::access(candidate.c_str(), X_OK) == 0)
      return candidate;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return std::nullopt;
}

// pyenv's newest of that minor.
std::optional<fs::path> InPyenv(const std::string& minor) {
  const char* root = std::getenv("PYENV_ROOT");
  const char* home = std::getenv("HOME");
  if (root == nullptr && home == nullptr) return std::nullopt;
  const fs::path versions =
      (root != nullptr ? fs::path(root) : fs::path(home) / ".pyenv") / "versions";
  std::optional<fs::path> found;
  int newest = 0;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(versions, error)) {
    const std::string name = entry.path().filename().string();
    const fs::path python = entry.path() / "bin/python";
    if (name.rfind(minor + ".", 0) != 0 || !IsFile(python)) continue;
    const int patch = std::atoi(name.c_str() + minor.size() + 1);
    if (found && patch <= newest) continue;
    found = python;
    newest = patch;
  }
  return found;
}

// FAASLIGHT_SERVERS, or the .deps/servers of the checkout that this program was built in.
fs::path DefaultServers() {
  if (const char* given = std::getenv("FAASLIGHT_SERVERS"); given != nullptr) return given;
  std::error_code error;
  fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (int up = 0; up < 4 && folder.has_relative_path(); ++up, folder = folder.parent_path())
    if (IsFolder(folder / ".deps/servers")) return folder / ".deps/servers";
  return {};
}

Status FindInterpreter(LocalOptions& options) {
  if (!options.interpreter.empty()) {
    if (IsFile(options.interpreter)) {
      options.interpreter = fs::absolute(options.interpreter);
      return {};
    }
    return Fail(ExitCode::kUsage,
                fmt::format("no such interpreter: {}", options.interpreter.string()));
  }
  std::optional<fs::path> found;
  if (const auto minor = PythonMinorOf(options.runtime)) {
    found = InPyenv(*minor);
    if (!found) found = InPath("python" + *minor);
  } else {
    found = InPath("node");
  }
  if (!found)
    return Fail(ExitCode::kUsage,
                fmt::format("no interpreter for {} in PATH; give its path by --interpreter",
                            options.runtime));
  options.interpreter = *found;
  return {};
}

fs::path HandlerBase(const LocalOptions& options) {
  return options.app / options.handler.substr(0, options.handler.rfind('.'));
}

// The handler's module as a file; empty when there is none. Lambda allows "pkg/mod.handler" and
// "pkg.mod.handler".
fs::path HandlerFile(const LocalOptions& options) {
  std::string base = HandlerBase(options).string();
  const std::vector<std::string> ends =
      IsNode(options.runtime) ? std::vector<std::string>{".mjs", ".js", ".cjs"}
                              : std::vector<std::string>{".py", "/__init__.py", ".pyc"};
  const auto try_ends = [&]() -> fs::path {
    for (const std::string& end : ends)
      if (IsFile(base + end)) return base + end;
    return {};
  };
  if (fs::path file = try_ends(); !file.empty()) return file;
  std::replace(base.begin() + static_cast<std::ptrdiff_t>(options.app.string().size()), base.end(),
               '.', '/');
  return try_ends();
}

Status CheckHandler(const LocalOptions& options) {
  const size_t dot = options.handler.rfind('.');
  if (dot == std::string::npos || dot == 0 || dot + 1 == options.handler.size() ||
      !StaysInside(options.handler))
    return Fail(ExitCode::kUsage,
                fmt::format("'{}' is no handler: give MODULE.FUNCTION", OneLine(options.handler)));
  if (!IsFolder(options.app))
    return Fail(ExitCode::kUsage, fmt::format("no such folder: {}", options.app.string()));
  if (HandlerFile(options).empty())
    return Fail(ExitCode::kUsage, fmt::format("{} holds no module for the handler '{}'",
                                              options.app.string(), options.handler));
  return {};
}

struct ServerPart {
  fs::path path;
  bool folder = false;
};

// What of the servers' folder this combination needs.
std::vector<ServerPart> PartsOf(const LocalOptions& options) {
  const fs::path& servers = options.servers;
  const bool node = IsNode(options.runtime);
  const std::string minor = PythonMinorOf(options.runtime).value_or("");
  std::vector<ServerPart> parts;
  if (options.server == LocalServer::kRie) {
    parts.push_back({servers / "bin/aws-lambda-rie"});
    parts.push_back(node ? ServerPart{servers / "node/node_modules/aws-lambda-ric/index.mjs"}
                         : ServerPart{servers / ("python" + minor), true});
  }
  if (options.server == LocalServer::kFunctionsFramework)
    parts.push_back(
        node ? ServerPart{servers /
                          "node/node_modules/@google-cloud/functions-framework/build/src/main.js"}
             : ServerPart{servers / ("functions-framework-" + minor), true});
  return parts;
}

Status CheckServer(const LocalOptions& options) {
  const bool framework = options.server == LocalServer::kFunctionsFramework;
  if (options.server == LocalServer::kRie && options.trigger == "http")
    return Fail(ExitCode::kUsage,
                "the Lambda emulator calls handlers of (event, context); an http trigger runs "
                "under --server functions-framework or bare");
  if (framework && options.trigger != "http")
    return Fail(ExitCode::kUsage,
                "functions-framework serves handlers of one request: add --trigger http, or use "
                "--server rie for handlers of (event, context)");
  if (options.server == LocalServer::kBare && IsNode(options.runtime) && options.trigger == "http")
    return Fail(
        ExitCode::kUsage,
        "--server bare calls Node.js handlers of (event, context); use functions-framework");
  constexpr const char* kHow =
      "`make servers` in a checkout installs the servers (scripts/install-servers.sh); or give "
      "their "
      "folder by --servers, or measure with --server bare";
  const std::vector<ServerPart> parts = PartsOf(options);
  if (!parts.empty() && options.servers.empty())
    return Fail(ExitCode::kUsage, fmt::format("no folder of servers is found: {}", kHow));
  for (const ServerPart& part : parts)
    if (part.folder ? !IsFolder(part.path) : !IsFile(part.path))
      return Fail(ExitCode::kUsage, fmt::format("{} is missing: {}", part.path.string(), kHow));
  return {};
}

std::map<std::string, std::string> EnvironmentOf(const LocalOptions& options,
                                                 const fs::path& scratch) {
  RunSpec spec;
  spec.app = options.app;
  spec.handler = options.handler;
  spec.trigger = options.trigger;
  spec.memory_mb = options.memory_mb;
  spec.env = options.env;
  std::map<std::string, std::string> env = HandlerEnvironment(spec, scratch);
  env["AWS_LAMBDA_FUNCTION_TIMEOUT"] = std::to_string(options.timeout.count());
  return env;
}

void RieCommand(const LocalOptions& options, uint16_t port, uint16_t api_port,
                ChildCommand& command) {
  command.argv = {(options.servers / "bin/aws-lambda-rie").string(),
                  "--runtime-interface-emulator-address",
                  fmt::format("127.0.0.1:{}", port),
                  "--runtime-api-address",
                  fmt::format("127.0.0.1:{}", api_port),
                  options.interpreter.string()};
  if (IsNode(options.runtime)) {
    command.argv.push_back(
        (options.servers / "node/node_modules/aws-lambda-ric/index.mjs").string());
  } else {
    command.argv.insert(command.argv.end(), {"-m", "awslambdaric"});
    const std::string minor = *PythonMinorOf(options.runtime);
    command.env["PYTHONPATH"] = (options.servers / ("python" + minor)).string();
  }
  command.argv.push_back(options.handler);
  command.env.erase("AWS_LAMBDA_RUNTIME_API");  // the emulator says where its own is
}

Status FrameworkCommand(const LocalOptions& options, uint16_t port, const fs::path& scratch,
                        ChildCommand& command) {
  const std::string source = HandlerFile(options).string();
  const std::string target = options.handler.substr(options.handler.rfind('.') + 1);
  command.env["PORT"] = std::to_string(port);
  if (IsNode(options.runtime)) {
    const fs::path preload = scratch / "loopback.cjs";
    if (Status written = WriteFile(preload, kLoopbackOnly); !written) return written;
    command.argv = {
        options.interpreter.string(),
        "--require",
        preload.string(),
        (options.servers / "node/node_modules/@google-cloud/functions-framework/build/src/main.js")
            .string(),
        "--source=" + source,
        "--target=" + target,
        fmt::format("--port={}", port)};
    return {};
  }
  const std::string minor = *PythonMinorOf(options.runtime);
  command.env["PYTHONPATH"] = (options.servers / ("functions-framework-" + minor)).string();
  command.argv = {options.interpreter.string(),
                  "-m",
                  "functions_framework",
                  "--source",
                  source,
                  "--target",
                  target,
                  "--port",
                  std::to_string(port),
                  "--host",
                  "127.0.0.1"};
  return {};
}

Status BareCommand(const LocalOptions& options, const fs::path& scratch, ChildCommand& command) {
  const std::string timeout = std::to_string(options.timeout.count());
  if (IsNode(options.runtime)) {
    const fs::path runner = scratch / "bare_runner.mjs";
    if (Status written = WriteFile(runner, kBareRunnerNode); !written) return written;
    command.argv = {options.interpreter.string(), runner.string(), options.app.string(),
                    options.handler, timeout};
    return {};
  }
  const fs::path runner = scratch / "bare_runner.py";
  const fs::path replay = scratch / "runner.py";
  if (Status written = WriteFile(runner, kBareRunnerPython); !written) return written;
  if (Status written = WriteFile(replay, kRunnerSource); !written) return written;
  command.argv = {options.interpreter.string(),
                  "-S",
                  "-s",
                  "-B",
                  runner.string(),
                  replay.string(),
                  options.app.string(),
                  options.handler,
                  options.trigger,
                  timeout};
  return {};
}

}  // namespace

std::optional<std::string> PythonMinorOf(const std::string& runtime) {
  constexpr std::string_view kPython = "python3.";
  if (runtime.rfind(kPython, 0) != 0 || runtime.size() == kPython.size() ||
      runtime.size() > kPython.size() + 2 ||
      runtime.find_first_not_of("0123456789", kPython.size()) != std::string::npos)
    return std::nullopt;
  return runtime.substr(6);
}

bool IsNode(const std::string& runtime) {
  constexpr std::string_view kNode = "nodejs";
  return runtime.rfind(kNode, 0) == 0 && runtime.size() > kNode.size() &&
         runtime.find_first_not_of("0123456789", kNode.size()) == std::string::npos;
}

Result<LocalOptions> ResolveLocal(LocalOptions options) {
  if (!PythonMinorOf(options.runtime) && !IsNode(options.runtime))
    return Fail(ExitCode::kUsage,
                fmt::format("'{}' is no runtime: give python3.9 to python3.13, or "
                            "nodejs20",
                            OneLine(options.runtime)));
  options.app = fs::absolute(options.app).lexically_normal();
  if (Status handler = CheckHandler(options); !handler) return tl::unexpected(handler.error());
  if (Status found = FindInterpreter(options); !found) return tl::unexpected(found.error());
  if (options.servers.empty()) options.servers = DefaultServers();
  if (!options.servers.empty()) options.servers = fs::absolute(options.servers);
  if (Status server = CheckServer(options); !server) return tl::unexpected(server.error());
  return options;
}

Status CheckInterpreter(const LocalOptions& options) {
  constexpr const char* kPythonSays = "import sys; print('python%d.%d' % sys.version_info[:2])";
  Command command;
  const std::string program = options.interpreter.string();
  if (IsNode(options.runtime))
    command.argv = {program, "--print", "'nodejs' + process.versions.node.split('.')[0]"};
  else
    command.argv = {program, "-I", "-S", "-c", kPythonSays};
  command.timeout = std::chrono::seconds(30);
  const Result<ProcessResult> done = Run(command);
  if (!done) return Fail(ExitCode::kUsage, done.error().message);
  std::string said = done->out.substr(0, done->out.find('\n'));
  if (done->ok() && said == options.runtime) return {};
  return Fail(
      ExitCode::kUsage,
      fmt::format("{} is no {}{}: give its path by --interpreter, or another --runtime", program,
                  options.runtime, done->ok() && !said.empty() ? " but " + OneLine(said) : ""));
}

Result<ChildCommand> LocalCommand(const LocalOptions& options, uint16_t port, uint16_t api_port,
                                  const fs::path& scratch) {
  ChildCommand command;
  command.directory = options.app;
  command.env = EnvironmentOf(options, scratch);
  Status made;
  if (options.server == LocalServer::kRie) RieCommand(options, port, api_port, command);
  if (options.server == LocalServer::kFunctionsFramework)
    made = FrameworkCommand(options, port, scratch, command);
  if (options.server == LocalServer::kBare) made = BareCommand(options, scratch, command);
  if (!made) return tl::unexpected(made.error());
  return command;
}

bool ShipsCompiledModules(const fs::path& app) {
  std::error_code error;
  for (auto entry = fs::recursive_directory_iterator(
           app, fs::directory_options::skip_permission_denied, error);
       entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (error) break;
    if (entry->path().extension() == ".pyc") return true;
  }
  return false;
}

}  // namespace faaslight
