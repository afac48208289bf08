// The pack's bytes, and a whole package in small: request, worker, pack, runtime, on the CPython of
// the PATH.
#include "rewriter/pack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/subprocess.h"

namespace faaslight {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kMagic("a\r\r\n", 4);

std::vector<PackPart> TwoParts() { return {{2, "two", "22222222"}, {0, "zero!", "00000000"}}; }

TEST(AssemblePack, HeaderTableAndPartsInOrder) {
  Result<std::string> pack = AssemblePack(kMagic, 3, TwoParts());
  ASSERT_TRUE(pack);
  EXPECT_EQ(pack->substr(0, 20), std::string("FAASPACK\2\0\0\0a\r\r\n\3\0\0\0", 20));
  EXPECT_EQ(pack->substr(20, 20), std::string("\x50\0\0\0\0\0\0\0\5\0\0\0", 12) + "00000000");
  EXPECT_EQ(pack->substr(40, 20), std::string("\x55\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20));
  EXPECT_EQ(pack->substr(80), "zero!two");
}

TEST(AssemblePack, OrderOfPartsDoesNotMatter) {
  std::vector<PackPart> parts = TwoParts();
  std::string one = *AssemblePack(kMagic, 3, parts);
  std::swap(parts[0], parts[1]);
  EXPECT_EQ(one, *AssemblePack(kMagic, 3, parts));
}

TEST(AssemblePack, RefusesWhatCannotBe) {
  EXPECT_FALSE(AssemblePack("abc", 3, TwoParts()));
  EXPECT_FALSE(AssemblePack(kMagic, 2, TwoParts()));           // index 2 of 2
  EXPECT_FALSE(AssemblePack(kMagic, 3, {{1, "x", "short"}}));  // hash
  EXPECT_FALSE(AssemblePack(kMagic, 3, {{1, "x", "11111111"}, {1, "y", "11111111"}}));  // twice
}

TEST(ReadPack, GivesBackWhatWasAssembled) {
  std::string pack = *AssemblePack(kMagic, 3, TwoParts());
  Result<PackIndex> index = ReadPack(pack);
  ASSERT_TRUE(index);
  EXPECT_EQ(index->magic, kMagic);
  ASSERT_EQ(index->rows.size(), 3U);
  EXPECT_EQ(pack.substr(index->rows[2].offset, index->rows[2].length), "two");
  EXPECT_EQ(index->rows[0].hash, "00000000");
  EXPECT_EQ(index->rows[1].length, 0U);
  EXPECT_TRUE(ReadPack(*AssemblePack(kMagic, 0, {})));
}

// Every prefix and every changed byte of header and table is refused or stays inside the bytes.
TEST(ReadPack, DamagedBytes) {
  std::string pack = *AssemblePack(kMagic, 3, TwoParts());
  for (size_t size = 0; size < pack.size(); ++size) EXPECT_FALSE(ReadPack(pack.substr(0, size)));
  for (size_t at = 0; at < 80; ++at) {
    for (int value : {0x00, 0x7f, 0xff}) {
      std::string damaged = pack;
      damaged[at] = static_cast<char>(value);
      Result<PackIndex> index = ReadPack(damaged);
      if (!index) continue;
      for (const PackRow& row : index->rows) EXPECT_LE(row.offset + row.length, damaged.size());
    }
  }
  std::string foreign = pack;
  foreign[8] = 3;
  EXPECT_THAT(ReadPack(foreign).error().message, HasSubstr("format 3"));
}

TEST(WorkerAnswer, ReadsAllFields) {
  auto modules = ParseWorkerAnswer(R"({"modules": [
      {"index": 4, "offset": 2, "length": 3, "hash": "00ff10203040506f", "refused": [], "error": null},
      {"index": 5, "offset": 5, "length": 0, "hash": "", "refused": [{"number": -1, "why": "f: x"}], "error": null},
      {"index": 6, "offset": 5, "length": 0, "hash": "", "refused": [], "error": "original: bad"}]})",
                                   5);
  ASSERT_TRUE(modules) << modules.error().message;
  ASSERT_EQ(modules->size(), 3U);
  EXPECT_EQ((*modules)[0].hash, std::string("\x00\xff\x10\x20\x30\x40\x50\x6f", 8));
  EXPECT_EQ((*modules)[1].refused[0].number, -1);
  EXPECT_EQ((*modules)[1].refused[0].why, "f: x");
  EXPECT_EQ((*modules)[2].error, "original: bad");
}

