// faaslight-invoke: calls deployed functions, or applications under the real runtimes on this
// machine, and measures cold and warm starts.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "base/command_line.h"
#include "base/escape.h"
#include "base/files.h"
#include "invoke/commands.h"
#include "invoke/progress.h"
#include "invoke/render.h"
#include "invoke/summary.h"

namespace faaslight {
namespace {

constexpr const char* kExamples = R"(Examples:
  faaslight-invoke local --app build/app --handler main.handler --runtime python3.12 \
      --events events/ -o results.json
      cold and warm starts under AWS's own emulator on this machine
  faaslight-invoke local --compare before=app after=app-rewritten --handler main.handler \
      --runtime python3.12 --events events/ -o gain.json --html gain.html
      the gain of a rewrite: both take turns, and the page shows both
  faaslight-invoke aws my-function --force-cold --events events/ --rounds 50 -o lambda.json
      forces each cold start by a marker variable, and removes it afterwards
  faaslight-invoke aws --compare before=shop after=shop-fast --force-cold --dry-run -o gain.json
      what would be called, and what it would cost; calls nothing
  faaslight-invoke gcf https://example-region-project.cloudfunctions.net/shop -o google.json
  faaslight-invoke report gain.json --format html -o gain.html

A measurement that was interrupted goes on when the same command is given again.

Exit codes: 0 done; 1 before and after give different answers; 2 wrong arguments, no such
function, file or key; 3 events or results that cannot be read; 4 interrupted (the calls
so far are kept), no call went well, or the application did not start; 5 could not read,
write or reach the service, or something in the cloud could not be put back.)";

// What an interrupt asks for. A signal handler can reach nothing but a global.
volatile std::sig_atomic_t g_interrupted = 0;

void OnInterrupt(int /*signal*/) { g_interrupted = 1; }

// Interrupts stop the measurement; what was changed in the cloud is put back before we end. SIGPIPE
// would end us before that.
void InstallSignals() {
  struct sigaction action {};
  action.sa_handler = OnInterrupt;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaction(signal, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

struct OutputOptions {
  std::filesystem::path output, csv, html;
  bool restart = false, overwrite = false, quiet = false, dry_run = false;
};

struct ReportOptions {
  std::filesystem::path results, output;
  std::string format = "text";
};

struct Arguments {
  CommonOptions common;
  OutputOptions out;
  AwsOptions aws;
  GcfOptions gcf;
  LocalCommandOptions local;
  ReportOptions report;
  double price_gb_second = 0, price_million = 0, expect_ms = 0;
  uint32_t memory_mb = 0;
};

int Failed(const Error& error) {
  fmt::print(stderr, "faaslight-invoke: {}\n", error.message);
  return static_cast<int>(error.code);
}

TextStyle Terminal() {
  TextStyle style;
  if (const auto terminal = StandardOutputStyle()) {
    style.width = terminal->width;
    style.color = terminal->color;
  }
  return style;
}

Status Print(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    return Fail(ExitCode::kSystem, fmt::format("cannot write: {}", std::strerror(errno)));
  return {};
}

void AddSchedule(CLI::App& cli, Arguments& arguments) {
  CommonOptions& common = arguments.common;
  cli.add_option("--events", common.events, "event files or folders, in turns (default: one {})");
  cli.add_option("--compare", common.compare, "before=TARGET after=TARGET: both take turns")
      ->expected(2);
  cli.add_option("--rounds", common.rounds, "how often (10)");
  cli.add_option("--cold", common.cold, "cold starts of each round (1 where they can be forced)");
  cli.add_option("--warm", common.warm, "calls after each cold start, or of each round (2)");
  cli.add_option("--rate", common.rate, "at most so many calls per second")
      ->check(CLI::NonNegativeNumber);
  cli.add_option("--pause", common.pause_s, "seconds between sessions")
      ->check(CLI::Range(0.0, 86400.0));
  cli.add_option("--timeout", common.timeout_s, "seconds that a call may take");
}

void AddOutput(CLI::App& cli, Arguments& arguments) {
  OutputOptions& out = arguments.out;
  cli.add_option("-o,--output", out.output, "results as JSON; FILE.part until they are complete")
      ->required();
  cli.add_option("--csv", out.csv, "also: one row for each call");
  cli.add_option("--html", out.html, "also: a page with curves and boxes");
  cli.add_flag("--overwrite", out.overwrite, "replace results that are there");
  cli.add_flag("--restart", out.restart, "throw away what an interrupted run measured");
  cli.add_flag("--dry-run", out.dry_run,
               "say what would be called and what it costs; call nothing");
  cli.add_flag("-q,--quiet", out.quiet, "no progress");
}

void AddCost(CLI::App& cli, Arguments& arguments) {
  cli.add_option("--expect-ms", arguments.expect_ms, "for --dry-run: a call's duration (1000)");
  cli.add_option("--memory", arguments.memory_mb, "for --dry-run: the function's MB (1024)");
  cli.add_option("--price-gb-second", arguments.price_gb_second, "for --dry-run: US dollars");
  cli.add_option("--price-million", arguments.price_million,
                 "for --dry-run: US dollars for a million calls");
}

CLI::App* AddAws(CLI::App& cli, Arguments& arguments) {
  CLI::App* aws = cli.add_subcommand("aws", "functions on AWS Lambda");
  AwsOptions& options = arguments.aws;
  aws->add_option("FUNCTION", options.functions, "NAME, NAME:VERSION, NAME:ALIAS or an ARN");
  AddSchedule(*aws, arguments);
  aws->add_option_function<std::string>(
         "--force-cold",
         [&options](const std::string& by) {
           options.force_cold = by == "version" ? ColdBy::kVersion : ColdBy::kMarker;
         },
         "force each cold start; put back afterwards. marker: change an environment variable; "
         "version: publish and delete versions (SnapStart)")
      ->type_name("[=marker|version]")
      ->expected(0, 1)
      ->default_str("marker")
      ->check(CLI::IsMember({"marker", "version", ""}));
  aws->add_option("--region", options.region, "default: AWS_REGION, or the profile's");
  aws->add_option("--profile", options.profile, "of the shared AWS configuration");
  aws->add_option("--endpoint-url", options.endpoint_url, "another address of the Lambda API");
  aws->add_flag("--restore", options.restore,
                "only remove what earlier measurements of these functions left");
  AddOutput(*aws, arguments);
  AddCost(*aws, arguments);
  return aws;
}

CLI::App* AddGcf(CLI::App& cli, Arguments& arguments) {
  CLI::App* gcf = cli.add_subcommand("gcf", "HTTP functions on Google Cloud, or anywhere");
  GcfOptions& options = arguments.gcf;
  gcf->add_option("FUNCTION", options.functions, "a URL, or a name with --region and --project");
  AddSchedule(*gcf, arguments);
  gcf->add_option("--trigger", "http, the only one there is")->check(CLI::IsMember({"http"}));
  gcf->add_option("--region", options.region, "of functions by name");
  gcf->add_option("--project", options.project, "of functions by name");
  gcf->add_option("--token-command", options.token_command,
                  "prints the bearer token; '' for none (gcloud auth print-identity-token)");
  AddOutput(*gcf, arguments);
  AddCost(*gcf, arguments);
  return gcf;
}

CLI::App* AddLocal(CLI::App& cli, Arguments& arguments) {
  CLI::App* local = cli.add_subcommand("local", "applications under the real runtimes, here");
  LocalCommandOptions& options = arguments.local;
  local->add_option("--app", options.apps, "the application's folder (repeatable)")
      ->allow_extra_args(false);
  AddSchedule(*local, arguments);
  local->add_option("--handler", options.handler, "MODULE.FUNCTION")->required();
  local->add_option("--runtime", options.runtime, "python3.9 to python3.13, nodejs20")->required();
  local
      ->add_option("--server", options.server,
                   "rie (AWS's emulator), functions-framework or bare (no server)")
      ->check(CLI::IsMember({"rie", "functions-framework", "bare"}));
  local->add_option("--trigger", options.trigger, "event, or http (functions-framework, bare)")
      ->check(CLI::IsMember({"event", "http"}));
  local->add_option("--interpreter", options.interpreter, "the python or node to run");
  local->add_option("--servers", options.servers,
                    "folder of the servers (FAASLIGHT_SERVERS, or the checkout's .deps/servers)");
  local->add_option("--memory", options.memory_mb, "MB that the function is told (128)");
  local->add_option("--env", options.env, "NAME=VALUE for the function (repeatable)")
      ->allow_extra_args(false);
  local->add_option("--env-file", options.env_files, "a file of NAME=VALUE lines");
  AddOutput(*local, arguments);
  return local;
}

CLI::App* AddReport(CLI::App& cli, Arguments& arguments) {
  CLI::App* report = cli.add_subcommand("report", "results again, as text, csv, html or json");
  ReportOptions& options = arguments.report;
  report->add_option("RESULTS", options.results, "written by -o")->required();
  report->add_option("--format", options.format, "text, csv, html or json")
      ->check(CLI::IsMember({"text", "csv", "html", "json"}));
  report->add_option("-o,--output", options.output, "a file (standard output)");
  return report;
}

std::string DryRun(const Planned& planned, const Arguments& arguments) {
  const RunPlan& plan = planned.plan;
  const uint64_t deployments = plan.header.deployments.size();
  const uint64_t sessions = SessionsOf(plan.schedule) * deployments;
  const uint64_t calls = sessions * CallsPerSession(plan.schedule);
  const uint64_t cold = plan.schedule.cold > 0 ? sessions : 0;
  std::string text = "Would call, and calls nothing now:\n";
  for (const std::string& callee : planned.callees) text += "  " + Escaped(callee) + "\n";
  text += fmt::format(
      "{} calls in {} sessions of {}, {} cold starts forced; {} in turns\n", calls, sessions,
      CallsPerSession(plan.schedule), cold,
      plan.events.size() == 1 ? "one event" : fmt::format("{} events", plan.events.size()));
  text += fmt::format("setting: {}\n", Escaped(plan.header.setting));
  if (!planned.cost) return text + "cost: none\n";
  CostInput input = *planned.cost;
  Prices prices = planned.prices;
  input.calls = calls;
  input.cold = cold;
  if (arguments.expect_ms > 0) input.call_ms = arguments.expect_ms;
  if (input.init_ms > 0 && arguments.expect_ms > 0) input.init_ms = arguments.expect_ms;
  if (arguments.memory_mb > 0) input.memory_mb = arguments.memory_mb;
  if (arguments.price_gb_second > 0) prices.gb_second = arguments.price_gb_second;
  if (arguments.price_million > 0) prices.million_requests = arguments.price_million;
  return text + fmt::format(
                    "cost: about {:.4f} US dollars, if a call takes {:.0f} ms{} with {} MB "
                    "({}; --expect-ms, --memory and --price-… change that)\n",
                    EstimateCost(input, prices), input.call_ms,
                    cold > 0 ? fmt::format(" and a cold start {:.0f} ms more", input.init_ms) : "",
                    input.memory_mb, prices.source);
}

// Told before an hour of calls, not after it.
Status CheckExtras(const OutputOptions& out) {
  for (const std::filesystem::path& path : {out.csv, out.html}) {
    std::error_code error;
    if (path.empty()) continue;
    if (std::filesystem::exists(path, error) && !out.overwrite)
      return Fail(ExitCode::kUsage, fmt::format("{} is there already; choose another name, or give "
                                                "--overwrite",
                                                path.string()));
    const std::filesystem::path folder = path.parent_path();
    if (!folder.empty() && !std::filesystem::is_directory(folder, error))
      return Fail(ExitCode::kUsage, fmt::format("no such folder: {}", folder.string()));
  }
  return {};
}

Status WriteExtras(const Results& results, const ResultsSummary& summary,
                   const OutputOptions& out) {
  if (!out.csv.empty())
    if (Status csv = WriteFileAtomically(out.csv, RenderCsv(results)); !csv) return csv;
  if (!out.html.empty()) return WriteFileAtomically(out.html, RenderHtml(results, summary));
  return {};
}

// The first deployment of which no call went well, with what went wrong; empty when there is none.
std::string AllFailed(const Results& results, const ResultsSummary& summary) {
  for (uint32_t i = 0; i < results.deployments.size(); ++i) {
    std::string example;
    bool well = false;
    for (const OutcomeCount& count : summary.outcomes) {
      if (count.deployment != i) continue;
      well = well || count.outcome == CallOutcome::kOk;
      if (example.empty()) example = count.example;
    }
    if (!well)
      return fmt::format("of {} no call went well: {}", Escaped(results.deployments[i].label),
                         Escaped(example));
  }
  return "";
}

// What the results say about how it went; what is not well is told on standard error.
ExitCode CodeOf(const Results& results, const ResultsSummary& summary,
                const std::filesystem::path& output) {
  if (results.interrupted) {
    fmt::print(
        stderr,
        "faaslight-invoke: interrupted; {} calls are kept in {}, and the same command goes on\n",
        results.rounds.size(), JournalOf(output).string());
    return ExitCode::kHandler;
  }
  if (!summary.different_answers.empty()) return ExitCode::kDifference;
  const std::string failed = AllFailed(results, summary);
  if (failed.empty()) return ExitCode::kOk;
  fmt::print(stderr, "faaslight-invoke: {}\n", failed);
  return ExitCode::kHandler;
}

int MeasureAndPrint(const Planned& planned, const Arguments& arguments, const Control& control) {
  if (arguments.out.dry_run) {
    const Status printed = Print(DryRun(planned, arguments));
    return printed ? 0 : Failed(printed.error());
  }
  if (Status extras = CheckExtras(arguments.out); !extras) return Failed(extras.error());
  Progress progress(arguments.out.quiet, planned.plan.header.deployments);
  RunOptions options;
  options.output = arguments.out.output;
  options.restart = arguments.out.restart;
  options.overwrite = arguments.out.overwrite;
  options.say = [&](const std::string& line) { progress.Say(line); };
  options.progress = [&](uint64_t made, uint64_t due, const Round& last) {
    progress.Call(made, due, last);
  };
  const Result<Results> results = RunPlanned(planned.plan, options, control);
  progress.End();
  if (!results) return Failed(results.error());
  const ResultsSummary summary = SummarizeResults(*results);
  Status status = Print(RenderText(*results, summary, Terminal()));
  if (status && !results->interrupted) status = WriteExtras(*results, summary, arguments.out);
  if (!status) return Failed(status.error());
  return static_cast<int>(CodeOf(*results, summary, options.output));
}

int RunReport(const ReportOptions& options) {
  constexpr uint64_t kMaxResults = 4ULL << 30;
  const Result<std::string> text = ReadFile(options.results, kMaxResults);
  if (!text) return Failed(text.error());
  const Result<Results> results = ReadResults(*text);
  if (!results)
    return Failed({results.error().code,
                   fmt::format("{}: {}", options.results.string(), results.error().message)});
  const ResultsSummary summary = SummarizeResults(*results);
  std::string out;
  if (options.format == "csv") out = RenderCsv(*results);
  if (options.format == "html") out = RenderHtml(*results, summary);
  if (options.format == "json") out = RenderJson(*results, summary);
  if (options.format == "text")
    out = RenderText(*results, summary, options.output.empty() ? Terminal() : TextStyle());
  const Status written =
      options.output.empty() ? Print(out) : WriteFileAtomically(options.output, out);
  return written ? 0 : Failed(written.error());
}

int RunRestore(const Arguments& arguments) {
  const Result<std::vector<std::string>> done =
      RestoreAws(arguments.common, arguments.aws, arguments.out.output);
  if (!done) return Failed(done.error());
  for (const std::string& line : *done) fmt::print("{}\n", Escaped(line));
  return 0;
}

int Main(int argc, char** argv) {
  CLI::App cli{
      "Measures cold and warm starts of serverless functions, deployed or on this machine."};
  cli.footer(kExamples);
  cli.set_version_flag("--version", FAASLIGHT_VERSION);
  cli.require_subcommand(1);
  Arguments arguments;
  const CLI::App* aws = AddAws(cli, arguments);
  const CLI::App* gcf = AddGcf(cli, arguments);
  const CLI::App* local = AddLocal(cli, arguments);
  const CLI::App* report = AddReport(cli, arguments);
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return ExitOf(cli, error, "faaslight-invoke");
  }
  if (report->parsed()) return RunReport(arguments.report);
  InstallSignals();
  const Control control = SleepingControl([] { return g_interrupted != 0; });
  if (aws->parsed() && arguments.aws.restore) return RunRestore(arguments);
  const Result<Planned> planned = aws->parsed() ? PlanAws(arguments.common, arguments.aws, control)
                                  : gcf->parsed()
                                      ? PlanGcf(arguments.common, arguments.gcf, control)
                                      : PlanLocal(arguments.common, arguments.local, control);
  (void)local;
  if (!planned) return Failed(planned.error());
  return MeasureAndPrint(*planned, arguments, control);
}

}  // namespace
}  // namespace faaslight

int main(int argc, char** argv) { return faaslight::Main(argc, argv); }
