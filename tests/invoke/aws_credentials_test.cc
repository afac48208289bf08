// The chain of places that a key comes from: their order, what each asks and refuses, and that no
// message holds a key. No network, no home folder: the environment is the test's own.
#include "invoke/aws_credentials.h"

#include <gtest/gtest.h>

#include <map>

#include "invoke/timestamp.h"

namespace faaslight {
namespace {

constexpr const char* kKeyJson =
    R"({"Version":1,"Code":"Success","AccessKeyId":"AKJ","SecretAccessKey":"HIDDENJ",)"
    R"("SessionToken":"TOKENJ","Token":"TOKENJ","Expiration":"2030-01-01T00:00:00Z"})";
const char* const kKeysInCredentials =
    "[default]\naws_access_key_id = AKF\naws_secret_access_key = HIDDENF\n"
    "[dev]\naws_access_key_id = AKD\naws_secret_access_key = HIDDEND\n";

class AwsCredentialsTest : public testing::Test {
 protected:
  AwsCredentialsTest() {
    environment_.variable = [this](const std::string& name) -> std::optional<std::string> {
      const auto found = variables_.find(name);
      if (found == variables_.end()) return std::nullopt;
      return found->second;
    };
    environment_.read_file = [this](const std::filesystem::path& path) -> Result<std::string> {
      const auto found = files_.find(path.string());
      if (found == files_.end()) return Fail(ExitCode::kUsage, path.string() + ": no such file");
      return found->second;
    };
    environment_.send = [this](const HttpRequest& request) -> HttpOutcome {
      requests_.push_back(request);
      const auto found = replies_.find(request.method + " " + request.url);
      if (found == replies_.end())
        return tl::unexpected(HttpFailure{HttpFailure::Kind::kNotSent, "no route", 0, 0});
      HttpReply reply;
      reply.status = found->second.first;
      reply.body = found->second.second;
      return reply;
    };
    environment_.run = [this](const Command& command) -> Result<ProcessResult> {
      commands_.push_back(command);
      return process_;
    };
  }

  Result<AwsCredentials> Find(const std::optional<std::string>& profile = std::nullopt) {
    return FindAwsCredentials(environment_, profile);
  }
  // The key's id, or the error; no error may hold a secret.
  std::string IdOrError(const std::optional<std::string>& profile = std::nullopt) {
    const Result<AwsCredentials> key = Find(profile);
    if (key) return key->access_key_id;
    for (const char* secret : {"HIDDEN",
                               "TOKEN"
                               "J"})
      EXPECT_EQ(key.error().message.find(secret), std::string::npos) << key.error().message;
    EXPECT_EQ(key.error().message.find('\n'), std::string::npos);
    return key.error().message;
  }
  void Instance(const std::string& key = kKeyJson) {
    const std::string host = "http://169.254.169.254/latest/";
    replies_["PUT " + host + "api/token"] = {200, "SESSION"};
    replies_["GET " + host + "meta-data/iam/security-credentials/"] = {200, "my-role\n"};
    replies_["GET " + host + "meta-data/iam/security-credentials/my-role"] = {200, key};
    replies_["GET " + host + "meta-data/placement/region"] = {200, "us-west-2"};
  }

