#include "tracer/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <system_error>

#include "base/files.h"
#include "proto/envelope.h"
#include "tracer/interpreters.h"
#include "tracer/template.h"

namespace faaslight {
namespace {

namespace fs = std::filesystem;

Result<fs::path> Folder(const fs::path& path, const char* what) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    return Fail(ExitCode::kUsage, fmt::format("no such {}: {}", what, path.string()));
  }
  fs::path whole = fs::canonical(path, error);
  if (error)
    return Fail(ExitCode::kSystem,
                fmt::format("cannot resolve {}: {}", path.string(), error.message()));
  return whole;
}

bool HasModuleFile(const fs::path& folder, const fs::path& relative) {
  std::error_code error;
  if (fs::is_regular_file(folder / (relative.string() + ".py"), error)) return true;
  if (fs::is_regular_file(folder / relative / "__init__.py", error)) return true;
  // An extension module's file has a tag behind its name: handler.cpython-39-x86_64-linux-gnu.so
  const std::string stem = relative.filename().string() + ".";
  for (const auto& entry : fs::directory_iterator(folder / relative.parent_path(), error)) {
    const std::string name = entry.path().filename().string();
    if (name.compare(0, stem.size(), stem) == 0 && entry.path().extension() == ".so") return true;
  }
  return false;
}

std::vector<fs::path> SearchPath(const RunSpec& spec) {
  std::vector<fs::path> folders{spec.app};
  for (const fs::path& layer : spec.layers) {
    folders.push_back(layer / "python");
    folders.push_back(layer);
  }
  return folders;
}

Result<FunctionTemplate> LoadTemplate(const TraceOptions& options) {
  if (options.template_file.empty()) {
    if (!options.function.empty()) return Fail(ExitCode::kUsage, "--function needs --template");
    return FunctionTemplate{};
  }
  Result<std::string> text = ReadFile(options.template_file, 16ULL << 20);
  if (!text) return tl::unexpected(text.error());
  return ReadTemplate(*text, options.function, options.template_file.string());
}

// Command line over template over defaults.
Status Settings(const TraceOptions& options, const FunctionTemplate& found, RunSpec& spec) {
  spec.handler = options.handler.empty() ? found.handler : options.handler;
  if (spec.handler.empty()) {
    return Fail(ExitCode::kUsage,
                "no handler: give --handler MODULE.FUNCTION, or --template FILE that names one");
  }
  spec.memory_mb = found.memory_mb.value_or(spec.memory_mb);
  const double seconds = options.timeout_s.value_or(found.timeout_s.value_or(60));
  if (!(seconds >= 0) || seconds > 86'400) {
    return Fail(ExitCode::kUsage, "--timeout takes seconds from 0 (none) to 86400");
  }
  spec.timeout = std::chrono::milliseconds(static_cast<int64_t>(seconds * 1000));
  if (!options.trigger.empty()) spec.trigger = options.trigger;
  if (spec.trigger != "event" && spec.trigger != "http") {
    return Fail(ExitCode::kUsage,
                fmt::format("--trigger {} is neither event nor http", spec.trigger));
  }
  spec.inherit_env = options.inherit_env;
  return {};
}

Status Environment(const TraceOptions& options, const FunctionTemplate& found,
                   TraceRequest& request) {
  auto given = LoadEnv(options.env, options.env_files);
  if (!given) return tl::unexpected(given.error());
  auto assignments = LoadEnv(options.env, {});
  if (!assignments) return tl::unexpected(assignments.error());
  // A template's plain variables are part of the deployment, so a replay needs them as it needs
  // --env.
  request.env = found.env;
  for (const auto& [key, value] : *assignments) request.env[key] = value;
  request.spec.env = found.env;
  for (const auto& [key, value] : *given) request.spec.env[key] = value;
  for (const fs::path& file : options.env_files)
    request.env_files.push_back(fs::absolute(file).lexically_normal());
  return {};
}

}  // namespace

