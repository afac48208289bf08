// faaslight-report: what a trace saw, and what a plan made of it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "base/command_line.h"
#include "base/escape.h"
#include "proto/envelope.h"
#include "proto/reach_chain.h"
#include "report/report.h"

namespace faaslight {
namespace {

constexpr const char* kExamples = R"(Examples:
  faaslight-report app.trace
      what the events used, and what the import costs
  faaslight-report app.trace --plan out/faaslight.plan
      also: what became lazy, what stays and why, what can run that no event ran
  faaslight-report app.trace --plan out/faaslight.plan --why-eager
  faaslight-report app.trace --plan out/faaslight.plan --why pandas.io.sql:SQLTable.insert
      what the import still loads, what that costs, and which rule keeps it
  faaslight-report app.trace --plan out/faaslight.plan --format json --top 0 > report.json
      everything, for programs (docs/report.md)

Exit codes: 0 done; 2 wrong arguments or no such file; 3 not a trace or plan, damaged,
or a plan of another trace; 5 could not read or write.)";

struct Arguments {
  std::string trace, plan, format = "text";
  std::optional<size_t> top;
  bool why_eager = false;
  std::vector<std::string> why;
};

int Report(const Error& error) {
  fmt::print(stderr, "faaslight-report: {}\n", error.message);
  return static_cast<int>(error.code);
}

TextOptions Terminal() {
  TextOptions options;
  if (const auto terminal = StandardOutputStyle()) {
    options.width = terminal->width;
    options.color = terminal->color;
  }
  return options;
}

// Each name's chain; of a name that nothing reachable has, that it has none.
Result<std::string> RenderChains(const Plan& plan, const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    const std::vector<std::string> chain = ChainOf(plan, name);
    if (chain.empty())
      text += fmt::format("{}: nothing of that name can be reached from the handler\n", name);
    for (const std::string& line : chain) text += Escaped(line) + "\n";
  }
  return text;
}

Result<std::string> Render(const Arguments& arguments) {
  Result<Trace> trace = ReadTrace(arguments.trace);
  if (!trace) return tl::unexpected(trace.error());
  std::optional<Plan> plan;
  if (!arguments.plan.empty()) {
    Result<Plan> read = ReadPlan(arguments.plan);
    if (!read) return tl::unexpected(read.error());
    plan = std::move(*read);
  }
  if (!arguments.why.empty()) return RenderChains(*plan, arguments.why);
  Result<Summary> summary = Summarize(*trace, plan ? &*plan : nullptr);
  if (!summary) return tl::unexpected(summary.error());
  if (arguments.format == "json") return RenderJson(*summary, arguments.top.value_or(0));
  TextOptions options = Terminal();
  options.top = arguments.top.value_or(options.top);
  return arguments.why_eager ? RenderWhyEager(*summary, options) : RenderText(*summary, options);
}

int Main(int argc, char** argv) {
  CLI::App app{
      "Shows what a traced handler used, what its import costs, and what a rewrite changes."};
  app.footer(kExamples);
  app.set_version_flag("--version", FAASLIGHT_VERSION);
  Arguments arguments;
  app.add_option("trace", arguments.trace, "trace written by faaslight-trace")->required();
  CLI::Option* plan = app.add_option("--plan", arguments.plan,
                                     "faaslight.plan of a package rewritten from this trace");
  app.add_flag("--why-eager", arguments.why_eager,
               "only what the import still loads: its cost, and which rule keeps it")
      ->needs(plan);
  app.add_option("--why", arguments.why,
                 "only how the handler reaches MODULE or MODULE:QUALIFIED.NAME")
      ->allow_extra_args(false)
      ->needs(plan);
  app.add_option("--format", arguments.format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  app.add_option("--top", arguments.top, "rows of each list; 0: all (text: 15, json: all)")
      ->check(CLI::NonNegativeNumber);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return faaslight::ExitOf(app, error, "faaslight-report");
  }
  const Result<std::string> text = Render(arguments);
  if (!text) return Report(text.error());
  if (std::fwrite(text->data(), 1, text->size(), stdout) != text->size() ||
      std::fflush(stdout) != 0) {
    return Report(
        {ExitCode::kSystem, fmt::format("cannot write the report: {}", std::strerror(errno))});
  }
  return static_cast<int>(ExitCode::kOk);
}

}  // namespace
}  // namespace faaslight

int main(int argc, char** argv) { return faaslight::Main(argc, argv); }
