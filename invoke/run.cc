#include "invoke/run.h"

#include <fmt/format.h>

#include <system_error>

#include "base/files.h"
#include "invoke/render.h"
#include "invoke/summary.h"

namespace faaslight {
namespace fs = std::filesystem;
namespace {

Status CheckOutput(const RunOptions& options) {
  std::error_code error;
  if (fs::is_directory(options.output, error))
    return Fail(ExitCode::kUsage, fmt::format("{} is a folder; -o names the file of results",
                                              options.output.string()));
  const fs::path folder = options.output.parent_path();
  if (!folder.empty() && !fs::is_directory(folder, error))
    return Fail(ExitCode::kUsage, fmt::format("no such folder: {}", folder.string()));
  if (fs::exists(options.output, error) && !options.overwrite)
    return Fail(ExitCode::kUsage,
                fmt::format("{} holds results already; choose another -o, or give --overwrite",
                            options.output.string()));
  return {};
}

// --restart: the rounds go, but not the knowledge of what is still changed in the cloud.
Result<std::set<std::string>> ThrowAway(const fs::path& path) {
  if (Status unused = CheckUnused(path); !unused) return tl::unexpected(unused.error());
  Result<std::set<std::string>> changes = ChangesLeftIn(path);
  if (!changes) return changes;
  std::error_code error;
  fs::remove(path, error);
  if (error)
    return Fail(ExitCode::kSystem,
                fmt::format("cannot remove {}: {}", path.string(), error.message()));
  return changes;
}

}  // namespace

std::string KeyOf(const RunPlan& plan) {
  std::string text = fmt::format("{}\n{}\n{} {} {}\n", plan.header.provider, plan.header.setting,
                                 plan.schedule.rounds, plan.schedule.cold, plan.schedule.warm);
  for (const Deployment& deployment : plan.header.deployments)
    text += fmt::format("{}={}\n", deployment.label, deployment.target);
  for (const CallEvent& event : plan.events)
    text += fmt::format("{} {}\n", event.name, Hex(Sha256(event.json)));
  return Hex(Sha256(text));
}

Result<Results> RunPlanned(const RunPlan& plan, const RunOptions& options, const Control& control) {
  if (Status output = CheckOutput(options); !output) return tl::unexpected(output.error());
  const fs::path journal_path = JournalOf(options.output);
  std::set<std::string> left;
  if (options.restart) {
    Result<std::set<std::string>> thrown = ThrowAway(journal_path);
    if (!thrown) return tl::unexpected(thrown.error());
    left = std::move(*thrown);
  }
  JournalState state;
  Result<Journal> journal = Journal::Open(journal_path, KeyOf(plan), plan.header, state);
  if (!journal) return tl::unexpected(journal.error());
  for (const std::string& change : left)  // of the journal that was thrown away
    if (Status kept = journal->Changed(change); !kept) return tl::unexpected(kept.error());
  left.insert(state.changes.begin(), state.changes.end());
  if (state.resumed)
    options.say(fmt::format(
        "going on: {} calls are in {}{}{}", state.results.rounds.size(), journal_path.string(),
        state.cut_short > 0 ? fmt::format(", and {} of a session that was cut short: it is "
                                          "measured again",
                                          state.cut_short)
                            : "",
        state.torn_bytes > 0 ? " (its last line was cut off)" : ""));
  std::set<std::string> changed = left;  // and not put back
  const ChangeLog log{[&](const std::string& what) {
                        changed.insert(what);
                        return journal->Changed(what);
                      },
                      [&](const std::string& what) {
                        changed.erase(what);
                        return journal->Undone(what);
                      }};
  Result<Deployments> deployments = plan.make(left, log);
  if (!deployments) {
    if (state.results.rounds.empty() && left.empty()) (void)journal->Remove();
    return tl::unexpected(deployments.error());
  }
  Results results = std::move(state.results);
  MeasureSink sink;
  sink.round = [&](const Round& round) {
    results.rounds.push_back(round);
    return journal->Add(round);
  };
  std::set<SessionKey> done = state.done;
  sink.session_done = [&](const SessionKey& key) {
    done.insert(key);
    return journal->SessionDone(key);
  };
  sink.progress = options.progress;
  const Result<bool> stopped =
      Measure(plan.schedule, plan.events, *deployments, state.done, control, sink);
  if (!stopped) {
    Error error = stopped.error();
    if (!results.rounds.empty() || !changed.empty())
      error.message += fmt::format("; {} calls are kept in {}, and the same command goes on",
                                   results.rounds.size(), journal_path.string());
    else
      (void)journal->Remove();
    return tl::unexpected(std::move(error));
  }
  results.interrupted = *stopped;
  if (*stopped) {
    // The session that was cut short is made again from its start.
    std::erase_if(results.rounds, [&](const Round& round) {
      return done.count({round.session, round.deployment}) == 0;
    });
    if (results.rounds.empty() && changed.empty()) (void)journal->Remove();
    return results;
  }
  const Status written =
      WriteFileAtomically(options.output, RenderJson(results, SummarizeResults(results)));
  if (!written) return tl::unexpected(written.error());
  if (Status removed = journal->Remove(); !removed) return tl::unexpected(removed.error());
  return results;
}

}  // namespace faaslight
