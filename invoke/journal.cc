#include "invoke/journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/files.h"
#include "invoke/json_fields.h"
#include "invoke/round_json.h"

namespace faaslight {
namespace fs = std::filesystem;
namespace {

using nlohmann::json;

constexpr uint64_t kMaxBytes = 4ULL << 30;
constexpr const char* kMark = "faaslight_invoke_journal";

tl::unexpected<Error> NoJournal(const fs::path& path, const std::string& why) {
  return Fail(
      ExitCode::kBadInput,
      fmt::format("{} is no unfinished measurement of this version ({}); choose another -o, "
                  "or remove it",
                  path.string(), why));
}

std::string Header(const std::string& key, const Results& results) {
  json deployments = json::array();
  for (const Deployment& deployment : results.deployments)
    deployments.push_back({{"label", deployment.label}, {"target", deployment.target}});
  const json header = {{kMark, 1},
                       {"key", key},
                       {"provider", results.provider},
                       {"setting", results.setting},
                       {"machine", results.machine},
                       {"started", results.started},
                       {"compared", results.compared},
                       {"deployments", std::move(deployments)}};
  return header.dump(-1, ' ', false, json::error_handler_t::replace);
}

Status TakeHeader(const fs::path& path, const json& line, const std::string& key,
                  Results& results) {
  if (!line.is_object() || line.value(kMark, json()) != json(1))
    return NoJournal(path, "its first line");
  JsonFields fields(line);
  const std::string found = fields.Text("key");
  results.setting = fields.Text("setting");
  results.machine = fields.Text("machine");
  results.started = fields.Text("started");
  if (!fields.error().empty()) return NoJournal(path, fields.error());
  if (found != key)
    return Fail(ExitCode::kUsage,
                fmt::format("{} holds an unfinished measurement with other arguments or events; "
                            "finish it with those, choose another -o, or give --restart to throw "
                            "its rounds away",
                            path.string()));
  return {};
}

// A session that was cut short began again from its first call: what it held before is none of the
// results. (It is the first that is not done, so its calls are the last ones.)
void TakeRound(Round round, JournalState& state) {
  std::vector<Round>& rounds = state.results.rounds;
  const auto begins_again = [&](const Round& last) {
    return last.session == round.session && last.deployment == round.deployment;
  };
  if (!rounds.empty() && begins_again(rounds.back()) && rounds.back().call >= round.call)
    while (!rounds.empty() && begins_again(rounds.back())) rounds.pop_back();
  rounds.push_back(std::move(round));
}

// One line behind the first.
Status TakeLine(const fs::path& path, const json& line, JournalState& state) {
  if (!line.is_object() || line.size() != 1) return NoJournal(path, "a line that is none of its");
  const std::string& kind = line.begin().key();
  const json& value = line.begin().value();
  if (kind == "round") {
    Result<Round> round = ReadRound(value);
    if (!round) return NoJournal(path, round.error().message);
    if (round->deployment >= state.results.deployments.size())
      return NoJournal(path, "a round of no deployment");
    TakeRound(std::move(*round), state);
  } else if (kind == "session" && value.is_array() && value.size() == 2 &&
             value[0].is_number_unsigned() && value[1].is_number_unsigned()) {
    state.done.emplace(value[0].get<uint32_t>(), value[1].get<uint32_t>());
  } else if (kind == "changed" && value.is_string()) {
    state.changes.insert(value.get<std::string>());
  } else if (kind == "undone" && value.is_string()) {
    state.changes.erase(value.get<std::string>());
  } else {
    return NoJournal(path, "a line of unknown kind");
  }
  return {};
}

// Gives how many bytes are whole lines.
Result<uint64_t> TakeAll(const fs::path& path, std::string_view text, const std::string& key,
                         JournalState& state) {
  uint64_t whole = 0;
  for (bool first = true; whole < text.size(); first = false) {
    const size_t end = text.find('\n', whole);
    if (end == std::string_view::npos) break;
    const json line = json::parse(text.substr(whole, end - whole), nullptr, false);
    Status taken = first ? TakeHeader(path, line, key, state.results) : TakeLine(path, line, state);
    if (!taken) return tl::unexpected(taken.error());
    whole = end + 1;
  }
  state.cut_short = std::erase_if(state.results.rounds, [&](const Round& round) {
    return state.done.count({round.session, round.deployment}) == 0;
  });
  state.torn_bytes = text.size() - whole;
  state.resumed = whole > 0;
  return whole;
}

tl::unexpected<Error> SystemError(const char* what, const fs::path& path) {
  return Fail(ExitCode::kSystem,
              fmt::format("{} {}: {}", what, path.string(), std::strerror(errno)));
}

tl::unexpected<Error> InUse(const fs::path& path) {
  return Fail(ExitCode::kSystem, fmt::format("{} is in use by another measurement", path.string()));
}

}  // namespace

fs::path JournalOf(const fs::path& output) {
  fs::path path = output;
  path += ".part";
  return path;
}

Result<std::set<std::string>> ChangesLeftIn(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) return std::set<std::string>();
  const Result<std::string> text = ReadFile(path, kMaxBytes);
  if (!text) return tl::unexpected(text.error());
  std::set<std::string> changes;
  for (size_t begin = 0; begin < text->size();) {
    const size_t end = std::min(text->find('\n', begin), text->size());
    const json line =
        json::parse(std::string_view(*text).substr(begin, end - begin), nullptr, false);
    begin = end + 1;
    if (!line.is_object()) continue;
    if (const json value = line.value("changed", json()); value.is_string())
      changes.insert(value.get<std::string>());
    if (const json value = line.value("undone", json()); value.is_string())
      changes.erase(value.get<std::string>());
  }
  return changes;
}