  std::map<std::string, std::string> variables_{{"HOME", "/h"}};
  std::map<std::string, std::string> files_;
  std::map<std::string, std::pair<int, std::string>> replies_;
  std::vector<HttpRequest> requests_;
  std::vector<Command> commands_;
  ProcessResult process_;
  AwsEnvironment environment_;
};

void ExpectHas(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << text << "\nhas no " << part;
}

TEST_F(AwsCredentialsTest, TheEnvironmentIsFirst) {
  files_["/h/.aws/credentials"] = kKeysInCredentials;
  variables_["AWS_ACCESS_KEY_ID"] = "AKE";
  variables_["AWS_SECRET_ACCESS_KEY"] = "HIDDENE";
  variables_["AWS_SESSION_TOKEN"] = "T";
  variables_["AWS_PROFILE"] = "dev";
  const Result<AwsCredentials> key = Find();
  ASSERT_TRUE(key.has_value());
  EXPECT_EQ(key->source, "the environment");
  const SigV4 sign = key->For("eu-west-1", "lambda");
  EXPECT_EQ(sign.access_key_id + sign.secret_access_key + sign.session_token, "AKEHIDDENET");
  EXPECT_EQ(sign.region + sign.service, "eu-west-1lambda");
}

TEST_F(AwsCredentialsTest, AProfileGivenForThisRunGoesBeforeTheEnvironment) {
  files_["/h/.aws/credentials"] = kKeysInCredentials;
  variables_["AWS_ACCESS_KEY_ID"] = "AKE";
  variables_["AWS_SECRET_ACCESS_KEY"] = "HIDDENE";
  EXPECT_EQ(IdOrError("dev"), "AKD");
}

TEST_F(AwsCredentialsTest, TheProfileIsNamedByVariables) {
  files_["/h/.aws/credentials"] = kKeysInCredentials;
  EXPECT_EQ(IdOrError(), "AKF");
  variables_["AWS_DEFAULT_PROFILE"] = "dev";
  EXPECT_EQ(IdOrError(), "AKD");
  variables_["AWS_PROFILE"] = "default";
  EXPECT_EQ(IdOrError(), "AKF");
}

TEST_F(AwsCredentialsTest, HalfAKeyIsAnError) {
  Instance();
  variables_["AWS_ACCESS_KEY_ID"] = "AKE";
  ExpectHas(IdOrError(), "there is an access key id, but no secret key");
  EXPECT_EQ(Find().error().code, ExitCode::kUsage);
  variables_ = {{"HOME", "/h"}, {"AWS_SECRET_ACCESS_KEY", "HIDDENE"}};
  ExpectHas(IdOrError(), "no access key id");
  variables_["AWS_ACCESS_KEY_ID"] = "AKE\r\nX: y";
  ExpectHas(IdOrError(), "holds what no key does");
  variables_.erase("AWS_ACCESS_KEY_ID");
  variables_.erase("AWS_SECRET_ACCESS_KEY");
  files_["/h/.aws/credentials"] = "[default]\naws_secret_access_key = HIDDENF\n";
  ExpectHas(IdOrError(), "profile default: there is a secret key, but no access key id");
}

TEST_F(AwsCredentialsTest, ANamedProfileMustBeThere) {
  Instance();
  ExpectHas(IdOrError("gone"), "--profile: there is no profile gone in /h/.aws/config or ");
  variables_["AWS_PROFILE"] = "away";
  ExpectHas(IdOrError(), "AWS_PROFILE: there is no profile away");
}

TEST_F(AwsCredentialsTest, WhatNeedsTheCliNamesTheNextStep) {
  files_["/h/.aws/config"] =
      "[profile sso]\nsso_session = s\n[profile role]\nrole_arn = a\nsource_profile = sso\n"
      "aws_access_key_id = A\naws_secret_access_key = HIDDENR\n";
  for (const char* name : {"sso", "role"}) {
    const std::string message = IdOrError(name);
    ExpectHas(message, std::string("profile ") + name);
    ExpectHas(message,
              std::string("aws configure export-credentials --profile ") + name + " --format env");
  }
  variables_["AWS_WEB_IDENTITY_TOKEN_FILE"] = "/t";
  Instance();
  ExpectHas(IdOrError(), "AWS_WEB_IDENTITY_TOKEN_FILE");
}

TEST_F(AwsCredentialsTest, ACredentialProcessIsRunByTheShell) {
  files_["/h/.aws/config"] = "[default]\ncredential_process = get-key 'a b' | cat\n";
  process_.out = kKeyJson;
  const Result<AwsCredentials> key = Find();
  ASSERT_TRUE(key.has_value()) << key.error().message;
  EXPECT_EQ(key->secret_access_key.Reveal() + key->session_token.Reveal(), "HIDDENJTOKENJ");
  EXPECT_EQ(commands_.at(0).argv, (std::vector<std::string>{"sh", "-c", "get-key 'a b' | cat"}));
  EXPECT_TRUE(commands_.at(0).timeout.has_value());
  ASSERT_TRUE(key->expires.has_value());
  using std::chrono::seconds;
  EXPECT_EQ(std::chrono::duration<double>(key->expires->time_since_epoch()).count(), 1893456000.0);
  EXPECT_FALSE(key->ExpiresSoon(*key->expires - seconds(301)));
  EXPECT_TRUE(key->ExpiresSoon(*key->expires - seconds(299)));
  EXPECT_TRUE(key->ExpiresSoon(*key->expires + seconds(1)));
  EXPECT_FALSE(AwsCredentials{}.ExpiresSoon(*key->expires));
}

TEST_F(AwsCredentialsTest, AFailedCredentialProcessIsNotPassedOver) {
  Instance();
  files_["/h/.aws/config"] = "[default]\ncredential_process = get --key HIDDENP\n";
  process_.out = process_.err = kKeyJson;
  process_.exit_code = 3;
  ExpectHas(IdOrError(), "the credential_process of profile default exited with 3");
  process_ = {};
  process_.timed_out = true;
  ExpectHas(IdOrError(), "took more than 60 s");
  process_ = {};
  for (const auto& [out, what] : std::map<std::string, std::string>{
           {"HIDDEN", "no JSON object"},
           {"[]", "no JSON object"},
           {R"({"Version":2,"AccessKeyId":"A","SecretAccessKey":"HIDDEN"})", "\"Version\""},
           {R"({"Version":1,"AccessKeyId":"A"})", "no secret key"},
           {R"({"Version":1,"AccessKeyId":"A\n","SecretAccessKey":"HIDDEN"})", "access key id"},
           {R"({"Version":1,"AccessKeyId":"A","SecretAccessKey":"HIDDEN","Expiration":"x"})",
            "Expiration"}}) {
    process_.out = out;
    ExpectHas(IdOrError(), what);
    EXPECT_EQ(Find().error().code, ExitCode::kBadInput);
  }
}

TEST_F(AwsCredentialsTest, AContainersKeyIsAskedForAtItsAgent) {
  variables_["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/v2/x";
  variables_["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "Basic abc";
  replies_["GET http://169.254.170.2/v2/x"] = {200, kKeyJson};
  EXPECT_EQ(IdOrError(), "AKJ");
  EXPECT_EQ(requests_.at(0).headers.back(), "Authorization: Basic abc");
  EXPECT_TRUE(requests_.at(0).no_proxy);
  variables_["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = "/token";
  files_["/token"] = "from-file\n";
  EXPECT_EQ(IdOrError(), "AKJ");
  EXPECT_EQ(requests_.at(1).headers.back(), "Authorization: from-file");
  replies_["GET http://169.254.170.2/v2/x"] = {403, kKeyJson};
  ExpectHas(IdOrError(), "169.254.170.2 answered with HTTP status 403");
  replies_.clear();
  ExpectHas(IdOrError(), "no route");
}

TEST_F(AwsCredentialsTest, ATokenStartsNoOtherHeader) {
  variables_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "https://x/";
  replies_["GET https://x/"] = {200, kKeyJson};
  variables_["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "HIDDEN\r\nX-Other: 1";
  ExpectHas(IdOrError(), "AWS_CONTAINER_AUTHORIZATION_TOKEN: the token holds");
  variables_["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = "/none";
  ExpectHas(IdOrError(), "/none: no such file");
  files_["/none"] = "HIDDEN\nX-Other: 1\n";
  ExpectHas(IdOrError(), "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: the token holds");
  EXPECT_TRUE(requests_.empty());
}

TEST_F(AwsCredentialsTest, OnlySomeHostsAreAskedForAContainersKey) {
  for (const char* url :
       {"https://anywhere.example/x", "http://localhost:8080/x", "http://127.0.0.1/x",
        "http://[::1]:80/x", "http://169.254.170.2/x", "http://169.254.170.23/v1/credentials",
        "http://[fd00:ec2::23]/v1/credentials", "HTTP://LOCALHOST/x"}) {
    variables_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = url;
    replies_[std::string("GET ") + url] = {200, kKeyJson};
    EXPECT_EQ(IdOrError(), "AKJ") << url;
  }
  requests_.clear();
  for (const char* url : {"http://anywhere.example/x", "http://127.0.0.1.example/x",
                          "http://127.0.0.1@evil.example/", "http://evil.example\\@127.0.0.1/",
                          "http://169.254.169.254/x", "file:///etc/passwd", "ftp://localhost/x",
                          "localhost/x", "http:///x", "http://localhost/x y", "https://a\r\nb/"}) {
    variables_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = url;
    ExpectHas(IdOrError(), "AWS_CONTAINER_CREDENTIALS_FULL_URI: is no URL");
  }
  variables_["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "@evil.example/x";
  ExpectHas(IdOrError(), "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  EXPECT_TRUE(requests_.empty());
}

TEST_F(AwsCredentialsTest, TheInstanceIsAskedLastAndWithASessionToken) {
  Instance();
  EXPECT_EQ(IdOrError(), "AKJ");
  ASSERT_EQ(requests_.size(), 3U);
  EXPECT_EQ(requests_[0].method, "PUT");
  EXPECT_EQ(requests_[0].headers.at(0), "X-aws-ec2-metadata-token-ttl-seconds: 21600");
  EXPECT_EQ(requests_[2].headers.at(0), "X-aws-ec2-metadata-token: SESSION");
  for (const HttpRequest& request : requests_) {
    EXPECT_TRUE(request.no_proxy);
    EXPECT_LE(request.connect_timeout, std::chrono::seconds(1));
  }
  files_["/h/.aws/credentials"] = kKeysInCredentials;
  EXPECT_EQ(IdOrError(), "AKF");
}

TEST_F(AwsCredentialsTest, VersionOneOfTheInstanceMetadataIsNotUsed) {
  Instance();
  replies_.erase("PUT http://169.254.169.254/latest/api/token");
  ExpectHas(IdOrError(), "instance metadata: no route");
  EXPECT_EQ(requests_.size(), 1U);
  replies_["PUT http://169.254.169.254/latest/api/token"] = {200, "x\r\nY: z"};
  ExpectHas(IdOrError(), "gave no session token");
  EXPECT_EQ(requests_.size(), 2U);
}

TEST_F(AwsCredentialsTest, ARoleWithAnotherNameIsNotAskedFor) {
  Instance();
  replies_["GET http://169.254.169.254/latest/meta-data/iam/security-credentials/"] = {
      200, "../../user-data?x"};
  ExpectHas(IdOrError(), "the instance has no role");
}

TEST_F(AwsCredentialsTest, TheInstanceMetadataCanBeSwitchedOffAndMoved) {
  Instance();
  variables_["AWS_EC2_METADATA_DISABLED"] = "True";
  ExpectHas(IdOrError(), "switched off by AWS_EC2_METADATA_DISABLED");
  EXPECT_TRUE(requests_.empty());
  variables_.erase("AWS_EC2_METADATA_DISABLED");
  variables_["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "http://127.0.0.1:1338/";
  (void)Find();
  EXPECT_EQ(requests_.at(0).url, "http://127.0.0.1:1338/latest/api/token");
  variables_["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "nonsense";
  ExpectHas(IdOrError(), "AWS_EC2_METADATA_SERVICE_ENDPOINT is no URL");
  variables_.erase("AWS_EC2_METADATA_SERVICE_ENDPOINT");
  variables_["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"] = "IPv6";
  (void)Find();
  EXPECT_EQ(requests_.back().url, "http://[fd00:ec2::254]/latest/api/token");
}

TEST_F(AwsCredentialsTest, TheLastErrorNamesWhatWasTried) {
  const std::string message = IdOrError();
  for (const char* part :
       {"AWS_ACCESS_KEY_ID is not set", "profile default does not exist",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "instance metadata: no route", "aws configure"})
    ExpectHas(message, part);
  EXPECT_EQ(Find().error().code, ExitCode::kUsage);
}

TEST_F(AwsCredentialsTest, TheRegionHasItsOwnOrder) {
  const auto region = [&](const std::optional<std::string>& given = std::nullopt) {
    const Result<std::string> found = FindAwsRegion(environment_, given, std::nullopt);
    return found ? *found : found.error().message;
  };
  ExpectHas(region(), "give --region");
  Instance();
  EXPECT_EQ(region(), "us-west-2");
  files_["/h/.aws/config"] = "[default]\nregion = eu-west-1\n";
  EXPECT_EQ(region(), "eu-west-1");
  variables_["AWS_DEFAULT_REGION"] = "eu-west-2";
  EXPECT_EQ(region(), "eu-west-2");
  variables_["AWS_REGION"] = "eu-west-3";
  EXPECT_EQ(region(), "eu-west-3");
  EXPECT_EQ(region("eu-north-1"), "eu-north-1");
  for (const char* wrong : {"", "EU-WEST-1", "evil.example/", "a b", "eu-west-1\n"})
    ExpectHas(region(wrong), "is no region");
  variables_["AWS_REGION"] = "x.evil.example#";
  ExpectHas(region(), "AWS_REGION: \"x.evil.example#\" is no region");
}

TEST_F(AwsCredentialsTest, TheEndpointHasItsOwnOrder) {
  const auto endpoint = [&] {
    const auto found = FindLambdaEndpoint(environment_, std::nullopt);
    return found ? found->value_or("none") : found.error().message;
  };
  EXPECT_EQ(endpoint(), "none");
  files_["/h/.aws/config"] = "[default]\nendpoint_url = http://a/\n";
  EXPECT_EQ(endpoint(), "http://a");
  files_["/h/.aws/config"] += "services = s\n[services s]\nlambda =\n  endpoint_url = http://b\n";
  EXPECT_EQ(endpoint(), "http://b");
  variables_["AWS_ENDPOINT_URL"] = "http://c";
  EXPECT_EQ(endpoint(), "http://c");
  variables_["AWS_ENDPOINT_URL_LAMBDA"] = "https://d";
  EXPECT_EQ(endpoint(), "https://d");
  variables_["AWS_ENDPOINT_URL_LAMBDA"] = "localhost:4566";
  ExpectHas(endpoint(), "AWS_ENDPOINT_URL_LAMBDA: is no http or https URL");
  variables_["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true";
  EXPECT_EQ(endpoint(), "none");
}

}  // namespace
}  // namespace faaslight
