// Errors as values: libraries return Result<T>, and only a program's main prints.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace faaslight {

// Exit codes that all programs share (docs/exit-codes.md).
enum class ExitCode : int {
  kOk = 0,
  kDifference = 1,  // verification found a difference
  kUsage = 2,       // wrong arguments, no such handler, module, file or interpreter
  kBadInput = 3,    // an event, trace, plan or template that cannot be read or does not fit
  kHandler = 4,     // the handler's module could not be imported, or the run was cut off
  kSystem = 5,      // disk full, no permission, out of memory, a child that could not be started
};

// One clear line for the user: what went wrong and where, the cause, and what to do next.
struct Error {
  ExitCode code = ExitCode::kSystem;
  std::string message;  // no trailing newline, no "error:" prefix
};

template <typename T>
using Result = tl::expected<T, Error>;
using Status = tl::expected<void, Error>;

// Shorthand for `return Fail(ExitCode::kUsage, fmt::format(...))`.
inline tl::unexpected<Error> Fail(ExitCode code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message)});
}

}  // namespace faaslight
