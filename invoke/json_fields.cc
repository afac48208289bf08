#include "invoke/json_fields.h"

#include <fmt/format.h>

#include <cmath>

namespace faaslight {
namespace {

using Json = nlohmann::json;

const Json kNull;

bool IsNumber(const Json& json) {
  return json.is_number() && std::abs(json.get<double>()) <= JsonFields::kMaxNumber;
}

bool IsText(const Json& json) {
  return json.is_string() && json.get_ref<const std::string&>().size() <= JsonFields::kMaxText;
}

bool AreTexts(const Json& json) {
  if (!json.is_array() || json.size() > JsonFields::kMaxTexts) return false;
  for (const Json& element : json) {
    if (!IsText(element)) return false;
  }
  return true;
}

}  // namespace

JsonFields::JsonFields(const Json& json) : json_(json) {
  if (!json.is_object()) error_ = "not an object";
}

void JsonFields::Wrong(std::string_view name, std::string_view what) {
  if (error_.empty()) error_ = fmt::format("'{}' {}", name, what);
}

const Json& JsonFields::Member(std::string_view name, const char* type, bool (*fits)(const Json&)) {
  if (!json_.is_object()) return kNull;
  const auto found = json_.find(name);
  if (found == json_.end()) {
    Wrong(name, "is missing");
    return kNull;
  }
  if (!fits(*found)) {
    Wrong(name, fmt::format("is not {}", type));
    return kNull;
  }
  return *found;
}

std::string JsonFields::Text(std::string_view name) {
  const Json& member = Member(name, "a text of at most 1 MB", IsText);
  return member.is_null() ? std::string() : member.get<std::string>();
}

std::vector<std::string> JsonFields::Texts(std::string_view name) {
  const Json& member = Member(name, "a list of at most 10,000 texts", AreTexts);
  return member.is_null() ? std::vector<std::string>() : member.get<std::vector<std::string>>();
}

bool JsonFields::Bool(std::string_view name) {
  const Json& member =
      Member(name, "true or false", [](const Json& json) { return json.is_boolean(); });
  return !member.is_null() && member.get<bool>();
}

double JsonFields::Number(std::string_view name) {
  const Json& member = Member(name, "a number within ±1e15", IsNumber);
  return member.is_null() ? 0 : member.get<double>();
}

std::optional<double> JsonFields::MaybeNumber(std::string_view name) {
  if (!json_.is_object()) return std::nullopt;
  const auto found = json_.find(name);
  if (found == json_.end() || found->is_null()) return std::nullopt;
  return Number(name);
}

uint64_t JsonFields::Count(std::string_view name, uint64_t most) {
  const Json& member = Member(name, "a whole number from 0",
                              [](const Json& json) { return json.is_number_unsigned(); });
  if (member.is_null()) return 0;
  const auto count = member.get<uint64_t>();
  if (count <= most) return count;
  Wrong(name, fmt::format("is more than {}", most));
  return 0;
}

const Json& JsonFields::Object(std::string_view name) {
  return Member(name, "an object", [](const Json& json) { return json.is_object(); });
}

const Json& JsonFields::Array(std::string_view name) {
  return Member(name, "an array", [](const Json& json) { return json.is_array(); });
}

std::string TextOf(const nlohmann::json& object, const char* name) {
  const auto at = object.find(name);
  return at != object.end() && at->is_string() ? at->get<std::string>() : "";
}

}  // namespace faaslight
