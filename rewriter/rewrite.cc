#include "rewriter/rewrite.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/files.h"
#include "base/subprocess.h"
#include "proto/envelope.h"
#include "rewriter/emit.h"
#include "rewriter/notes.h"
#include "rewriter/plan.h"

namespace faaslight {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kPlanName = "faaslight.plan";
constexpr int kMaxRounds = 8;  // of deciding again; each takes at least one decision back for good

// True when an earlier run of ours wrote the folder.
bool IsOurs(const fs::path& folder) { return ReadPlan(folder / kPlanName).has_value(); }

Status CheckFolders(const RewriteOptions& options) {
  std::error_code error;
  if (!fs::is_directory(options.app, error)) {
    return Fail(ExitCode::kUsage,
                fmt::format("no such application folder: {}", options.app.string()));
  }
  if (fs::exists(options.app / "_faaslight.pack", error)) {
    return Fail(
        ExitCode::kUsage,
        fmt::format("{} is a rewritten package already; give the original", options.app.string()));
  }
  const fs::path app = fs::weakly_canonical(options.app, error);
  const fs::path out = fs::weakly_canonical(options.out, error);
  const std::string inside = out.lexically_relative(app).string();
  if (inside == "." || (!inside.empty() && inside.rfind("..", 0) != 0)) {
    return Fail(ExitCode::kUsage,
                fmt::format("the output {} lies inside the application; name a folder outside it",
                            options.out.string()));
  }
  if (fs::exists(fs::symlink_status(options.out, error)) && !IsOurs(options.out)) {
    return Fail(
        ExitCode::kUsage,
        fmt::format("{} exists and is not a package of ours; remove it or name another folder",
                    options.out.string()));
  }
  return {};
}

// The interpreter must make the same .pyc files as the traced one.
Status CheckPython(const fs::path& python, const Trace& trace) {
  Command command;
  command.argv = {
      python.string(), "-I", "-S", "-c",
      "import _imp,sys,importlib.util as u;print(u.MAGIC_NUMBER.hex(),sys.version.split()[0])"};
  Result<ProcessResult> done = Run(command);
  if (!done) {
    return Fail(done.error().code, fmt::format("{}; name the traced CPython {} by --python",
                                               done.error().message, trace.python().version()));
  }
  if (!done->ok() || done->out.rfind(Hex(trace.python().magic()), 0) != 0) {
    return Fail(
        ExitCode::kUsage,
        fmt::format("{} is not the CPython of the trace ({}); name one of that minor by --python",
                    python.string(), trace.python().version()));
  }
  return {};
}

Result<std::vector<Trace>> ReadTraces(const std::vector<fs::path>& paths) {
  std::vector<Trace> traces;
  for (const fs::path& path : paths) {
    Result<Trace> trace = ReadTrace(path);
    if (!trace) return tl::unexpected(trace.error());
    traces.push_back(std::move(*trace));
  }
  return traces;
}

Result<RunSpec> SpecOf(const RewriteOptions& options, const Trace& trace) {
  RunSpec spec;
  spec.app = fs::absolute(options.app).lexically_normal();
  if (spec.app.filename().empty()) spec.app = spec.app.parent_path();
  for (const std::string& layer : trace.app().layers()) spec.layers.emplace_back(layer);
  spec.handler = trace.app().handler();
  spec.trigger = trace.app().trigger();
  spec.events.assign(trace.events().begin(), trace.events().end());
  std::vector<fs::path> files(trace.app().env_files().begin(), trace.app().env_files().end());
  files.insert(files.end(), options.env_files.begin(), options.env_files.end());
  Result<std::map<std::string, std::string>> env = LoadEnv(options.env, files);
  if (!env) return tl::unexpected(env.error());
  spec.env.insert(env->begin(), env->end());
  spec.env.insert(trace.app().env().begin(), trace.app().env().end());
  spec.inherit_env = trace.app().inherit_env() || options.inherit_env;
  if (trace.app().memory_mb() != 0) spec.memory_mb = trace.app().memory_mb();
  spec.timeout = std::chrono::milliseconds(static_cast<int64_t>(trace.app().timeout_s() * 1000));
  return spec;
}

// Puts the finished package at its place: by a rename, so that it is there whole or not at all.
Status MoveIntoPlace(const fs::path& staging, const fs::path& out) {
  std::error_code error;
  const fs::path old = out.string() + fmt::format(".old{}", ::getpid());
  const bool replaces = fs::exists(fs::symlink_status(out, error));
  if (replaces) {
    fs::rename(out, old, error);
    if (error)
      return Fail(ExitCode::kSystem,
                  fmt::format("cannot replace {}: {}", out.string(), error.message()));
  }
  fs::rename(staging, out, error);
  if (error) {
    const std::string why = error.message();
    if (replaces) fs::rename(old, out, error);
    return Fail(ExitCode::kSystem, fmt::format("cannot write {}: {}", out.string(), why));
  }
  if (replaces) fs::remove_all(old, error);
  return {};
}

class Rewriter {
 public:
  explicit Rewriter(const RewriteOptions& options) : options_(options), policy_(options.policy) {}

