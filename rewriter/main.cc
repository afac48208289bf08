// faaslight-rewrite: the command line. This is the only place here that prints.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>

#include "base/command_line.h"
#include "rewriter/rewrite.h"

namespace {

using faaslight::ExitCode;

constexpr const char* kFooter = R"(Examples:
  faaslight-rewrite app --trace app.trace -o out
  faaslight-rewrite app --trace a.trace --trace b.trace -o out --pin 'pandas.io.*'
  faaslight-rewrite app --trace app.trace -o out --keep none --emit-source texts

The package in OUT runs wherever the original ran. What was decided, and why, is in OUT/faaslight.plan: see it with
faaslight-report app.trace --plan OUT/faaslight.plan.

Exit codes: 0 written; 1 verification found a difference, nothing written; 2 wrong arguments; 3 a trace that cannot be
read or does not fit; 5 disk, memory or a child process.)";

int Print(const faaslight::Error& error) {
  fmt::print(stderr, "faaslight-rewrite: {}\n", error.message);
  return static_cast<int>(error.code);
}

int PrintDifferences(const std::vector<faaslight::Difference>& differences) {
  constexpr size_t kMost = 10;
  for (size_t i = 0; i < std::min(kMost, differences.size()); ++i) {
    const faaslight::Difference& d = differences[i];
    fmt::print(stderr, "faaslight-rewrite: {}: {} differs\n  original:  {}\n  rewritten: {}\n",
               d.event, d.what, d.original, d.rewritten);
  }
  if (differences.size() > kMost) fmt::print(stderr, "  and {} more\n", differences.size() - kMost);
  fmt::print(stderr,
             "faaslight-rewrite: nothing was written; --pin MODULE keeps a module as it was\n");
  return static_cast<int>(ExitCode::kDifference);
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
  const faaslight::Verification& v = result.plan.verification();
  if (!v.done()) {
    fmt::print("not verified\n");
  } else {
    fmt::print(
        "verified with {} event{}: same outcomes; loaded on demand: {} functions, {} imports\n",
        v.events(), v.events() == 1 ? "" : "s", v.loaded_on_demand_functions(),
        v.loaded_on_demand_modules());
  }
  for (const std::string& part : v.not_compared()) {
    fmt::print("not compared, the original differs from itself: {}\n", part);
  }
  for (const std::string& note : result.plan.notes()) fmt::print("note: {}\n", note);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App cli{
      "Writes a package of a Python function in which what the trace did not use loads on first "
      "use."};
  cli.footer(kFooter);
  faaslight::RewriteOptions options;
  std::string app, out, keep = "traced", python, emit_source;
  std::vector<std::string> traces, env_files;
  bool no_verify = false, quiet = false;
  cli.add_option("APP_DIR", app, "the application's folder, with its dependencies")->required();
  cli.add_option("--trace", traces, "a trace by faaslight-trace (may be given several times)")
      ->required()
      ->expected(1);
  cli.add_option("-o,--output", out, "the folder to write")->required();
  cli.add_option("--keep", keep,
                 "what stays eager: traced, reachable (from the handler) or none (for tests)")
      ->check(CLI::IsMember({"traced", "reachable", "none"}))
      ->capture_default_str();
  cli.add_option("--pin", options.policy.pins,
                 "glob of modules (or module:function) that stay as they are")
      ->expected(1);
  cli.add_flag("--no-verify", no_verify,
               "do not replay the events on the original and on the package");
  cli.add_option("--python", python,
                 "the CPython to compile and verify with (default: the trace's)");
  cli.add_option("--emit-source", emit_source,
                 "also write the rewritten texts into this folder, to look at");
  cli.add_option("--env", options.env, "K=V for the replays, beside what the trace recorded")
      ->expected(1);
  cli.add_option("--env-file", env_files, "a file of KEY=VALUE lines for the replays")->expected(1);
  cli.add_flag("--inherit-env", options.inherit_env, "the replays see the caller's environment");
  cli.add_option("-j,--jobs", options.jobs, "compile workers (default: one per core)");
  cli.add_flag("-q,--quiet", quiet, "no progress");
  cli.set_version_flag("--version", FAASLIGHT_VERSION);
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return faaslight::ExitOf(cli, error, "faaslight-rewrite");
  }
  options.app = app;
  options.out = out;
  options.traces.assign(traces.begin(), traces.end());
  options.env_files.assign(env_files.begin(), env_files.end());
  options.verify = !no_verify;
  if (!python.empty()) options.python = python;
  if (!emit_source.empty()) options.emit_source = emit_source;
  options.policy.keep = keep == "none"        ? faaslight::Keep::kNone
                        : keep == "reachable" ? faaslight::Keep::kReachable
                                              : faaslight::Keep::kTraced;
  const auto start = std::chrono::steady_clock::now();
  if (!quiet && ::isatty(2) != 0) {
    options.progress = [](const std::string& line) {
      fmt::print(stderr, "faaslight-rewrite: {} …\n", line);
    };
  }
  faaslight::Result<faaslight::RewriteResult> result = faaslight::Rewrite(options);
  if (!result) return Print(result.error());
  if (!result->differences.empty()) return PrintDifferences(result->differences);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  PrintSummary(*result, out, took.count());
  return 0;
}
