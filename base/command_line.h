// What the programs' mains share. Header only: libraries do not read command lines.
#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string_view>

#include "base/result.h"

namespace faaslight {

// Ends a main whose arguments did not parse: prints help or version where that was asked for, else
// one line on standard error. Gives the exit code.
inline int ExitOf(const CLI::App& cli, const CLI::ParseError& error, std::string_view program) {
  if (error.get_exit_code() == 0) return cli.exit(error);
  fmt::print(stderr, "{}: {} (see --help)\n", program, error.what());
  return static_cast<int>(ExitCode::kUsage);
}

}  // namespace faaslight
