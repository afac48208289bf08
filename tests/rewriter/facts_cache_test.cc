// What a cache of facts gives is what reading gives, whatever happened to the folder.
#include "rewriter/facts_cache.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/files.h"
#include "rewriter/facts_bytes.h"

namespace faaslight {
namespace {

namespace fs = std::filesystem;

// Something of everything that facts hold.
constexpr const char* kSource = R"("""Docs."""
from __future__ import annotations
import os, sys
import a.b.c as d
from . import sibling
from .pack import *
__all__ = ["one"]
__all__ += other.__all__
with open(os.devnull): pass
if sys.version_info < (3,):
    def old(): pass
class C(Base, d.Other, metaclass=M):
    x = 1
    @property
    def size(self, a, /, b=1, *c, d, **e):
        "docs"
        global changed
        changed = getattr(self, a)
        def inner(): return super().size, sys._getframe()
        return self.y + f"visit_{a}" + "pack.module.name"
async def f(x):
    if x:
        x = None
        return dir(), vars(d)
    import late
    later.then(x)
    yield lambda: late
def g(): return 1
def h():
    if g():
        return sys.modules.items()
    once = C()
    once.more()
    return dir(once)
__getattr__ = dir()
)";

Facts Read(const char* source, const std::vector<uint32_t>* lines = nullptr) {
  Result<Facts> facts = ReadFacts(source, lines, 9);
  EXPECT_TRUE(facts) << facts.error().message;
  return std::move(*facts);
}

TEST(FactsBytes, GiveTheSameFacts) {
  const std::vector<uint32_t> lines = {22, 23, 24, 31, 32};
  for (const auto* ran : {static_cast<const std::vector<uint32_t>*>(nullptr), &lines}) {
    const Facts facts = Read(kSource, ran);
    const std::optional<Facts> back = FactsFromBytes(FactsToBytes(facts));
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, facts);
  }
  EXPECT_EQ(FactsFromBytes(FactsToBytes(Facts())), Facts());
}

TEST(FactsBytes, ATornOrLongerTextIsNone) {
  const std::string bytes = FactsToBytes(Read(kSource));
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(FactsFromBytes(std::string_view(bytes).substr(0, size))) << size;
  EXPECT_FALSE(FactsFromBytes(bytes + '\0'));
}

TEST(FactsBytes, AnyOtherByteGivesFactsThatHoldTogetherOrNone) {
  const std::string bytes = FactsToBytes(Read(kSource));
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (const int change : {1, 0x7f, 0x80, 0xff}) {
      std::string other = bytes;
      other[at] = static_cast<char>(static_cast<unsigned char>(other[at]) ^ change);
      if (const std::optional<Facts> facts = FactsFromBytes(other)) (void)FactsToBytes(*facts);
    }
  }
}

TEST(FactsBytes, IndexesOutsideTheirTablesAreRefused) {
  const Facts facts = Read(kSource);
  const auto refused = [&](const auto& change) {
    Facts other = facts;
    change(other);
    return !FactsFromBytes(FactsToBytes(other));
  };
  const int functions = static_cast<int>(facts.functions.size());
  EXPECT_TRUE(refused([&](Facts& f) { f.functions[0].parent = functions; }));
  EXPECT_TRUE(refused([&](Facts& f) { f.functions[0].parent = 0; }));
  EXPECT_TRUE(refused([&](Facts& f) { f.functions[0].nested = {functions}; }));
  EXPECT_TRUE(refused([&](Facts& f) { f.functions[1].nested = {1}; }));
  EXPECT_TRUE(refused([&](Facts& f) { f.imports[0].function = functions; }));
  EXPECT_TRUE(refused([&](Facts& f) { f.classes[0].function = functions; }));
  EXPECT_TRUE(refused([&](Facts& f) { f.bindings["os"].imports = {{99, 0}}; }));
  EXPECT_TRUE(refused([&](Facts& f) { f.bindings["os"].imports = {{0, 99}}; }));
  EXPECT_TRUE(refused([&](Facts& f) { f.bindings["os"].imports = {{-1, 0}}; }));
  EXPECT_FALSE(refused([](Facts&) {}));
}

class FactsCacheTest : public testing::Test {
 protected:
  std::vector<fs::path> Entries() const {
    std::vector<fs::path> files;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder_->path())) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
    return files;
  }

  Result<TemporaryDirectory> folder_ = TemporaryDirectory::Make(fs::temp_directory_path(), "cache");
};

TEST_F(FactsCacheTest, TheSecondReadIsTheFirst) {
  const FactsCache cache(folder_->path());
  const Facts facts = Read(kSource);
  EXPECT_EQ(*cache.Read(kSource, nullptr, 9), facts);
  ASSERT_EQ(Entries().size(), 1U);
  EXPECT_EQ(*cache.Read(kSource, nullptr, 9), facts);
  EXPECT_EQ(*FactsCache(folder_->path()).Read(kSource, nullptr, 9), facts);
  EXPECT_EQ(Entries().size(), 1U);
}

TEST_F(FactsCacheTest, WhatFactsHangOnTellsEntriesApart) {
  const FactsCache cache(folder_->path());
  const std::vector<uint32_t> none, some = {22}, other = {2, 2};
  for (const auto* lines :
       {static_cast<const std::vector<uint32_t>*>(nullptr), &none, &some, &other})
    EXPECT_TRUE(cache.Read(kSource, lines, 9));
  EXPECT_TRUE(cache.Read(kSource, nullptr, 0));
  EXPECT_TRUE(cache.Read(std::string(kSource) + "\n", nullptr, 9));
  EXPECT_EQ(Entries().size(), 6U);
}

TEST_F(FactsCacheTest, ADamagedEntryIsWrittenAnew) {
  const FactsCache cache(folder_->path());
  const Facts facts = Read(kSource);
  ASSERT_TRUE(cache.Read(kSource, nullptr, 9));
  const fs::path entry = Entries().front();
  const std::string whole = *ReadFile(entry);
  for (const std::string& damaged :
       {std::string(), whole.substr(0, 16), whole.substr(0, whole.size() - 1), whole + "x",
        "x" + whole.substr(1)}) {
    ASSERT_TRUE(WriteFile(entry, damaged));
    EXPECT_EQ(*cache.Read(kSource, nullptr, 9), facts);
    EXPECT_EQ(*ReadFile(entry), whole);
  }
}

TEST_F(FactsCacheTest, ItIsTheEntryThatIsRead) {
  const FactsCache cache(folder_->path());
  ASSERT_TRUE(cache.Read("import one\n", nullptr, 9));
  const fs::path one = Entries().front();
  ASSERT_TRUE(cache.Read("import two\n", nullptr, 9));
  for (const fs::path& entry : Entries()) ASSERT_TRUE(WriteFile(entry, *ReadFile(one)));
  EXPECT_EQ(cache.Read("import two\n", nullptr, 9)->imports[0].names[0].module, "one");
}

TEST_F(FactsCacheTest, ErrorsAndFoldersThatCannotBeWrittenDoNotMatter) {
  const FactsCache cache(folder_->path());
  EXPECT_FALSE(cache.Read("def", nullptr, 9));
  EXPECT_TRUE(Entries().empty());
  ASSERT_TRUE(WriteFile(folder_->path() / "file", ""));
  EXPECT_TRUE(FactsCache(folder_->path() / "file").Read(kSource, nullptr, 9));
  EXPECT_TRUE(FactsCache().Read(kSource, nullptr, 9));
}

}  // namespace
}  // namespace faaslight
