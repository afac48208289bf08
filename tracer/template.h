// Reads a function's settings from AWS SAM (template.yaml) and Serverless Framework
// (serverless.yml) files.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace faaslight {

struct FunctionTemplate {
  std::string name;
  std::string handler;
  std::string runtime;  // "python3.9"; "" if not said
  std::optional<uint32_t> memory_mb;
  std::optional<double> timeout_s;
  std::map<std::string, std::string>
      env;  // plain values only: what needs the cloud to resolve is left out
};

// The function called `function`; with "" the only Python function there is. kBadInput for what is
// not YAML (with the line) or neither form of template; kUsage when there is no such function, or
// several and none was named.
Result<FunctionTemplate> ReadTemplate(std::string_view yaml, const std::string& function,
                                      const std::string& file_name);

}  // namespace faaslight
