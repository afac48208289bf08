// Which CPython runs the handler, and which embedded tracer fits it.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "base/result.h"

namespace faaslight {

struct Interpreter {
  std::filesystem::path python;  // what sys.executable will be
  std::filesystem::path tracer;
  std::string minor;  // "3.9"
};

// The tracers in `libexec`, by minor, with the interpreter each was built with.
std::map<std::string, Interpreter> BuiltTracers(const std::filesystem::path& libexec);

// In this order: `python` if given; the interpreter for `runtime` ("python3.9") if given; a virtual
// environment in the application (.venv, venv, env); the newest tracer. kUsage, listing what was
// built, when the minor has no tracer, and when `python` is not a CPython.
Result<Interpreter> ChooseInterpreter(const std::filesystem::path& python,
                                      const std::string& runtime, const std::filesystem::path& app,
                                      const std::filesystem::path& libexec);

}  // namespace faaslight
