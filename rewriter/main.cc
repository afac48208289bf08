// faaslight-rewrite: the command line. This is the only place here that prints.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>

#include "base/command_line.h"
#include "base/settings.h"
#include "rewriter/rewrite.h"

namespace {

using faaslight::ExitCode;

constexpr const char* kFooter = R"(Examples:
  faaslight-rewrite app --trace app.trace -o out
  faaslight-rewrite app --trace a.trace --trace b.trace -o out --pin 'pandas.io.*'
  faaslight-rewrite app --trace app.trace -o out --holdout more-events/
  faaslight-rewrite app --trace app.trace -o out --zip out.zip && \
    aws lambda update-function-code --function-name NAME --zip-file fileb://out.zip
  faaslight-rewrite app --trace app.trace -o out --keep none --emit-source texts

The package in OUT runs wherever the original ran. What was decided, and why, is in OUT/faaslight.plan: see it with
faaslight-report app.trace --plan OUT/faaslight.plan. --zip writes the same package without the plan as an archive for
AWS Lambda: the same package gives the same bytes, and what is too large for Lambda is said.

When the package does not do what the original does under the traced events and the hold-out events, the decisions at
fault are searched for and pinned, and the pins are added to faaslight.toml. That file is read at the next run (keys
keep, pin, holdout, ignore_effects; faaslight-trace reads handler, trigger, events): keep it with the sources.

Exit codes: 0 written; 1 verification found a difference that could not be repaired, nothing written; 2 wrong arguments;
3 a trace, event or settings file that cannot be read or does not fit; 5 disk, memory or a child process.)";

int Print(const faaslight::Error& error) {
  fmt::print(stderr, "faaslight-rewrite: {}\n", error.message);
  return static_cast<int>(error.code);
}

void PrintSome(const std::vector<faaslight::Difference>& differences) {
  constexpr size_t kMost = 10;
  for (size_t i = 0; i < std::min(kMost, differences.size()); ++i) {
    const faaslight::Difference& d = differences[i];
    fmt::print(stderr, "faaslight-rewrite: {}: {} differs\n  original:  {}\n  rewritten: {}\n",
               d.event, d.what, d.original, d.rewritten);
  }
  if (differences.size() > kMost) fmt::print(stderr, "  and {} more\n", differences.size() - kMost);
}

int PrintDifferences(const faaslight::RewriteResult& result, bool repair) {
  PrintSome(result.differences);
  std::string next = "--pin MODULE keeps a module as it was";
  if (repair && !result.pins.empty()) {
    next =
        "what repair pinned is not enough when all events run again: is the function's outcome "
        "a matter of chance?";
  } else if (repair) {
    next = fmt::format(
        "no pins mended it in {} replays: the outcome depends on more than decisions (chance, or a "
        "look at the package's own files), or --max-replays is too small",
        result.replays);
  }
  fmt::print(stderr, "faaslight-rewrite: nothing was written; {}\n", next);
  return static_cast<int>(ExitCode::kDifference);
}

// What repair did, and where it is kept.
int KeepPins(const faaslight::RewriteResult& result, const std::filesystem::path& settings) {
  if (result.pins.empty()) return 0;
  fmt::print("repaired in {} replays, {} pinned:\n", result.replays, result.pins.size());
  std::vector<faaslight::NotedPin> noted;
  for (const faaslight::FoundPin& pin : result.pins) {
    noted.push_back({pin.glob, faaslight::Sentence(pin.evidence)});
    fmt::print("  {}\n", pin.glob);
  }
  if (faaslight::Status kept = faaslight::AddPins(settings, noted); !kept) {
    fmt::print(
        stderr,
        "faaslight-rewrite: the package is written, but its pins are not in {}: {}; add them "
        "there, or the next run searches again\n",
        settings.string(), kept.error().message);
    return static_cast<int>(kept.error().code);
  }
  fmt::print("added to {}: keep it with the sources\n", settings.string());
  return 0;
}

void PrintLeftOut(const faaslight::Plan& plan) {
  uint64_t files = 0, bytes = 0;
  for (const faaslight::LeftOut& kind : plan.left_out()) {
    files += kind.files();
    bytes += kind.bytes();
  }
  if (plan.trim().empty()) return;
  constexpr double kMega = 1e6;
  fmt::print("left out: {} files, {:.1f} of {:.1f} MB\n", files, static_cast<double>(bytes) / kMega,
             static_cast<double>(plan.bytes_before()) / kMega);
  for (const faaslight::LeftOut& kind : plan.left_out()) {
    fmt::print("  {:.1f} MB in {} files: {}\n", static_cast<double>(kind.bytes()) / kMega,
               kind.files(), kind.what());
  }
}

