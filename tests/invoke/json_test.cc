// Results and rounds as JSON: what is written comes back, and what does not fit is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "invoke/render.h"
#include "invoke/round_json.h"
#include "tests/invoke/sample.h"

namespace faaslight {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

Round FullRound() {
  Round round = OkRound(3, 1, 2, Start::kWarm);
  round.outcome = CallOutcome::kBadReply;
  round.attempts = 4;
  round.http_status = 502;
  round.request_id = "id\"\n\\";
  round.error_type = "Runtime.ExitError";
  round.detail = "漢字 \x1b[1m";
  round.faults = {"", "throttled"};
  round.at(Metric::kInit) = 0.1 + 0.2;
  round.at(Metric::kArrive) = -1.0 / 3;
  round.at(Metric::kUsedMemory) = std::numeric_limits<double>::denorm_min();
  round.memory_size_mb = 512;
  round.answer_sha256 = "5eed";
  return round;
}

std::string ErrorOf(const Json& round) {
  const Result<Round> read = RoundFromJson(round.dump());
  EXPECT_FALSE(read);
  if (read) return "";
  EXPECT_EQ(read.error().code, ExitCode::kBadInput);
  return read.error().message;
}

TEST(RoundJson, ComesBackToTheLastBit) {
  const Round round = FullRound();
  const std::string line = RoundToJsonLine(round);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const Result<Round> read = RoundFromJson(line);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->deployment, 3U);
  EXPECT_EQ(read->session, 1U);
  EXPECT_EQ(read->call, 2U);
  EXPECT_EQ(read->event, round.event);
  EXPECT_EQ(read->start, Start::kWarm);
  EXPECT_EQ(read->outcome, CallOutcome::kBadReply);
  EXPECT_EQ(read->sent_at_ms, round.sent_at_ms);
  EXPECT_EQ(read->connect_ms, 12.5);
  EXPECT_EQ(read->attempts, 4U);
  EXPECT_EQ(read->http_status, 502);
  EXPECT_EQ(read->request_id, round.request_id);
  EXPECT_EQ(read->error_type, round.error_type);
  EXPECT_EQ(read->detail, round.detail);
  EXPECT_EQ(read->faults, round.faults);
  EXPECT_EQ(read->metrics, round.metrics);
  EXPECT_EQ(read->memory_size_mb, 512);
  EXPECT_EQ(read->answer_sha256, "5eed");
}

TEST(RoundJson, AllOutcomesAndStarts) {
  for (const CallOutcome outcome : kOutcomes) {
    for (const Start start : kStarts) {
      Round round = OkRound(0, 0, 0, start);
      round.outcome = outcome;
      const Result<Round> read = RoundFromJson(RoundToJsonLine(round));
      ASSERT_TRUE(read) << read.error().message;
      EXPECT_EQ(read->outcome, outcome);
      EXPECT_EQ(read->start, start);
    }
  }
}

TEST(RoundJson, WhatJsonCannotHold) {
  Round round = FullRound();
  round.detail = "a\xff\xfe z";
  round.at(Metric::kInit) = NAN;
  round.sent_at_ms = INFINITY;
  const Result<Round> read = RoundFromJson(RoundToJsonLine(round));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->detail, "a\uFFFD\uFFFD z");
  EXPECT_FALSE(read->at(Metric::kInit));
  EXPECT_EQ(read->sent_at_ms, 0);
}

TEST(RoundJson, EveryCutIsRefused) {
  const std::string line = RoundToJsonLine(FullRound());
  for (size_t length = 0; length < line.size(); ++length) {
    EXPECT_FALSE(RoundFromJson(std::string_view(line).substr(0, length))) << length;
  }
}

TEST(RoundJson, MembersThatDoNotFit) {
  const Json good = Json::parse(RoundToJsonLine(FullRound()));
  const auto with = [&](const char* pointer, const Json& value) {
    Json changed = good;
    changed[Json::json_pointer(pointer)] = value;
    return changed;
  };
  EXPECT_EQ(ErrorOf(with("/start", "tepid")), "'start' is no value that is known");
  EXPECT_EQ(ErrorOf(with("/outcome", 3)), "'outcome' is not a text of at most 1 MB");
  EXPECT_EQ(ErrorOf(with("/session", -1)), "'session' is not a whole number from 0");
  EXPECT_EQ(ErrorOf(with("/session", 4294967296)), "'session' is more than 4294967295");
  EXPECT_EQ(ErrorOf(with("/call", 1.5)), "'call' is not a whole number from 0");
  EXPECT_EQ(ErrorOf(with("/http_status", 1000)), "'http_status' is more than 999");
  EXPECT_EQ(ErrorOf(with("/connect_ms", 1e16)), "'connect_ms' is not a number within ±1e15");
  EXPECT_EQ(ErrorOf(with("/connect_ms", nullptr)), "'connect_ms' is not a number within ±1e15");
  EXPECT_EQ(ErrorOf(with("/faults/0", 1)), "'faults' is not a list of at most 10,000 texts");
  EXPECT_EQ(ErrorOf(with("/metrics/init", "fast")), "metrics: 'init' is not a number within ±1e15");
  EXPECT_EQ(ErrorOf(with("/metrics", Json::array())), "'metrics' is not an object");
  EXPECT_EQ(ErrorOf(with("/event", std::string((1 << 20) + 1, 'x'))),
            "'event' is not a text of at most 1 MB");
  EXPECT_EQ(ErrorOf(Json::array()), "not an object");
  for (const auto& [name, value] : good.items()) {
    if (name == "memory_size_mb") continue;
    Json changed = good;
    changed.erase(name);
    EXPECT_EQ(ErrorOf(changed), "'" + name + "' is missing");
  }
}

