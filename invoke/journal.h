// The file of a measurement that is not finished: JSON lines, only ever appended to. Its first line
// says what is measured, then come the rounds, the sessions that are whole, and what was changed in
// the cloud and not put back yet. A process that is killed loses no round that had been made; the
// next run with the same arguments goes on from here.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "invoke/measure.h"
#include "invoke/results.h"

namespace faaslight {

// OUT.part: beside the results it becomes.
std::filesystem::path JournalOf(const std::filesystem::path& output);

// The changes that a journal names and no line of it undoes, whatever measurement it is of. Empty
// for a file that is not there.
Result<std::set<std::string>> ChangesLeftIn(const std::filesystem::path& path);

// What a journal held when it was opened.
struct JournalState {
  Results results;  // the calls of whole sessions; one that was cut short is measured again
  std::set<SessionKey> done;
  std::set<std::string> changes;  // made and not undone: "marker NAME", "version NAME:7"
  bool resumed = false;
  uint64_t cut_short = 0;   // calls of sessions that never ended, left out
  uint64_t torn_bytes = 0;  // of a last line that was cut off, left out
};

// kSystem when another measurement has the file open. One that is not there is not in use.
Status CheckUnused(const std::filesystem::path& path);

class Journal {
 public:
  // Starts a journal for `results` (its rounds are empty), or opens the one that is there and reads
  // what it holds. `key` stands for everything that must be the same for rounds to belong together
  // (arguments, events): another key in the file is a kUsage that says what to do; a file that is
  // no journal is a kBadInput. Neither is touched.
  static Result<Journal> Open(const std::filesystem::path& path, const std::string& key,
                              const Results& results, JournalState& state);
  Journal(Journal&& other) noexcept;
  Journal& operator=(Journal&& other) = delete;
  ~Journal();

  // Each is one write() of one line, on the disk before it returns only for Changed(): what follows
  // it alters something that must be put back.
  Status Add(const Round& round);
  Status SessionDone(const SessionKey& key);
  Status Changed(const std::string& what);
  Status Undone(const std::string& what);
  // Removes the file: its content is elsewhere now.
  Status Remove();

 private:
  Journal(std::filesystem::path path, int fd) : path_(std::move(path)), fd_(fd) {}
  Status Append(const std::string& line, bool to_disk);

  std::filesystem::path path_;
  int fd_ = -1;
};

}  // namespace faaslight
