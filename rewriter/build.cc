#include "rewriter/build.h"

#include <fmt/format.h>

#include "rewriter/emit.h"
#include "rewriter/leave_out.h"
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
  Result<Trimmed> trimmed = TrimApplication(app_, reach_, options_.trim, &bytes_before_);
  if (!trimmed) return tl::unexpected(trimmed.error());
  trimmed_ = std::move(*trimmed);
  Result<std::vector<std::string>> copied =
      CopyApplication(options_.app, options_.package, trimmed_.files);
  if (!copied) return tl::unexpected(copied.error());
  if (Status done = WriteStubs(trimmed_, options_.package); !done)
    return tl::unexpected(done.error());
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
    package.choices = Decide(app_, reach_.result(), policy, notes);
    notes.insert(notes.end(), notes_.begin(), notes_.end());
    options_.progress("compiling");
    Result<EmitResult> emitted =
        Emit(app_, package.choices, {options_.python, options_.package, options_.jobs});
    if (!emitted) return tl::unexpected(emitted.error());
    if (emitted->findings.empty()) {
      package.plan = MakePlan(app_, policy, package.choices, notes);
      AddLeftOut(trimmed_, package.plan);
      package.plan.set_bytes_before(bytes_before_);
      if (options_.trim != Trim::kNone)
        package.plan.set_trim(options_.trim == Trim::kFiles ? "files" : "unreachable");
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