  Result<RewriteResult> Run() {
    if (Status fine = CheckFolders(options_); !fine) return tl::unexpected(fine.error());
    Result<std::vector<Trace>> traces = ReadTraces(options_.traces);
    if (!traces) return tl::unexpected(traces.error());
    options_.progress("reading the trace and the sources");
    Result<Application> app = Application::Load(options_.app, std::move(*traces));
    if (!app) return tl::unexpected(app.error());
    python_ = options_.python ? *options_.python : fs::path(app->trace().python().executable());
    if (Status fine = CheckPython(python_, app->trace()); !fine)
      return tl::unexpected(fine.error());
    Result<RunSpec> spec = SpecOf(options_, app->trace());
    if (!spec) return tl::unexpected(spec.error());

    Result<TemporaryDirectory> staging = MakeStaging();
    if (!staging) return tl::unexpected(staging.error());
    const fs::path package = staging->path() / "package";
    RewriteResult result;
    if (Status done = Write(*app, package, result); !done) return tl::unexpected(done.error());
    if (options_.verify) {
      if (Status done = Check(*spec, package, result); !done) return tl::unexpected(done.error());
      if (!result.differences.empty()) return result;
    }
    if (Status done = WriteFile(package / kPlanName, Wrap(result.plan)); !done)
      return tl::unexpected(done.error());
    if (Status done = MoveIntoPlace(package, options_.out); !done)
      return tl::unexpected(done.error());
    return result;
  }

 private:
  // Beside the output, so that the last step is a rename.
  Result<TemporaryDirectory> MakeStaging() const {
    fs::path out = options_.out;
    if (out.filename().empty()) out = out.parent_path();
    const fs::path parent = fs::absolute(out).parent_path();
    std::error_code error;
    fs::create_directories(parent, error);
    if (error) {
      return Fail(ExitCode::kSystem,
                  fmt::format("cannot make the folder {}: {}", parent.string(), error.message()));
    }
    return TemporaryDirectory::Make(parent, fmt::format(".{}.faaslight-", out.filename().string()));
  }

  // Decides and emits until emission finds nothing against the decisions.
  Status Write(const Application& app, const fs::path& package, RewriteResult& result) {
    for (int round = 0; round < kMaxRounds; ++round) {
      std::error_code error;
      fs::remove_all(package, error);
      fs::create_directory(package, error);
      if (error)
        return Fail(ExitCode::kSystem,
                    fmt::format("cannot make {}: {}", package.string(), error.message()));
      std::vector<std::string> notes = NotesOf(app);
      options_.progress(round == 0 ? "deciding what becomes lazy"
                                   : "deciding again after the self-check");
      const Choices choices = Decide(app, policy_, notes);
      Result<std::vector<std::string>> copied = CopyApplication(options_.app, package);
      if (!copied) return tl::unexpected(copied.error());
      notes.insert(notes.end(), copied->begin(), copied->end());
      options_.progress("compiling");
      Result<EmitResult> emitted =
          Emit(app, choices, {python_, package, options_.emit_source, options_.jobs});
      if (!emitted) return tl::unexpected(emitted.error());
      if (emitted->findings.empty()) {
        result.plan = MakePlan(app, policy_, choices, notes);
        result.rewritten_modules = emitted->rewritten_modules;
        result.pack_bytes = emitted->pack_bytes;
        return {};
      }
      policy_.leave_alone.insert(emitted->findings.leave_alone.begin(),
                                 emitted->findings.leave_alone.end());
      policy_.keep_functions.insert(emitted->findings.keep_functions.begin(),
                                    emitted->findings.keep_functions.end());
    }
    return Fail(ExitCode::kSystem,
                "the self-check refuses the rewritten texts again and again; please report it");
  }

  Status Check(const RunSpec& spec, const fs::path& package, RewriteResult& result) {
    options_.progress(fmt::format("verifying with {} event{}", spec.events.size(),
                                  spec.events.size() == 1 ? "" : "s"));
    Result<VerifyResult> verified = Verify(python_, spec, package);
    if (!verified) return tl::unexpected(verified.error());
    *result.plan.mutable_verification() = verified->summary;
    result.differences = std::move(verified->comparison.differences);
    return {};
  }

  const RewriteOptions& options_;
  Policy policy_;
  fs::path python_;
};

}  // namespace

Result<RewriteResult> Rewrite(const RewriteOptions& options) { return Rewriter(options).Run(); }

}  // namespace faaslight
