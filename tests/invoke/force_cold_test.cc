// Cold starts are forced, others' changes survive, and everything is put back.
#include "invoke/force_cold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "fakes.h"

namespace faaslight {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using testing::FakeTime;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Key;
using testing::Reply;

// A function as the service keeps it: variables, a revision, an update that takes a poll.
struct Function {
  Variables variables = {{"SECRET", "hunter2"}};
  std::set<std::string> versions;
  int revision = 1, polls = 0, published = 0;
  bool shown = true;                             // the variables are
  std::function<void(Function&)> before_update;  // someone else
  std::string failed;                            // an update's reason
  std::string version_description = "faaslight-invoke: a cold start";
  std::vector<std::string> seen;
  FakeTime time;

  json Document(const std::string& version) const {
    json document = {{"RevisionId", std::to_string(revision)},
                     {"Version", version},
                     {"Description", version == "$LATEST" ? "mine" : version_description},
                     {"State", "Active"},
                     {"LastUpdateStatus", polls > 0 ? "InProgress" : "Successful"}};
    if (!failed.empty()) document["LastUpdateStatus"] = "Failed";
    if (!failed.empty()) document["LastUpdateStatusReason"] = failed;
    document["Environment"] =
        shown ? json{{"Variables", variables}} : json{{"Error", {{"ErrorCode", "AccessDenied"}}}};
    return document;
  }

  HttpReply Get(const HttpRequest& request) {
    const size_t mark = request.url.find("Qualifier=");
    const std::string version =
        mark == std::string::npos ? "$LATEST" : request.url.substr(mark + 10);
    if (version != "$LATEST" && versions.count(version) == 0) return Reply(404, "{}");
    HttpReply reply = Reply(200, Document(version).dump());
    if (polls > 0 && --polls == 0) ++revision;
    return reply;
  }

  HttpReply Put(const HttpRequest& request) {
    if (before_update) std::exchange(before_update, {})(*this);
    const json body = json::parse(request.body);
    if (body["RevisionId"] != std::to_string(revision)) return Reply(412, "{}");
    variables = body["Environment"]["Variables"].get<Variables>();
    ++revision;
    polls = 2;
    return Reply(200, Document("$LATEST").dump());
  }

  HttpReply Answer(const HttpRequest& request) {
    seen.push_back(request.method);
    if (request.method == "GET") return Get(request);
    if (request.method == "PUT") return Put(request);
    if (request.method == "DELETE")
      return Reply(versions.erase(request.url.substr(request.url.find('=') + 1)) > 0 ? 204 : 404,
                   "");
    const std::string version = std::to_string(++published);
    versions.insert(version);
    return Reply(201, Document(version).dump());
  }