void PrintSummary(const faaslight::RewriteResult& result, const std::string& out, double seconds) {
  uint64_t lazy_functions = 0, functions = 0, lazy_imports = 0, before = 0, after = 0;
  for (const faaslight::PlanModule& module : result.plan.modules()) {
    before += module.loaded_before() ? 1 : 0;
    after += module.loaded_after() ? 1 : 0;
    functions += static_cast<uint64_t>(module.functions_size());
    for (const auto& f : module.functions())
      lazy_functions += f.action() == faaslight::FunctionDecision::LAZY ? 1 : 0;
    for (const auto& i : module.imports()) lazy_imports += i.lazy() ? 1 : 0;
  }
  fmt::print("wrote {} in {:.1f} s: {} modules rewritten, {} of {} functions and {} imports lazy\n",
             out, seconds, result.rewritten_modules, lazy_functions, functions, lazy_imports);
  fmt::print("modules loaded: {} before, at most {} after\n", before, after);
  PrintLeftOut(result.plan);
  const faaslight::Verification& v = result.plan.verification();
  if (!v.done()) {
    fmt::print("not verified\n");
  } else {
    fmt::print(
        "verified with {} event{}: same outcomes; loaded on demand: {} functions, {} modules\n",
        v.events(), v.events() == 1 ? "" : "s", v.loaded_on_demand_functions(),
        v.loaded_on_demand_modules());
  }
  if (v.holdouts_size() > 0) {
    uint32_t functions = 0, modules = 0;
    for (const faaslight::Holdout& holdout : v.holdouts()) {
      functions += holdout.functions();
      modules += holdout.modules();
    }
    fmt::print("and with {} hold-out event{}: loaded on demand: {} functions, {} modules\n",
               v.holdouts_size(), v.holdouts_size() == 1 ? "" : "s", functions, modules);
  }
  for (const std::string& part : v.not_compared()) {
    fmt::print("not compared, the original differs from itself: {}\n", part);
  }
  for (const std::string& note : result.plan.notes()) fmt::print("note: {}\n", note);
}

void PrintZip(const faaslight::RewriteResult& result, const std::string& zip) {
  constexpr double kMega = 1e6;
  fmt::print("wrote {}: {:.1f} MB, unzipped {:.1f} MB in {} files\n", zip,
             static_cast<double>(result.zip.zipped) / kMega,
             static_cast<double>(result.zip.unzipped) / kMega, result.zip.files);
  for (const std::string& line : result.zip_warnings)
    fmt::print(stderr, "faaslight-rewrite: warning: {}: {}\n", zip, line);
}

int PrintWhy(const faaslight::RewriteOptions& options, const std::vector<std::string>& names) {
  const faaslight::Result<std::vector<std::string>> lines = faaslight::ExplainReach(options, names);
  if (!lines) return Print(lines.error());
  for (const std::string& line : *lines) fmt::print("{}\n", line);
  return 0;
}

