// URLs are taken apart carefully: where a token may go hangs on it. And events become requests.
#include "invoke/http.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "invoke/http_event.h"

namespace faaslight {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(Url, HostAndScheme) {
  EXPECT_EQ(HostOf("https://Example.com:8443/a?b#c"), "example.com");
  EXPECT_EQ(HostOf("http://[::1]:80/"), "::1");
  EXPECT_EQ(HostOf("http://user:pass@host/"), "host");
  EXPECT_EQ(HostOf("http://host?x@evil"), "host");
  EXPECT_EQ(HostOf("host/path"), "");
  EXPECT_EQ(SchemeOf("HTTPS://x"), "https");
  EXPECT_EQ(SchemeOf("x"), "");
}

TEST(Url, OnlyThisMachineIsLoopback) {
  for (const char* url : {"http://127.0.0.1:80/", "http://localhost", "http://127.9.9.9/x",
                          "http://[::1]:8080/", "http://LOCALHOST:1/"})
    EXPECT_TRUE(IsLoopback(url)) << url;
  for (const char* url :
       {"http://127.0.0.1.example.com/", "http://localhost.example.com/", "http://1.2.3.4/",
        "http://127.0.0.1@example.com/", "http://example.com/127.0.0.1", "127.0.0.1",
        "http://127.1/", "http://example.com\\@127.0.0.1/", ""})
    EXPECT_FALSE(IsLoopback(url)) << url;
}

TEST(Url, PercentEncoded) {
  EXPECT_EQ(PercentEncoded("$LATEST ü~a-b_c.d"), "%24LATEST%20%C3%BC~a-b_c.d");
}

TEST(HttpClient, ARequestThatCannotLeaveIsSaidSo) {
  HttpClient client;
  HttpRequest request;
  request.url = "http://127.0.0.1:1/";  // no one listens on tcpmux
  request.no_proxy = true;
  const HttpOutcome outcome = client.Send(request);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, HttpFailure::Kind::kNotSent);
  EXPECT_EQ(outcome.error().sent_at_ms, 0);
}

TEST(HttpClient, OtherProtocolsAndSplitHeadersAreRefused) {
  HttpClient client;
  HttpRequest request;
  request.url = "file:///etc/passwd";
  EXPECT_EQ(client.Send(request).error().kind, HttpFailure::Kind::kOther);
  request.url = "http://127.0.0.1:1/";
  request.headers = {"A: b\r\nC: d"};
  EXPECT_THAT(client.Send(request).error().message, ::testing::HasSubstr("line break"));
}

TEST(HttpReply, TheLastHeaderOfAName) {
  HttpReply reply;
  reply.headers = {{"a", "1"}, {"b", "2"}, {"a", "3"}};
  EXPECT_EQ(reply.Header("a"), "3");
  EXPECT_EQ(reply.Header("c"), "");
}

HttpRequest Of(const std::string& event) {
  const auto request = RequestOfEvent("https://host/base/", event);
  EXPECT_TRUE(request) << request.error().message;
  return request.value_or(HttpRequest());
}

TEST(RequestOfEvent, AnEmptyEventIsAGet) {
  const HttpRequest request = Of("{}");
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.url, "https://host/base/");
  EXPECT_THAT(request.headers, IsEmpty());
}

TEST(RequestOfEvent, PathAndQueryAreJoined) {
  EXPECT_EQ(Of(R"({"path":"/a?b=1","query":{"c d":["1","ü"],"n":2}})").url,
            "https://host/base/a?b=1&c%20d=1&c%20d=%C3%BC&n=2");
  EXPECT_EQ(Of(R"({"path":"a","query":"x=y"})").url, "https://host/base/a?x=y");
}

TEST(RequestOfEvent, Bodies) {
  HttpRequest request = Of(R"({"body":{"a":1}})");
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.body, R"({"a":1})");
  EXPECT_THAT(request.headers, ElementsAre("Content-Type: application/json"));
  request = Of(R"({"body":{"a":1},"headers":{"content-type":"x/y"},"method":"put"})");
  EXPECT_EQ(request.method, "PUT");
  EXPECT_THAT(request.headers, ElementsAre("content-type: x/y"));
  request = Of(R"({"body":"text"})");
  EXPECT_EQ(request.body, "text");
  EXPECT_THAT(request.headers, Not(Contains("Content-Type: application/json")));
  EXPECT_EQ(Of(R"({"body":"aGk=","base64":true})").body, "hi");
}

TEST(RequestOfEvent, WhatIsNoRequestIsRefused) {
  for (const char* event : {"[]", "1", "\"GET\"", "{", R"({"body":"%","base64":true})",
                            R"({"path":"/a b"})", R"({"path":"/\r\nHost: x"})"}) {
    const auto request = RequestOfEvent("https://host", event);
    ASSERT_FALSE(request) << event;
    EXPECT_EQ(request.error().code, ExitCode::kBadInput);
  }
}

}  // namespace
}  // namespace faaslight
