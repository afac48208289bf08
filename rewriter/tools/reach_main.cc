// faaslight-reach: what a handler can reach, found from the sources alone, as JSON. For the
// benchmark of reachability, and for looking at an application without a trace.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/command_line.h"
#include "rewriter/call_graph.h"
#include "rewriter/reach.h"

namespace faaslight {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr const char* kFooter = R"(Example:
  faaslight-reach app/ --handler main.handler --stdlib /usr/lib/python3.11 --tag cpython-311 > reach.json

Exit codes: 0 done, 2 wrong arguments, 3 the handler's module is not there or cannot be read.)";

// {"modules": [{name, file, reached, body: calls, functions: [[qualified name, first line, reached,
// calls], …]}]}, where calls are [[[module, function], …], [name, …]], both positions.
json CallsToJson(const Calls& calls) {
  json functions = json::array();
  for (const FunctionRef& function : calls.functions)
    functions.push_back({function.first, function.second});
  return {std::move(functions), calls.names};
}

json ToJson(const Sources& sources, const ReachResult& result) {
  CallGraph graph(sources.modules(), result);
  json modules = json::array();
  for (size_t m = 0; m < sources.modules().size(); ++m) {
    const ReachModule& module = sources.modules()[m];
    const int index = static_cast<int>(m);
    const bool reached = result.modules.find(module.name) != result.modules.end();
    json functions = json::array();
    for (size_t f = 0; module.facts != nullptr && f < module.facts->functions.size(); ++f) {
      const FunctionFacts& function = module.facts->functions[f];
      const bool entered = result.Reaches(module.name, static_cast<int>(f));
      json calls = entered ? CallsToJson(graph.Of(index, static_cast<int>(f))) : json(nullptr);
      functions.push_back({function.qualname, function.first_line, entered, std::move(calls)});
    }
    modules.push_back({{"name", module.name},
                       {"file", sources.file(m)},
                       {"reached", reached},
                       {"body", reached ? CallsToJson(graph.Of(index, -1)) : json(nullptr)},
                       {"functions", std::move(functions)}});
  }
  return {{"modules", std::move(modules)}};
}

int Main(int argc, char** argv) {
  CLI::App cli{"Prints what a handler can reach, found from the sources alone."};
  cli.footer(kFooter);
  std::string app, handler, stdlib, tag, cache;
  std::vector<std::string> layers;
  bool quiet = false;
  cli.add_option("APP_DIR", app, "the application's folder, with its dependencies")->required();
  cli.add_option("--handler", handler, "MODULE.FUNCTION, as the cloud writes it")->required();
  cli.add_option("--stdlib", stdlib, "the standard library's folder");
  cli.add_option("--tag", tag, "the interpreter in names of extension modules: cpython-311");
  cli.add_option("--layer", layers, "a layer's folder (repeatable)")->allow_extra_args(false);
  cli.add_option("--cache", cache, "a folder for what is read off sources");
  cli.add_flag("-q,--quiet", quiet, "numbers alone");
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return ExitOf(cli, error, "faaslight-reach");
  }
  const size_t dot = handler.rfind('.');
  if (dot == std::string::npos) {
    fmt::print(stderr, "faaslight-reach: {} is no MODULE.FUNCTION (see --help)\n", handler);
    return static_cast<int>(ExitCode::kUsage);
  }
  std::vector<fs::path> path{app};
  path.insert(path.end(), layers.begin(), layers.end());
  if (!stdlib.empty()) {
    path.emplace_back(stdlib);
    path.push_back(fs::path(stdlib) / "lib-dynload");
  }
  Sources sources(std::move(path), tag, cache.empty() ? FactsCache() : FactsCache(cache));
  std::string module = handler.substr(0, dot);
  std::replace(module.begin(), module.end(), '/', '.');
  const ReachResult result = FindReachableOnDisk(sources, module, handler.substr(dot + 1));
  if (result.modules.empty()) {
    fmt::print(stderr, "faaslight-reach: no module {} in {}\n", module, app);
    return static_cast<int>(ExitCode::kBadInput);
  }
  if (quiet) {
    size_t functions = 0;
    for (const ReachModule& read : sources.modules())
      functions += read.facts == nullptr ? 0 : read.facts->functions.size();
    fmt::print("{} modules read, {} reached; {} functions, {} reached\n", sources.modules().size(),
               result.modules.size(), functions, result.reachable.size());
  } else {
    std::cout << ToJson(sources, result).dump() << "\n";
  }
  return 0;
}

}  // namespace
}  // namespace faaslight

// Without destructors: the facts of a thousand files take a second to free.
int main(int argc, char** argv) {
  const int status = faaslight::Main(argc, argv);
  std::cout.flush();
  std::fflush(nullptr);
  std::_Exit(status);
}