TEST(WorkerAnswer, RefusesNonsense) {
  auto answer = [](const char* fields) {
    return ParseWorkerAnswer(
        std::string(R"({"modules": [{"index": 0, "refused": [], "error": null, )") + fields + "}]}",
        5);
  };
  EXPECT_TRUE(answer(R"("offset": 0, "length": 5, "hash": "0011223344556677")"));
  EXPECT_FALSE(answer(R"("offset": 1, "length": 5, "hash": "0011223344556677")"));
  EXPECT_FALSE(answer(R"("offset": 9, "length": 0, "hash": "")"));
  EXPECT_FALSE(
      answer(R"("offset": 18446744073709551615, "length": 2, "hash": "0011223344556677")"));
  EXPECT_FALSE(answer(R"("offset": 0, "length": 5, "hash": "001122334455667Z")"));
  EXPECT_FALSE(answer(R"("offset": 0, "length": 5, "hash": "00")"));
  EXPECT_FALSE(answer(R"("offset": "0")"));
  EXPECT_FALSE(ParseWorkerAnswer("Traceback (most recent call last):", 5));
  EXPECT_FALSE(ParseWorkerAnswer("[1, 2]", 5));
  EXPECT_FALSE(ParseWorkerAnswer("", 0));
  auto full =
      ParseWorkerAnswer(R"({"modules": [], "error": "/out/x.pyc: No space left on device"})", 5);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, ExitCode::kSystem);
  EXPECT_THAT(full.error().message, HasSubstr("/out/x.pyc: No space left"));
}

TEST(WorkerRequest, Files) {
  const CompileFiles files{
      4, "/out", {{"a/b.py", FileToFind::Code::kTogether}, {"c.so"}}, {{"c", "a.c"}}};
  const Result<std::string> request = WorkerRequest({}, "blobs", nullptr, &files);
  ASSERT_TRUE(request);
  EXPECT_THAT(
      *request,
      HasSubstr(
          R"("finder":{"aliases":{"c":"a.c"},"files":[["a/b.py",2],["c.so",0]],"index":4,"root":"/out"})"));
}

TEST(WorkerRequest, Prepare) {
  const Prepare prepare{7, {{false, "a+", 2}, {true, "\u00ff", 0}}, {" x"}, {"1"}};
  const Result<std::string> request = WorkerRequest({}, "blobs", &prepare);
  ASSERT_TRUE(request);
  EXPECT_THAT(*request,
              HasSubstr("\"prepare\":{\"dedent\":[\" "
                        "x\"],\"eval\":[\"1\"],\"index\":7,\"patterns\":[[false,\"a+\",2],[true,"
                        "\"\u00ff\",0]]}"));
  const Prepare damaged{7, {{false, "\xff", 0}}, {}, {}};
  EXPECT_FALSE(WorkerRequest({}, "blobs", &damaged));
}

TEST(WorkerRequest, TextThatIsNotUtf8) {
  CompileModule module;
  module.rewritten = "x = '\xff'";
  Result<std::string> request = WorkerRequest({module}, "/tmp/blobs");
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().code, ExitCode::kBadInput);
}

class WholePackage : public ::testing::Test {
 protected:
  void SetUp() override { directory_.emplace(*TemporaryDirectory::Make({}, "pack-test-")); }
  std::filesystem::path Path(const std::string& name) const { return directory_->path() / name; }

