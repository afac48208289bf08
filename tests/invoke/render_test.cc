// The whole output for the sample, compared byte for byte (FAASLIGHT_UPDATE_GOLDEN=1 writes the
// files anew: read the difference before committing it), and what must hold of any results.
#include "invoke/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/escape.h"
#include "base/files.h"
#include "invoke/render_parts.h"
#include "tests/invoke/sample.h"

namespace faaslight {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

void ExpectGolden(const std::string& name, const std::string& text) {
  const std::filesystem::path path =
      std::filesystem::path(FAASLIGHT_SOURCE_DIR) / "tests/invoke/golden" / name;
  if (std::getenv("FAASLIGHT_UPDATE_GOLDEN") != nullptr) {
    ASSERT_TRUE(WriteFile(path, text));
    return;
  }
  const Result<std::string> golden = ReadFile(path);
  ASSERT_TRUE(golden) << golden.error().message;
  EXPECT_EQ(text, *golden);
}

std::string Text(const Results& results, size_t width = 100, bool color = false) {
  return RenderText(results, SummarizeResults(results), {.width = width, .color = color});
}

std::string Html(const Results& results) { return RenderHtml(results, SummarizeResults(results)); }

// Two deployments that are only listed, and all texts are what an attacker would write.
Results Hostile() {
  Results results = SampleResults();
  const std::string nasty = "<script>alert('1')</script>\"&\x1b]0;title\x07\xe2\x80\xae=";
  results.provider = results.setting = results.machine = results.started = nasty;
  results.deployments = {{nasty, nasty}, {"=1+1", "@SUM(A1)"}};
  for (Round& round : results.rounds) {
    round.event = round.request_id = round.error_type = round.detail = nasty;
    round.faults = {nasty};
    if (round.deployment == 1) round.answer_sha256 = "other";
    if (round.deployment == 0) round.answer_sha256 = "one";
  }
  results.rounds[5].outcome = CallOutcome::kRefused;
  return results;
}

MetricComparison Compared(double ratio, std::optional<Interval> interval,
                          std::optional<double> p_value, Metric metric = Metric::kInit) {
  PairedStats stats;
  stats.pairs = 50;
  stats.ratio = ratio;
  stats.ratio_ci = interval;
  stats.p_value = p_value;
  return {Start::kCold, metric, stats};
}

TEST(Golden, Text) { ExpectGolden("compared.txt", Text(SampleResults())); }

TEST(Golden, NarrowText) { ExpectGolden("narrow.txt", Text(SampleResults(), 80)); }

TEST(Golden, Json) {
  const Results results = SampleResults();
  ExpectGolden("compared.json", RenderJson(results, SummarizeResults(results)));
}

TEST(Golden, Csv) { ExpectGolden("compared.csv", RenderCsv(SampleResults())); }

TEST(Golden, TextOfOneInterrupted) {
  Results results = SampleResults();
  results.compared = false;
  results.interrupted = true;
  results.deployments.resize(1);
  results.deployments[0].label = results.deployments[0].target;
  std::erase_if(results.rounds,
                [](const Round& round) { return round.deployment == 1 || round.session > 1; });
  ExpectGolden("one.txt", Text(results, 140));
}

TEST(Text, NoLineIsWiderThanAsked) {
  Results results = SampleResults();
  results.deployments[1].label = std::string(200, 'x');
  results.setting += std::string(300, 'y');
  for (const Results& some : {SampleResults(), results, Hostile()}) {
    for (const size_t width : {80, 100, 140}) {
      const std::string text = Text(some, width);
      for (size_t begin = 0; begin < text.size();) {
        const size_t end = text.find('\n', begin);
        const std::string line = text.substr(begin, end - begin);
        EXPECT_LE(Columns(line), width) << line;
        EXPECT_TRUE(line.empty() || line.back() != ' ') << "'" << line << "'";
        begin = end + 1;
      }
    }
  }
}

TEST(Text, ColourOnlyWhenAsked) {
  EXPECT_THAT(Text(SampleResults()), Not(HasSubstr("\x1b")));
  EXPECT_THAT(Text(SampleResults(), 100, true), HasSubstr("\x1b[32m  init "));
}

TEST(Text, DifferentAnswersComeFirst) {
  Results results = SampleResults();
  for (Round& round : results.rounds) {
    if (round.deployment == 1 && round.call == 0) round.answer_sha256 = "other";
  }
  EXPECT_THAT(Text(results),
              StartsWith("DIFFERENT ANSWER: event start: after does not answer as before does."));
  EXPECT_THAT(Text(results, 100, true), StartsWith("\x1b[1;31mDIFFERENT ANSWER"));
  EXPECT_THAT(Html(results), HasSubstr("role=\"alert\">Different answer: event start: "));
  EXPECT_THAT(Html(SampleResults()), Not(HasSubstr("role=\"alert\"")));
}

TEST(Text, ControlCharactersAreShownNotSent) {
  const std::string text = Text(Hostile());
  for (const char c : text) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
  EXPECT_THAT(text, HasSubstr("\\x1b]0;title\\x07\\u202e="));
}

TEST(Verdict, BetterOrWorseOnlyWhereIntervalAndTestAgree) {
  EXPECT_EQ(VerdictOf(Compared(2.539, Interval{2.481, 2.612}, 0.0001)).text,
            "2.54x faster (2.48–2.61)");
  const Verdict slower = VerdictOf(Compared(0.5, Interval{0.4, 0.625}, 0.01));
  EXPECT_EQ(slower.text, "2.00x slower (1.60–2.50)");
  EXPECT_EQ(slower.kind, Verdict::Kind::kWorse);
  EXPECT_EQ(VerdictOf(Compared(2, Interval{1.5, 3}, 0.01, Metric::kUsedMemory)).text,
            "2.00x less (1.50–3.00)");
  EXPECT_EQ(VerdictOf(Compared(1.02, Interval{0.97, 1.06}, 0.001)).text,
            "1.02x, unclear (0.97–1.06)");
  EXPECT_EQ(VerdictOf(Compared(1.02, Interval{1.01, 1.06}, 0.05)).kind, Verdict::Kind::kUnclear);
  EXPECT_EQ(VerdictOf(Compared(3, Interval{2, 4}, std::nullopt)).text,
            "3.00x, unclear (2.00–4.00)");
  EXPECT_EQ(VerdictOf(Compared(3, std::nullopt, std::nullopt)).text, "3.00x, unclear");
  EXPECT_EQ(VerdictOf(Compared(1, Interval{1, 1}, std::nullopt)).text, "the same");
  EXPECT_EQ(VerdictOf(Compared(0, std::nullopt, 0.01)).text, "no ratio");
}

TEST(Words, Numbers) {
  EXPECT_EQ(ShortNumber(0), "0.00");
  EXPECT_EQ(ShortNumber(-0.001), "0.00");
  EXPECT_EQ(ShortNumber(20.186), "20.19");
  EXPECT_EQ(ShortNumber(512.34), "512.3");
  EXPECT_EQ(ShortNumber(-1234567), "-1234567");
  EXPECT_EQ(ShortNumber(1e15), "1e+15");
  EXPECT_EQ(ShortInterval(Interval{-3, -1}), "-3.00 to -1.00");
  EXPECT_EQ(ShortInterval(std::nullopt), "-");
  EXPECT_EQ(PText(0.0009), "p < 0.001");
  EXPECT_EQ(PText(0.0341), "p = 0.034");
  EXPECT_EQ(PText(0.5), "p = 0.50");
}

TEST(Csv, HeaderBeginsWithTheSeedsColumns) {
  EXPECT_THAT(
      RenderCsv({}),
      StartsWith("Function-Name,status,End-to-end-Time,Arrive-Fun-Time,Prepare-Time,"
                 "Init-Duration,Function-Duration,Billed-Duration,Used-Memory,deployment,"));
}

TEST(Csv, QuotesAndGuardsCells) {
  Results results;
  results.deployments = {{"-x", "=cmd|' /C calc'!A0"}};
  Round round = OkRound(0, 0, 0, Start::kCold);
  round.at(Metric::kArrive) = -1.5;  // a number is no formula
  round.event = "a,\"b\"";
  round.detail = "@x\r\ny";
  round.faults = {"+1", "two"};
  results.rounds = {round};
  const std::string csv = RenderCsv(results);
  EXPECT_THAT(csv, HasSubstr("\n'=cmd|' /C calc'!A0,cold,,-1.5,,,,,,'-x,0,0,\"a,\"\"b\"\"\",ok,"));
  EXPECT_THAT(csv, HasSubstr(",'@x\\r\\ny,"));
  EXPECT_THAT(csv, HasSubstr(",'+1; two\n"));
}

TEST(Csv, TimesAndWhatIsAbsent) {
  Results results;
  results.deployments = {{"f", "f"}};
  results.rounds = {OkRound(0, 0, 0, Start::kCold), OkRound(0, 0, 1, Start::kWarm)};
  results.rounds[0].sent_at_ms = 1764331200007.9;
  results.rounds[1].sent_at_ms = 0;
  results.rounds[1].http_status = 0;
  results.rounds[1].at(Metric::kFunction) = 1.0 / 3;
  const std::string csv = RenderCsv(results);
  EXPECT_THAT(csv,
              HasSubstr("\nf,cold,,,,,,,,f,0,0,start,ok,200,1,,,,2025-11-28T12:00:00.007Z,12.5,,"
                        "\nf,warm,,,,0,0.333,,,f,0,1,work,ok,,1,,,,,12.5,,\n"));
}

TEST(Html, NothingFromOutsideIsMarkup) {
  const std::string html = Html(Hostile());
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html,
              HasSubstr("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp;\\x1b]0;"));
  EXPECT_THAT(html, Not(HasSubstr("\xe2\x80\xae")));  // no change of direction
  for (const char c : html) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
}

