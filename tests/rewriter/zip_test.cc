// Archives: the same bytes from the same package, the modes that Lambda needs, and an archive that
// is complete or absent.
#include "rewriter/zip.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <zip.h>

#include <csignal>
#include <filesystem>

#include "base/files.h"
#include "rewriter/lambda_limits.h"

namespace faaslight {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Read {
  std::string name;
  uint32_t mode = 0;
  std::string bytes;
  bool operator==(const Read& other) const {
    return name == other.name && mode == other.mode && bytes == other.bytes;
  }
  friend std::ostream& operator<<(std::ostream& out, const Read& read) {
    return out << read.name << " 0" << std::oct << read.mode << " " << read.bytes;
  }
};

// Through libzip again; the integration tests read with Python's zipfile.
std::vector<Read> ReadAll(const fs::path& path) {
  std::vector<Read> all;
  zip_t* zip = ::zip_open(path.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, nullptr);
  if (zip == nullptr) return all;
  for (zip_int64_t i = 0; i < ::zip_get_num_entries(zip, 0); ++i) {
    const auto index = static_cast<zip_uint64_t>(i);
    zip_stat_t stat;
    ::zip_stat_index(zip, index, 0, &stat);
    zip_uint8_t system = 0;
    zip_uint32_t attributes = 0;
    ::zip_file_get_external_attributes(zip, index, 0, &system, &attributes);
    std::string bytes(stat.size, '\0');
    zip_file_t* file = ::zip_fopen_index(zip, index, 0);
    ::zip_fread(file, bytes.data(), bytes.size());
    ::zip_fclose(file);
    all.push_back({stat.name, attributes >> 16, bytes});
  }
  ::zip_discard(zip);
  return all;
}

class ZipTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Result<TemporaryDirectory> made = TemporaryDirectory::Make(::testing::TempDir(), "zip-");
    ASSERT_TRUE(made);
    folder_ = made->Release();
    fs::create_directory(folder_ / "package");
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path Package() const { return folder_ / "package"; }
  fs::path Target() const { return folder_ / "out.zip"; }
  void Add(const std::string& name, const std::string& bytes, mode_t mode = 0644) const {
    ASSERT_TRUE(WriteFile(Package() / name, bytes));
    ::chmod((Package() / name).c_str(), mode);
  }
  // Writes and moves; what is wrong with it, or "".
  std::string Make(const std::set<std::string>& left_out = {}) {
    Result<ZipArchive> zip = ZipArchive::Write(Package(), Target(), left_out);
    if (!zip) return zip.error().message;
    summary_ = zip->summary();
    Status moved = zip->MoveIntoPlace();
    return moved ? "" : moved.error().message;
  }
  // What is in the folder beside package and archive: nothing must stay.
  std::vector<std::string> Leftovers() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      const std::string name = entry.path().filename().string();
      if (name != "package" && name != "out.zip") names.push_back(name);
    }
    return names;
  }

  fs::path folder_;
  ZipSummary summary_;
};

TEST_F(ZipTest, EntriesAreSortedByPathAndReadableForAll) {
  Add("b.py", "b", 0600);
  Add("a/z.py", "z");
  Add("a.py", "a", 0640);
  Add("bin/run", "#!/bin/sh", 0700);
  Add("B.py", "B", 0666);
  fs::create_directories(Package() / "empty/inner");
  ASSERT_EQ(Make(), "");
  EXPECT_THAT(ReadAll(Target()),
              ElementsAre(Read{"B.py", 0100644, "B"}, Read{"a.py", 0100644, "a"},
                          Read{"a/z.py", 0100644, "z"}, Read{"b.py", 0100644, "b"},
                          Read{"bin/run", 0100755, "#!/bin/sh"}, Read{"empty/inner/", 040755, ""}));
  EXPECT_EQ(summary_.files, 5U);
  EXPECT_EQ(summary_.unzipped, 13U);
  EXPECT_EQ(summary_.zipped, fs::file_size(Target()));
  EXPECT_THAT(Leftovers(), IsEmpty());
}

