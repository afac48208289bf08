// libcurl's easy interface, used with care for three things that it leaves to its caller: a reply
// of any size (counted while it arrives), headers of any number (curl bounds each one, not all),
// and the difference between a request that never left and one that may have been carried out: only
// the first may be sent again without asking.
#include "invoke/http.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <mutex>
#include <optional>

#include "invoke/text.h"
#include "invoke/timestamp.h"

namespace faaslight {
namespace {

constexpr size_t kMaxHeaderBytes = 256UL << 10;

struct Reading {
  const HttpRequest* request = nullptr;
  const std::function<bool()>* keep_going = nullptr;
  HttpReply reply;
  size_t header_bytes = 0;
  bool too_large = false, flooded = false, stopped = false;
  // When the connection stood and the request was about to go out. curl's own account of that
  // moment (PRETRANSFER_TIME) is taken after the request was written, which a busy machine may put
  // behind the reply.
  std::optional<std::chrono::steady_clock::time_point> ready;
  double ready_at_ms = 0;  // since 1970
};

struct CurlListDeleter {
  void operator()(curl_slist* list) const { ::curl_slist_free_all(list); }
};
using CurlList = std::unique_ptr<curl_slist, CurlListDeleter>;

size_t TakeBody(char* data, size_t size, size_t count, void* reading_pointer) {
  auto& reading = *static_cast<Reading*>(reading_pointer);
  const size_t bytes = size * count;
  if (reading.reply.body.size() + bytes > reading.request->max_body) {
    reading.too_large = true;
    return 0;  // ends the transfer
  }
  reading.reply.body.append(data, bytes);
  return bytes;
}

size_t TakeHeader(char* data, size_t size, size_t count, void* reading_pointer) {
  auto& reading = *static_cast<Reading*>(reading_pointer);
  const std::string_view line(data, size * count);
  reading.header_bytes += line.size();
  if (reading.header_bytes > kMaxHeaderBytes) {
    reading.flooded = true;
    return 0;
  }
  // A status line begins a new reply: what came before it (100 Continue) is not the answer.
  if (line.substr(0, 5) == "HTTP/") {
    reading.reply.headers.clear();
  } else if (const size_t colon = line.find(':'); colon != std::string_view::npos) {
    reading.reply.headers.emplace_back(Lower(Trimmed(line.substr(0, colon))),
                                       Trimmed(line.substr(colon + 1)));
  }
  return line.size();
}

int Progress(void* reading_pointer, curl_off_t /*total*/, curl_off_t /*now*/, curl_off_t /*up*/,
             curl_off_t /*up_now*/) {
  auto& reading = *static_cast<Reading*>(reading_pointer);
  if (!*reading.keep_going || (*reading.keep_going)()) return 0;
  reading.stopped = true;
  return 1;
}

double MsSince(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
      .count();
}

int Ready(void* reading_pointer, char* /*peer*/, char* /*local*/, int /*peer_port*/,
          int /*local_port*/) {
  auto& reading = *static_cast<Reading*>(reading_pointer);
  reading.ready_at_ms = NowMs();
  reading.ready = std::chrono::steady_clock::now();
  return CURL_PREREQFUNC_OK;
}

// One header beyond curl's own limit is CURLE_OUT_OF_MEMORY to it, or CURLE_TOO_LARGE (100)
// since 8.6.
bool IsFlood(CURLcode code, const Reading& reading) {
  constexpr int kTooLarge = 100;
  return reading.flooded ||
         (reading.ready && (code == CURLE_OUT_OF_MEMORY || static_cast<int>(code) == kTooLarge));
}

HttpFailure::Kind KindOf(CURLcode code, const Reading& reading) {
  using Kind = HttpFailure::Kind;
  if (reading.stopped) return Kind::kStopped;
  if (reading.too_large) return Kind::kTooLarge;
  if (IsFlood(code, reading)) return Kind::kBadReply;
  const bool sent = reading.ready.has_value();
  switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_INTERFACE_FAILED:
      return Kind::kNotSent;
    case CURLE_OPERATION_TIMEDOUT:
      return sent ? Kind::kTimedOut : Kind::kNotSent;
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_PARTIAL_FILE:
      return Kind::kDropped;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:  // "HTTP/0.9 when not allowed"
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_WRITE_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return sent ? Kind::kBadReply : Kind::kOther;
    default:
      return Kind::kOther;
  }
}

// Options that differ between requests. `list` and `userpwd` must outlive the transfer.
void SetUp(CURL* curl, const HttpRequest& request, curl_slist* list, Reading* reading) {
  ::curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  ::curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  ::curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  ::curl_easy_setopt(curl, CURLOPT_HTTP09_ALLOWED, 0L);
  ::curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list);
  ::curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(request.connect_timeout.count()));
  ::curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
  // On a connection that was open and has died meanwhile, curl sends the request a second time
  // without a word: a fault that nobody would see, and perhaps two runs of the function. So each
  // has its own.
  ::curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
  ::curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
  // curl waits for "100 Continue" before a body of 1 MB and more: not for long.
  ::curl_easy_setopt(curl, CURLOPT_EXPECT_100_TIMEOUT_MS, 1L);
  // Lambda holds a connection silent for as long as the function runs; a NAT forgets it by then.
  ::curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
  ::curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &TakeBody);
  ::curl_easy_setopt(curl, CURLOPT_WRITEDATA, reading);
  ::curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &TakeHeader);
  ::curl_easy_setopt(curl, CURLOPT_HEADERDATA, reading);
  ::curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, &Ready);
  ::curl_easy_setopt(curl, CURLOPT_PREREQDATA, reading);
  ::curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  ::curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &Progress);
  ::curl_easy_setopt(curl, CURLOPT_XFERINFODATA, reading);
  if (request.no_proxy || IsLoopback(request.url)) ::curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
  if (request.method == "POST" || request.method == "PUT" || !request.body.empty()) {
    ::curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                       static_cast<curl_off_t>(request.body.size()));
    ::curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
  }
  if (request.method == "HEAD") ::curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  if (request.method != "POST" && (request.method != "GET" || !request.body.empty()))
    ::curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (request.sigv4) {
    const SigV4& key = *request.sigv4;
    const std::string provider = fmt::format("aws:amz:{}:{}", key.region, key.service);
    const std::string user = fmt::format("{}:{}", key.access_key_id, key.secret_access_key);
    ::curl_easy_setopt(curl, CURLOPT_AWS_SIGV4, provider.c_str());  // curl copies both
    ::curl_easy_setopt(curl, CURLOPT_USERPWD, user.c_str());
  }
}

