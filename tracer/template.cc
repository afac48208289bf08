#include "tracer/template.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <vector>

namespace faaslight {
namespace {

// A scalar that stands for itself. CloudFormation's short tags (!Ref, !Sub, !GetAtt) and the
// Serverless Framework's
// ${…} mean something that only the cloud or the framework knows.
std::optional<std::string> Plain(const YAML::Node& node) {
  if (!node.IsDefined() || !node.IsScalar()) return std::nullopt;
  const std::string& tag = node.Tag();
  if (!tag.empty() && tag[0] == '!' && tag != "!") return std::nullopt;
  const std::string& value = node.Scalar();
  if (value.find("${") != std::string::npos) return std::nullopt;
  return value;
}

// Lookup that never throws and never adds to the document.
YAML::Node Get(const YAML::Node& node, const char* key) {
  if (node.IsDefined() && node.IsMap()) {
    for (const auto& entry : node) {
      if (entry.first.IsScalar() && entry.first.Scalar() == key) return entry.second;
    }
  }
  return YAML::Node(YAML::NodeType::Undefined);
}

std::optional<double> Number(const YAML::Node& node) {
  const std::optional<std::string> text = Plain(node);
  double value = 0;
  if (!text || !YAML::convert<double>::decode(YAML::Node(*text), value) || !(value > 0) ||
      value > 1e6)
    return std::nullopt;
  return value;
}

void ReadEnv(const YAML::Node& node, std::map<std::string, std::string>& env) {
  if (!node.IsDefined() || !node.IsMap()) return;
  for (const auto& entry : node) {
    const std::optional<std::string> value = Plain(entry.second);
    if (entry.first.IsScalar() && value) env[entry.first.Scalar()] = *value;
  }
}

// Where a template form keeps a function's settings. Later settings win over earlier ones.
struct Keys {
  const char* handler;
  const char* runtime;
  const char* memory;
  const char* timeout;
};

void Apply(const YAML::Node& node, const Keys& keys, FunctionTemplate& out) {
  if (auto text = Plain(Get(node, keys.handler))) out.handler = *text;
  if (auto text = Plain(Get(node, keys.runtime))) out.runtime = *text;
  if (auto number = Number(Get(node, keys.memory))) out.memory_mb = static_cast<uint32_t>(*number);
  if (auto number = Number(Get(node, keys.timeout))) out.timeout_s = *number;
}

std::vector<FunctionTemplate> Sam(const YAML::Node& root) {
  constexpr Keys kKeys{"Handler", "Runtime", "MemorySize", "Timeout"};
  const YAML::Node globals = Get(Get(root, "Globals"), "Function");
  std::vector<FunctionTemplate> functions;
  for (const auto& entry : Get(root, "Resources")) {
    const std::string type = Plain(Get(entry.second, "Type")).value_or("");
    if (type != "AWS::Serverless::Function" && type != "AWS::Lambda::Function") continue;
    FunctionTemplate function;
    function.name = entry.first.Scalar();
    const YAML::Node properties = Get(entry.second, "Properties");
    if (type == "AWS::Serverless::Function") {
      Apply(globals, kKeys, function);
      ReadEnv(Get(Get(globals, "Environment"), "Variables"), function.env);
    }
    Apply(properties, kKeys, function);
    ReadEnv(Get(Get(properties, "Environment"), "Variables"), function.env);
    functions.push_back(std::move(function));
  }
  return functions;
}

std::vector<FunctionTemplate> Serverless(const YAML::Node& root) {
  constexpr Keys kKeys{"handler", "runtime", "memorySize", "timeout"};
  const YAML::Node provider = Get(root, "provider");
  std::vector<FunctionTemplate> functions;
  for (const auto& entry : Get(root, "functions")) {
    FunctionTemplate function;
    function.name = entry.first.Scalar();
    Apply(provider, kKeys, function);
    ReadEnv(Get(provider, "environment"), function.env);
    Apply(entry.second, kKeys, function);
    ReadEnv(Get(entry.second, "environment"), function.env);
    functions.push_back(std::move(function));
  }
  return functions;
}

std::string Names(const std::vector<FunctionTemplate>& functions) {
  std::string names;
  for (const FunctionTemplate& function : functions)
    names += (names.empty() ? "" : ", ") + function.name;
  return names;
}

Result<FunctionTemplate> Choose(std::vector<FunctionTemplate> functions, const std::string& wanted,
                                const std::string& file_name) {
  if (!wanted.empty()) {
    for (FunctionTemplate& function : functions) {
      if (function.name == wanted) return std::move(function);
    }
    return Fail(ExitCode::kUsage, fmt::format("{} has no function {}; it has: {}", file_name,
                                              wanted, Names(functions)));
  }
  functions.erase(std::remove_if(functions.begin(), functions.end(),
                                 [](const FunctionTemplate& function) {
                                   return !function.runtime.empty() &&
                                          function.runtime.rfind("python", 0) != 0;
                                 }),
                  functions.end());
  if (functions.size() == 1) return std::move(functions[0]);
  if (functions.empty())
    return Fail(ExitCode::kUsage, fmt::format("{} has no Python function", file_name));
  return Fail(ExitCode::kUsage,
              fmt::format("{} has several functions ({}): name one with --function", file_name,
                          Names(functions)));
}

}  // namespace

Result<FunctionTemplate> ReadTemplate(std::string_view yaml, const std::string& function,
                                      const std::string& file_name) {
  try {
    const YAML::Node root = YAML::Load(std::string(yaml));
    if (Get(root, "Resources").IsDefined() && Get(root, "Resources").IsMap())
      return Choose(Sam(root), function, file_name);
    if (Get(root, "functions").IsDefined() && Get(root, "functions").IsMap()) {
      return Choose(Serverless(root), function, file_name);
    }
  } catch (const YAML::Exception& error) {
    return Fail(ExitCode::kBadInput,
                fmt::format("{}:{}: is not YAML: {}", file_name, error.mark.line + 1, error.msg));
  }
  return Fail(ExitCode::kBadInput, fmt::format("{} is neither an AWS SAM template (Resources:) nor "
                                               "a Serverless Framework file (functions:)",
                                               file_name));
}

}  // namespace faaslight