  ProcessResult Python(std::vector<std::string> arguments, std::string input = "") {
    Command command;
    command.argv = {"python3", "-S", "-B"};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    command.input = std::move(input);
    command.directory = "/";
    Result<ProcessResult> result = faaslight::Run(command);
    EXPECT_TRUE(result);
    return *result;
  }

  std::optional<TemporaryDirectory> directory_;
};

TEST_F(WholePackage, IsReadByTheRuntime) {
  const std::string original = "import json as j\ndef f(a, b=2):\n    return j.dumps([a, b])\n";
  const std::string hash = Hex(Sha256(original)).substr(0, 16);
  ProcessResult facts = Python({"-c",
                                "import sys, _frozen_importlib_external as e;"
                                "print(sys.implementation.cache_tag, e.MAGIC_NUMBER[:2].hex())"});
  ASSERT_TRUE(facts.ok());
  const std::string tag = facts.out.substr(0, facts.out.find(' '));
  const int low = std::stoi(facts.out.substr(facts.out.find(' ') + 1, 2), nullptr, 16);
  const int high = std::stoi(facts.out.substr(facts.out.find(' ') + 3, 2), nullptr, 16);
  const std::string magic{static_cast<char>(low), static_cast<char>(high), '\r', '\n'};

  ASSERT_TRUE(WriteFile(Path("m.py"), original));
  ASSERT_TRUE(WriteFile(Path("_faaslight.py"), kRuntimeSource));
  ASSERT_TRUE(WriteFile(Path("worker.py"), kCompileWorkerSource));
  CompileModule module;
  module.index = 1;
  module.source = Path("m.py");
  module.rewritten = "from _faaslight import enter as __fl__; __fl__ = __fl__(globals(), 1, '" +
                     hash + "', 'j', '')\ndef f(a, b=2):\n    return __fl__(0)(a, b)\n";
  module.pyc = Path("__pycache__/m." + tag + ".pyc");
  module.filename = "m.py";
  module.hash = hash;
  module.lazies["j"] = {"json", 0, std::nullopt, true, {}, {}};
  module.functions = {{"f", "f", 2, {"j"}}};
  Result<std::string> request = WorkerRequest({module}, Path("blobs"));
  ASSERT_TRUE(request);
  ProcessResult worker = Python({Path("worker.py")}, *request);
  ASSERT_TRUE(worker.ok()) << worker.out << worker.err;

  std::string blobs = *ReadFile(Path("blobs"));
  auto compiled = ParseWorkerAnswer(worker.out, blobs.size());
  ASSERT_TRUE(compiled) << compiled.error().message;
  const CompiledModule& only = compiled->at(0);
  ASSERT_TRUE(only.refused.empty() && !only.error) << worker.out;
  auto pack = AssemblePack(
      magic, 2, {{1, std::string_view(blobs).substr(only.offset, only.length), only.hash}});
  ASSERT_TRUE(pack);
  ASSERT_TRUE(ReadPack(*pack));
  ASSERT_TRUE(WriteFile(Path("_faaslight.pack"), *pack));

  const std::string script = "import sys; sys.path.insert(0, '" + directory_->path().string() +
                             "')\nimport m\nprint('json' in sys.modules, m.f(1), m.f(3, b=4))\n"
                             "import _faaslight; print(_faaslight.loaded())\n";
  ProcessResult run = Python({"-c", script});
  EXPECT_EQ(run.out, "False [1, 2] [3, 4]\n[('import', 'm', 'j'), ('function', 'm', 'f')]\n")
      << run.err;

  (*pack)[pack->size() - 1] ^= 1;
  ASSERT_TRUE(WriteFile(Path("_faaslight.pack"), *pack));
  run = Python({"-c", script});
  EXPECT_THAT(run.err, HasSubstr("ImportError: cannot load lazy code of module 'm'"));
  EXPECT_THAT(run.err, HasSubstr("it is damaged: a hash does not match"));
}

}  // namespace
}  // namespace faaslight
