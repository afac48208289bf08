#include "rewriter/pack.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

namespace faaslight {
namespace {

using nlohmann::json;

constexpr std::string_view kSignature = "FAASPACK";
constexpr uint32_t kFormat = 2;
constexpr size_t kHeader = 20;
constexpr size_t kRow = 20;
constexpr size_t kHash = 8;

void AppendLittle(std::string& out, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i) & 0xff));
}

// Precondition: `at + bytes` lies inside.
uint64_t Little(std::string_view data, size_t at, int bytes) {
  uint64_t value = 0;
  for (int i = 0; i < bytes; ++i)
    value |= uint64_t{static_cast<unsigned char>(data[at + i])} << (8 * i);
  return value;
}

json LazyImportJson(const LazyImport& lazy) {
  json attribute = lazy.attribute ? json(*lazy.attribute) : json(nullptr);
  return json::array({lazy.module, lazy.level, attribute, lazy.alias, lazy.first, lazy.more});
}

json ModuleJson(const CompileModule& module) {
  json lazies = json::object();
  for (const auto& [name, lazy] : module.lazies) lazies[name] = LazyImportJson(lazy);
  json functions = json::array();
  for (size_t number = 0; number < module.functions.size(); ++number) {
    const LazyFunction& function = module.functions[number];
    functions.push_back({{"number", number},
                         {"qualname", function.qualname},
                         {"name", function.name},
                         {"first_line", function.first_line},
                         {"uses", function.uses}});
  }
  return {{"index", module.index},
          {"source", module.source},
          {"rewritten", module.rewritten ? json(*module.rewritten) : json(nullptr)},
          {"pyc", module.pyc},
          {"filename", module.filename},
          {"hash", module.hash},
          {"lazies", std::move(lazies)},
          {"functions", std::move(functions)}};
}

// "0123…" of 16 digits to 8 bytes; nothing when it is not that.
std::optional<std::string> HashBytes(const std::string& hex) {
  if (hex.size() != 2 * kHash) return std::nullopt;
  std::string bytes;
  for (size_t i = 0; i < hex.size(); i += 2) {
    int value = 0;
    for (size_t j = i; j < i + 2; ++j) {
      size_t digit = std::string_view("0123456789abcdef").find(hex[j]);
      if (digit == std::string_view::npos) return std::nullopt;
      value = value * 16 + static_cast<int>(digit);
    }
    bytes.push_back(static_cast<char>(value));
  }
  return bytes;
}

// A count or an offset; what is no whole number that fits is beyond every limit.
uint64_t Whole(const json& value) {
  return value.is_number_unsigned() ? value.get<uint64_t>() : std::numeric_limits<uint64_t>::max();
}

// Throws json::exception where the answer has another form.
Result<CompiledModule> ParseModule(const json& answer, uint64_t blobs_size) {
  CompiledModule module;
  const uint64_t index = Whole(answer.at("index"));
  if (index > std::numeric_limits<uint32_t>::max()) {
    return Fail(ExitCode::kBadInput, "the compile worker's answer names no module");
  }
  module.index = static_cast<uint32_t>(index);
  module.offset = Whole(answer.at("offset"));
  const uint64_t length = Whole(answer.at("length"));
  if (length > std::numeric_limits<uint32_t>::max() || module.offset > blobs_size ||
      length > blobs_size - module.offset) {
    return Fail(ExitCode::kBadInput,
                fmt::format("the compile worker's answer for module {} points outside its file",
                            module.index));
  }
  module.length = static_cast<uint32_t>(length);
  if (module.length > 0) {
    std::optional<std::string> hash = HashBytes(answer.at("hash").get<std::string>());
    if (!hash) {
      return Fail(ExitCode::kBadInput,
                  fmt::format("the compile worker's answer for module {} has no proper hash",
                              module.index));
    }
    module.hash = *hash;
  }
  for (const json& refused : answer.at("refused")) {
    const json& number = refused.at("number");
    module.refused.push_back({number.is_number_integer() ? number.get<int64_t>() : -1,
                              refused.at("why").get<std::string>()});
  }
  if (!answer.at("error").is_null()) module.error = answer.at("error").get<std::string>();
  return module;
}

Status CheckParts(uint32_t count, const std::vector<PackPart>& parts) {
  for (size_t i = 0; i < parts.size(); ++i) {
    const PackPart& part = parts[i];
    if (part.index >= count || (i > 0 && parts[i - 1].index == part.index)) {
      return Fail(
          ExitCode::kBadInput,
          fmt::format("module number {} of {} comes twice or is too large", part.index, count));
    }
    if (part.hash.size() != kHash || part.blob.size() > std::numeric_limits<uint32_t>::max()) {
      return Fail(
          ExitCode::kBadInput,
          fmt::format("the part of module {} has no proper hash or is too large", part.index));
    }
  }
  return {};
}

}  // namespace

