// Registries that only certain modules read (rewriter/registries.h).
#include "rewriter/registries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/rewriter/traced_app.h"

namespace faaslight {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Files = std::vector<std::pair<std::string, std::string>>;

constexpr const char* kCore = "x = 1\nNAMES = set()\ndef enter(n):\n    NAMES.add(n)\n";

// main imports core, which holds the set, and lazily filler, whose import adds to it.
class RegistriesTest : public ::testing::Test {
 protected:
  static Files With(const std::string& core, Files more = {}) {
    more.insert(more.begin(), {{"main.py",
                                "import core\nimport filler\nimport reader\n"
                                "def handler(e, c):\n    return core.enter(e)\n"},
                               {"core.py", core},
                               {"filler.py", "x = 1\nimport core\ncore.enter('a')\n"}});
    return more;
  }

  static void Decide(TracedApp& app) {
    app.Enter("main", "handler", 4);
    app.Effect("filler", "core", "NAMES", "set: 0 -> 1 items", EFFECT_CONTAINER);
    app.Decide();
  }
};

TEST_F(RegistriesTest, WhatNobodyReadsLoadsNobody) {
  TracedApp app(With(kCore));
  Decide(app);
  ASSERT_THAT(app.application().registries(), SizeIs(1));
  EXPECT_THAT(app.application().registries()[0].readers, IsEmpty());
  EXPECT_FALSE(app.Choice("filler").must_load);
  EXPECT_THAT(app.notes(), IsEmpty());
}

TEST_F(RegistriesTest, UntracedReaderGetsAText) {
  TracedApp app(With(kCore));
  app.AddUntraced("tests/reading.py", "from core import NAMES\ndef all(): return NAMES\n");
  Decide(app);
  ASSERT_THAT(app.application().registries(), SizeIs(1));
  EXPECT_EQ(app.application().registries()[0].readers.at(0).name, "tests.reading");
  EXPECT_FALSE(app.Choice("filler").must_load);
  EXPECT_THAT(app.notes(), Contains(HasSubstr("tests.reading, which no trace loaded")));
}

TEST_F(RegistriesTest, TracedReaderLoadsWhatFillsIt) {
  TracedApp app(With(kCore, {{"reader.py",
                              "x = 1\nfrom core import NAMES\n"
                              "def all(): return NAMES\n"}}));
  Decide(app);
  EXPECT_FALSE(app.Choice("filler").must_load);
  ASSERT_THAT(app.Choice("reader").companions, SizeIs(1));
  EXPECT_EQ(app.Choice("reader").companions[0].first, "filler");
}

TEST_F(RegistriesTest, ReaderThatIsLoadedNeedsItFull) {
  TracedApp app(With(kCore, {{"reader.py",
                              "x = 1\nfrom core import NAMES\n"
                              "def all(): return NAMES\n"}}));
  app.Enter("reader", "all", 3);
  app.AddUntraced("main.py",
                  "import core\nimport filler\nimport reader\n"
                  "def handler(e, c):\n    return core.enter(e), reader.all()\n");
  Decide(app);
  EXPECT_TRUE(app.Choice("filler").must_load);
}

TEST_F(RegistriesTest, CoreMayOnlyAdd) {
  for (const char* core :
       {"x = 1\nNAMES = set()\ndef enter(n):\n    return n in NAMES\n",
        "x = 1\nNAMES = set()\ndef enter(n):\n    y = NAMES\n",
        "x = 1\nNAMES = []\ndef enter(n):\n    NAMES.append(n)\n",
        "x = 1\nNAMES = set()\nNAMES = set()\ndef enter(n):\n    NAMES.add(n)\n",
        "x = 1\nNAMES = set()\n__all__ = ['NAMES']\ndef enter(n):\n    NAMES.add(n)\n"}) {
    TracedApp app(With(core));
    Decide(app);
    EXPECT_THAT(app.application().registries(), IsEmpty()) << core;
    EXPECT_TRUE(app.Choice("filler").must_load) << core;
  }
}

TEST_F(RegistriesTest, WhatMayReadItInAnotherWay) {
  for (const auto& [path, bytes] :
       Files{{"lib.so", "ELF NAMES"},
             {"lib.zip", "PK"},
             {"old.pyc", "NAMES"},
             {"reading.py", "import core\nprint(core.NAMES)\n"},
             {"reading.py", "import core\nprint(getattr(core, 'NAMES'))\n"},
             {"reading.py", "from core import NAMES as n\nlen(n)\n"},
             {"reading.py", "def broken(:\n    NAMES\n"},
             {"no-module.py", "x = 1\nNAMES = 1\n"}}) {
    TracedApp app(With(kCore));
    app.AddUntraced(path, bytes);
    Decide(app);
    EXPECT_THAT(app.application().registries(), IsEmpty()) << path << ": " << bytes;
    EXPECT_TRUE(app.Choice("filler").must_load) << path << ": " << bytes;
  }
}

TEST_F(RegistriesTest, LinkedFoldersAreNotSearched) {
  TracedApp app(With(kCore));
  std::filesystem::create_directory_symlink("/", app.folder() / "linked");
  Decide(app);
  EXPECT_THAT(app.application().registries(), IsEmpty());
}

TEST_F(RegistriesTest, LayersAreNotOursToChange) {
  for (const bool named : {false, true}) {
    TracedApp app(With(kCore));
    app.AddUntraced("layer/reading.py", named ? "from core import NAMES\n" : "x = 1\n");
    app.AddLayer(app.folder() / "layer");
    Decide(app);
    EXPECT_THAT(app.application().registries(), SizeIs(named ? 0 : 1));
  }
  TracedApp app(With(kCore));
  app.AddLayer(app.folder() / "gone");
  Decide(app);
  EXPECT_THAT(app.application().registries(), IsEmpty());
}

TEST_F(RegistriesTest, OtherWordsAndFilesDoNotMatter) {
  TracedApp app(With(kCore));
  app.AddUntraced("other.py", "x = MY_NAMES = NAMES_TOO = NAMESPACE = 1\n");
  app.AddUntraced("notes.txt", "NAMES");
  app.AddUntraced("__pycache__/reading.cpython-39.pyc", "NAMES");
  Decide(app);
  ASSERT_THAT(app.application().registries(), SizeIs(1));
  EXPECT_THAT(app.application().registries()[0].readers, IsEmpty());
}

}  // namespace
}  // namespace faaslight
