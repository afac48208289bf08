#include "invoke/aws_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "invoke/text.h"

namespace faaslight {
namespace {

constexpr std::string_view kBlank = " \t\r\f\v";

// Up to a '#' or ';' that follows white space.
std::string_view WithoutComment(std::string_view text) {
  for (size_t at = 1; at < text.size(); ++at) {
    const bool mark = text[at] == '#' || text[at] == ';';
    if (mark && kBlank.find(text[at - 1]) != std::string_view::npos)
      return Trimmed(text.substr(0, at));
  }
  return text;
}

struct Property {
  std::string value;
  std::map<std::string, std::string> nested;
};
using Section = std::map<std::string, Property>;
// By kind ("profile", "services"; empty for a header of one word) and name.
using Sections = std::map<std::pair<std::string, std::string>, Section>;

// Reads one file line by line.
class IniReader {
 public:
  // In the credentials file a header is a profile's name, whatever it looks like.
  IniReader(const AwsFile& file, bool kinds) : file_(file), kinds_(kinds) {}

  Result<Sections> Read() {
    std::string_view rest = file_.text;
    if (rest.size() > kMostAwsFile)
      return Fail(ExitCode::kBadInput,
                  fmt::format("{}: larger than {} bytes", file_.path.string(), kMostAwsFile));
    if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
    while (!rest.empty()) {
      const size_t end = std::min(rest.find('\n'), rest.size());
      ++line_;
      if (Status taken = Line(rest.substr(0, end)); !taken)
        return tl::unexpected(std::move(taken.error()));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return std::move(sections_);
  }

 private:
  tl::unexpected<Error> Wrong(std::string_view what) const {
    return Fail(ExitCode::kBadInput, fmt::format("{}:{}: {}", file_.path.string(), line_, what));
  }

  Status Line(std::string_view line) {
    const std::string_view text = Trimmed(line);
    if (text.empty() || text.front() == '#' || text.front() == ';') return {};
    const size_t indent = line.find_first_not_of(kBlank);
    if (property_ != nullptr && indent > indent_) return Continuation(text);
    indent_ = indent;
    if (text.front() == '[') return Header(text);
    if (section_ == nullptr) return Wrong("a property before any [section]");
    const std::optional<KeyValue> found = Split(text);
    if (!found) return Wrong("neither a [section], nor `key = value`, nor a comment");
    property_ = &(*section_)[found->key];
    *property_ = Property{found->value, {}};
    return {};
  }

  Status Header(std::string_view text) {
    const size_t close = text.find(']');
    if (close == std::string_view::npos) return Wrong("a section's header without its ']'");
    const std::string_view name = Trimmed(text.substr(1, close - 1));
    if (name.empty()) return Wrong("a section without a name");
    const size_t space = name.find_first_of(kBlank);
    property_ = nullptr;
    if (!kinds_ || space == std::string_view::npos) {
      section_ = &sections_[{"", std::string(name)}];
    } else {
      std::string_view rest = Trimmed(name.substr(space));
      if (rest.size() >= 2 && (rest.front() == '"' || rest.front() == '\'') &&
          rest.back() == rest.front())
        rest = rest.substr(1, rest.size() - 2);
      section_ = &sections_[{std::string(name.substr(0, space)), std::string(rest)}];
    }
    return {};
  }

  // A property of the one above where that has no value of its own, else more of its value.
  Status Continuation(std::string_view text) {
    if (property_->value.empty()) {
      if (const std::optional<KeyValue> found = Split(text))
        property_->nested[found->key] = found->value;
    } else {
      property_->value += fmt::format(" {}", WithoutComment(text));
    }
    return {};
  }

  struct KeyValue {
    std::string key, value;
  };

  static std::optional<KeyValue> Split(std::string_view text) {
    size_t sign = text.find('=');
    if (sign == std::string_view::npos) sign = text.find(':');
    if (sign == std::string_view::npos || sign == 0) return std::nullopt;
    KeyValue found{Lower(Trimmed(text.substr(0, sign))), ""};
    const std::string_view value = Trimmed(text.substr(sign + 1));
    // A shell's command may hold either mark, and knows comments itself.
    if (found.key == "credential_process") {
      found.value = value;
    } else if (value.empty() || (value.front() != '#' && value.front() != ';')) {
      found.value = WithoutComment(value);
    }
    return found;
  }

  const AwsFile& file_;
  bool kinds_;
  Sections sections_;
  Section* section_ = nullptr;    // of the header above
  Property* property_ = nullptr;  // of the line above, in that section
  size_t indent_ = 0;
  size_t line_ = 0;
};

const Section* Find(const Sections& sections, std::string_view kind, std::string_view name) {
  const auto found = sections.find({std::string(kind), std::string(name)});
  return found == sections.end() ? nullptr : &found->second;
}

std::string Value(const Section& section, const std::string& key) {
  const auto found = section.find(key);
  return found == section.end() ? "" : found->second.value;
}

bool HasKeys(const Section* section) {
  return section != nullptr && (!Value(*section, "aws_access_key_id").empty() ||
                                !Value(*section, "aws_secret_access_key").empty());
}

std::string LambdaEndpoint(const Sections& sections, const std::string& services) {
  const Section* section = Find(sections, "services", services);
  if (services.empty() || section == nullptr) return "";
  const auto lambda = section->find("lambda");
  if (lambda == section->end()) return "";
  const auto url = lambda->second.nested.find("endpoint_url");
  return url == lambda->second.nested.end() ? "" : url->second;
}

}  // namespace

Result<std::optional<AwsProfile>> ReadAwsProfile(const AwsFile& config, const AwsFile& credentials,
                                                 std::string_view name) {
  const Result<Sections> settings = IniReader(config, true).Read();
  if (!settings) return tl::unexpected(settings.error());
  const Result<Sections> keys = IniReader(credentials, false).Read();
  if (!keys) return tl::unexpected(keys.error());

  // [profile default] goes before [default]; other profiles need the word.
  const Section* ours = Find(*settings, "profile", name);
  if (ours == nullptr && name == "default") ours = Find(*settings, "", name);
  const Section* theirs = Find(*keys, "", name);
  if (ours == nullptr && theirs == nullptr) return std::optional<AwsProfile>();

  const auto value = [&](const std::string& key) {
    std::string found = theirs == nullptr ? "" : Value(*theirs, key);
    return found.empty() && ours != nullptr ? Value(*ours, key) : found;
  };
  AwsProfile profile;
  // Not key by key: a token belongs to the key that it was given out with.
  if (const Section* from = HasKeys(theirs) ? theirs : ours) {
    profile.access_key_id = Value(*from, "aws_access_key_id");
    profile.secret_access_key = Secret(Value(*from, "aws_secret_access_key"));
    profile.session_token = Secret(Value(*from, "aws_session_token"));
  }
  profile.region = value("region");
  profile.credential_process = value("credential_process");
  profile.role_arn = value("role_arn");
  profile.source_profile = value("source_profile");
  profile.credential_source = value("credential_source");
  profile.sso = !value("sso_session").empty() || !value("sso_start_url").empty() ||
                !value("login_session").empty();
  profile.endpoint_url = value("endpoint_url");
  profile.lambda_endpoint_url = LambdaEndpoint(*settings, value("services"));
  return std::optional(std::move(profile));
}

AwsPaths FindAwsPaths(const GetVariable& variable) {
  const std::string home = variable("HOME").value_or("");
  const auto find = [&](const char* name, const char* usual) -> std::filesystem::path {
    const std::string given = variable(name).value_or("");
    if (given.starts_with("~/") && !home.empty()) return home + given.substr(1);
    if (!given.empty()) return given;
    return home.empty() ? "" : home + usual;
  };
  return {find("AWS_CONFIG_FILE", "/.aws/config"),
          find("AWS_SHARED_CREDENTIALS_FILE", "/.aws/credentials")};
}

Result<std::optional<AwsProfile>> LoadAwsProfile(const AwsPaths& paths, const ReadText& read,
                                                 std::string_view name) {
  const auto load = [&](const std::filesystem::path& path) -> Result<AwsFile> {
    if (path.empty()) return AwsFile{};
    Result<std::string> text = read(path);
    if (text) return AwsFile{path, std::move(*text)};
    if (text.error().code == ExitCode::kUsage) return AwsFile{path, ""};
    return tl::unexpected(std::move(text.error()));
  };
  const Result<AwsFile> config = load(paths.config);
  if (!config) return tl::unexpected(config.error());
  const Result<AwsFile> credentials = load(paths.credentials);
  if (!credentials) return tl::unexpected(credentials.error());
  return ReadAwsProfile(*config, *credentials, name);
}

}  // namespace faaslight