// Nothing when a header would split the request in two, or memory is short. No headers: null.
std::optional<CurlList> HeaderList(const HttpRequest& request) {
  CurlList list;
  std::vector<std::string> headers = request.headers;
  // A body is no form unless someone says so. (The signature would name a header that is not sent.)
  if (!request.sigv4 && std::none_of(headers.begin(), headers.end(), [](const std::string& header) {
        return Lower(header.substr(0, 13)) == "content-type:";
      }))
    headers.emplace_back("Content-Type:");
  if (request.sigv4 && !request.sigv4->session_token.empty())
    headers.push_back("X-Amz-Security-Token: " + request.sigv4->session_token);
  for (const std::string& header : headers) {
    if (header.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
      return std::nullopt;
    curl_slist* longer = ::curl_slist_append(list.get(), header.c_str());
    if (longer == nullptr) return std::nullopt;
    (void)list.release();  // `longer` is its head
    list.reset(longer);
  }
  return list;
}

HttpFailure FailureOf(const HttpRequest& request, CURLcode code, const Reading& reading,
                      const char* reason, double spent_ms) {
  HttpFailure failure;
  failure.kind = KindOf(code, reading);
  failure.message = fmt::format("{}: {}", HostOf(request.url),
                                reason != nullptr ? reason : ::curl_easy_strerror(code));
  if (reading.too_large)
    failure.message =
        fmt::format("{}: the reply is larger than {} bytes", HostOf(request.url), request.max_body);
  if (IsFlood(code, reading)) failure.message = HostOf(request.url) + ": headers without end";
  failure.sent_at_ms = reading.ready_at_ms;
  failure.spent_ms = spent_ms;
  return failure;
}

}  // namespace

