#include "tracer/interpreters.h"

#include <fmt/format.h>

#include <chrono>
#include <string_view>

#include "base/subprocess.h"

namespace faaslight {
namespace {

namespace fs = std::filesystem;

// "3.12" as a number that orders: 3.9 < 3.12.
int MinorNumber(const std::string& minor) {
  int number = 0;
  for (const char c : minor.substr(minor.find('.') + 1)) {
    if (c < '0' || c > '9' || number > 999) return -1;
    number = number * 10 + (c - '0');
  }
  return number;
}

std::string BuiltList(const std::map<std::string, Interpreter>& built) {
  std::string list;
  for (int number = 0; number < 100; ++number) {
    const std::string minor = fmt::format("3.{}", number);
    if (built.count(minor) != 0) list += (list.empty() ? "" : ", ") + minor;
  }
  return list.empty() ? "none" : list;
}

Result<std::string> AskMinor(const fs::path& python) {
  Command command;
  command.argv = {
      python.string(), "-I", "-S", "-c",
      "import sys; print(sys.implementation.name, '%d.%d' % sys.version_info[:2], end='')"};
  command.timeout = std::chrono::seconds(20);
  command.max_output = 4096;
  Result<ProcessResult> answer = Run(command);
  if (!answer) return tl::unexpected(answer.error());
  constexpr std::string_view kName = "cpython ";
  if (!answer->ok() || answer->out.compare(0, kName.size(), kName) != 0) {
    return Fail(ExitCode::kUsage, fmt::format("{} is not a CPython interpreter", python.string()));
  }
  return answer->out.substr(kName.size());
}

Result<Interpreter> WithTracer(const fs::path& python, const std::string& minor,
                               const std::map<std::string, Interpreter>& built,
                               const std::string& who) {
  auto found = built.find(minor);
  if (found == built.end()) {
    return Fail(
        ExitCode::kUsage,
        fmt::format("{} is CPython {}, and no tracer was built for it; built: {} (configure with "
                    "-DFAASLIGHT_PYTHONS=PATH to build one)",
                    who, minor, BuiltList(built)));
  }
  Interpreter chosen = found->second;
  if (!python.empty()) chosen.python = python;
  return chosen;
}

}  // namespace

std::map<std::string, Interpreter> BuiltTracers(const fs::path& libexec) {
  std::map<std::string, Interpreter> built;
  std::string_view table = FAASLIGHT_TRACERS;
  while (!table.empty()) {
    const std::string_view entry = table.substr(0, table.find('|'));
    table.remove_prefix(std::min(table.size(), entry.size() + 1));
    const size_t equals = entry.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string minor(entry.substr(0, equals));
    const fs::path tracer = libexec / ("tracer-" + minor);
    std::error_code error;
    if (fs::exists(tracer, error))
      built[minor] = {fs::path(entry.substr(equals + 1)), tracer, minor};
  }
  return built;
}

Result<Interpreter> ChooseInterpreter(const fs::path& python, const std::string& runtime,
                                      const fs::path& app, const fs::path& libexec) {
  const std::map<std::string, Interpreter> built = BuiltTracers(libexec);
  std::error_code error;
  fs::path wanted = python;
  if (wanted.empty() && !runtime.empty()) {
    constexpr std::string_view kPrefix = "python";
    if (runtime.compare(0, kPrefix.size(), kPrefix) != 0) {
      return Fail(ExitCode::kUsage,
                  fmt::format("the template's runtime {} is not Python", runtime));
    }
    return WithTracer({}, runtime.substr(kPrefix.size()), built, "the template's runtime");
  }
  for (const char* folder : {".venv", "venv", "env"}) {
    const fs::path candidate = app / folder / "bin" / "python";
    if (wanted.empty() && fs::exists(app / folder / "pyvenv.cfg", error) &&
        fs::exists(candidate, error)) {
      wanted = candidate;
    }
  }
  if (!wanted.empty()) {
    // A bare name is looked up in PATH; anything else must stay right when the working folder
    // changes.
    if (wanted.string().find('/') != std::string::npos) {
      if (!fs::exists(wanted, error)) {
        return Fail(ExitCode::kUsage, fmt::format("no such interpreter: {}", wanted.string()));
      }
      wanted = fs::absolute(wanted).lexically_normal();
    }
    Result<std::string> minor = AskMinor(wanted);
    if (!minor) return tl::unexpected(minor.error());
    return WithTracer(wanted, *minor, built, wanted.string());
  }
  const Interpreter* newest = nullptr;
  for (const auto& entry : built) {
    std::error_code ignored;
    if (!fs::exists(entry.second.python, ignored)) continue;
    if (newest == nullptr || MinorNumber(entry.first) > MinorNumber(newest->minor))
      newest = &entry.second;
  }
  if (newest == nullptr) {
    return Fail(
        ExitCode::kUsage,
        fmt::format("no tracer in {}: build faaslight on a machine with CPython 3.9 to 3.13 "
                    "headers and libpython",
                    libexec.string()));
  }
  return *newest;
}

}  // namespace faaslight
