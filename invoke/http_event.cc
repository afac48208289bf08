#include "invoke/http_event.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "invoke/base64.h"

namespace faaslight {
namespace {

using nlohmann::json;

std::string Text(const json& value) {
  return value.is_string() ? value.get<std::string>()
                           : value.dump(-1, ' ', true, json::error_handler_t::replace);
}

bool SameName(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

void AddQuery(const json& query, std::string& text) {
  const auto add = [&](const std::string& name, const json& value) {
    text += fmt::format("{}{}={}", text.empty() ? "" : "&", PercentEncoded(name),
                        PercentEncoded(Text(value)));
  };
  if (query.is_string() && !query.get<std::string>().empty())
    text += (text.empty() ? "" : "&") + query.get<std::string>();
  if (!query.is_object()) return;
  for (const auto& [name, value] : query.items()) {
    if (!value.is_array()) add(name, value);
    if (value.is_array())
      for (const json& each : value) add(name, each);
  }
}

Status AddBody(const json& event, HttpRequest& request) {
  const auto body = event.find("body");
  if (body == event.end() || body->is_null()) return {};
  if (!body->is_string()) {
    request.body = Text(*body);
    const bool typed = std::any_of(
        request.headers.begin(), request.headers.end(),
        [](const std::string& header) { return SameName(header.substr(0, 13), "content-type:"); });
    if (!typed) request.headers.emplace_back("Content-Type: application/json");
    return {};
  }
  request.body = body->get<std::string>();
  if (!event.value("base64", json(false)).is_boolean() || !event.value("base64", json(false)))
    return {};
  const std::optional<std::string> decoded = DecodedBase64(request.body);
  if (!decoded) return Fail(ExitCode::kBadInput, "its body is said to be base64, and is none");
  request.body = *decoded;
  return {};
}

}  // namespace

Result<HttpRequest> RequestOfEvent(const std::string& url, const std::string& event_json) {
  const json event = json::parse(event_json, nullptr, /*allow_exceptions=*/false);
  if (!event.is_object())
    return Fail(ExitCode::kBadInput,
                "an event of the http trigger is an object (method, path, headers, query, body, "
                "base64)");
  HttpRequest request;
  const json given = event.value("path", json());
  std::string path = given.is_string() ? given.get<std::string>() : "";
  std::string query;
  request.url = url.substr(0, url.find('#'));
  if (const size_t mark = request.url.find('?'); mark != std::string::npos) {
    query = request.url.substr(mark + 1);
    request.url.resize(mark);
  }
  if (const size_t mark = path.find('?'); mark != std::string::npos) {
    query += (query.empty() ? "" : "&") + path.substr(mark + 1);
    path.resize(mark);
  }
  AddQuery(event.value("query", json()), query);
  // Without a path of the event's, the URL's own as it is: /f and /f/ are two to many servers.
  if (!path.empty() || request.url.empty()) {
    while (!request.url.empty() && request.url.back() == '/') request.url.pop_back();
    request.url += (path.empty() || path.front() != '/' ? "/" : "") + path;
  }
  if (!query.empty()) request.url += "?" + query;
  // Neither may end the request line early.
  if (request.url.find_first_of(std::string_view(" \r\n\0", 4)) != std::string::npos)
    return Fail(ExitCode::kBadInput, "its path or query holds a blank or a line break; encode it");
  const json headers = event.value("headers", json::object());
  if (headers.is_object())
    for (const auto& [name, value] : headers.items())
      request.headers.push_back(fmt::format("{}: {}", name, Text(value)));
  if (Status body = AddBody(event, request); !body) return tl::unexpected(body.error());
  request.method = request.body.empty() ? "GET" : "POST";
  if (const json method = event.value("method", json()); method.is_string())
    request.method = method.get<std::string>();
  std::transform(request.method.begin(), request.method.end(), request.method.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return request;
}

}  // namespace faaslight
