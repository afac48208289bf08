#include "base/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace faaslight {
namespace {

namespace fs = std::filesystem;

class FilesTest : public testing::Test {
 protected:
  fs::path folder() const { return folder_->path(); }
  Result<TemporaryDirectory> folder_ = TemporaryDirectory::Make({}, "files-test-");
};

TEST_F(FilesTest, ReadsWhatWasWritten) {
  const std::string bytes("a\0b\xff\n", 5);
  ASSERT_TRUE(WriteFile(folder() / "deep/er/file", bytes));
  EXPECT_EQ(ReadFile(folder() / "deep/er/file").value(), bytes);
}

TEST_F(FilesTest, ReadingSaysWhatIsWrong) {
  Result<std::string> missing = ReadFile(folder() / "none");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ExitCode::kUsage);
  EXPECT_NE(missing.error().message.find("none"), std::string::npos);

  Result<std::string> is_folder = ReadFile(folder());
  ASSERT_FALSE(is_folder);
  EXPECT_EQ(is_folder.error().code, ExitCode::kUsage);

  ASSERT_TRUE(WriteFile(folder() / "five", "12345"));
  EXPECT_EQ(ReadFile(folder() / "five", 5).value(), "12345");
  Result<std::string> large = ReadFile(folder() / "five", 4);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, ExitCode::kBadInput);
}

TEST_F(FilesTest, AtomicWriteReplacesAndLeavesNoTemporaryFile) {
  ASSERT_TRUE(WriteFileAtomically(folder() / "f", "old"));
  ASSERT_TRUE(WriteFileAtomically(folder() / "f", "new"));
  EXPECT_EQ(ReadFile(folder() / "f").value(), "new");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder()), fs::directory_iterator()), 1);
}

TEST_F(FilesTest, AFullDiskIsAnErrorWithTheReason) {
  if (::access("/dev/full", W_OK) != 0) GTEST_SKIP() << "no /dev/full";
  Status written = WriteFile("/dev/full", "x");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ExitCode::kSystem);
  EXPECT_NE(written.error().message.find("No space left on device"), std::string::npos);
}

TEST_F(FilesTest, AtomicWriteThatFailsKeepsTheOldFile) {
  fs::create_directory(folder() / "taken");  // rename of a file over a folder fails
  EXPECT_FALSE(WriteFileAtomically(folder() / "taken", "x"));
  EXPECT_TRUE(fs::is_directory(folder() / "taken"));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder()), fs::directory_iterator()), 1);
}

TEST(Hashes, KnownValues) {
  EXPECT_EQ(Hex(Sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Hex(Sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Hex(std::string("\x00\xff\x10", 3)), "00ff10");
}

TEST(Paths, StayInsideOrNot) {
  for (const char* path : {"a", "a/b", "a/..b", "..a", "a/...", "a//b", "."})
    EXPECT_TRUE(StaysInside(path)) << path;
  for (const char* path : {"", "/a", "..", "../a", "a/..", "a/../b"})
    EXPECT_FALSE(StaysInside(path)) << path;
  EXPECT_FALSE(StaysInside(std::string_view("a\0b", 3)));
}

TEST(TemporaryDirectories, AreRemovedUnlessReleased) {
  fs::path gone;
  fs::path kept;
  {
    Result<TemporaryDirectory> first = TemporaryDirectory::Make({}, "files-test-");
    Result<TemporaryDirectory> second = TemporaryDirectory::Make({}, "files-test-");
    ASSERT_TRUE(first && second);
    gone = first->path();
    ASSERT_TRUE(WriteFile(gone / "x/y", "z"));
    kept = second->Release();
    TemporaryDirectory moved = *std::move(first);
    EXPECT_TRUE(fs::exists(gone));
  }
  EXPECT_FALSE(fs::exists(gone));
  EXPECT_TRUE(fs::exists(kept));
  fs::remove_all(kept);
  EXPECT_FALSE(TemporaryDirectory::Make("/no/such/parent", "x"));
}

}  // namespace
}  // namespace faaslight