TEST(Html, LoadsNothing) {
  const std::string html = Html(SampleResults());
  EXPECT_THAT(html, HasSubstr("content=\"default-src 'none'; style-src 'unsafe-inline'\""));
  for (const char* part : {"src=", "href=", "url(", "@import", "http:", "https:", "onload"}) {
    EXPECT_THAT(html, Not(HasSubstr(part))) << part;
  }
}

TEST(Html, AFigureForEachMetricOfEachStart) {
  const std::string html = Html(SampleResults());
  size_t figures = 0;
  for (size_t at = html.find("<figure>"); at != std::string::npos;
       at = html.find("<figure>", at + 1))
    ++figures;
  EXPECT_EQ(figures, 13U);  // 7 of cold starts; warm ones have no init
  EXPECT_LT(html.find("<h2>Cold starts</h2>"), html.find("<h2>Warm starts</h2>"));
  EXPECT_THAT(html, HasSubstr("<title>init, cold starts</title><desc>Share of calls"));
  EXPECT_THAT(html, HasSubstr("before: 12 calls, median 536.2 ms, 95th percentile 945.4 ms."));
  EXPECT_THAT(html, HasSubstr("<td class=\"left better\">2.43x faster (2.32–2.55)</td>"));
  EXPECT_THAT(html, HasSubstr("throttled: 429 TooManyRequestsException"));
}

TEST(Html, OfNothing) {
  EXPECT_THAT(Html({}), HasSubstr("</html>\n"));
  EXPECT_THAT(Text({}), StartsWith("0 calls"));
}

}  // namespace
}  // namespace faaslight
