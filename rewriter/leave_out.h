// Trimming joined to an application: what its package leaves out, and what stands there instead.
#pragma once

#include <filesystem>

#include "base/result.h"
#include "proto/plan.pb.h"
#include "rewriter/app_reach.h"
#include "rewriter/trim.h"

namespace faaslight {

// Lists the application's files and decides. `bytes_before` becomes the size of all of them.
// Errors: kSystem when a folder cannot be read.
Result<Trimmed> TrimApplication(const Application& app, const AppReach& reach, Trim trim,
                                uint64_t* bytes_before);

// Writes a stub for each module that was left out as unreachable: an import of it raises an
// ImportError that says so, where `find_spec` finds it as it did in the original. A package's stub
// stands for all that it held.
Status WriteStubs(const Trimmed& trimmed, const std::filesystem::path& package);

// For the plan: what was left out, with the folders that had most of it first.
void AddLeftOut(const Trimmed& trimmed, Plan& plan);

}  // namespace faaslight
