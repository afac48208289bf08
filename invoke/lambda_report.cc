#include "invoke/lambda_report.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "invoke/timestamp.h"

namespace faaslight {
namespace {

using Json = nlohmann::json;

constexpr size_t kMostTail = 1 << 20;
constexpr size_t kMostReport = 8 << 10;  // bytes of one REPORT line
constexpr size_t kMostRecord = 64 << 10;
constexpr size_t kMostWord = 256;
constexpr double kMostNumber = 1e12;

bool IsSpace(char byte) { return byte == ' ' || byte == '\t' || byte == '\r'; }

// Without ESC [ … letter, ESC ] … BEL (or ESC \), and ESC with one other byte.
std::string WithoutEscapes(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\x1b') {
      out += text[at];
      continue;
    }
    const char kind = at + 1 < text.size() ? text[at + 1] : '\n';
    size_t end = at + 1;
    if (kind == '[') {
      do ++end;
      while (end < text.size() && text[end] >= 0x20 && text[end] < 0x40);
    } else if (kind == ']') {
      // Never past the line: an unfinished one must not swallow the REPORT.
      end = text.find_first_of("\a\x1b\n", at + 2);
      end = std::min(end, text.size());
      if (end + 1 < text.size() && text[end] == '\x1b' && text[end + 1] == '\\') ++end;
    }
    if (end >= text.size()) break;
    // What ended it may be a line's end, or another escape: that is looked at by itself.
    at = text[end] == '\n' || text[end] == '\x1b' ? end - 1 : end;
  }
  return out;
}

// A number and its unit: "12.34 ms". Without the unit it may have been cut, and is none.
std::optional<double> Quantity(std::string_view text, std::string_view unit) {
  double value = 0;
  // A digit first: from_chars would take "inf" and "-1".
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || !(value <= kMostNumber)) return std::nullopt;
  std::string_view rest = text.substr(static_cast<size_t>(end - text.data()));
  if (rest.substr(0, 1) != " " || rest.substr(1, unit.size()) != unit) return std::nullopt;
  rest.remove_prefix(1 + unit.size());
  if (!rest.empty() && !IsSpace(rest.front())) return std::nullopt;
  return value;
}

// The first word; empty when it is long or holds anything but printable ASCII, since it goes into
// tables and onto terminals.
std::string Word(std::string_view text) {
  const auto* end = std::find_if(text.begin(), text.end(), IsSpace);
  const std::string_view word(text.data(), static_cast<size_t>(end - text.begin()));
  const auto printable = [](char byte) { return byte > 0x20 && byte < 0x7f; };
  if (word.size() > kMostWord || !std::all_of(word.begin(), word.end(), printable)) return "";
  return std::string(word);
}

// A key that is the end of another one comes after it.
constexpr std::array<std::string_view, 13> kKeys{
    "Billed Restore Duration",
    "Restore Duration",
    "Billed Duration",
    "Init Duration",
    "Duration",
    "Memory Size",
    "Max Memory Used",
    "RequestId",
    "XRAY TraceId",
    "SegmentId",
    "Sampled",
    "Error Type",
    "Status",
};
constexpr std::string_view kPhase = "Phase";

// The `Key: value` fields of a line. They are told apart by their keys, since some tools that
// print a log put spaces for the tabs between them.
class Fields {
 public:
  explicit Fields(std::string_view line) {
    line = line.substr(0, kMostReport);
    for (size_t at = 0; at < line.size();) {
      const std::string_view key = KeyAt(line, at);
      if (key.empty()) {
        ++at;
        continue;
      }
      EndLast(line, at);
      at += key.size() + 1;
      found_.emplace_back(key, line.substr(at));
    }
    EndLast(line, line.size());
  }

  // The first of that key, without space around it; empty if there is none.
  std::string_view operator[](std::string_view key) const {
    for (const auto& [name, value] : found_) {
      if (name == key) return value;
    }
    return {};
  }
  std::optional<double> Ms(std::string_view key) const { return Quantity((*this)[key], "ms"); }
  std::optional<double> Mb(std::string_view key) const { return Quantity((*this)[key], "MB"); }

