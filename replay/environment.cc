#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "base/files.h"
#include "replay/replay.h"

extern char** environ;

namespace faaslight {
namespace fs = std::filesystem;
namespace {

using Variables = std::map<std::string, std::string>;

// The caller's own environment, without what would change the interpreter itself.
Variables CallersEnvironment() {
  Variables out;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const size_t equals = text.find('=');
    if (equals == std::string_view::npos || text.substr(0, 6) == "PYTHON") continue;
    out.insert_or_assign(std::string(text.substr(0, equals)), std::string(text.substr(equals + 1)));
  }
  return out;
}

// The names are Lambda's; the function's own name is fixed, so that the original and its rewritten
// copy see the same.
Variables LambdaVariables(const RunSpec& spec) {
  return {{"AWS_DEFAULT_REGION", "us-east-1"},
          {"AWS_REGION", "us-east-1"},
          {"AWS_LAMBDA_FUNCTION_NAME", "function"},
          {"AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"},
          {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", std::to_string(spec.memory_mb)},
          {"AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"},
          {"AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/function"},
          {"AWS_LAMBDA_LOG_STREAM_NAME", "2000/01/01/[$LATEST]00000000000000000000000000000000"},
          {"AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001"},
          {"LAMBDA_RUNTIME_DIR", "/var/runtime"},
          {"LAMBDA_TASK_ROOT", fs::absolute(spec.app).lexically_normal().string()},
          {"_HANDLER", spec.handler}};
}

Variables GoogleVariables(const RunSpec& spec) {
  return {{"K_SERVICE", "function"},
          {"K_REVISION", "1"},
          {"FUNCTION_TARGET", spec.handler.substr(spec.handler.rfind('.') + 1)},
          {"FUNCTION_SIGNATURE_TYPE", "http"},
          {"PORT", "8080"}};
}

bool IsName(std::string_view text) {
  if (text.empty() || (text.front() >= '0' && text.front() <= '9')) return false;
  for (const char c : text) {
    const bool letter =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    if (!letter) return false;
  }
  return true;
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// What stands between double quotes, with \n, \", \\ and \$ resolved; nothing if the closing quote
// is missing.
std::optional<std::string> DoubleQuoted(std::string_view text, std::string_view& rest) {
  std::string out;
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      rest = text.substr(i + 1);
      return out;
    }
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char next = text[++i];
    if (next == 'n') {
      out += '\n';
    } else {
      if (next != '"' && next != '\\' && next != '$') out += '\\';
      out += next;
    }
  }
  return std::nullopt;
}

std::optional<std::string> ParseValue(std::string_view text) {
  std::string_view rest;
  std::string out;
  if (!text.empty() && text.front() == '"') {
    std::optional<std::string> quoted = DoubleQuoted(text, rest);
    if (!quoted) return std::nullopt;
    out = *std::move(quoted);
  } else if (!text.empty() && text.front() == '\'') {
    const size_t end = text.find('\'', 1);
    if (end == std::string_view::npos) return std::nullopt;
    out = text.substr(1, end - 1);
    rest = text.substr(end + 1);
  } else {
    const size_t comment = text.find(" #");
    return std::string(Trim(text.substr(0, comment)));
  }
  rest = Trim(rest);
  if (!rest.empty() && rest.front() != '#') return std::nullopt;
  return out;
}

Status ReadEnvFile(const fs::path& path, Variables& into) {
  Result<std::string> bytes = ReadFile(path, 1 << 20);
  if (!bytes) return tl::unexpected(bytes.error());
  std::string_view rest = *bytes;
  for (int number = 1; !rest.empty(); ++number) {
    const size_t end = rest.find('\n');
    std::string_view line = Trim(rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    if (line.empty() || line.front() == '#') continue;
    if (line.substr(0, 7) == "export ") line = Trim(line.substr(7));
    const size_t equals = line.find('=');
    const std::string_view name = Trim(line.substr(0, equals));
    std::optional<std::string> value;
    if (equals != std::string_view::npos && IsName(name))
      value = ParseValue(Trim(line.substr(equals + 1)));
    if (!value || value->find('\0') != std::string::npos) {
      return Fail(ExitCode::kBadInput,
                  fmt::format("{}:{}: this line is not KEY=VALUE", path.string(), number));
    }
    into.insert_or_assign(std::string(name), *std::move(value));
  }
  return {};
}

}  // namespace

Variables HandlerEnvironment(const RunSpec& spec, const fs::path& scratch) {
  Variables out = spec.inherit_env ? CallersEnvironment() : Variables{};
  Variables ours = spec.trigger == "http" ? GoogleVariables(spec) : LambdaVariables(spec);
  // C.UTF-8 where Lambda has en_US.UTF-8: every machine has it. Child interpreters must not write
  // into the app either.
  ours.merge(Variables{{"PATH", "/usr/local/bin:/usr/bin:/bin"},
                       {"HOME", scratch.string()},
                       {"TMPDIR", scratch.string()},
                       {"LANG", "C.UTF-8"},
                       {"TZ", ":UTC"},
                       {"PYTHONDONTWRITEBYTECODE", "1"}});
  for (const auto& [name, value] : ours) out.insert_or_assign(name, value);
  for (const auto& [name, value] : spec.env) out.insert_or_assign(name, value);
  out.insert_or_assign("PYTHONHASHSEED", "0");
  return out;
}

std::string RunnerRequest(const RunSpec& spec, const fs::path& outcomes) {
  nlohmann::json request = {{"app", fs::absolute(spec.app).lexically_normal().string()},
                            {"layers", nlohmann::json::array()},
                            {"handler", spec.handler},
                            {"trigger", spec.trigger},
                            {"events", nlohmann::json::array()},
                            {"timeout_s", static_cast<double>(spec.timeout.count()) / 1000},
                            {"outcomes", fs::absolute(outcomes).string()}};
  for (const fs::path& layer : spec.layers) {
    request["layers"].push_back(fs::absolute(layer).lexically_normal().string());
  }
  for (const Event& event : spec.events)
    request["events"].push_back({{"name", event.name()}, {"json", event.json()}});
  return request.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

Result<Variables> LoadEnv(const std::vector<std::string>& assignments,
                          const std::vector<fs::path>& files) {
  Variables out;
  for (const fs::path& path : files) {
    if (Status read = ReadEnvFile(path, out); !read) return tl::unexpected(read.error());
  }
  for (const std::string& assignment : assignments) {  // these win: they are the more specific
    const size_t equals = assignment.find('=');
    if (equals == std::string::npos || !IsName(std::string_view(assignment).substr(0, equals))) {
      return Fail(ExitCode::kUsage, fmt::format("--env {}: give it as KEY=VALUE", assignment));
    }
    out.insert_or_assign(assignment.substr(0, equals), assignment.substr(equals + 1));
  }
  return out;
}

}  // namespace faaslight