TEST_F(ZipTest, SameBytesWhateverTimesUmaskOrderAndTimeZone) {
  const auto fill = [&](const std::vector<const char*>& names) {
    for (const char* name : names) Add(name, std::string(1000, 'x') + name);
  };
  fill({"a.py", "p/b.py", "z.py"});
  fs::create_symlink("a.py", Package() / "link.py");
  ASSERT_EQ(Make(), "");
  const std::string first = *ReadFile(Target());
  fs::remove_all(Package());
  fs::create_directory(Package());
  fs::create_symlink("a.py", Package() / "link.py");
  fill({"z.py", "p/b.py", "a.py"});
  ::chmod((Package() / "z.py").c_str(), 0600);
  fs::last_write_time(Package() / "a.py",
                      fs::file_time_type::clock::now() - std::chrono::hours(9000));
  ::setenv("TZ", "Pacific/Kiritimati", 1);
  const mode_t mask = ::umask(0);
  EXPECT_EQ(Make(), "");
  ::umask(mask);
  ::unsetenv("TZ");
  EXPECT_TRUE(*ReadFile(Target()) == first);
}

TEST_F(ZipTest, LinksStayLinks) {
  Add("lib/libx.so.1", "code");
  fs::create_symlink("libx.so.1", Package() / "lib/libx.so");
  fs::create_symlink("lib", Package() / "folder");
  fs::create_symlink("../lib/libx.so.1", Package() / "lib/around");
  fs::create_symlink("/opt/x", Package() / "absolute");
  fs::create_symlink("../../x", Package() / "lib/up");
  ASSERT_EQ(Make(), "");
  EXPECT_THAT(
      ReadAll(Target()),
      ElementsAre(Read{"absolute", 0120777, "/opt/x"}, Read{"folder", 0120777, "lib"},
                  Read{"lib/around", 0120777, "../lib/libx.so.1"},
                  Read{"lib/libx.so", 0120777, "libx.so.1"}, Read{"lib/libx.so.1", 0100644, "code"},
                  Read{"lib/up", 0120777, "../../x"}));
  EXPECT_THAT(summary_.outward_links, ElementsAre("absolute -> /opt/x", "lib/up -> ../../x"));
}

TEST_F(ZipTest, WhatIsLeftOutAndWhatIsNoFileIsNotThere) {
  Add("main.py", "");
  Add("faaslight.plan", "for people");
  Add("p/faaslight.plan", "somebody's");
  ::mkfifo((Package() / "pipe").c_str(), 0644);
  ASSERT_EQ(Make({"faaslight.plan"}), "");
  EXPECT_THAT(ReadAll(Target()), ElementsAre(Read{"main.py", 0100644, ""},
                                             Read{"p/faaslight.plan", 0100644, "somebody's"}));
}

TEST_F(ZipTest, NamesAreUtf8OrRefused) {
  Add("größe \n.py", "x");
  ASSERT_EQ(Make(), "");
  EXPECT_THAT(ReadAll(Target()), ElementsAre(Read{"größe \n.py", 0100644, "x"}));
  // Bit 11 of the flags, at offset 6 of the first header: the name is UTF-8.
  EXPECT_EQ(ReadFile(Target())->at(7) & 8, 8);
  const std::string before = *ReadFile(Target());
  Add("gr\xf6\xdf"
      "e\n.py",
      "x");
  EXPECT_THAT(Make(), HasSubstr(R"(cannot put gr\xf6\xdfe\n.py into )"));
  EXPECT_TRUE(*ReadFile(Target()) == before);
  EXPECT_THAT(Leftovers(), IsEmpty());
}

TEST_F(ZipTest, AFullDiskLeavesTheArchiveThatWasThere) {
  std::string noise;  // that nothing compresses
  for (int i = 0; i < 4000; ++i) noise += Sha256(std::to_string(i));
  Add("main.py", "");
  ASSERT_EQ(Make(), "");
  const std::string before = *ReadFile(Target());
  Add("noise", noise);
  rlimit old{}, small{};
  ::getrlimit(RLIMIT_FSIZE, &old);
  small = old;
  small.rlim_cur = 20000;
  ::signal(SIGXFSZ, SIG_IGN);  // a write then fails as on a full disk, with another reason
  ::setrlimit(RLIMIT_FSIZE, &small);
  const std::string said = Make();
  ::setrlimit(RLIMIT_FSIZE, &old);
  ::signal(SIGXFSZ, SIG_DFL);
  EXPECT_EQ(said, "cannot write " + Target().string() + ": File too large");
  EXPECT_TRUE(*ReadFile(Target()) == before);
  EXPECT_THAT(Leftovers(), IsEmpty());
}