struct HttpClient::State {
  CURL* curl = nullptr;
  std::function<bool()> keep_going;
};

HttpClient::HttpClient(std::function<bool()> keep_going) : state_(std::make_unique<State>()) {
  static std::once_flag once;
  std::call_once(once, [] { ::curl_global_init(CURL_GLOBAL_DEFAULT); });
  state_->curl = ::curl_easy_init();
  state_->keep_going = std::move(keep_going);
}

HttpClient::~HttpClient() {
  if (state_->curl != nullptr) ::curl_easy_cleanup(state_->curl);
}

HttpOutcome HttpClient::Send(const HttpRequest& request) {
  CURL* curl = state_->curl;
  if (curl == nullptr) return tl::unexpected(HttpFailure{.message = "libcurl cannot start"});
  ::curl_easy_reset(curl);
  const std::optional<CurlList> list = HeaderList(request);
  if (!list)
    return tl::unexpected(
        HttpFailure{.message = "a header holds a line break (or memory is short)"});
  Reading reading;
  reading.request = &request;
  reading.keep_going = &state_->keep_going;
  SetUp(curl, request, list->get(), &reading);
  std::array<char, CURL_ERROR_SIZE> text{};
  ::curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, text.data());
  const auto began = std::chrono::steady_clock::now();
  const CURLcode code = ::curl_easy_perform(curl);
  const double spent_ms = reading.ready ? MsSince(*reading.ready) : 0;
  if (code != CURLE_OK)
    return tl::unexpected(
        FailureOf(request, code, reading, text[0] != '\0' ? text.data() : nullptr, spent_ms));
  long status = 0;
  ::curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  reading.reply.status = static_cast<int>(status);
  reading.reply.sent_at_ms = reading.ready_at_ms;
  if (reading.ready)
    reading.reply.connect_ms =
        std::chrono::duration<double, std::milli>(*reading.ready - began).count();
  reading.reply.reply_ms = spent_ms;
  return std::move(reading.reply);
}

std::string_view HttpReply::Header(std::string_view name) const {
  for (auto header = headers.rbegin(); header != headers.rend(); ++header)
    if (header->first == name) return header->second;
  return {};
}

std::string SchemeOf(std::string_view url) {
  const size_t end = url.find("://");
  return end == std::string_view::npos ? "" : Lower(url.substr(0, end));
}

std::string HostOf(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return "";
  std::string_view rest = url.substr(scheme + 3);
  rest = rest.substr(0, rest.find_first_of("/?#\\"));
  if (const size_t at = rest.rfind('@'); at != std::string_view::npos) rest.remove_prefix(at + 1);
  if (!rest.empty() && rest.front() == '[') {
    const size_t close = rest.find(']');
    return close == std::string_view::npos ? "" : Lower(rest.substr(1, close - 1));
  }
  return Lower(rest.substr(0, rest.find(':')));
}

bool IsLoopback(std::string_view url) {
  const std::string host = HostOf(url);
  if (host == "localhost" || host == "::1") return true;
  // All of four numbers: "127.0.0.1.example.com" is someone else.
  return host.rfind("127.", 0) == 0 && std::count(host.begin(), host.end(), '.') == 3 &&
         host.find_first_not_of("0123456789.") == std::string::npos;
}

std::string PercentEncoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '.' || c == '_' || c == '~')
      out += c;
    else
      out += fmt::format("%{:02X}", byte);
  }
  return out;
}

}  // namespace faaslight
