#include "rewriter/sources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "rewriter/reach.h"

namespace faaslight {
namespace {

namespace fs = std::filesystem;
using ::testing::UnorderedElementsAre;

class SourcesTest : public testing::Test {
 protected:
  SourcesTest() {
    std::string pattern = (fs::temp_directory_path() / "faaslight-sources-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~SourcesTest() override { fs::remove_all(folder_); }

  void Write(const std::string& file, const std::string& text = "") {
    fs::create_directories((folder_ / file).parent_path());
    std::ofstream(folder_ / file, std::ios::binary) << text;
  }

  Sources Make(const std::vector<std::string>& path = {"app"}) {
    std::vector<fs::path> folders;
    for (const std::string& part : path) folders.push_back(folder_ / part);
    return {std::move(folders), "cpython-39"};
  }

  std::vector<std::string> Names(const Sources& sources) {
    std::vector<std::string> names;
    for (const ReachModule& module : sources.modules()) names.push_back(module.name);
    return names;
  }

  // The file of a module, relative to the test's folder; "" when it is not there.
  std::string File(const Sources& sources, const std::string& name) {
    const int index = sources.Find(name);
    if (index < 0) return "";
    return fs::path(sources.file(static_cast<size_t>(index))).lexically_relative(folder_).string();
  }

  fs::path folder_;
};

TEST_F(SourcesTest, FollowsWhatBodiesImport) {
  Write("app/main.py", "import a.b\nfrom c import d, e\ndef f():\n  import later\n");
  Write("app/a/__init__.py");
  Write("app/a/b.py", "from . import x\nfrom .. import nothing\n");
  Write("app/a/x.py");
  Write("app/c/__init__.py", "e = 1\n");
  Write("app/c/d.py");
  Write("app/later.py");
  Write("app/never.py");
  Sources sources = Make();
  EXPECT_TRUE(sources.Load({"main"}));
  EXPECT_THAT(Names(sources), UnorderedElementsAre("main", "a", "a.b", "a.x", "c", "c.d", "later"));
  EXPECT_FALSE(sources.Load({"main", "nowhere", "a.b"}));
  EXPECT_TRUE(sources.Load({"never"}));
}

TEST_F(SourcesTest, LooksUpAsCPythonDoes) {
  Write("app/both.py");
  Write("app/both/__init__.py");  // a package comes before a module
  Write("app/fast.py");
  Write("app/fast.cpython-39-x86_64-linux-gnu.so");  // an extension module before a source file
  Write("app/other.cpython-38-x86_64-linux-gnu.so");
  Write("app/plain/data.txt");  // no package: the next folder of the path has one
  Write("lib/plain.py");
  Write("app/space/one.py");
  Write("lib/space/two.py");
  Sources sources = Make({"app", "lib"});
  Write("app/__pycache__/both.cpython-39.pyc");
  sources.Load(
      {"both", "fast", "other", "plain", "space.one", "space.two", "gone.x", "__pycache__"});
  EXPECT_EQ(sources.Find("__pycache__"), -1);
  EXPECT_EQ(File(sources, "both"), "app/both/__init__.py");
  EXPECT_EQ(File(sources, "fast"), "app/fast.cpython-39-x86_64-linux-gnu.so");
  EXPECT_EQ(sources.Find("other"), -1);
  EXPECT_EQ(File(sources, "plain"), "lib/plain.py");
  EXPECT_EQ(File(sources, "space.one"), "app/space/one.py");
  EXPECT_EQ(File(sources, "space.two"), "lib/space/two.py");
  EXPECT_EQ(sources.Find("gone.x"), -1);
}

TEST_F(SourcesTest, ExtensionModulesImportWhatTheyName) {
  Write("app/main.py", "import fast\n");
  Write("app/fast.abi3.so", std::string("\x7f"
                                        "ELF\0helper\0pack.mod\0no name\0",
                                        29));
  Write("app/helper.py");
  Write("app/pack/__init__.py");
  Write("app/pack/mod.py", "def wanted(): pass\n");
  Sources sources = Make();
  sources.Load({"main"});
  EXPECT_THAT(Names(sources), UnorderedElementsAre("main", "fast", "helper", "pack", "pack.mod"));
}

TEST_F(SourcesTest, BrokenFilesAreModulesOfUnknownContents) {
  Write("app/main.py", "import broken\nimport binary\n");
  Write("app/broken.py", "def f(:\n");
  Write("app/binary.py", std::string("\0\0", 2));
  Sources sources = Make();
  sources.Load({"main"});
  ASSERT_GE(sources.Find("broken"), 0);
  EXPECT_EQ(sources.modules()[static_cast<size_t>(sources.Find("broken"))].facts, nullptr);
  EXPECT_GE(sources.Find("binary"), 0);
}

TEST_F(SourcesTest, NamesThatLeaveTheFolderFindNothing) {
  Write("app/main.py");
  Write("secret.py");
  Sources sources = Make();
  EXPECT_FALSE(sources.Load(
      {"../secret", "..secret", "/secret", "", ".", "a..b", std::string(100000, 'x')}));
}

TEST_F(SourcesTest, StringsOfCodeThatImportsByNameCount) {
  Write("app/main.py",
        "import importlib\ndef f(x):\n  return importlib.import_module(x)\nTABLE = ['deep.one', "
        "'side']\n");
  Write("app/deep/__init__.py");
  Write("app/deep/one.py");
  Write("app/side.py");
  Write("app/other.py", "NAME = 'never'\n");
  Write("app/never.py");
  Sources sources = Make();
  sources.Load({"main", "other"});
  EXPECT_THAT(Names(sources), UnorderedElementsAre("main", "other", "deep", "deep.one", "side"));
}

TEST_F(SourcesTest, ReachesWhatIsImportedOnTheWay) {
  Write("app/main.py",
        "def handler(e, c):\n  import later\n  later.f()\n\ndef never():\n  import unused\n");
  Write("app/later.py", "import deep\ndef f():\n  deep.g()\n");
  Write("app/deep.py", "def g(): pass\n");
  Write("app/unused.py");
  Sources sources = Make();
  const ReachResult reached = FindReachableOnDisk(sources, "main", "handler");
  EXPECT_TRUE(reached.Reaches("deep", 0));
  EXPECT_EQ(reached.modules.count("unused"), 0U);
}

TEST_F(SourcesTest, NamesOfModulesThatAreBuilt) {
  Write("app/main.py",
        "import importlib\ndef handler(e, c):\n  importlib.import_module(f'back.ends._{e}')\n"
        "  return importlib.import_module('.near', 'pack')\n");
  Write("app/near.py", "1\n");
  Write("app/back/__init__.py");
  Write("app/back/ends/__init__.py");
  Write("app/back/ends/_one.py");
  Write("app/back/ends/_two/__init__.py");
  Write("app/back/ends/other.py");
  Sources sources = Make();
  const ReachResult reached = FindReachableOnDisk(sources, "main", "handler");
  EXPECT_EQ(reached.modules.count("back.ends._one"), 1U);
  EXPECT_EQ(reached.modules.count("back.ends._two"), 1U);
  EXPECT_EQ(reached.modules.count("back.ends.other"), 0U);
  EXPECT_EQ(reached.modules.count("near"), 1U);
}

TEST_F(SourcesTest, EntryPointsCountWhenSomebodyReadsThem) {
  const std::string head = "def handler(e, c): pass\n";
  Write("app/a-1.dist-info/entry_points.txt",
        "[console_scripts]\nrun = tool:main\n[plugins]\nx = plug.csv : Reader [extra]\n"
        "y=plug.xml:Reader.make\nnonsense\n=\n");
  Write("app/plug/__init__.py");
  Write("app/plug/csv.py", "class Reader:\n  def __init__(self): pass\n");
  Write("app/plug/xml.py", "class Reader:\n  def __init__(self): pass\n");
  Write("app/tool.py", "def main(): pass\n");
  Write("app/pkg_resources.py");
  Write("app/main.py", head);
  Sources without = Make();
  EXPECT_THAT(FindReachableOnDisk(without, "main", "handler").modules.size(), 1U);
  Write("app/main.py", "import pkg_resources\n" + head);
  Sources with = Make();
  const ReachResult reached = FindReachableOnDisk(with, "main", "handler");
  EXPECT_EQ(reached.modules.count("plug.csv"), 1U);
  EXPECT_TRUE(reached.Reaches("plug.xml", 0));
  EXPECT_EQ(reached.modules.count("tool"), 0U);
}

TEST_F(SourcesTest, PicklesNameWhatTheyNeed) {
  Write("app/main.py", "def handler(e, c): pass\n");
  Write("app/models/m.pkl", std::string("\x80\x02"
                                        "cshop.cart\nCart\nq\x00.",
                                        21));
  Write("app/models/text.pkl", "cother.thing\n");  // no pickle that we know
  Write("app/shop/__init__.py");
  Write("app/shop/cart.py", "class Cart:\n  def __setstate__(self, s): pass\n");
  Write("app/other/__init__.py");
  Write("app/other/thing.py");
  Sources sources = Make();
  const ReachResult reached = FindReachableOnDisk(sources, "main", "handler");
  EXPECT_TRUE(reached.Reaches("shop.cart", 0));
  EXPECT_EQ(reached.modules.count("other.thing"), 0U);
}

TEST_F(SourcesTest, OneModuleByTwoNames) {
  Write("app/main.py",
        "from pkg_resources.extern.packaging import version\nimport six.moves.http_client\n"
        "import second\ndef handler(e, c):\n  version.parse()\n");
  Write("app/pkg_resources/__init__.py");
  Write("app/pkg_resources/extern/__init__.py");
  Write("app/pkg_resources/_vendor/__init__.py");
  Write("app/pkg_resources/_vendor/packaging/__init__.py");
  Write("app/pkg_resources/_vendor/packaging/version.py", "def parse(): pass\n");
  Write("app/six.py");
  Write("lib/http/__init__.py");
  Write("lib/http/client.py");
  Write("app/first.py", "def f(): pass\n");
  Sources sources = Make({"app", "lib"});
  sources.Alias("second", "first");
  const ReachResult reached = FindReachableOnDisk(sources, "main", "handler");
  EXPECT_TRUE(reached.Reaches("pkg_resources.extern.packaging.version", 0));
  EXPECT_EQ(File(sources, "second"), "app/first.py");
}

}  // namespace
}  // namespace faaslight
