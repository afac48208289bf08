// Appends records to the log from inside a traced process and its forked children
// (tracer/log_format.h).
#pragma once

#include <string>

#include "tracer/log_format.h"

namespace faaslight {

class LogWriter {
 public:
  // Maps the log that the launcher made. False when it is not one (then nothing is ever written).
  bool Open(const char* path);
  // Appends one record; counts it as lost when there is no room. Thread-safe and fork-safe.
  void Append(const RecordBuilder& record);
  // Changes the header's stage and appends a kStage record.
  void Stage(TracePhase phase, uint32_t event, bool busy, bool finished);
  // A number that no other record of this run has, in this process and its children.
  uint64_t NextId();

 private:
  bool Allocate(uint64_t end);
  std::string path_;
  char* base_ = nullptr;
  LogHeader* header_ = nullptr;
  uint32_t sequence_ = 0;
};

}  // namespace faaslight