std::string RefusalOf(const Json& results) {
  const Result<Results> read = ReadResults(results.dump());
  EXPECT_FALSE(read);
  if (read) return "";
  EXPECT_EQ(read.error().code, ExitCode::kBadInput);
  EXPECT_THAT(read.error().message, HasSubstr("not results of faaslight-invoke: "));
  return read.error().message.substr(33);
}

Json Written() {
  const Results results = SampleResults();
  return Json::parse(RenderJson(results, SummarizeResults(results)));
}

TEST(ResultsJson, ComeBack) {
  Results results = SampleResults();
  results.interrupted = true;
  for (Round& round : results.rounds) {
    if (round.outcome != CallOutcome::kOk) round.detail = "plain";
  }
  const std::string text = RenderJson(results, SummarizeResults(results));
  const Result<Results> read = ReadResults(text);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_TRUE(read->interrupted);
  EXPECT_TRUE(read->compared);
  EXPECT_EQ(read->machine, results.machine);
  EXPECT_EQ(read->deployments[1].target, "resize-images:8");
  EXPECT_EQ(RenderJson(*read, SummarizeResults(*read)), text);
}

TEST(ResultsJson, WithoutRounds) {
  Results results;
  results.deployments = {{"a", "b"}};
  const Result<Results> read = ReadResults(RenderJson(results, SummarizeResults(results)));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_TRUE(read->rounds.empty());
}

TEST(ResultsJson, SaysWhatThePageSays) {
  const Json json = Written();
  EXPECT_EQ(json["faaslight_invoke"], 1);
  EXPECT_EQ(json["units"]["used_memory"], "MB");
  const Json& cold = json["summary"]["starts"][0];
  EXPECT_EQ(cold["start"], "cold");
  EXPECT_EQ(cold["metrics"]["init"]["n"], 12);
  EXPECT_EQ(cold["metrics"]["init"]["outliers"].size(), 1U);
  EXPECT_EQ(json["summary"]["varying_answers"], Json::array({"work"}));
  EXPECT_EQ(json["comparison"][0]["metric"], "end_to_end");
  EXPECT_EQ(json["comparison"][0]["pairs"], 11);
  EXPECT_EQ(json["rounds"].size(), 72U);
  EXPECT_TRUE(json["rounds"][1]["metrics"]["init"].is_null());
}

TEST(ResultsJson, MembersThatDoNotFit) {
  const Json good = Written();
  Json changed = good;
  changed["faaslight_invoke"] = 2;
  EXPECT_EQ(RefusalOf(changed), "version 2, but this program reads version 1");
  changed = good;
  changed["rounds"][3]["start"] = "tepid";
  EXPECT_EQ(RefusalOf(changed), "rounds[3]: 'start' is no value that is known");
  changed["rounds"][3] = nullptr;
  EXPECT_EQ(RefusalOf(changed), "rounds[3]: not an object");
  changed = good;
  changed["rounds"][2]["deployment"] = 2;
  EXPECT_EQ(RefusalOf(changed), "rounds[2]: 'deployment' is none of those that are listed");
  changed = good;
  changed["rounds"] = 7;
  EXPECT_EQ(RefusalOf(changed), "'rounds' is not an array");
  changed = good;
  changed["compared"] = "yes";
  EXPECT_EQ(RefusalOf(changed), "'compared' is not true or false");
  changed = good;
  changed["deployments"].erase(1);
  EXPECT_EQ(RefusalOf(changed), "'compared' is true, but there is one deployment");
  changed["deployments"] = Json::array();
  EXPECT_EQ(RefusalOf(changed), "there are 0 deployments, not 1 to 1000");
  changed["deployments"] = Json::array({{{"label", "x"}}});
  EXPECT_EQ(RefusalOf(changed), "deployments[0]: 'target' is missing");
  EXPECT_EQ(RefusalOf(Json::array()), "not an object");
  EXPECT_EQ(RefusalOf(Json::object()), "'faaslight_invoke' is missing");
}

TEST(ResultsJson, NoJson) {
  for (const std::string& text : {std::string(), std::string("{"), std::string("\xff\xfe"),
                                  std::string(1'000'000, '['), std::string("{\"a\":1e999}")}) {
    const Result<Results> read = ReadResults(text);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().message, "not results of faaslight-invoke: not JSON");
  }
}

}  // namespace
}  // namespace faaslight