Result<std::string> WorkerRequest(const std::vector<CompileModule>& modules,
                                  const std::string& blobs_path, const Prepare* prepare,
                                  const CompileFiles* files) {
  json document = {{"modules", json::array()}, {"blobs", blobs_path}};
  for (const CompileModule& module : modules) document["modules"].push_back(ModuleJson(module));
  if (prepare != nullptr) {
    json list = json::array();
    for (const PatternToCompile& pattern : prepare->patterns)
      list.push_back(json::array({pattern.is_bytes, pattern.text, pattern.flags}));
    document["prepare"] = {{"index", prepare->index},
                           {"patterns", std::move(list)},
                           {"dedent", prepare->dedent},
                           {"eval", prepare->evaluate}};
  }
  if (files != nullptr) {
    json list = json::array();
    for (const FileToFind& each : files->files)
      list.push_back(json::array({each.file, static_cast<int>(each.code)}));
    document["finder"] = {{"index", files->index},
                          {"root", files->root},
                          {"files", std::move(list)},
                          {"aliases", files->aliases}};
  }
  try {
    return document.dump();
  } catch (const json::exception& error) {
    return Fail(ExitCode::kBadInput,
                fmt::format("a text for the compile worker is not UTF-8: {}", error.what()));
  }
}

Result<std::vector<CompiledModule>> ParseWorkerAnswer(std::string_view text, uint64_t blobs_size) {
  try {
    json answer = json::parse(text);
    if (answer.contains("error")) {
      return Fail(ExitCode::kSystem,
                  fmt::format("compiling failed: {}", answer.at("error").get<std::string>()));
    }
    std::vector<CompiledModule> modules;
    for (const json& entry : answer.at("modules")) {
      Result<CompiledModule> module = ParseModule(entry, blobs_size);
      if (!module) return tl::unexpected(module.error());
      modules.push_back(std::move(*module));
    }
    return modules;
  } catch (const json::exception& error) {
    return Fail(ExitCode::kBadInput,
                fmt::format("the compile worker gave no proper answer: {}", error.what()));
  }
}

Result<std::string> AssemblePack(std::string_view magic, uint32_t count,
                                 std::vector<PackPart> parts) {
  if (magic.size() != 4) return Fail(ExitCode::kBadInput, "a CPython magic has 4 bytes");
  std::stable_sort(parts.begin(), parts.end(),
                   [](const PackPart& a, const PackPart& b) { return a.index < b.index; });
  if (Status status = CheckParts(count, parts); !status) return tl::unexpected(status.error());

  std::string pack(kSignature);
  AppendLittle(pack, kFormat, 4);
  pack += magic;
  AppendLittle(pack, count, 4);
  uint64_t offset = kHeader + uint64_t{kRow} * count;
  auto part = parts.begin();
  for (uint32_t index = 0; index < count; ++index) {
    bool present = part != parts.end() && part->index == index;
    AppendLittle(pack, offset, 8);
    AppendLittle(pack, present ? part->blob.size() : 0, 4);
    pack += present ? part->hash : std::string(kHash, '\0');
    if (present) offset += (part++)->blob.size();
  }
  pack.reserve(offset);
  for (const PackPart& each : parts) pack += each.blob;
  return pack;
}

Result<PackIndex> ReadPack(std::string_view pack) {
  if (pack.size() < kHeader || pack.substr(0, kSignature.size()) != kSignature) {
    return Fail(ExitCode::kBadInput, "not a pack: it does not begin with FAASPACK");
  }
  if (uint64_t format = Little(pack, 8, 4); format != kFormat) {
    return Fail(ExitCode::kBadInput,
                fmt::format("a pack of format {}, this program reads format {}", format, kFormat));
  }
  PackIndex index;
  index.magic = pack.substr(12, 4);
  uint64_t count = Little(pack, 16, 4);
  uint64_t end = kHeader + kRow * count;  // no overflow: count has 32 bits
  if (end > pack.size()) {
    return Fail(ExitCode::kBadInput,
                fmt::format("a truncated pack: its table of {} modules is cut off", count));
  }
  for (uint64_t number = 0; number < count; ++number) {
    size_t at = kHeader + kRow * number;
    PackRow row{Little(pack, at, 8), static_cast<uint32_t>(Little(pack, at + 8, 4)),
                std::string(pack.substr(at + 12, 8))};
    if (row.offset < end || row.offset > pack.size() || row.length > pack.size() - row.offset) {
      return Fail(
          ExitCode::kBadInput,
          fmt::format("a damaged or truncated pack: the part of module {} lies outside", number));
    }
    end = row.offset + row.length;
    index.rows.push_back(std::move(row));
  }
  return index;
}

}  // namespace faaslight