  LambdaApi Api() {
    return {[this](const HttpRequest& request) { return Answer(request); }, "https://lambda.test",
            Key, RetryPolicy{}, time.control()};
  }
};

class ForceCold : public ::testing::Test {
 protected:
  ColdStarter Starter(ColdBy by) {
    return {api_,
            api_,
            {.name = "shop", .qualifier = "", .region = "", .account = ""},
            by,
            "stamp",
            function_.time.control(),
            {[this](const std::string& what) {
               changed_.push_back(what);
               return Status();
             },
             [this](const std::string& what) {
               undone_.push_back(what);
               return Status();
             }}};
  }
  Function function_;
  LambdaApi api_ = function_.Api();
  std::vector<std::string> changed_, undone_;
};

TEST_F(ForceCold, TheMarkerChangesEachTimeAndTheRestStays) {
  ColdStarter cold = Starter(ColdBy::kMarker);
  ASSERT_TRUE(cold.Next());
  const std::string first = function_.variables.at(kColdMarker);
  ASSERT_TRUE(cold.Next());
  EXPECT_NE(function_.variables.at(kColdMarker), first);
  EXPECT_EQ(function_.variables.at("SECRET"), "hunter2");
  EXPECT_EQ(function_.polls, 0) << "Next() waits for the update";
  EXPECT_THAT(changed_, ElementsAre("marker shop"));
}

TEST_F(ForceCold, RestoreLeavesTheVariablesAsTheyWere) {
  const Variables before = function_.variables;
  ColdStarter cold = Starter(ColdBy::kMarker);
  ASSERT_TRUE(cold.Next());
  ASSERT_TRUE(cold.Restore({}));
  EXPECT_EQ(function_.variables, before);
  EXPECT_THAT(undone_, ElementsAre("marker shop"));
}

TEST_F(ForceCold, NothingChangedNothingRestored) {
  ColdStarter cold = Starter(ColdBy::kMarker);
  ASSERT_TRUE(cold.Restore({}));
  EXPECT_THAT(function_.seen, IsEmpty());
}

TEST_F(ForceCold, WhatOthersChangeMeanwhileStays) {
  ColdStarter cold = Starter(ColdBy::kMarker);
  function_.before_update = [](Function& function) {
    function.variables["THEIRS"] = "new";
    ++function.revision;
  };
  ASSERT_TRUE(cold.Next());
  EXPECT_EQ(function_.variables.at("THEIRS"), "new");
  ASSERT_TRUE(cold.Restore({}));
  EXPECT_EQ(function_.variables, (Variables{{"SECRET", "hunter2"}, {"THEIRS", "new"}}));
}

TEST_F(ForceCold, VariablesThatAreNotShownAreNeverReplaced) {
  function_.shown = false;
  ColdStarter cold = Starter(ColdBy::kMarker);
  const auto next = cold.Next();
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().code, ExitCode::kUsage);
  EXPECT_THAT(function_.seen, ::testing::Each("GET"));
}

TEST_F(ForceCold, AFailedUpdateIsToldWithItsReason) {
  ColdStarter cold = Starter(ColdBy::kMarker);
  function_.failed = "the key is gone";
  const auto next = cold.Next();
  ASSERT_FALSE(next);
  EXPECT_THAT(next.error().message, HasSubstr("the key is gone"));
  const auto restored = cold.Restore({});
  ASSERT_FALSE(restored);
  EXPECT_THAT(restored.error().message, HasSubstr("shop is not as it was"));
}

TEST_F(ForceCold, VersionsAreCalledAndDeleted) {
  ColdStarter cold = Starter(ColdBy::kVersion);
  const auto next = cold.Next();
  ASSERT_TRUE(next);
  EXPECT_EQ(next->qualifier, "1");
  EXPECT_EQ(function_.versions, std::set<std::string>{"1"});
  ASSERT_TRUE(cold.EndSession());
  EXPECT_THAT(function_.versions, IsEmpty());
  ASSERT_TRUE(cold.Restore({}));
  EXPECT_EQ(function_.variables.count(kColdMarker), 0U);
}

// The change log is a file: only our own versions are deleted by it.
TEST_F(ForceCold, WhatAKilledRunLeftIsPutBackAndNothingElse) {
  function_.versions = {"7", "8"};
  function_.variables[kColdMarker] = "old";
  ColdStarter cold = Starter(ColdBy::kMarker);
  ASSERT_TRUE(cold.Restore({"marker shop", "version shop:7", "version shop:live", "version other:8",
                            "version shop:../8", "version shop:99", "nonsense"}));
  EXPECT_EQ(function_.versions, std::set<std::string>{"8"});
  EXPECT_EQ(function_.variables.count(kColdMarker), 0U);
  function_.version_description = "somebody's";
  ASSERT_TRUE(cold.Restore({"version shop:8"}));
  EXPECT_EQ(function_.versions, std::set<std::string>{"8"});
}

TEST_F(ForceCold, AnInterruptEndsTheWaiting) {
  ColdStarter cold = Starter(ColdBy::kMarker);
  function_.polls = 1'000;
  function_.time.stopped = true;
  EXPECT_FALSE(cold.Next());
  EXPECT_LT(function_.seen.size(), 3U);
}

}  // namespace
}  // namespace faaslight