 private:
  static std::string_view KeyAt(std::string_view line, size_t at) {
    if (at > 0 && !IsSpace(line[at - 1])) return {};
    const std::string_view rest = line.substr(at);
    const auto here = [&](std::string_view key) {
      return rest.starts_with(key) && rest.substr(key.size(), 1) == ":";
    };
    for (const std::string_view key : kKeys) {
      if (here(key)) return key;
    }
    return here(kPhase) ? kPhase : std::string_view();
  }
  void EndLast(std::string_view line, size_t at) {
    if (found_.empty()) return;
    std::string_view& value = found_.back().second;
    value = value.substr(0, at - static_cast<size_t>(value.data() - line.data()));
    while (!value.empty() && IsSpace(value.front())) value.remove_prefix(1);
    while (!value.empty() && IsSpace(value.back())) value.remove_suffix(1);
  }

  std::vector<std::pair<std::string_view, std::string_view>> found_;
};

// A member of an object; null for what is no object, or has none of that name.
const Json& Member(const Json& object, const char* name) {
  static const Json kNothing;
  if (!object.is_object()) return kNothing;
  const auto found = object.find(name);
  return found == object.end() ? kNothing : *found;
}

std::string_view Text(const Json& value) {
  const auto* text = value.get_ptr<const Json::string_t*>();
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

std::optional<double> Number(const Json& value) {
  if (!value.is_number()) return std::nullopt;
  const auto number = value.get<double>();
  if (!(number >= 0) || !(number <= kMostNumber)) return std::nullopt;
  return number;
}

// The value of Name=value in "Root=…;Parent=…;Sampled=1".
std::string_view TracePart(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const size_t end = std::min(header.find(';'), header.size());
    const std::string_view part = header.substr(0, end);
    if (part.starts_with(name) && part.substr(name.size(), 1) == "=")
      return part.substr(name.size() + 1);
    header.remove_prefix(std::min(end + 1, header.size()));
  }
  return {};
}

// Reads the tail line by line; a later REPORT of the same request takes the place of an earlier.
class TailReader {
 public:
  explicit TailReader(std::string_view request_id) : request_id_(request_id) {}

  void Line(std::string_view line) {
    const bool after_report = std::exchange(after_report_, false);
    if (JsonLine(line)) return;
    // What a program printed without a line's end stands before these on the same line.
    if (const auto init = From(line, "INIT_REPORT Init Duration:")) {
      TakeInit(*init);
    } else if (const auto restore = From(line, "RESTORE_REPORT Restore Duration:")) {
      restore_ms_ = restore->Ms("Restore Duration");
    } else if (const auto report = From(line, "REPORT RequestId:")) {
      TakeReport(*report);
    } else if (after_report && line.starts_with("XRAY TraceId:")) {
      TakeTrace(Fields(line));
    }
  }

  LambdaReport Finish() && {
    report_.init_report = std::move(init_);
    report_.started_at_ms = started_at_ms_;
    if (!report_.restore_ms) report_.restore_ms = restore_ms_;
    return std::move(report_);
  }

 private:
  bool IsOurs(std::string_view id) const { return request_id_.empty() || id == request_id_; }

  static std::optional<Fields> From(std::string_view line, std::string_view mark) {
    const size_t at = line.rfind(mark);
    if (at == std::string_view::npos) return std::nullopt;
    return Fields(line.substr(at));
  }

  void TakeInit(const Fields& fields) {
    init_ = InitReport{fields.Ms("Init Duration"), Word(fields[kPhase]), Word(fields["Status"]),
                       Word(fields["Error Type"])};
  }

  void TakeReport(const Fields& fields) {
    if (!IsOurs(fields["RequestId"])) return;
    report_ = {};
    report_.found = after_report_ = true;
    report_.duration_ms = fields.Ms("Duration");
    report_.billed_ms = fields.Ms("Billed Duration");
    report_.init_ms = fields.Ms("Init Duration");
    report_.restore_ms = fields.Ms("Restore Duration");
    report_.billed_restore_ms = fields.Ms("Billed Restore Duration");
    report_.memory_mb = fields.Mb("Memory Size");
    report_.used_mb = fields.Mb("Max Memory Used");
    report_.status = Word(fields["Status"]);
    report_.error_type = Word(fields["Error Type"]);
    TakeTrace(fields);
  }

