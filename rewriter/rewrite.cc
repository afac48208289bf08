#include "rewriter/rewrite.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <set>

#include "base/files.h"
#include "base/subprocess.h"
#include "proto/envelope.h"
#include "proto/reach_chain.h"
#include "rewriter/emit.h"
#include "rewriter/lambda_limits.h"
#include "rewriter/leave_out.h"
#include "rewriter/mend.h"

namespace faaslight {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kPlanName = "faaslight.plan";

// True when an earlier run of ours wrote the folder.
bool IsOurs(const fs::path& folder) { return ReadPlan(folder / kPlanName).has_value(); }

bool LiesInside(const fs::path& path, const fs::path& folder) {
  std::error_code error;
  // Absolute first: of a relative path of which nothing exists, weakly_canonical makes none.
  const fs::path outer = fs::weakly_canonical(fs::absolute(folder), error);
  const std::string inside =
      fs::weakly_canonical(fs::absolute(path), error).lexically_relative(outer).string();
  return inside == "." || (!inside.empty() && inside.rfind("..", 0) != 0);
}

Status CheckCache(const RewriteOptions& options) {
  const fs::path& cache = options.cache.folder();
  if (cache.empty()) return {};
  for (const fs::path* folder : {&options.app, &options.out}) {
    if (!folder->empty() && LiesInside(cache, *folder)) {
      return Fail(ExitCode::kUsage,
                  fmt::format("the cache {} lies inside {}; name a folder outside it",
                              cache.string(), folder->string()));
    }
  }
  std::error_code error;
  fs::create_directories(cache, error);
  if (error) {
    return Fail(ExitCode::kSystem,
                fmt::format("cannot make the cache {}: {}", cache.string(), error.message()));
  }
  return {};
}

Status CheckZip(const RewriteOptions& options) {
  if (!options.zip) return {};
  for (const fs::path* folder : {&options.app, &options.out}) {
    if (!LiesInside(*options.zip, *folder)) continue;
    return Fail(ExitCode::kUsage,
                fmt::format("the archive {} lies inside {}; name a file outside it",
                            options.zip->string(), folder->string()));
  }
  if (LiesInside(options.out, *options.zip)) {
    return Fail(ExitCode::kUsage,
                fmt::format("the output {} lies inside {}, which is to be the archive",
                            options.out.string(), options.zip->string()));
  }
  return CheckZipTarget(*options.zip);
}

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
  if (LiesInside(options.out, options.app)) {
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
  if (Status fine = CheckZip(options); !fine) return fine;
  return CheckCache(options);
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

// Takes out the import effects that the user says are harmless; gives a note for people.
Result<std::vector<std::string>> IgnoreEffects(const std::vector<std::string>& globs,
                                               std::vector<Trace>& traces) {
  std::vector<std::string> notes;
  for (const std::string& glob : globs) {
    std::set<std::string> gone;
    for (Trace& trace : traces) {
      auto& effects = *trace.mutable_effects();
      const auto matches = [&](const ImportEffect& effect) {
        const std::string full =
            fmt::format("{} > {}.{}", effect.module(), effect.target_module(), effect.attribute());
        if (::fnmatch(glob.c_str(), effect.module().c_str(), 0) != 0 &&
            ::fnmatch(glob.c_str(), full.c_str(), 0) != 0) {
          return false;
        }
        gone.insert(full);
        return true;
      };
      effects.erase(std::remove_if(effects.begin(), effects.end(), matches), effects.end());
    }
    if (gone.empty()) {
      return Fail(
          ExitCode::kUsage,
          fmt::format("no import effect matches {}; faaslight-report TRACE lists them", glob));
    }
    notes.push_back(fmt::format("ignored as told by {}: {}", glob, fmt::join(gone, ", ")));
  }
  return notes;
}

class Rewriter {
 public:
  explicit Rewriter(const RewriteOptions& options) : options_(options) {}

  Result<RewriteResult> Run() {
    if (Status fine = CheckFolders(options_); !fine) return tl::unexpected(fine.error());
    Result<std::vector<Trace>> traces = ReadTraces(options_.traces);
    if (!traces) return tl::unexpected(traces.error());
    Result<std::vector<std::string>> ignored = IgnoreEffects(options_.ignored_effects, *traces);
    if (!ignored) return tl::unexpected(ignored.error());
    options_.progress("reading the trace and the sources");
    Result<Application> app = Application::Load(options_.app, std::move(*traces), options_.cache);
    if (!app) return tl::unexpected(app.error());
    python_ = options_.python ? *options_.python : fs::path(app->trace().python().executable());
    if (Status fine = CheckPython(python_, app->trace()); !fine)
      return tl::unexpected(fine.error());
    Result<RunSpec> spec = SpecOf(options_, app->trace());
    if (!spec) return tl::unexpected(spec.error());
    Result<std::vector<Event>> holdout = LoadEvents(options_.holdout);
    if (!holdout) return tl::unexpected(holdout.error());

    Result<TemporaryDirectory> staging = MakeStaging();
    if (!staging) return tl::unexpected(staging.error());
    const fs::path package = staging->path() / "package";
    options_.progress("finding what the handler can reach");
    const AppReach reach(*app,
                         options_.policy.keep == Keep::kReachable || options_.trim != Trim::kNone,
                         options_.cache);
    Result<Mended> made = Make(*app, reach, *spec, std::move(*holdout), package);
    if (!made) return tl::unexpected(made.error());
    for (const std::string& note : *ignored) made->package.plan.add_notes(note);
    for (const std::string& glob : options_.ignored_effects)
      made->package.plan.add_ignored_effects(glob);
    const Choices choices = std::move(made->package.choices);
    RewriteResult result = ResultOf(std::move(*made));
    if (result.differences.empty()) {
      reach.AddSteps(result.plan);
      if (Status done = Finish(*app, reach, choices, package, result); !done)
        return tl::unexpected(done.error());
    }
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

  Result<Mended> Make(const Application& app, const AppReach& reach, const RunSpec& spec,
                      std::vector<Event> holdout, const fs::path& package) const {
    PackageBuilder builder(
        app, reach, options_.policy,
        {options_.app, python_, package, options_.jobs, options_.trim, options_.progress});
    if (!options_.verify) {
      Result<PackageBuilder::Package> built = builder.Build({});
      if (!built) return tl::unexpected(built.error());
      Mended out;
      out.package = std::move(*built);
      return out;
    }
    Verifier traced(python_, spec);
    RunSpec held = spec;
    held.events = std::move(holdout);
    Verifier others(python_, held);
    return BuildAndMend(app, builder, package, traced, held.events.empty() ? nullptr : &others,
                        {options_.repair, options_.max_replays, options_.progress});
  }

  // The archive is written before the package is moved: when it cannot be, neither is there.
  Status Finish(const Application& app, const AppReach& reach, const Choices& choices,
                const fs::path& package, RewriteResult& result) const {
    if (options_.emit_source) {
      if (Status done = EmitSources(app, choices, *options_.emit_source); !done) return done;
    }
    if (Status done = WriteFile(package / kPlanName, Wrap(result.plan)); !done) return done;
    if (!options_.zip) return MoveIntoPlace(package, options_.out);
    options_.progress("writing the archive");
    Result<ZipArchive> zip = ZipArchive::Write(package, *options_.zip, {std::string(kPlanName)});
    if (!zip) return tl::unexpected(zip.error());
    if (Status done = Warn(app, reach, zip->summary(), result); !done) return done;
    if (Status done = MoveIntoPlace(package, options_.out); !done) return done;
    return zip->MoveIntoPlace();
  }

  Status Warn(const Application& app, const AppReach& reach, const ZipSummary& zip,
              RewriteResult& result) const {
    uint64_t trim_saves = 0;
    if (ExceedsLimits(zip) && options_.trim == Trim::kNone) {
      uint64_t all = 0;
      Result<Trimmed> trimmed = TrimApplication(app, reach, Trim::kFiles, &all);
      if (!trimmed) return tl::unexpected(trimmed.error());
      for (const TrimmedKind& kind : trimmed->kinds) trim_saves += kind.bytes;
    }
    result.zip = zip;
    result.zip_warnings = LimitWarnings(zip, options_.trim, trim_saves);
    if (!zip.outward_links.empty()) {
      result.zip_warnings.push_back(
          fmt::format("{} of the links lead out of the package, and work where their targets are: "
                      "{}{}",
                      zip.outward_links.size(), zip.outward_links.front(),
                      zip.outward_links.size() > 1 ? ", …" : ""));
    }
    return {};
  }

  static RewriteResult ResultOf(Mended made) {
    RewriteResult result;
    result.plan = std::move(made.package.plan);
    result.rewritten_modules = made.package.rewritten_modules;
    result.pack_bytes = made.package.pack_bytes;
    result.differences = std::move(made.differences);
    result.pins = std::move(made.pins);
    result.repaired = std::move(made.before);
    result.replays = made.replays;
    return result;
  }

  const RewriteOptions& options_;
  fs::path python_;
};

}  // namespace

namespace {

// Whether a traced module, or a function of one, has the name "MODULE:QUALNAME".
bool Exists(const Application& app, std::string_view name) {
  const size_t colon = name.find(':');
  const int index = app.Find(name.substr(0, colon));
  if (index < 0 || colon == std::string_view::npos) return index >= 0;
  const Facts* facts = app.modules()[static_cast<size_t>(index)].facts.get();
  if (facts == nullptr) return false;
  return std::any_of(
      facts->functions.begin(), facts->functions.end(),
      [&](const FunctionFacts& function) { return function.qualname == name.substr(colon + 1); });
}

}  // namespace

Result<std::vector<std::string>> ExplainReach(const RewriteOptions& options,
                                              const std::vector<std::string>& names) {
  if (Status fine = CheckCache(options); !fine) return tl::unexpected(fine.error());
  Result<std::vector<Trace>> traces = ReadTraces(options.traces);
  if (!traces) return tl::unexpected(traces.error());
  const Result<Application> app = Application::Load(options.app, std::move(*traces), options.cache);
  if (!app) return tl::unexpected(app.error());
  const AppReach reach(*app, /*whole=*/true, options.cache);
  Plan plan;
  reach.AddSteps(plan);
  std::vector<std::string> lines;
  for (const std::string& name : names) {
    const std::vector<std::string> chain = ChainOf(plan, name);
    if (chain.empty() && !Exists(*app, name)) {
      return Fail(
          ExitCode::kUsage,
          fmt::format("--why {}: no such module or function among what was traced or can be "
                      "reached; write MODULE or MODULE:QUALIFIED.NAME, as in "
                      "pandas.core.frame:DataFrame.sum",
                      name));
    }
    if (chain.empty()) lines.push_back(name + ": nothing leads to it from the handler");
    lines.insert(lines.end(), chain.begin(), chain.end());
  }
  return lines;
}

Result<RewriteResult> Rewrite(const RewriteOptions& options) { return Rewriter(options).Run(); }

}  // namespace faaslight
