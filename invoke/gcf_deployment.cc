#include "invoke/gcf_deployment.h"

#include <fmt/format.h>

#include <utility>

#include "base/subprocess.h"
#include "invoke/http_event.h"
#include "invoke/http_round.h"
#include "invoke/one_line.h"
#include "invoke/text.h"

namespace faaslight {
namespace {

using std::chrono::milliseconds;

constexpr auto kTokenLife = std::chrono::minutes(50);

class GcfDeployment : public MeasuredDeployment {
 public:
  GcfDeployment(HttpSend send, std::string url, BearerToken& token, milliseconds timeout,
                RetryPolicy policy, Control control)
      : send_(std::move(send)),
        url_(std::move(url)),
        token_(token),
        timeout_(timeout),
        policy_(std::move(policy)),
        control_(std::move(control)) {
    // A function's own 500 is an answer, and it has run.
    policy_.statuses = {429};
  }

  Status Prepare() override;
  Status BeginSession(bool /*cold*/) override { return {}; }
  Result<Round> Call(const CallEvent& event) override;

 private:
  Result<RetriedOutcome> Send(const CallEvent& event, bool fresh_token);

  HttpSend send_;
  std::string url_;
  BearerToken& token_;
  milliseconds timeout_;
  RetryPolicy policy_;
  Control control_;
  InstanceSigns signs_;
  bool answered_ = false;
};

Status GcfDeployment::Prepare() {
  const Result<std::string> token = token_.Get(false);
  if (!token) return tl::unexpected(token.error());
  if (!token->empty() && SchemeOf(url_) != "https" && !IsLoopback(url_))
    return Fail(
        ExitCode::kUsage,
        fmt::format("{} is not https: the token would be readable on the way. Use https, or "
                    "--token-command '' for a function that needs none",
                    HostOf(url_)));
  return {};
}

Result<RetriedOutcome> GcfDeployment::Send(const CallEvent& event, bool fresh_token) {
  Result<HttpRequest> request = RequestOfEvent(url_, event.json);
  if (!request)
    return Fail(request.error().code, fmt::format("{}: {}", event.name, request.error().message));
  const Result<std::string> token = token_.Get(fresh_token);
  if (!token) return tl::unexpected(token.error());
  if (!token->empty()) request->headers.push_back("Authorization: Bearer " + *token);
  request->timeout = timeout_;
  return SendWithRetries(send_, *request, policy_, control_, [](const HttpReply& reply) {
    return fmt::format("status {}", reply.status);
  });
}

Result<Round> GcfDeployment::Call(const CallEvent& event) {
  Result<RetriedOutcome> sent = Send(event, false);
  if (sent && sent->outcome && sent->outcome->status == 401) sent = Send(event, true);
  if (!sent) return tl::unexpected(sent.error());
  if (!answered_ && !sent->outcome && sent->outcome.error().kind == HttpFailure::Kind::kNotSent)
    return Fail(ExitCode::kSystem, fmt::format("cannot reach the function, in {} attempts: {}",
                                               sent->attempts, sent->outcome.error().message));
  Round round = RoundOfHttp(*sent);
  if (!answered_ && (round.http_status == 401 || round.http_status == 403))
    return Fail(ExitCode::kUsage,
                fmt::format("{} refuses with status {}: does the token's account have the right to "
                            "invoke it? (--token-command)",
                            HostOf(url_), round.http_status));
  answered_ = answered_ || sent->outcome.has_value();
  if (sent->outcome) TakeHandlerTimes(sent->outcome->body, &signs_, round);
  return round;
}

bool IsPart(std::string_view text) {
  return !text.empty() && text.find_first_not_of(
                              "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV"
                              "WXYZ0123456789-_") == std::string_view::npos;
}

}  // namespace

Result<std::string> BearerToken::Get(bool fresh) {
  if (command_.empty()) return std::string();
  const auto now = std::chrono::steady_clock::now();
  if (!token_.empty() && !fresh && now - made_ < kTokenLife) return token_;
  Command command;
  command.argv = {"/bin/sh", "-c", command_};
  command.timeout = std::chrono::seconds(60);
  const Result<ProcessResult> done = Run(command);
  if (!done) return tl::unexpected(done.error());
  std::string token(Trimmed(done->out));
  const bool printable = token.find_first_of(" \t\r\n") == std::string::npos;
  if (!done->ok() || token.empty() || !printable)
    return Fail(ExitCode::kUsage,
                fmt::format("the token command '{}' gave no token ({}{}). Give another by "
                            "--token-command, or '' for a function that needs none",
                            OneLine(command_),
                            done->timed_out ? "took longer than a minute"
                                            : fmt::format("exit code {}", done->exit_code),
                            done->err.empty() ? "" : ": " + OneLine(Trimmed(done->err))));
  token_ = std::move(token);
  made_ = now;
  return token_;
}

Result<std::string> CloudFunctionUrl(const std::string& name, const std::string& region,
                                     const std::string& project) {
  for (const auto& [value, option] :
       {std::pair{name, "the function's name"}, {region, "--region"}, {project, "--project"}})
    if (!IsPart(value))
      return Fail(ExitCode::kUsage,
                  fmt::format("{} is '{}': a function by name needs its name, --region and "
                              "--project; or give its URL",
                              option, OneLine(value)));
  return fmt::format("https://{}-{}.cloudfunctions.net/{}", region, project, name);
}

std::unique_ptr<MeasuredDeployment> MakeGcfDeployment(HttpSend send, std::string url,
                                                      BearerToken& token, milliseconds timeout,
                                                      RetryPolicy policy, Control control) {
  return std::make_unique<GcfDeployment>(std::move(send), std::move(url), token, timeout,
                                         std::move(policy), std::move(control));
}

}  // namespace faaslight
