#include "rewriter/build.h"

#include <fmt/format.h>

#include "rewriter/emit.h"
#include "rewriter/notes.h"
#include "rewriter/plan.h"

namespace faaslight {
namespace fs = std::filesystem;
namespace {

constexpr int kMaxRounds = 8;  // of deciding again; each takes at least one decision back for good

}  // namespace

Status PackageBuilder::Copy() {
  if (copied_) return {};
  std::error_code error;
  fs::create_directory(options_.package, error);
  if (error) {
    return Fail(ExitCode::kSystem,
                fmt::format("cannot make {}: {}", options_.package.string(), error.message()));
  }
  Result<std::vector<std::string>> copied = CopyApplication(options_.app, options_.package);
  if (!copied) return tl::unexpected(copied.error());
  notes_ = std::move(*copied);
  copied_ = true;
  return {};
}

Result<PackageBuilder::Package> PackageBuilder::Build(const std::vector<Pin>& more) {
  if (Status done = Copy(); !done) return tl::unexpected(done.error());
  for (int round = 0; round < kMaxRounds; ++round) {
    Policy policy = policy_;
    policy.pins.insert(policy.pins.end(), more.begin(), more.end());
    std::vector<std::string> notes = NotesOf(app_);
    options_.progress(round == 0 ? "deciding what becomes lazy"
                                 : "deciding again after the self-check");
    Package package;
    package.choices = Decide(app_, policy, notes);
    notes.insert(notes.end(), notes_.begin(), notes_.end());
    options_.progress("compiling");
    Result<EmitResult> emitted =
        Emit(app_, package.choices, {options_.python, options_.package, options_.jobs});
    if (!emitted) return tl::unexpected(emitted.error());
    if (emitted->findings.empty()) {
      package.plan = MakePlan(app_, policy, package.choices, notes);
      package.rewritten_modules = emitted->rewritten_modules;
      package.pack_bytes = emitted->pack_bytes;
      return package;
    }
    policy_.leave_alone.insert(emitted->findings.leave_alone.begin(),
                               emitted->findings.leave_alone.end());
    policy_.keep_functions.insert(emitted->findings.keep_functions.begin(),
                                  emitted->findings.keep_functions.end());
  }
  return Fail(ExitCode::kSystem,
              "the self-check refuses the rewritten texts again and again; please report it");
}

}  // namespace faaslight
