// faaslight-facts: what the rewriter reads off Python files, as JSON lines. For tests, and for
// looking at one file.
//
//   faaslight-facts FILE...            one JSON object per file: {"file": …, "facts": {…}} or
//   {"file": …, "error": …} faaslight-facts --time FILE...     only how many files were read, and
//   how long that took faaslight-facts --rewrite FILE...  makes every function and module-level
//   import lazy that can be, every other
//                                      function guarded, and prints {"file", "text", "lazy",
//                                      "guarded", "imports"}
//   faaslight-facts --guard FILE...    the same, but no function is lazy: all are guarded
// With FILE "-" the names are read from standard input, one per line.
#include <fmt/format.h>

#include <chrono>
#include <iostream>
#include <string>
#include <vector>

#include "base/files.h"
#include "rewriter/edits.h"
#include "rewriter/tools/everything_lazy.h"
#include "rewriter/tools/facts_json.h"

namespace faaslight {
namespace {

using nlohmann::json;

json Describe(const std::string& file, const std::string& source, const Facts& facts,
              const std::string& mode) {
  if (mode.empty()) return {{"file", file}, {"facts", FactsToJson(facts)}};
  FileDecisions decisions = EverythingLazy(facts, mode == "--guard");
  Result<std::vector<Edit>> edits = MakeEdits(source, facts, decisions);
  if (!edits) return {{"file", file}, {"refused", edits.error().message}};
  return {{"file", file},
          {"text", ApplyEdits(source, *edits)},
          {"lazy", decisions.lazy_bodies.size()},
          {"guarded", decisions.guards.size()},
          {"imports", decisions.lazy_imports.size()}};
}

int Main(std::vector<std::string> arguments) {
  std::string mode;
  if (!arguments.empty() && arguments[0].size() > 1 && arguments[0][0] == '-') {
    mode = arguments[0];
    if (mode != "--rewrite" && mode != "--guard" && mode != "--time") {
      fmt::print(stderr, "faaslight-facts: no such option: {}; see rewriter/tools/facts_main.cc\n",
                 mode);
      return 2;
    }
    arguments.erase(arguments.begin());
  }
  if (arguments.size() == 1 && arguments[0] == "-") {
    arguments.clear();
    for (std::string line; std::getline(std::cin, line);) arguments.push_back(line);
  }
  auto begin = std::chrono::steady_clock::now();
  size_t bytes = 0;
  for (const std::string& file : arguments) {
    Result<std::string> source = ReadFile(file);
    Result<Facts> facts = source ? ReadFacts(*source) : tl::unexpected<Error>(source.error());
    if (source) bytes += source->size();
    if (mode == "--time") continue;
    json line = facts ? Describe(file, *source, *facts, mode)
                      : json{{"file", file}, {"error", facts.error().message}};
    std::cout << line.dump(-1, ' ', false, json::error_handler_t::replace) << '\n';
  }
  if (mode == "--time") {
    std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    fmt::print("{} files, {:.1f} MB, {:.3f} s\n", arguments.size(),
               static_cast<double>(bytes) / 1e6, taken.count());
  }
  return 0;
}

}  // namespace
}  // namespace faaslight

int main(int argc, char** argv) {
  return faaslight::Main(std::vector<std::string>(argv + 1, argv + argc));
}
