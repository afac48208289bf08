// One HTTP request at a time over libcurl: bounded, classified failures, times, and AWS's request
// signature (CURLOPT_AWS_SIGV4). Redirects are not followed, and only http and https are spoken.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "tl/expected.hpp"

namespace faaslight {

// What a request is signed with. The key leaves the process as a signature only.
struct SigV4 {
  std::string region, service;
  std::string access_key_id, secret_access_key;
  std::string session_token;  // empty for long-term keys
};

struct HttpRequest {
  std::string method = "GET";
  std::string url = {};
  std::vector<std::string> headers = {};  // "Name: value", without CR and LF
  std::string body = {};                  // sent with any method, if there is one
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds timeout{30'000};  // of the whole request
  uint64_t max_body = 8ULL << 20;             // a longer reply is a kTooLarge
  std::optional<SigV4> sigv4 = {};
  // Else the proxy of the environment (http_proxy, no_proxy, …), but none on the way to this
  // machine itself: what is allowed without TLS there must not leave it.
  bool no_proxy = false;
};

struct HttpReply {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
  double sent_at_ms = 0;  // since 1970: the connection stood, the request went out
  double connect_ms = 0;  // name, TCP and TLS
  double reply_ms = 0;    // from sent_at to the reply's last byte

  // The last header of that name (lower case); empty when there is none.
  std::string_view Header(std::string_view name) const;
};

struct HttpFailure {
  enum class Kind {
    kNotSent,   // no connection: the request did not leave
    kTimedOut,  // the time limit of the whole request
    kDropped,   // the connection broke after the request had left
    kBadReply,  // no HTTP, headers without end
    kTooLarge,
    kStopped,  // keep_going said so
    kOther,    // a URL that is none, out of memory, …
  };
  Kind kind = Kind::kOther;
  std::string message;    // one line, names the URL's host, no secret
  double sent_at_ms = 0;  // as HttpReply's; 0 when nothing was sent
  double spent_ms = 0;    // from sent_at to the failure
};

using HttpOutcome = tl::expected<HttpReply, HttpFailure>;
// The seam: what sends a request. Tests give their own.
using HttpSend = std::function<HttpOutcome(const HttpRequest&)>;

// Every request opens a connection of its own. Not thread-safe: one client per thread.
class HttpClient {
 public:
  // `keep_going` is asked several times a second while a request is under way; empty: always.
  explicit HttpClient(std::function<bool()> keep_going = {});
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  HttpOutcome Send(const HttpRequest& request);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The address is this machine's own: localhost, 127.0.0.0/8, ::1 (as a URL's host).
bool IsLoopback(std::string_view url);
// Lower-case scheme and host of a URL, without user, port and path; empty for what is no URL.
std::string HostOf(std::string_view url);
std::string SchemeOf(std::string_view url);
// Everything but A-Z a-z 0-9 - . _ ~ as %XX.
std::string PercentEncoded(std::string_view text);

}  // namespace faaslight
