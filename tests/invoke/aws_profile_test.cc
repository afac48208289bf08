// The dialect of the AWS CLI's shared files.
#include "invoke/aws_profile.h"

#include <gtest/gtest.h>

#include <map>

namespace faaslight {
namespace {

Result<std::optional<AwsProfile>> Read(std::string config, std::string credentials,
                                       std::string_view name = "default") {
  return ReadAwsProfile({"conf", std::move(config)}, {"cred", std::move(credentials)}, name);
}

// The profile, which must be there.
AwsProfile Profile(std::string config, std::string credentials = "",
                   std::string_view name = "default") {
  const auto profile = Read(std::move(config), std::move(credentials), name);
  EXPECT_TRUE(profile.has_value()) << (profile ? "" : profile.error().message);
  if (!profile) return {};
  EXPECT_TRUE(profile->has_value());
  return profile->value_or(AwsProfile{});
}

std::string ErrorOf(std::string config) {
  const auto profile = Read(std::move(config), "");
  if (profile) return "";
  EXPECT_EQ(profile.error().code, ExitCode::kBadInput);
  return profile.error().message;
}

TEST(AwsProfileTest, BothFilesMakeOneProfile) {
  const AwsProfile profile = Profile(
      "[default]\nregion = eu-west-1\n[profile dev]\nregion=eu-central-1\nrole_arn = arn:x\n"
      "source_profile=default\ncredential_source = Environment\nsso_session = s\n"
      "endpoint_url = http://localhost:1\ncredential_process = p\n",
      "[default]\naws_access_key_id = A0\n[dev]\naws_access_key_id = A1\n"
      "aws_secret_access_key = S1\naws_session_token = T1\n",
      "dev");
  EXPECT_EQ(profile.region, "eu-central-1");
  EXPECT_EQ(profile.access_key_id, "A1");
  EXPECT_EQ(profile.secret_access_key.Reveal(), "S1");
  EXPECT_EQ(profile.session_token.Reveal(), "T1");
  EXPECT_EQ(profile.role_arn, "arn:x");
  EXPECT_EQ(profile.source_profile, "default");
  EXPECT_EQ(profile.credential_source, "Environment");
  EXPECT_EQ(profile.credential_process, "p");
  EXPECT_EQ(profile.endpoint_url, "http://localhost:1");
  EXPECT_TRUE(profile.sso);
}

// Each file names its profiles in its own way.
TEST(AwsProfileTest, HeadersDiffer) {
  EXPECT_FALSE(Read("[dev]\nregion = a\n", "", "dev").value().has_value());
  EXPECT_FALSE(Read("", "[profile dev]\nregion = a\n", "dev").value().has_value());
  EXPECT_FALSE(Read("[sso-session dev]\nregion = a\n", "", "dev").value().has_value());
  EXPECT_EQ(Profile("[ profile\t dev ] # mine\nregion = a\n", "", "dev").region, "a");
  EXPECT_EQ(Profile("[profile \"my dev\"]\nregion = a\n", "", "my dev").region, "a");
  EXPECT_EQ(Profile("[profile 'my dev']\nregion = a\n", "", "my dev").region, "a");
  EXPECT_EQ(Profile("", "[my dev]\nregion = a\n", "my dev").region, "a");
}

TEST(AwsProfileTest, ProfileDefaultGoesBeforeDefault) {
  EXPECT_EQ(Profile("[profile default]\nregion = a\n[default]\nregion = b\n").region, "a");
}

TEST(AwsProfileTest, LaterDuplicatesWin) {
  const AwsProfile profile = Profile(
      "[default]\nregion = a\nregion = b\nrole_arn = r\n[profile x]\nregion = z\n"
      "[default]\nregion = c\n");
  EXPECT_EQ(profile.region, "c");
  EXPECT_EQ(profile.role_arn, "r");  // sections of one name are one
}

// A token of another key would make every call fail.
TEST(AwsProfileTest, KeysAreTakenTogether) {
  const std::string config =
      "[default]\naws_access_key_id = A\naws_secret_access_key = B\naws_session_token = OLD\n";
  const AwsProfile profile =
      Profile(config, "[default]\naws_access_key_id = C\naws_secret_access_key = D\n");
  EXPECT_EQ(profile.access_key_id, "C");
  EXPECT_EQ(profile.secret_access_key.Reveal(), "D");
  EXPECT_TRUE(profile.session_token.empty());
  EXPECT_EQ(Profile(config, "[default]\nregion = x\n").session_token.Reveal(), "OLD");
}

TEST(AwsProfileTest, WhiteSpaceCommentsAndLineEndsDoNotMatter) {
  const AwsProfile profile = Profile(
      "\xEF\xBB\xBF# first\r\n\r\n[default]\r\n; more\r\n\t \r\n"
      "  Region\t=\teu-west-1 ; near\r\n  # between\r\n  aws_access_key_id=A#B\r\n"
      "  aws_secret_access_key : s/+=;#\r\n  endpoint_url = # nothing");
  EXPECT_EQ(profile.region, "eu-west-1");
  EXPECT_EQ(profile.access_key_id, "A#B");
  EXPECT_EQ(profile.secret_access_key.Reveal(), "");  // "aws_secret_access_key : s/+" is the key
  EXPECT_EQ(profile.endpoint_url, "");
  EXPECT_EQ(Profile("[default]\nregion: eu-west-1").region, "eu-west-1");
}

TEST(AwsProfileTest, NestedPropertiesAreNotTheProfiles) {
  const AwsProfile profile =
      Profile("[default]\ns3 =\n  region = wrong\n  endpoint_url = wrong\nregion = right\n");
  EXPECT_EQ(profile.region, "right");
  EXPECT_EQ(profile.endpoint_url, "");
  EXPECT_EQ(Profile("[default]\ns3 =\n  region = wrong\n").region, "");
}

TEST(AwsProfileTest, AValueGoesOnOnDeeperLines) {
  const AwsProfile profile = Profile(
      "[default]\n  credential_process = /opt/key --a ; b # c\n\n    --more 'x'\n  region = a\n");
  EXPECT_EQ(profile.credential_process, "/opt/key --a ; b # c --more 'x'");
  EXPECT_EQ(profile.region, "a");
}

TEST(AwsProfileTest, TheServicesSectionHasLambdasEndpoint) {
  const std::string config =
      "[services local]\ns3 =\n  endpoint_url = http://s3\nlambda =\n"
      "  endpoint_url = http://localhost:4566\n[services other]\nlambda =\n  endpoint_url = x\n";
  EXPECT_EQ(Profile(config + "[default]\nservices = local\n").lambda_endpoint_url,
            "http://localhost:4566");
  EXPECT_EQ(Profile(config + "[default]\nservices = none\n").lambda_endpoint_url, "");
  EXPECT_EQ(Profile(config + "[default]\nregion = a\n").lambda_endpoint_url, "");
}

TEST(AwsProfileTest, SingleSignOnIsSeen) {
  for (const char* key : {"sso_session", "sso_start_url", "login_session"})
    EXPECT_TRUE(Profile(std::string("[default]\n") + key + " = x\n").sso) << key;
  EXPECT_FALSE(Profile("[default]\nsso_region = x\n").sso);
}

TEST(AwsProfileTest, ErrorsNameTheLineAndNotWhatItHolds) {
  EXPECT_EQ(ErrorOf("[default\nregion = a"), "conf:1: a section's header without its ']'");
  EXPECT_EQ(ErrorOf("[ ]\n"), "conf:1: a section without a name");
  EXPECT_EQ(ErrorOf("# x\nregion = a\n"), "conf:2: a property before any [section]");
  const std::string error = ErrorOf("[default]\r\n\r\nwJalrXUtnFEMI/K7MDENG\r\n");
  EXPECT_EQ(error, "conf:3: neither a [section], nor `key = value`, nor a comment");
}

TEST(AwsProfileTest, SizeIsBounded) {
  EXPECT_EQ(ErrorOf("[default]\n" + std::string(1 << 20, '#')), "conf: larger than 1048576 bytes");
  std::string many = "[default]\nregion = a\n";
  while (many.size() < 1'000'000) many += " b\n";
  EXPECT_EQ(Profile(many).region.substr(0, 5), "a b b");
}

TEST(AwsPathsTest, VariablesGoBeforeHome) {
  std::map<std::string, std::string> set{{"HOME", "/home/me"}};
  const GetVariable variable = [&](const std::string& name) -> std::optional<std::string> {
    if (!set.contains(name)) return std::nullopt;
    return set[name];
  };
  EXPECT_EQ(FindAwsPaths(variable).config, "/home/me/.aws/config");
  EXPECT_EQ(FindAwsPaths(variable).credentials, "/home/me/.aws/credentials");
  set["AWS_CONFIG_FILE"] = "~/conf";
  set["AWS_SHARED_CREDENTIALS_FILE"] = "/etc/cred";
  EXPECT_EQ(FindAwsPaths(variable).config, "/home/me/conf");
  EXPECT_EQ(FindAwsPaths(variable).credentials, "/etc/cred");
  set.clear();
  EXPECT_EQ(FindAwsPaths(variable).config, "");
}

TEST(AwsPathsTest, AMissingFileIsEmptyAndAnUnreadableOneAnError) {
  const auto read = [](const std::filesystem::path& path) -> Result<std::string> {
    if (path == "conf") return "[default]\nregion = a\n";
    if (path == "none") return Fail(ExitCode::kUsage, "none: no such file");
    return Fail(ExitCode::kSystem, path.string() + ": permission denied");
  };
  EXPECT_EQ(LoadAwsProfile({"conf", "none"}, read, "default").value()->region, "a");
  EXPECT_FALSE(LoadAwsProfile({"none", ""}, read, "default").value().has_value());
  EXPECT_EQ(LoadAwsProfile({"conf", "locked"}, read, "default").error().message,
            "locked: permission denied");
}

}  // namespace
}  // namespace faaslight