  void TakeTrace(const Fields& fields) {
    report_.xray_trace_id = Word(fields["XRAY TraceId"]);
    report_.xray_segment_id = Word(fields["SegmentId"]);
    const std::string_view sampled = fields["Sampled"];
    if (sampled == "true" || sampled == "false") report_.xray_sampled = sampled == "true";
  }

  // True when the line is one of JSON, whether or not it says anything to us.
  bool JsonLine(std::string_view line) {
    const size_t at = line.starts_with('{') ? 0 : line.rfind(R"({"time")");
    if (at == line.npos) return false;
    const std::string_view text = line.substr(at);
    const bool worth = text.find("platform.") != text.npos || text.find("REPORT") != text.npos;
    if (!worth || text.size() > kMostRecord) return true;
    // The parser and the destructor go without recursion; the guard saves memory.
    const auto shallow = [](int depth, Json::parse_event_t, const Json&) { return depth < 8; };
    const Json record = Json::parse(text, shallow, /*allow_exceptions=*/false);
    if (!record.is_object()) return false;
    Record(record);
    return true;
  }

  void Record(const Json& line) {
    const std::string_view type = Text(Member(line, "type"));
    const Json& record = Member(line, "record");
    const Json& metrics = Member(record, "metrics");
    if (type == "platform.report") {
      TakeReport(record, metrics);
    } else if (type == "platform.initReport") {
      init_ =
          InitReport{Number(Member(metrics, "durationMs")), Word(Text(Member(record, "phase"))),
                     Word(Text(Member(record, "status"))), Word(Text(Member(record, "errorType")))};
    } else if (type == "platform.restoreReport") {
      restore_ms_ = Number(Member(metrics, "durationMs"));
    } else if (type == "platform.start" && IsOurs(Text(Member(record, "requestId")))) {
      started_at_ms_ = ParseTimestamp(Text(Member(line, "time")));
    }
  }

  void TakeReport(const Json& record, const Json& metrics) {
    if (!IsOurs(Text(Member(record, "requestId")))) return;
    report_ = {};
    report_.found = true;
    report_.duration_ms = Number(Member(metrics, "durationMs"));
    report_.billed_ms = Number(Member(metrics, "billedDurationMs"));
    report_.init_ms = Number(Member(metrics, "initDurationMs"));
    report_.restore_ms = Number(Member(metrics, "restoreDurationMs"));
    report_.billed_restore_ms = Number(Member(metrics, "billedRestoreDurationMs"));
    report_.memory_mb = Number(Member(metrics, "memorySizeMB"));
    report_.used_mb = Number(Member(metrics, "maxMemoryUsedMB"));
    report_.status = Word(Text(Member(record, "status")));
    report_.error_type = Word(Text(Member(record, "errorType")));
    const Json& tracing = Member(record, "tracing");
    const std::string_view header = Text(Member(tracing, "value"));
    report_.xray_trace_id = Word(TracePart(header, "Root"));
    // The text format's SegmentId is the span; the header names it where the record does not.
    report_.xray_segment_id = Word(Text(Member(tracing, "spanId")));
    if (report_.xray_segment_id.empty())
      report_.xray_segment_id = Word(TracePart(header, "Parent"));
    const std::string_view sampled = TracePart(header, "Sampled");
    if (sampled == "1" || sampled == "0") report_.xray_sampled = sampled == "1";
  }

  std::string_view request_id_;
  LambdaReport report_;
  std::optional<InitReport> init_;
  std::optional<double> restore_ms_, started_at_ms_;
  bool after_report_ = false;  // the line before was a REPORT of ours in text
};

}  // namespace

LambdaReport ReadLambdaReport(std::string_view tail, std::string_view request_id) {
  if (tail.size() > kMostTail) tail.remove_prefix(tail.size() - kMostTail);
  const std::string text = WithoutEscapes(tail);
  TailReader reader(request_id);
  for (std::string_view rest = text; !rest.empty();) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    reader.Line(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return std::move(reader).Finish();
}

}  // namespace faaslight
