#include "invoke/round_json.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "invoke/json_fields.h"

namespace faaslight {
namespace {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

constexpr uint64_t kMaxHttpStatus = 999;

OrderedJson Nullable(const std::optional<double>& number) {
  return number && std::isfinite(*number) ? OrderedJson(*number) : OrderedJson(nullptr);
}

double Finite(double number) { return std::isfinite(number) ? number : 0; }

}  // namespace

std::string RoundToJsonLine(const Round& round) {
  OrderedJson json;
  json["deployment"] = round.deployment;
  json["session"] = round.session;
  json["call"] = round.call;
  json["event"] = round.event;
  json["start"] = KeyOf(round.start);
  json["outcome"] = KeyOf(round.outcome);
  json["sent_at_ms"] = Finite(round.sent_at_ms);
  json["connect_ms"] = Finite(round.connect_ms);
  json["attempts"] = round.attempts;
  json["http_status"] = round.http_status;
  json["request_id"] = round.request_id;
  json["error_type"] = round.error_type;
  json["detail"] = round.detail;
  json["faults"] = round.faults;
  OrderedJson& metrics = json["metrics"];
  for (const Metric metric : kMetrics) metrics[KeyOf(metric)] = Nullable(round.at(metric));
  json["memory_size_mb"] = Nullable(round.memory_size_mb);
  json["answer_sha256"] = round.answer_sha256;
  return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

Result<Round> ReadRound(const Json& json) {
  JsonFields fields(json);
  Round round;
  round.deployment = static_cast<uint32_t>(fields.Count("deployment"));
  round.session = static_cast<uint32_t>(fields.Count("session"));
  round.call = static_cast<uint32_t>(fields.Count("call"));
  round.event = fields.Text("event");
  round.start = fields.Choice("start", kStarts);
  round.outcome = fields.Choice("outcome", kOutcomes);
  round.sent_at_ms = fields.Number("sent_at_ms");
  round.connect_ms = fields.Number("connect_ms");
  round.attempts = static_cast<uint32_t>(fields.Count("attempts"));
  round.http_status = static_cast<int>(fields.Count("http_status", kMaxHttpStatus));
  round.request_id = fields.Text("request_id");
  round.error_type = fields.Text("error_type");
  round.detail = fields.Text("detail");
  round.faults = fields.Texts("faults");
  round.memory_size_mb = fields.MaybeNumber("memory_size_mb");
  round.answer_sha256 = fields.Text("answer_sha256");
  const Json& metrics = fields.Object("metrics");
  if (!fields.error().empty()) return Fail(ExitCode::kBadInput, fields.error());
  JsonFields values(metrics);
  for (const Metric metric : kMetrics) round.at(metric) = values.MaybeNumber(KeyOf(metric));
  if (!values.error().empty()) return Fail(ExitCode::kBadInput, "metrics: " + values.error());
  return round;
}

Result<Round> RoundFromJson(std::string_view line) {
  const Json json = Json::parse(line, nullptr, false);
  if (json.is_discarded()) return Fail(ExitCode::kBadInput, "not JSON (cut off?)");
  return ReadRound(json);
}

}  // namespace faaslight
