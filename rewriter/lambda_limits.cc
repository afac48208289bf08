#include "rewriter/lambda_limits.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/escape.h"

namespace faaslight {
namespace {

constexpr size_t kMostParts = 5;
constexpr uint64_t kSmallestShare = 100;  // of which one is told

std::string Megabytes(uint64_t bytes) {
  constexpr double kMega = 1e6;
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / kMega);
}

std::string Largest(const ZipSummary& summary) {
  std::vector<std::string> parts;
  for (size_t i = 0; i < std::min(kMostParts, summary.parts.size()); ++i) {
    const auto& [name, bytes] = summary.parts[i];
    if (bytes < summary.unzipped / kSmallestShare) break;
    parts.push_back(fmt::format("{} {}", Escaped(name), Megabytes(bytes)));
  }
  return fmt::format("largest, unzipped: {}", fmt::join(parts, ", "));
}

void AddTrims(Trim trim, uint64_t trim_saves, std::vector<std::string>& lines) {
  if (trim == Trim::kNone && trim_saves != 0) {
    lines.push_back(fmt::format(
        "--trim leaves out what no import reads (tests, C sources, type stubs): about {} of it",
        Megabytes(trim_saves)));
  }
  if (trim != Trim::kUnreachable) {
    lines.emplace_back("--trim=unreachable leaves out modules that the handler cannot reach, too");
  }
}

// Every Python runtime of Lambda has these in sys.path, after the function and its layers.
void AddSdk(const ZipSummary& summary, std::vector<std::string>& lines) {
  uint64_t total = 0;
  for (const auto& [name, bytes] : summary.parts) {
    if (name == "boto3" || name == "botocore") total += bytes;
  }
  if (total == 0) return;
  lines.push_back(
      fmt::format("boto3 and botocore ({}): Lambda's Python runtimes bring them, in a version that "
                  "AWS chooses; a function that needs no other one can go without its own",
                  Megabytes(total)));
}

}  // namespace

bool ExceedsLimits(const ZipSummary& summary, const LambdaLimits& limits) {
  return summary.zipped >= limits.zipped || summary.unzipped >= limits.unzipped;
}

std::vector<std::string> LimitWarnings(const ZipSummary& summary, Trim trim, uint64_t trim_saves,
                                       const LambdaLimits& limits) {
  std::vector<std::string> lines;
  if (!ExceedsLimits(summary, limits)) return lines;
  if (summary.zipped >= limits.zipped) {
    lines.push_back(
        fmt::format("the archive has {} bytes, and what is sent to Lambda directly must be smaller "
                    "than {}: upload it through S3, or make it smaller",
                    summary.zipped, limits.zipped));
  }
  if (summary.unzipped >= limits.unzipped) {
    lines.push_back(
        fmt::format("unzipped it has {} bytes, and with its layers a Lambda function must be "
                    "smaller than {}: make it smaller, or deploy OUT in a container image",
                    summary.unzipped, limits.unzipped));
  }
  lines.push_back(Largest(summary));
  AddTrims(trim, trim_saves, lines);
  AddSdk(summary, lines);
  return lines;
}

}  // namespace faaslight