Status CheckUnused(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  const bool locked = ::flock(fd, LOCK_EX | LOCK_NB) == 0;
  ::close(fd);
  if (locked) return {};
  return InUse(path);
}

Result<Journal> Journal::Open(const fs::path& path, const std::string& key, const Results& results,
                              JournalState& state) {
  state.results = results;
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (fd < 0) return SystemError("cannot open", path);
  Journal journal(path, fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) return InUse(path);
  const Result<std::string> text = ReadFile(path, kMaxBytes);
  if (!text) return tl::unexpected(text.error());
  const Result<uint64_t> whole = TakeAll(path, *text, key, state);
  if (!whole) return tl::unexpected(whole.error());
  if (state.torn_bytes > 0 && ::ftruncate(fd, static_cast<off_t>(*whole)) != 0)
    return SystemError("cannot cut the torn end of", path);
  if (*whole == 0)
    if (Status written = journal.Append(Header(key, results), true); !written)
      return tl::unexpected(written.error());
  return journal;
}

Journal::Journal(Journal&& other) noexcept
    : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {}

Journal::~Journal() {
  if (fd_ >= 0) ::close(fd_);
}

Status Journal::Append(const std::string& line, bool to_disk) {
  const std::string bytes = line + "\n";
  for (size_t at = 0; at < bytes.size();) {
    const ssize_t written = ::write(fd_, bytes.data() + at, bytes.size() - at);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return SystemError("cannot write", path_);
    at += static_cast<size_t>(written);
  }
  if (to_disk && ::fdatasync(fd_) != 0) return SystemError("cannot write", path_);
  return {};
}

Status Journal::Add(const Round& round) {
  return Append("{\"round\":" + RoundToJsonLine(round) + "}", false);
}

Status Journal::SessionDone(const SessionKey& key) {
  return Append(json({{"session", json::array({key.first, key.second})}}).dump(), false);
}

Status Journal::Changed(const std::string& what) {
  return Append(json({{"changed", what}}).dump(), true);
}

Status Journal::Undone(const std::string& what) {
  return Append(json({{"undone", what}}).dump(), false);
}

Status Journal::Remove() {
  if (::unlink(path_.c_str()) != 0) return SystemError("cannot remove", path_);
  return {};
}

}  // namespace faaslight