Result<std::string> HandlerModule(const std::string& handler) {
  const size_t dot = handler.rfind('.');
  std::string module = handler.substr(0, dot == std::string::npos ? 0 : dot);
  std::replace(module.begin(), module.end(), '/', '.');
  const bool bad = module.empty() || dot + 1 == handler.size() || module.front() == '.' ||
                   module.back() == '.' || module.find("..") != std::string::npos ||
                   module.find('\0') != std::string::npos;
  if (bad) {
    return Fail(ExitCode::kUsage,
                fmt::format("bad handler \"{}\": it is MODULE.FUNCTION, for example main.handler",
                            handler));
  }
  return module;
}

Status CheckHandlerFile(const std::string& module, const RunSpec& spec) {
  std::string relative = module;
  std::replace(relative.begin(), relative.end(), '.', '/');
  for (const fs::path& folder : SearchPath(spec)) {
    if (HasModuleFile(folder, relative)) return {};
  }
  return Fail(ExitCode::kUsage,
              fmt::format("no such handler: {} (looked for {}.py and {}/__init__.py in {}{})",
                          spec.handler, relative, relative, spec.app.string(),
                          spec.layers.empty() ? "" : " and the layers"));
}

Status CheckOutput(const fs::path& path) {
  if (path.empty()) return Fail(ExitCode::kUsage, "no output: give -o FILE.trace");
  std::error_code error;
  const fs::path parent = path.has_parent_path() ? path.parent_path() : fs::path(".");
  if (!fs::is_directory(parent, error)) {
    return Fail(ExitCode::kUsage,
                fmt::format("no such folder: {} (of -o {})", parent.string(), path.string()));
  }
  if (!fs::exists(fs::symlink_status(path, error))) return {};
  // An older trace may be replaced, a torn one too: its magic tells that it was ours.
  std::ifstream file(path, std::ios::binary);
  char magic[12] = {};
  file.read(magic, sizeof magic);
  constexpr std::string_view kOurs("FAASLIT\x1aTRCE", 12);
  if (!fs::is_regular_file(path, error) || std::string_view(magic, sizeof magic) != kOurs) {
    return Fail(
        ExitCode::kUsage,
        fmt::format("{} exists and is not a faaslight trace: it is left alone; choose another -o",
                    path.string()));
  }
  return {};
}

Result<TraceRequest> Resolve(const TraceOptions& options, const fs::path& libexec) {
  TraceRequest request;
  request.effects = options.effects;
  Result<fs::path> app = Folder(options.app, "application folder");
  if (!app) return tl::unexpected(app.error());
  request.spec.app = *app;
  for (const fs::path& given : options.layers) {
    Result<fs::path> layer = Folder(given, "layer");
    if (!layer) return tl::unexpected(layer.error());
    request.spec.layers.push_back(*layer);
  }
  Result<FunctionTemplate> found = LoadTemplate(options);
  if (!found) return tl::unexpected(found.error());
  Status settings = Settings(options, *found, request.spec);
  if (!settings) return tl::unexpected(settings.error());
  Status environment = Environment(options, *found, request);
  if (!environment) return tl::unexpected(environment.error());
  Result<std::string> module = HandlerModule(request.spec.handler);
  if (!module) return tl::unexpected(module.error());
  request.handler_module = *module;
  Status file = CheckHandlerFile(*module, request.spec);
  if (!file) return tl::unexpected(file.error());
  auto events = LoadEvents(options.events);
  if (!events) return tl::unexpected(events.error());
  request.spec.events = std::move(*events);
  Result<Interpreter> chosen =
      ChooseInterpreter(options.python, found->runtime, request.spec.app, libexec);
  if (!chosen) return tl::unexpected(chosen.error());
  request.python = chosen->python;
  request.tracer = chosen->tracer;
  request.output = fs::absolute(options.output);
  Status output = CheckOutput(options.output);
  if (!output) return tl::unexpected(output.error());
  return request;
}

}  // namespace faaslight
