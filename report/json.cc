// The report for programs. Every field is described in docs/report.md: change both.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/report.h"

namespace faaslight {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kReportVersion = 1;

Json Number(const std::optional<uint64_t>& number) {
  return number ? Json(*number) : Json(nullptr);
}

double Ms(uint64_t us) { return static_cast<double>(us) / 1000; }

// A share as a number from 0 to 1, null of nothing.
Json Ratio(uint64_t part, const std::optional<uint64_t>& whole) {
  if (!whole || *whole == 0) return nullptr;
  return static_cast<double>(part) / static_cast<double>(*whole);
}

void AddCounts(Json& json, const Counts& counts) {
  json["modules_before"] = counts.modules_before;
  json["modules_after"] = Number(counts.modules_after);
  json["modules_in_events"] = counts.modules_in_events;
  json["functions"] = counts.functions;
  json["entered"] = counts.entered;
  json["entered_in_events"] = counts.entered_in_events;
  json["reachable"] = Number(counts.reachable);
  json["entered_of_reachable"] = Ratio(counts.entered, counts.reachable);
  json["lazy_functions"] = Number(counts.lazy_functions);
  json["import_self_ms"] = Ms(counts.self_us);
  json["import_cumulative_ms"] = Ms(counts.cumulative_us);
  json["code_bytes_before"] = counts.code_before;
  json["code_bytes_after"] = Number(counts.code_after);
}

Json ToJson(const Cause& cause) { return {{"rule", cause.rule}, {"text", cause.text}}; }

Json ToJson(const std::optional<Cause>& cause) { return cause ? ToJson(*cause) : Json(nullptr); }

const char* Name(Root root) {
  switch (root) {
    case ROOT_APP:
      return "app";
    case ROOT_LAYER:
      return "layer";
    case ROOT_STDLIB:
      return "stdlib";
    case ROOT_OTHER:
      return "other";
    default:
      return "none";
  }
}

const char* Name(ModuleKind kind) {
  switch (kind) {
    case KIND_SOURCE:
      return "source";
    case KIND_EXTENSION:
      return "extension";
    case KIND_BUILTIN:
      return "builtin";
    case KIND_NAMESPACE:
      return "namespace";
    default:
      return "other";
  }
}

Json ToJson(const ModuleRow& row) {
  Json json;
  json["name"] = row.name;
  json["package"] = row.package;
  json["root"] = Name(row.root);
  json["file"] = row.file;
  json["kind"] = Name(row.kind);
  json["phase"] = row.phase == PHASE_EVENT ? "event" : "import";
  json["completed"] = row.completed;
  json["rewritten"] = row.rewritten;
  AddCounts(json, row.counts);
  json["chain"] = Json::array();
  for (const ChainStep& step : row.chain) {
    json["chain"].push_back({{"module", step.module}, {"imported_at_line", step.line}});
  }
  json["cause"] = ToJson(row.cause);
  json["not_rewritten"] = ToJson(row.not_rewritten);
  return json;
}

Json ToJson(const PackageRow& row) {
  Json json;
  json["name"] = row.name;
  AddCounts(json, row.counts);
  return json;
}

Json ToJson(const EventRow& row) {
  Json json;
  json["name"] = row.name;
  json["outcome"] = row.outcome;
  json["detail"] = row.detail;
  json["stdout"] = row.stdout_text;
  json["stderr"] = row.stderr_text;
  json["duration_ms"] = Ms(row.duration_us);
  json["entered"] = row.entered;
  json["entered_only_here"] = row.only;
  return json;
}

Json ToJson(const LazyTree& tree) {
  return {
      {"module", tree.module},   {"importer", tree.importer},       {"line", tree.line},
      {"modules", tree.modules}, {"import_ms", Ms(tree.import_us)}, {"cause", ToJson(tree.cause)}};
}

Json ToJson(const RuleRow& row) {
  return {{"rule", row.rule},
          {"lazy_imports", row.lazy_imports},
          {"eager_imports", row.eager_imports},
          {"lazy_functions", row.lazy_functions},
          {"guarded_functions", row.guarded_functions},
          {"kept_functions", row.kept_functions},
          {"hoists", row.hoists},
          {"example", row.example}};
}

Json ToJson(const HoistRow& row) {
  return {{"module", row.module}, {"at", row.at}, {"line", row.line}, {"cause", ToJson(row.cause)}};
}

Json ToJson(const UnrunFunction& row) {
  return {{"module", row.module},
          {"qualname", row.qualname},
          {"line", row.line},
          {"code_bytes", row.code_bytes}};
}

Json ToJson(const EffectRow& row) {
  return {{"module", row.module},
          {"target", row.target},
          {"attribute", row.attribute},
          {"kind", row.kind},
          {"detail", row.detail}};
}

Json ToJson(const HoldoutRow& row) {
  return {{"event", row.event},
          {"functions", row.functions},
          {"modules", row.modules},
          {"original_us", row.original_us},
          {"rewritten_us", row.rewritten_us}};
}

Json ToJson(const LeftOutRow& row) {
  Json parts = Json::array();
  for (const auto& [name, bytes] : row.parts) parts.push_back({{"name", name}, {"bytes", bytes}});
  return {{"what", row.what}, {"files", row.files}, {"bytes", row.bytes}, {"parts", parts}};
}

Json ToJson(const EagerRow& row) {
  return {{"module", row.module},
          {"import_self_ms", Ms(row.self_us)},
          {"held_modules", row.held_modules},
          {"held_ms", Ms(row.held_us)},
          {"importers", row.importers},
          {"importer", row.importer},
          {"line", row.line},
          {"cause", ToJson(row.cause)}};
}

Json ToJson(const EagerRule& row) {
  return {{"rule", row.rule},
          {"imports", row.imports},
          {"held_modules", row.held_modules},
          {"held_ms", Ms(row.held_us)}};
}

Json ToJson(const RepairRow& row) { return {{"pin", row.pin}, {"evidence", row.evidence}}; }

// The first `top` rows (0: all).
template <typename Row>
Json Rows(const std::vector<Row>& rows, size_t top) {
  Json json = Json::array();
  const size_t count = top == 0 ? rows.size() : std::min(top, rows.size());
  for (size_t i = 0; i < count; ++i) json.push_back(ToJson(rows[i]));
  return json;
}

Json ToJson(const PlanSummary& plan, size_t top) {
  Json json;
  json["keep"] = plan.keep;
  json["reach_whole"] = plan.reach_whole;
  json["trim"] = plan.trim;
  json["bytes_before"] = plan.bytes_before;
  json["left_out"] = Rows(plan.left_out, 0);
  json["pins"] = plan.pins;
  json["repairs"] = Rows(plan.repairs, 0);
  json["ignored_effects"] = plan.ignored_effects;
  json["rewritten_modules"] = plan.rewritten_modules;
  json["foreign_modules"] = plan.foreign_modules;
  json["verified"] = plan.verified;
  json["verified_events"] = plan.verified_events;
  json["not_compared"] = plan.not_compared;
  json["loaded_on_demand_functions"] = plan.demanded_functions;
  json["loaded_on_demand_modules"] = plan.demanded_modules;
  json["holdouts"] = Rows(plan.holdouts, 0);
  json["rules"] = Rows(plan.rules, 0);
  json["lazy_trees_count"] = plan.lazy_trees.size();
  json["lazy_trees"] = Rows(plan.lazy_trees, top);
  json["hoists"] = Rows(plan.hoists, 0);
  json["why_eager"] = {{"modules", plan.why_eager.modules},
                       {"import_self_ms", Ms(plan.why_eager.self_us)},
                       {"rules", Rows(plan.why_eager.rules, 0)},
                       {"rows", Rows(plan.why_eager.rows, top)}};
  json["unrun_count"] = plan.unrun.size();
  json["unrun"] = Rows(plan.unrun, top);
  json["notes"] = plan.notes;
  return json;
}

}  // namespace

