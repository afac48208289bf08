#include "proto/envelope.h"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <zlib.h>

#include "base/files.h"

namespace faaslight {
namespace {

constexpr std::string_view kMagic{"FAASLIT\x1a", 8};
constexpr size_t kHeader = 8 + 4 + 8 + 4;
constexpr std::string_view kTraceKind = "TRCE";
constexpr std::string_view kPlanKind = "PLAN";

uint32_t Crc(std::string_view bytes) {
  return static_cast<uint32_t>(
      ::crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

void AppendLittleEndian(std::string& out, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
}

uint64_t ReadLittleEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

std::string Frame(std::string_view kind, const google::protobuf::Message& message) {
  std::string payload;
  {
    google::protobuf::io::StringOutputStream stream(&payload);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
  }
  std::string out(kMagic);
  out += kind;
  AppendLittleEndian(out, payload.size(), 8);
  AppendLittleEndian(out, Crc(payload), 4);
  return out + payload;
}

Result<std::string_view> Payload(std::string_view bytes, std::string_view kind,
                                 std::string_view what, std::string_view name) {
  const std::string_view common = kMagic.substr(0, std::min(bytes.size(), kMagic.size()));
  if (bytes.empty() || bytes.substr(0, common.size()) != common) {
    return Fail(ExitCode::kBadInput, fmt::format("{} is not a faaslight {}", name, what));
  }
  if (bytes.size() < kHeader) {
    return Fail(ExitCode::kBadInput,
                fmt::format("{} is truncated: its header is incomplete; make it again", name));
  }
  if (bytes.substr(8, 4) != kind) {
    return Fail(ExitCode::kBadInput,
                fmt::format("{} is a faaslight file, but not a {}", name, what));
  }
  const uint64_t length = ReadLittleEndian(bytes.substr(12, 8));
  std::string_view payload = bytes.substr(kHeader);
  if (payload.size() < length) {
    return Fail(ExitCode::kBadInput,
                fmt::format("{} is truncated: {} of {} bytes are missing; make it again", name,
                            length - payload.size(), length + kHeader));
  }
  if (payload.size() > length || Crc(payload) != ReadLittleEndian(bytes.substr(20, 4))) {
    return Fail(ExitCode::kBadInput,
                fmt::format("{} is damaged: its checksum does not match; make it again", name));
  }
  return payload;
}

template <typename Message>
Result<Message> Unwrap(std::string_view bytes, std::string_view kind, std::string_view what,
                       uint32_t format, std::string_view name) {
  Result<std::string_view> payload = Payload(bytes, kind, what, name);
  if (!payload) return tl::unexpected(payload.error());
  Message message;
  if (payload->size() > static_cast<size_t>(INT_MAX) ||
      !message.ParseFromArray(payload->data(), static_cast<int>(payload->size()))) {
    return Fail(ExitCode::kBadInput,
                fmt::format("{} is damaged: its {} cannot be parsed; make it again", name, what));
  }
  if (message.format_version() != format) {
    return Fail(ExitCode::kBadInput,
                fmt::format("{} has {} format {}, this program reads format {}; make it again",
                            name, what, message.format_version(), format));
  }
  return message;
}

}  // namespace

std::string Wrap(const Trace& trace) { return Frame(kTraceKind, trace); }
std::string Wrap(const Plan& plan) { return Frame(kPlanKind, plan); }

Result<Trace> UnwrapTrace(std::string_view bytes, std::string_view name) {
  return Unwrap<Trace>(bytes, kTraceKind, "trace", kTraceFormat, name);
}

Result<Plan> UnwrapPlan(std::string_view bytes, std::string_view name) {
  return Unwrap<Plan>(bytes, kPlanKind, "plan", kPlanFormat, name);
}

Result<Trace> ReadTrace(const std::filesystem::path& path) {
  return ReadFile(path).and_then(
      [&](const std::string& bytes) { return UnwrapTrace(bytes, path.string()); });
}

Result<Plan> ReadPlan(const std::filesystem::path& path) {
  return ReadFile(path).and_then(
      [&](const std::string& bytes) { return UnwrapPlan(bytes, path.string()); });
}

}  // namespace faaslight
