#include "invoke/handler_times.h"

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <string>

#include "invoke/timestamp.h"

namespace faaslight {
namespace {

using Json = nlohmann::json;

constexpr size_t kMostLog = 1 << 20;
// Epoch seconds end where epoch milliseconds begin (the year 5138, and 1973); the last year that is
// a time is 5138 both ways.
constexpr double kLeastSeconds = 1e8;
constexpr double kLeastMs = 1e11;
constexpr double kMostMs = 1e14;

bool IsWord(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= '0' && byte <= '9') || byte == '_';
}

// Lower case, without '_'; empty for what is too long to be one of the names.
std::string Plain(std::string_view name) {
  std::string plain;
  if (name.size() > 64) return plain;
  for (const char byte : name) {
    if (byte != '_') plain += byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + 32) : byte;
  }
  return plain;
}

// The member of that name; null for another name.
std::optional<double>* Named(HandlerTimes& times, std::string_view name) {
  const std::string plain = Plain(name);
  if (plain == "initstart") return &times.init_start;
  if (plain == "initend") return &times.init_end;
  if (plain == "functionstart") return &times.function_start;
  if (plain == "functionend") return &times.function_end;
  return nullptr;
}

std::optional<double> FromEpoch(double value) {
  if (!(value >= kLeastSeconds) || !(value < kMostMs)) return std::nullopt;
  return value < kLeastMs ? value * 1000 : value;
}

// A time at the start of the text, which no letter or digit follows.
std::optional<double> TimePrefix(std::string_view text, size_t* used) {
  std::optional<double> ms;
  if (const auto stamp = ParseTimestampPrefix(text)) {
    ms = stamp->ms;
    *used = stamp->used;
  } else {
    double value = 0;
    // A digit first: from_chars would take "inf" and "-1".
    if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc()) return std::nullopt;
    ms = FromEpoch(value);
    *used = static_cast<size_t>(end - text.data());
  }
  if (*used < text.size() && IsWord(text[*used])) return std::nullopt;
  return ms;
}

std::optional<double> TimeOf(const Json& value) {
  if (value.is_number()) return FromEpoch(value.get<double>());
  const auto* text = value.get_ptr<const Json::string_t*>();
  if (text == nullptr) return std::nullopt;
  size_t used = 0;
  const std::optional<double> ms = TimePrefix(*text, &used);
  return used == text->size() ? ms : std::nullopt;
}

// Only the objects that may hold a time: whatever is nested deeper is parsed and dropped, so that
// an answer of megabytes of brackets costs no memory.
Json ParseShallow(std::string_view text) {
  const auto keep = [](int depth, Json::parse_event_t event, const Json&) {
    return event == Json::parse_event_t::array_start    ? false
           : event == Json::parse_event_t::object_start ? depth < 2
                                                        : true;
  };
  return Json::parse(text, keep, /*allow_exceptions=*/false);
}

void FillFrom(const Json& object, HandlerTimes& times) {
  for (const auto& [name, value] : object.items()) {
    std::optional<double>* time = Named(times, name);
    if (time != nullptr && !*time) *time = TimeOf(value);
  }
}

void FillFromAnswer(std::string_view answer, HandlerTimes& times) {
  const size_t start = answer.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos || answer[start] != '{') return;
  const Json object = ParseShallow(answer);
  if (!object.is_object()) return;
  FillFrom(object, times);
  const auto body = object.find("body");
  if (body == object.end()) return;
  if (body->is_object()) {
    FillFrom(*body, times);
  } else if (const auto* text = body->get_ptr<const Json::string_t*>()) {
    const Json inner = ParseShallow(*text);
    if (inner.is_object()) FillFrom(inner, times);
  }
}

// The text after a name's colon and the quotes around both; empty where there is no colon.
std::string_view ValueAfter(std::string_view text) {
  // A backslash: the quotes of JSON in a JSON log's message.
  constexpr std::string_view kBetween = " \t\"'\\";
  size_t at = text.find_first_not_of(kBetween);
  if (at == std::string_view::npos || text[at] != ':') return {};
  at = text.find_first_not_of(kBetween, at + 1);
  return at == std::string_view::npos ? std::string_view() : text.substr(at);
}

HandlerTimes FromLog(std::string_view log) {
  HandlerTimes times;
  if (log.size() > kMostLog) log.remove_prefix(log.size() - kMostLog);
  for (size_t at = 0; at < log.size();) {
    if (!IsWord(log[at])) {
      ++at;
      continue;
    }
    size_t end = at;
    while (end < log.size() && IsWord(log[end])) ++end;
    if (std::optional<double>* time = Named(times, log.substr(at, end - at))) {
      size_t used = 0;
      // Bounded, for a log of nothing but names and quotes.
      if (const auto ms = TimePrefix(ValueAfter(log.substr(end, 256)), &used)) *time = ms;
    }
    at = end;
  }
  return times;
}

}  // namespace

HandlerTimes ReadHandlerTimes(std::string_view answer, std::string_view log) {
  HandlerTimes times;
  FillFromAnswer(answer, times);
  const HandlerTimes printed = FromLog(log);
  constexpr std::array kMembers{&HandlerTimes::init_start, &HandlerTimes::init_end,
                                &HandlerTimes::function_start, &HandlerTimes::function_end};
  for (const auto member : kMembers) {
    if (!(times.*member)) times.*member = printed.*member;
  }
  return times;
}

}  // namespace faaslight