std::string RenderJson(const Summary& summary, size_t top) {
  Json json;
  json["format"] = "faaslight-report";
  json["version"] = kReportVersion;
  json["handler"] = summary.handler;
  json["python"] = summary.python;
  json["directory"] = summary.directory;
  json["truncated"] = nullptr;
  if (summary.truncated) {
    json["truncated"] = {{"cause", summary.truncated->first}, {"where", summary.truncated->second}};
  }
  json["init_failure"] = summary.init_failure ? ToJson(*summary.init_failure) : Json(nullptr);
  json["preloaded_modules"] = summary.preloaded_modules;
  json["totals"] = Json::object();
  AddCounts(json["totals"], summary.total);
  json["events"] = Rows(summary.events, 0);
  json["packages_count"] = summary.packages.size();
  json["packages"] = Rows(summary.packages, top);
  json["modules_count"] = summary.modules.size();
  json["modules"] = Rows(summary.modules, top);
  json["effects"] = Rows(summary.effects, 0);
  json["cycles"] = summary.cycles;
  json["untraced_children"] = summary.untraced_children;
  json["warnings"] = summary.warnings;
  json["plan"] = summary.plan ? ToJson(*summary.plan, top) : Json(nullptr);
  // Bytes that are not UTF-8 become U+FFFD: a report must be readable whatever the trace holds.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace faaslight
