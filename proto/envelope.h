// The frame around a trace or plan on disk: magic, kind, length, checksum, so that a torn, foreign
// or flipped file is told from a whole one before Protobuf sees it.
//
//   "FAASLIT" 0x1a | kind: 4 ASCII bytes ("TRCE", "PLAN") | payload length: u64 LE |
//   crc32(payload): u32 LE | payload
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"
#include "proto/plan.pb.h"
#include "proto/trace.pb.h"

namespace faaslight {

inline constexpr uint32_t kTraceFormat = 1;
inline constexpr uint32_t kPlanFormat = 1;

// Serialises deterministically (maps sorted): equal messages give equal bytes.
std::string Wrap(const Trace& trace);
std::string Wrap(const Plan& plan);

// Fail with kBadInput: not ours ("is not a trace"), truncated (says how many bytes are missing),
// damaged checksum, a format version of the future, or bytes that Protobuf refuses. `name` is for
// the message.
Result<Trace> UnwrapTrace(std::string_view bytes, std::string_view name);
Result<Plan> UnwrapPlan(std::string_view bytes, std::string_view name);

// The same from a file.
Result<Trace> ReadTrace(const std::filesystem::path& path);
Result<Plan> ReadPlan(const std::filesystem::path& path);

}  // namespace faaslight