// Adds what faaslight.toml says; the command line comes first. `keep` is empty where the command
// line says nothing.
faaslight::Status AddSettings(const std::optional<std::filesystem::path>& given, std::string keep,
                              faaslight::RewriteOptions& options) {
  faaslight::Result<faaslight::Settings> settings = faaslight::FindSettings(given);
  if (!settings) return tl::unexpected(settings.error());
  for (const std::string& glob : settings->pins)
    options.policy.pins.push_back({glob, "pinned in the settings file"});
  if (options.holdout.empty()) options.holdout = settings->holdout;
  options.ignored_effects.insert(options.ignored_effects.end(), settings->ignored_effects.begin(),
                                 settings->ignored_effects.end());
  if (keep.empty()) keep = settings->keep.value_or("traced");
  if (keep != "none" && keep != "reachable" && keep != "traced") {
    return faaslight::Fail(
        ExitCode::kBadInput,
        fmt::format("keep = \"{}\" in the settings file; it is traced, reachable or none", keep));
  }
  options.policy.keep = keep == "none"        ? faaslight::Keep::kNone
                        : keep == "reachable" ? faaslight::Keep::kReachable
                                              : faaslight::Keep::kTraced;
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App cli{
      "Writes a package of a Python function in which what the trace did not use loads on first "
      "use."};
  cli.footer(kFooter);
  faaslight::RewriteOptions options;
  std::string app, out, keep, python, emit_source, config, trim, cache, zip;
  std::vector<std::string> traces, env_files, pins, holdout, why;
  bool no_verify = false, no_repair = false, quiet = false;
  cli.add_option("APP_DIR", app, "the application's folder, with its dependencies")->required();
  cli.add_option("--trace", traces, "a trace by faaslight-trace (may be given several times)")
      ->required()
      ->allow_extra_args(false);
  CLI::Option* output = cli.add_option("-o,--output", out, "the folder to write");
  CLI::Option* archive = cli.add_option(
      "--zip", zip, "also write OUT, without its plan, as an archive for AWS Lambda");
  cli.add_option("--why", why,
                 "write nothing, say how the handler reaches MODULE or MODULE:QUALIFIED.NAME")
      ->allow_extra_args(false);
  cli.add_option("--keep", keep,
                 "what stays eager: traced (default), reachable (from the handler) or none (for "
                 "tests)")
      ->check(CLI::IsMember({"traced", "reachable", "none"}));
  cli.add_option("--pin", pins,
                 "glob of modules that stay as they are, or module:NAME for a function or an "
                 "imported name, or module:<module> for its import")
      ->allow_extra_args(false);
  cli.add_option("--holdout", holdout,
                 "events (file or folder) that shape nothing but must give the same outcome")
      ->allow_extra_args(false);
  cli.add_option("--ignore-effect", options.ignored_effects,
                 "glob of modules (or 'module > target.attribute') whose import effects are "
                 "harmless")
      ->allow_extra_args(false);
  cli.add_flag("--trim{files}", trim,
               "leave out what no import reads: tests, C sources, type stubs, stale .pyc files; "
               "--trim=unreachable: also modules that the handler cannot reach");
  cli.add_option("--config", config, "settings file (default: ./faaslight.toml, if it is there)");
  cli.add_flag("--no-repair", no_repair, "when verification finds a difference, only say so");
  cli.add_option("--max-replays", options.max_replays, "bound of a repair's search")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  cli.add_flag("--no-verify", no_verify,
               "do not replay the events on the original and on the package");
  cli.add_option("--python", python,
                 "the CPython to compile and verify with (default: the trace's)");
  cli.add_option("--emit-source", emit_source,
                 "also write the rewritten texts into this folder, to look at");
  cli.add_option("--cache", cache,
                 "a folder for what is read off sources: later runs read what has changed");
  cli.add_option("--env", options.env, "K=V for the replays, beside what the trace recorded")
      ->allow_extra_args(false);
  cli.add_option("--env-file", env_files, "a file of KEY=VALUE lines for the replays")
      ->allow_extra_args(false);
  cli.add_flag("--inherit-env", options.inherit_env, "the replays see the caller's environment");
  cli.add_option("-j,--jobs", options.jobs, "compile workers (default: one per core)");
  cli.add_flag("-q,--quiet", quiet, "no progress");
  cli.set_version_flag("--version", FAASLIGHT_VERSION);
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return faaslight::ExitOf(cli, error, "faaslight-rewrite");
  }
  if (!trim.empty() && trim != "files" && trim != "unreachable") {
    fmt::print(stderr, "faaslight-rewrite: --trim={}: it is files or unreachable (see --help)\n",
               trim);
    return static_cast<int>(ExitCode::kUsage);
  }
  if (why.empty() && output->empty()) {
    fmt::print(stderr, "faaslight-rewrite: --output is required (see --help)\n");
    return static_cast<int>(ExitCode::kUsage);
  }
  options.app = app;
  options.out = out;
  if (*archive) options.zip = zip;
  options.traces.assign(traces.begin(), traces.end());
  options.env_files.assign(env_files.begin(), env_files.end());
  if (!why.empty()) return PrintWhy(options, why);
  options.trim = trim.empty()      ? faaslight::Trim::kNone
                 : trim == "files" ? faaslight::Trim::kFiles
                                   : faaslight::Trim::kUnreachable;
  options.verify = !no_verify;
  if (!python.empty()) options.python = python;
  if (!emit_source.empty()) options.emit_source = emit_source;
  if (!cache.empty()) options.cache = faaslight::FactsCache(cache);
  options.repair = !no_repair;
  options.holdout.assign(holdout.begin(), holdout.end());
  for (const std::string& glob : pins) options.policy.pins.push_back({glob, "pinned with --pin"});
  std::optional<std::filesystem::path> given;
  if (!config.empty()) given = config;
  if (faaslight::Status read = AddSettings(given, keep, options); !read) return Print(read.error());
  const auto start = std::chrono::steady_clock::now();
  if (!quiet && ::isatty(2) != 0) {
    options.progress = [](const std::string& line) {
      fmt::print(stderr, "faaslight-rewrite: {} …\n", line);
    };
  }
  faaslight::Result<faaslight::RewriteResult> result = faaslight::Rewrite(options);
  if (!result) return Print(result.error());
  if (!result->differences.empty()) return PrintDifferences(*result, options.repair);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  PrintSome(result->repaired);
  PrintSummary(*result, out, took.count());
  if (options.zip) PrintZip(*result, zip);
  return KeepPins(*result, given.value_or(faaslight::kSettingsFile));
}
