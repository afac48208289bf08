// What the programs' mains share. Header only: libraries do not read command lines.
#pragma once

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <optional>
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

// How standard output is to be written: columns, and whether in colour (NO_COLOR and a dumb TERM
// say no). Nothing when it is no terminal.
struct TerminalStyle {
  size_t width = 100;
  bool color = false;
};
inline std::optional<TerminalStyle> StandardOutputStyle() {
  if (::isatty(STDOUT_FILENO) == 0) return std::nullopt;
  TerminalStyle style;
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    style.width = std::clamp<size_t>(size.ws_col, 80, 140);
  const char* term = std::getenv("TERM");
  style.color =
      std::getenv("NO_COLOR") == nullptr && term != nullptr && std::string_view(term) != "dumb";
  return style;
}

}  // namespace faaslight
