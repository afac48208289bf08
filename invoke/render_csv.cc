#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <cmath>

#include "base/escape.h"
#include "invoke/render.h"
#include "invoke/render_parts.h"

namespace faaslight {
namespace {

// The first nine are those of the seed's scripts, in their order and with their names.
constexpr std::string_view kHeader =
    "Function-Name,status,End-to-end-Time,Arrive-Fun-Time,Prepare-Time,Init-Duration,"
    "Function-Duration,Billed-Duration,Used-Memory,deployment,session,call,event,outcome,"
    "http-status,attempts,request-id,error-type,detail,sent-at,connect-ms,memory-size,faults\n";

constexpr double kLatest = 253402300800000;  // ms: the year 10000

// A spreadsheet takes a cell for a formula by its first character. (Tabs and line ends, which some
// skip, are escaped before.)
bool LooksLikeFormula(std::string_view cell) {
  return !cell.empty() && std::string_view("=+-@").find(cell[0]) != std::string_view::npos;
}

std::string Quoted(const std::string& cell) {
  if (cell.find_first_of(",\"") == std::string::npos) return cell;
  std::string out = "\"";
  for (const char c : cell) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

// Microseconds are what clocks tell; the JSON has every bit.
std::string Thousandths(double number) {
  std::string text = fmt::format("{:.3f}", number);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

class Row {
 public:
  // From outside: printable, and no formula.
  Row& Text(std::string_view text) {
    std::string cell = Escaped(text);
    if (LooksLikeFormula(cell)) cell.insert(0, 1, '\'');
    return Add(Quoted(cell));
  }
  Row& Key(std::string_view key) { return Add(key); }
  Row& Number(const std::optional<double>& number) {
    return Add(number && std::isfinite(*number) ? Thousandths(*number) : "");
  }
  Row& Count(uint64_t count) { return Add(fmt::format("{}", count)); }
  std::string Finish() { return std::move(line_) + '\n'; }

 private:
  Row& Add(std::string_view cell) {
    if (!first_) line_ += ',';
    first_ = false;
    line_ += cell;
    return *this;
  }

  bool first_ = true;
  std::string line_;
};

// 2026-11-30T12:00:00.123Z; empty for what is no time.
std::string Timestamp(double ms) {
  if (!(ms > 0 && ms < kLatest)) return "";
  const auto whole = static_cast<int64_t>(ms);
  const std::chrono::sys_seconds seconds{std::chrono::seconds(whole / 1000)};
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)), whole % 1000);
}

// As the seed's scripts: a warm start's init takes no time.
std::optional<double> InitDuration(const Round& round) {
  if (!round.at(Metric::kInit) && round.start == Start::kWarm) return 0;
  return round.at(Metric::kInit);
}

std::string RowOf(const Results& results, const Round& round) {
  const bool known = round.deployment < results.deployments.size();
  Row row;
  row.Text(known ? results.deployments[round.deployment].target : "").Key(KeyOf(round.start));
  for (const Metric metric : kMetrics) {
    row.Number(metric == Metric::kInit ? InitDuration(round) : round.at(metric));
  }
  row.Text(LabelOf(results, round.deployment)).Count(round.session).Count(round.call);
  row.Text(round.event).Key(KeyOf(round.outcome));
  row.Key(round.http_status == 0 ? "" : fmt::format("{}", round.http_status)).Count(round.attempts);
  row.Text(round.request_id).Text(round.error_type).Text(round.detail);
  row.Key(Timestamp(round.sent_at_ms)).Number(round.connect_ms).Number(round.memory_size_mb);
  row.Text(fmt::format("{}", fmt::join(round.faults, "; ")));
  return row.Finish();
}

}  // namespace

std::string RenderCsv(const Results& results) {
  std::string csv(kHeader);
  for (const Round& round : results.rounds) csv += RowOf(results, round);
  return csv;
}

}  // namespace faaslight
