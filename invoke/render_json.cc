// The results for programs, and for this one: `faaslight-invoke report` reads them again.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "invoke/json_fields.h"
#include "invoke/render.h"
#include "invoke/round_json.h"

namespace faaslight {
namespace {

using Json = nlohmann::ordered_json;

constexpr uint64_t kResultsVersion = 1;
constexpr size_t kMaxDeployments = 1000;

Json ToJson(double number) { return std::isfinite(number) ? Json(number) : Json(nullptr); }

Json ToJson(const std::optional<Interval>& interval) {
  if (!interval) return nullptr;
  return Json::array({ToJson(interval->low), ToJson(interval->high)});
}

Json ToJson(const Stats& stats) {
  return {{"n", stats.count},
          {"mean", ToJson(stats.mean)},
          {"mean_ci", ToJson(stats.mean_ci)},
          {"sd", ToJson(stats.sd)},
          {"min", ToJson(stats.min)},
          {"q1", ToJson(stats.q1)},
          {"median", ToJson(stats.median)},
          {"median_ci", ToJson(stats.median_ci)},
          {"q3", ToJson(stats.q3)},
          {"p90", ToJson(stats.p90)},
          {"p95", ToJson(stats.p95)},
          {"p99", ToJson(stats.p99)},
          {"max", ToJson(stats.max)},
          {"outliers", stats.outliers}};
}

Json ToJson(const StartSummary& summary) {
  Json metrics = Json::object();
  for (const MetricSummary& metric : summary.metrics) {
    metrics[KeyOf(metric.metric)] = ToJson(metric.stats);
  }
  return {{"deployment", summary.deployment},
          {"start", KeyOf(summary.start)},
          {"calls", summary.calls},
          {"metrics", std::move(metrics)}};
}

Json ToJson(const OutcomeCount& count) {
  return {{"deployment", count.deployment},
          {"outcome", KeyOf(count.outcome)},
          {"calls", count.calls},
          {"example", count.example}};
}

Json ToJson(const MetricComparison& comparison) {
  const PairedStats& stats = comparison.stats;
  return {{"start", KeyOf(comparison.start)},
          {"metric", KeyOf(comparison.metric)},
          {"pairs", stats.pairs},
          {"median_before", ToJson(stats.before)},
          {"median_after", ToJson(stats.after)},
          {"ratio", stats.ratio > 0 ? ToJson(stats.ratio) : Json(nullptr)},
          {"ratio_ci", ToJson(stats.ratio_ci)},
          {"p_value", stats.p_value ? Json(*stats.p_value) : Json(nullptr)}};
}

Json ToJson(const Deployment& deployment) {
  return {{"label", deployment.label}, {"target", deployment.target}};
}

template <typename Elements>
Json ToJsonArray(const Elements& elements) {
  Json array = Json::array();
  for (const auto& element : elements) array.push_back(ToJson(element));
  return array;
}

Json Units() {
  Json units;
  for (const Metric metric : kMetrics) units[KeyOf(metric)] = UnitOf(metric);
  return units;
}

Result<Results> Malformed(std::string_view what) {
  return Fail(ExitCode::kBadInput, fmt::format("not results of faaslight-invoke: {}", what));
}

Result<std::vector<Deployment>> ReadDeployments(const nlohmann::json& array) {
  if (array.empty() || array.size() > kMaxDeployments) {
    return Fail(ExitCode::kBadInput, fmt::format("there are {} deployments, not 1 to {}",
                                                 array.size(), kMaxDeployments));
  }
  std::vector<Deployment> deployments;
  for (const nlohmann::json& json : array) {
    JsonFields fields(json);
    deployments.push_back({fields.Text("label"), fields.Text("target")});
    if (fields.error().empty()) continue;
    return Fail(ExitCode::kBadInput,
                fmt::format("deployments[{}]: {}", deployments.size() - 1, fields.error()));
  }
  return deployments;
}

Result<std::vector<Round>> ReadRounds(const nlohmann::json& array, size_t deployments) {
  std::vector<Round> rounds;
  for (const nlohmann::json& json : array) {
    Result<Round> round = ReadRound(json);
    if (round && round->deployment >= deployments) {
      round = Fail(ExitCode::kBadInput, "'deployment' is none of those that are listed");
    }
    if (!round) {
      return Fail(ExitCode::kBadInput,
                  fmt::format("rounds[{}]: {}", rounds.size(), round.error().message));
    }
    rounds.push_back(std::move(*round));
  }
  return rounds;
}

}  // namespace

std::string RenderJson(const Results& results, const ResultsSummary& summary) {
  Json json;
  json["faaslight_invoke"] = kResultsVersion;
  json["provider"] = results.provider;
  json["setting"] = results.setting;
  json["machine"] = results.machine;
  json["started"] = results.started;
  json["interrupted"] = results.interrupted;
  json["compared"] = results.compared;
  json["forced"] = results.forced;
  json["units"] = Units();
  json["deployments"] = ToJsonArray(results.deployments);
  json["summary"] = {{"starts", ToJsonArray(summary.starts)},
                     {"outcomes", ToJsonArray(summary.outcomes)},
                     {"different_answers", summary.different_answers},
                     {"varying_answers", summary.varying_answers},
                     {"notes", summary.notes}};
  json["comparison"] = ToJsonArray(summary.comparisons);
  std::string text = json.dump(2, ' ', false, Json::error_handler_t::replace);
  text.resize(text.rfind('\n'));  // the object's end: the rounds follow, each on a line of its own
  text += ",\n  \"rounds\": [";
  for (const Round& round : results.rounds) {
    text += &round == results.rounds.data() ? "\n    " : ",\n    ";
    text += RoundToJsonLine(round);
  }
  return text + "\n  ]\n}\n";
}

Result<Results> ReadResults(std::string_view text) {
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_discarded()) return Malformed("not JSON");
  JsonFields fields(json);
  const uint64_t version = fields.Count("faaslight_invoke");
  if (!fields.error().empty()) return Malformed(fields.error());
  if (version != kResultsVersion) {
    return Malformed(
        fmt::format("version {}, but this program reads version {}", version, kResultsVersion));
  }
  Results results;
  results.provider = fields.Text("provider");
  results.setting = fields.Text("setting");
  results.machine = fields.Text("machine");
  results.started = fields.Text("started");
  results.interrupted = fields.Bool("interrupted");
  results.compared = fields.Bool("compared");
  results.forced = fields.Bool("forced");
  const nlohmann::json& deployments = fields.Array("deployments");
  const nlohmann::json& rounds = fields.Array("rounds");
  if (!fields.error().empty()) return Malformed(fields.error());
  Result<std::vector<Deployment>> read = ReadDeployments(deployments);
  if (!read) return Malformed(read.error().message);
  results.deployments = std::move(*read);
  if (results.compared && results.deployments.size() < 2) {
    return Malformed("'compared' is true, but there is one deployment");
  }
  Result<std::vector<Round>> made = ReadRounds(rounds, results.deployments.size());
  if (!made) return Malformed(made.error().message);
  results.rounds = std::move(*made);
  return results;
}

}  // namespace faaslight
