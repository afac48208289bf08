// Stand-ins of this folder's tests: time that does not pass, and a service made of a function.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "invoke/control.h"
#include "invoke/http.h"
#include "invoke/retry.h"

namespace faaslight::testing {

// Sleeps are only written down.
struct FakeTime {
  std::vector<std::chrono::milliseconds> slept;
  bool stopped = false;
  Control control() {
    Control made;
    made.stopped = [this] { return stopped; };
    made.sleep = [this](std::chrono::milliseconds time) { slept.push_back(time); };
    return made;
  }
};

inline HttpReply Reply(int status, std::string body,
                       std::vector<std::pair<std::string, std::string>> headers = {}) {
  HttpReply reply;
  reply.status = status;
  reply.body = std::move(body);
  reply.headers = std::move(headers);
  reply.sent_at_ms = 1'700'000'000'000;
  reply.reply_ms = 100;
  return reply;
}

inline HttpOutcome Failure(HttpFailure::Kind kind, std::string message) {
  HttpFailure failure;
  failure.kind = kind;
  failure.message = std::move(message);
  return tl::unexpected(std::move(failure));
}

inline Result<SigV4> Key() { return SigV4{"eu-west-1", "lambda", "AKID", "secret", ""}; }

}  // namespace faaslight::testing
