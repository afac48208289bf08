// Writes the first inputs of the targets that read binary files: fuzz_seeds FOLDER. scripts/fuzz.sh
// starts from these and from the kept corpus.
#include <zlib.h>

#include <string>
#include <vector>

#include "base/files.h"
#include "proto/envelope.h"
#include "tests/fuzz/target.h"
#include "tests/report/sample.h"
#include "tracer/log_format.h"

namespace faaslight {
namespace {

namespace fs = std::filesystem;

void Write(const fs::path& path, const std::string& bytes) {
  Require(WriteFile(path, bytes).has_value(), "a seed can be written");
}

std::string Short(size_t number) {
  return {static_cast<char>(number & 0xff), static_cast<char>(number >> 8 & 0xff)};
}

void Reports(const fs::path& folder) {
  const std::string trace = SampleTrace().SerializeAsString();
  const std::string plan = SamplePlan().SerializeAsString();
  Write(folder / "trace", std::string(1, 0) + Short(trace.size()) + trace);
  Write(folder / "both", std::string(1, 2) + Short(trace.size()) + trace + plan);
  Write(folder / "whole_trace", "\1--" + Wrap(SampleTrace()));
  Write(folder / "whole_plan", "\1--" + Wrap(SamplePlan()));
}

// One payload of each kind, with fields that fit.
std::vector<std::string> Payloads() {
  using R = RecordBuilder;
  const std::string file = "/app/shop/__init__.py";
  return {
      R(RecordType::kPython)
          .Text("3.9.18")
          .U32(0x030912f0)
          .Text("\x61\r\r\n")
          .Text("cpython-39")
          .Text("/usr/bin/python3.9")
          .Text("/usr/lib/python3.9")
          .bytes(),
      R(RecordType::kStage).U32(1).U32(0).U8(1).U8(0).bytes(),
      R(RecordType::kModuleStart)
          .U64(1)
          .Text("main")
          .Text("")
          .U32(0)
          .U32(1)
          .U32(0)
          .Text("")
          .U32(0)
          .bytes(),
      R(RecordType::kModuleStart)
          .U64(2)
          .Text("shop")
          .Text("main")
          .U32(3)
          .U32(1)
          .U32(0)
          .Text("main")
          .U32(3)
          .bytes(),
      R(RecordType::kModuleEnd)
          .U64(2)
          .U8(0)
          .U8(1)
          .U64(5000)
          .U64(9000)
          .Text("shop")
          .Text(file)
          .U8(0)
          .U8(1)
          .bytes(),
      R(RecordType::kDefinitions)
          .Text("shop")
          .Text(file)
          .U64(300)
          .U32(1)
          .Text("Cart.add")
          .Text("add")
          .U32(7)
          .U64(40)
          .bytes(),
      R(RecordType::kEntered).Text(file).Text("Cart.add").Text("add").U32(7).U32(2).U32(0).bytes(),
      R(RecordType::kCycle).U32(2).Text("main").Text("shop").bytes(),
      R(RecordType::kAlias).Text("old.shop").Text("shop").Text("main").bytes(),
      R(RecordType::kEvaluated).Text("shop").U32(2).Text("a").Text("b").bytes(),
      R(RecordType::kOutcome)
          .U32(0)
          .U8(0)
          .Text(R"({"event": 0, "returned": true, "result_json": "1"})")
          .bytes(),
      R(RecordType::kOpened).Text("/app/data.csv").U32(2).U8(0).bytes(),
      R(RecordType::kChild).Text("subprocess.Popen").Text("ls").bytes(),
      R(RecordType::kWarning).Text("two threads").bytes(),
      R(RecordType::kEffect)
          .Text("shop")
          .Text("json")
          .Text("table")
          .U32(1)
          .Text("dict: 1 -> 2")
          .bytes(),
  };
}

void Logs(const fs::path& folder) {
  std::string all(1, 1);
  for (const std::string& payload : Payloads()) all += Short(payload.size()) + payload;
  Write(folder / "records", all);
  std::string log(kLogStart + 64, '\0');
  auto* header = new (log.data()) LogHeader{};
  header->magic = kLogMagic;
  header->tail.store(log.size());
  const std::string warning = RecordBuilder(RecordType::kWarning).Text("torn").bytes();
  RecordHeader head{kRecordMagic, static_cast<uint32_t>(warning.size()), 0, 0};
  head.crc = static_cast<uint32_t>(
      ::crc32(0, reinterpret_cast<const Bytef*>(warning.data()), head.length));
  log.replace(kLogStart, sizeof head, reinterpret_cast<const char*>(&head), sizeof head);
  log.replace(kLogStart + sizeof head, warning.size(), warning);
  Write(folder / "raw", std::string(1, 0) + log);
}

}  // namespace
}  // namespace faaslight

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::filesystem::path folder = argv[1];
  faaslight::Reports(folder / "report");
  faaslight::Logs(folder / "log");
  return 0;
}