TEST_F(ZipTest, NothingStaysOfAnArchiveThatIsNotMoved) {
  Add("main.py", "");
  { ASSERT_TRUE(ZipArchive::Write(Package(), Target(), {})); }
  EXPECT_FALSE(fs::exists(Target()));
  EXPECT_THAT(Leftovers(), IsEmpty());
  EXPECT_THAT(Make({"main.py"}), HasSubstr("is empty"));
}

TEST_F(ZipTest, TargetsThatCannotBe) {
  const auto said = [](const fs::path& target) {
    const Status fine = CheckZipTarget(target);
    return fine ? "" : fine.error().message;
  };
  EXPECT_THAT(said(Package()), HasSubstr("package is a folder"));
  EXPECT_THAT(said(folder_ / "new/"), HasSubstr("is a folder"));
  Add("main.py", "import os");
  EXPECT_THAT(said(Package() / "main.py"), HasSubstr("exists and is no ZIP archive"));
  EXPECT_THAT(said(Package() / "main.py/out.zip"), HasSubstr("cannot make the folder"));
  EXPECT_THAT(said("/dev/null"), HasSubstr("exists and is no ZIP archive"));
  EXPECT_THAT(said("/proc/out.zip"), HasSubstr("cannot make a folder in /proc: "));
  EXPECT_EQ(said(folder_ / "made/for it/out.zip"), "");
  ASSERT_EQ(Make(), "");
  EXPECT_EQ(said(Target()), "");
}

ZipSummary Summary(uint64_t zipped, uint64_t unzipped) {
  ZipSummary summary;
  summary.files = 3;
  summary.zipped = zipped;
  summary.unzipped = unzipped;
  summary.parts = {{"pandas", 60'000'000}, {"botocore", 20'000'000}, {"a\nb", 1'000'000}};
  return summary;
}

TEST(LambdaLimits, AreThoseOfTheDocumentation) {
  EXPECT_EQ(LambdaLimits().zipped, 52428800U);
  EXPECT_EQ(LambdaLimits().unzipped, 262144000U);
  EXPECT_THAT(LimitWarnings(Summary(52428799, 262143999), Trim::kNone, 1), IsEmpty());
  EXPECT_FALSE(LimitWarnings(Summary(52428800, 0), Trim::kNone, 1).empty());
  EXPECT_FALSE(LimitWarnings(Summary(0, 262144000), Trim::kNone, 1).empty());
}

TEST(LambdaLimits, SayWhichAndWhatMayGo) {
  const LambdaLimits limits{100, 1000};
  EXPECT_THAT(LimitWarnings(Summary(100, 999), Trim::kNone, 12'340'000, limits),
              ElementsAre(HasSubstr("the archive has 100 bytes, and what is sent to Lambda "
                                    "directly must be smaller than 100: upload it through S3"),
                          "largest, unzipped: pandas 60.0 MB, botocore 20.0 MB, a\\nb 1.0 MB",
                          HasSubstr("--trim leaves out what no import reads (tests, C sources, "
                                    "type stubs): about 12.3 MB"),
                          HasSubstr("--trim=unreachable"),
                          HasSubstr("boto3 and botocore (20.0 MB): Lambda's Python runtimes")));
  EXPECT_THAT(
      LimitWarnings(Summary(99, 1000), Trim::kFiles, 7, limits),
      ElementsAre(HasSubstr("unzipped it has 1000 bytes, and with its layers a Lambda "
                            "function must be smaller than 1000"),
                  HasSubstr("largest"), HasSubstr("--trim=unreachable"), HasSubstr("boto3")));
  ZipSummary both = Summary(100, 100'000'001);
  EXPECT_THAT(LimitWarnings(both, Trim::kUnreachable, 0, limits)[2], HasSubstr("a\\nb"));
  both.unzipped += 100;  // the third is less than 1 % now
  EXPECT_EQ(LimitWarnings(both, Trim::kUnreachable, 0, limits)[2],
            "largest, unzipped: pandas 60.0 MB, botocore 20.0 MB");
  both.parts.resize(1);
  EXPECT_THAT(LimitWarnings(both, Trim::kUnreachable, 0, limits),
              ElementsAre(HasSubstr("the archive"), HasSubstr("unzipped"), HasSubstr("largest")));
}

}  // namespace
}  // namespace faaslight
