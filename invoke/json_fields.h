// Reading members of untrusted JSON objects: each has a type and bounds, and the first that does
// not fit is remembered. So a reader lists its members and asks once, at the end, whether all were
// well.
#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace faaslight {

// A member's text; empty where the object has none, or another type.
std::string TextOf(const nlohmann::json& object, const char* name);

class JsonFields {
 public:
  static constexpr size_t kMaxText = 1 << 20;  // bytes of one text
  static constexpr size_t kMaxTexts = 10'000;  // elements of a list of texts
  static constexpr double kMaxNumber = 1e15;   // either sign

  // `json` must outlive this object.
  explicit JsonFields(const nlohmann::json& json);

  std::string Text(std::string_view name);
  std::vector<std::string> Texts(std::string_view name);
  bool Bool(std::string_view name);
  double Number(std::string_view name);
  // Absent where the member is null or missing.
  std::optional<double> MaybeNumber(std::string_view name);
  uint64_t Count(std::string_view name, uint64_t most = std::numeric_limits<uint32_t>::max());
  // The element of `values` whose KeyOf is the member's text.
  template <typename Values>
  auto Choice(std::string_view name, const Values& values) {
    const std::string text = Text(name);
    for (const auto value : values) {
      if (KeyOf(value) == text) return value;
    }
    Wrong(name, "is no value that is known");
    return values[0];
  }
  // An object or an array; null where it is neither.
  const nlohmann::json& Object(std::string_view name);
  const nlohmann::json& Array(std::string_view name);

  // What was wrong first, for people; empty: nothing.
  const std::string& error() const { return error_; }

 private:
  const nlohmann::json& Member(std::string_view name, const char* type,
                               bool (*fits)(const nlohmann::json&));
  void Wrong(std::string_view name, std::string_view what);

  const nlohmann::json& json_;
  std::string error_;
};

}  // namespace faaslight
