#include "replay/records.h"

#include <gtest/gtest.h>

#include "base/files.h"

namespace faaslight {
namespace {

constexpr std::string_view kLines =
    R"({"kind": "begin", "event": -1}
{"kind": "init", "import_ms": 1.5}
{"kind": "begin", "event": 0}
{"kind": "outcome", "event": 0, "during_init": false, "returned": true, "result_json": "1", "duration_us": 20}
{"kind": "begin", "event": 1}
)";

TEST(Records, EveryPrefixCanBeRead) {
  for (size_t length = 0; length <= kLines.size(); ++length) {
    Result<Records> records = ParseRecords(kLines.substr(0, length), "r");
    ASSERT_TRUE(records) << length;
    EXPECT_FALSE(records->result.complete);
  }
  const Records all = ParseRecords(kLines, "r").value();
  EXPECT_EQ(all.running, 1);
  EXPECT_EQ(all.result.outcomes.size(), 1u);
  EXPECT_EQ(all.result.import_ms, 1.5);
  EXPECT_EQ(ParseRecords(kLines.substr(0, 31), "r").value().running, -1);
  EXPECT_FALSE(ParseRecords("", "r").value().began);
}

TEST(Records, ForeignLinesAreAnError) {
  for (const char* bad : {"nonsense\n", "[1]\n", "{\"kind\": \"begin\"\n"}) {
    Result<Records> records = ParseRecords(bad, "r");
    ASSERT_FALSE(records) << bad;
    EXPECT_EQ(records.error().code, ExitCode::kSystem);
  }
  // Wrong types are read as absent.
  EXPECT_TRUE(ParseRecords(
      "{\"kind\": \"end\", \"modules\": 3, \"loaded\": [[1, 2], 3], \"max_rss_kb\": \"x\"}\n",
      "r"));
}

TEST(Records, OutputIsAlwaysUtf8) {
  EXPECT_EQ(ToUtf8("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"), "a\u00e9\u20ac\U0001F600");
  EXPECT_EQ(ToUtf8("\xff"
                   "a\xc3"),
            "\\xffa\\xc3");
  EXPECT_EQ(ToUtf8("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // a surrogate
  EXPECT_EQ(ToUtf8("\xc0\xaf\xf4\x90\x80\x80"), "\\xc0\\xaf\\xf4\\x90\\x80\\x80");
}

TEST(Records, WhatWasCutOffKeepsItsOutput) {
  Result<TemporaryDirectory> folder = TemporaryDirectory::Make({}, "records-test-");
  ASSERT_TRUE(WriteFile(folder->path() / "o.stdout", std::string((1 << 20) + 5, 'x')));
  const Outcome outcome = CutOff(2, "T", "m", folder->path() / "o");
  EXPECT_EQ(outcome.event(), 2u);
  EXPECT_FALSE(outcome.returned());
  EXPECT_EQ(outcome.stderr(), "");
  EXPECT_EQ(outcome.stdout().substr(1 << 20), "\n[5 more bytes]");
  EXPECT_TRUE(CutOff(-1, "T", "m", folder->path() / "o").during_init());
}

}  // namespace
}  // namespace faaslight
