// What records become: written here as a traced process would, merged, looked at as a trace.
#include "tracer/merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "tracer/log_reader.h"
#include "tracer/log_writer.h"
#include "tracer/roots.h"

namespace faaslight {
namespace {

using testing::ElementsAre;

class MergeTest : public testing::Test {
 protected:
  MergeTest()
      : folder_(*TemporaryDirectory::Make({}, "merge-test-")),
        log_(*LogFile::Create(folder_.path() / "log")) {
    EXPECT_TRUE(writer_.Open((folder_.path() / "log").c_str()));
    writer_.Append(RecordBuilder(RecordType::kPython)
                       .Text("3.9.18")
                       .U32(0x030912f0)
                       .Text("magi")
                       .Text("cpython-39")
                       .Text("/usr/bin/python")
                       .Text("/usr/lib/python3.9"));
  }

  uint64_t Start(const std::string& name, const std::string& importer = "", uint32_t phase = 1) {
    const uint64_t id = writer_.NextId();
    writer_.Append(RecordBuilder(RecordType::kModuleStart)
                       .U64(id)
                       .Text(name)
                       .Text(importer)
                       .U32(3)
                       .U32(phase)
                       .U32(0)
                       .Text(importer)
                       .U32(3));
    return id;
  }

  void End(uint64_t id, const std::string& real_name, const std::string& file,
           bool completed = true, bool executed = true, uint8_t kind = 0) {
    writer_.Append(RecordBuilder(RecordType::kModuleEnd)
                       .U64(id)
                       .U8(completed ? 0 : 1)
                       .U8(executed ? 1 : 0)
                       .U64(5'000)
                       .U64(9'000)
                       .Text(real_name)
                       .Text(file)
                       .U8(kind)
                       .U8(0));
  }

  void Load(const std::string& name, const std::string& file = "") { End(Start(name), name, file); }

  void Define(const std::string& module, const std::string& file, const std::string& qualname,
              uint32_t line) {
    writer_.Append(RecordBuilder(RecordType::kDefinitions)
                       .Text(module)
                       .Text(file)
                       .U64(100)
                       .U32(1)
                       .Text(qualname)
                       .Text(qualname.substr(qualname.rfind('.') + 1))
                       .U32(line)
                       .U64(40));
  }

  void Enter(const std::string& file, const std::string& qualname, const std::string& name,
             uint32_t line, uint32_t phase, uint32_t event) {
    writer_.Append(RecordBuilder(RecordType::kEntered)
                       .Text(file)
                       .Text(qualname)
                       .Text(name)
                       .U32(line)
                       .U32(phase)
                       .U32(event));
  }

  void Cycle(const std::vector<std::string>& names) {
    RecordBuilder record(RecordType::kCycle);
    record.U32(static_cast<uint32_t>(names.size()));
    for (const std::string& name : names) record.Text(name);
    writer_.Append(record);
  }

  Trace Merge() {
    Trace trace;
    MergeFunctions(log_,
                   {folder_.path() / "app", {folder_.path() / "layer"}, folder_.path() / "scratch"},
                   trace);
    return trace;
  }

  std::string App(const std::string& file) const {
    return (folder_.path() / "app" / file).string();
  }

  TemporaryDirectory folder_;
  LogFile log_;
  LogWriter writer_;
};

TEST_F(MergeTest, ModulesComeInOrderOfTheirStartWithRootAndHash) {
  ASSERT_TRUE(WriteFile(App("main.py"), "import x\n"));
  const uint64_t main = Start("main");
  const uint64_t json = Start("json", "main");
  End(json, "json", "/usr/lib/python3.9/json/__init__.py");
  End(main, "main", App("main.py"));
  const Trace trace = Merge();
  ASSERT_EQ(trace.modules_size(), 2);
  EXPECT_EQ(trace.modules(0).name(), "main");
  EXPECT_EQ(trace.modules(0).root(), ROOT_APP);
  EXPECT_EQ(trace.modules(0).file(), "main.py");
  EXPECT_EQ(trace.modules(0).sha256(), Sha256("import x\n"));
  EXPECT_EQ(trace.modules(0).self_us(), 5U);
  EXPECT_EQ(trace.modules(1).root(), ROOT_STDLIB);
  EXPECT_EQ(trace.modules(1).importer(), "main");
  EXPECT_TRUE(trace.modules(1).sha256().empty());
}

TEST_F(MergeTest, AnImportThatFoundNothingIsNoModule) {
  End(Start("absent"), "", "", false, false);
  EXPECT_EQ(Merge().modules_size(), 0);
}

TEST_F(MergeTest, ABodyThatRaisedAndOneThatTheKillCutOffAreIncomplete) {
  End(Start("raised"), "raised", App("raised.py"), false, true);
  Start("cut");
  const Trace trace = Merge();
  ASSERT_EQ(trace.modules_size(), 2);
  EXPECT_FALSE(trace.modules(0).completed());
  EXPECT_FALSE(trace.modules(1).completed());
}

TEST_F(MergeTest, ASecondTryThatWorksIsTheModule) {
  End(Start("twice"), "twice", App("twice.py"), false, true);
  Load("between");
  Load("twice", App("twice.py"));
  const Trace trace = Merge();
  ASSERT_EQ(trace.modules_size(), 2);
  EXPECT_EQ(trace.modules(0).name(), "between");
  EXPECT_FALSE(trace.modules(0).failed_before());
  EXPECT_EQ(trace.modules(1).name(), "twice") << "in the order of what was used";
  EXPECT_TRUE(trace.modules(1).completed());
  EXPECT_TRUE(trace.modules(1).failed_before());
}

TEST_F(MergeTest, AnotherNameForAModuleIsAnAlias) {
  Load("urllib3", App("urllib3/__init__.py"));
  End(Start("requests.packages.urllib3", "requests"), "urllib3", App("urllib3/__init__.py"));
  const Trace trace = Merge();
  EXPECT_EQ(trace.modules_size(), 1);
  ASSERT_EQ(trace.aliases_size(), 1);
  EXPECT_EQ(trace.aliases(0).key(), "requests.packages.urllib3");
  EXPECT_EQ(trace.aliases(0).made_by(), "requests");
}

TEST_F(MergeTest, EnteredFunctionsAreJoinedWithTheirDefinitions) {
  Load("main", App("main.py"));
  Enter(App("main.py"), "C.f", "f", 4, 2,
        1);  // before its definition: a forked child may be quicker
  Define("main", App("main.py"), "C.f", 4);
  Enter(App("main.py"), "", "f", 4, 1, 0);  // 3.9: the qualified name is not always known
  Enter(App("main.py"), "C.f", "f", 4, 2, 1);
  Enter("/elsewhere.py", "g", "g", 1, 2, 0);
  const Trace trace = Merge();
  ASSERT_EQ(trace.functions_size(), 1);
  EXPECT_EQ(trace.functions(0).qualname(), "C.f");
  EXPECT_TRUE(trace.functions(0).at_init());
  EXPECT_THAT(trace.functions(0).events(), ElementsAre(1));
  EXPECT_EQ(trace.functions(0).code_bytes(), 40U);
  EXPECT_EQ(trace.modules(0).code_bytes(), 100U);
}

TEST_F(MergeTest, CyclesThatShareAModuleAreOne) {
  for (const char* name : {"a", "b", "c", "d", "e"}) Load(name);
  Cycle({"b", "a"});
  Cycle({"c", "b"});
  Cycle({"d", "e"});
  const Trace trace = Merge();
  ASSERT_EQ(trace.cycles_size(), 2);
  EXPECT_THAT(trace.cycles(0).modules(), ElementsAre("a", "b", "c"));
  EXPECT_THAT(trace.cycles(1).modules(), ElementsAre("d", "e"));
}

TEST_F(MergeTest, OpenedFilesLeaveOutModulesAndWhatIsGone) {
  ASSERT_TRUE(WriteFile(App("main.py"), ""));
  ASSERT_TRUE(WriteFile(App("data.csv"), ""));
  Load("main", App("main.py"));
  for (const std::string& path : {App("main.py"), App("data.csv"), App("gone.csv")}) {
    writer_.Append(RecordBuilder(RecordType::kOpened).Text(path).U32(2).U8(0));
  }
  writer_.Append(RecordBuilder(RecordType::kOpened).Text(App("data.csv")).U32(2).U8(1));
  const Trace trace = Merge();
  ASSERT_EQ(trace.opened_files_size(), 1);
  EXPECT_EQ(trace.opened_files(0).path(), "data.csv");
  EXPECT_TRUE(trace.opened_files(0).written());
}

TEST_F(MergeTest, RecordsThatDoNotParseAreCountedAndTheRestIsKept) {
  writer_.Append(RecordBuilder(static_cast<RecordType>(200)));
  writer_.Append(RecordBuilder(RecordType::kModuleStart).U32(1));
  writer_.Append(RecordBuilder(RecordType::kOutcome).U32(0).U8(0).Text("no JSON"));
  Load("main");
  const Trace trace = Merge();
  EXPECT_EQ(trace.modules_size(), 1);
  EXPECT_THAT(trace.warnings(), ElementsAre(testing::HasSubstr("3 records")));
}

TEST_F(MergeTest, NamesThatAreNotUtf8DoNotSpoilTheTrace) {
  Load("bad\xff", App("bad\xff.py"));
  Trace again;
  EXPECT_TRUE(again.ParseFromString(Merge().SerializeAsString()));
}

TEST_F(MergeTest, LinesAreKnownOnceTheRunHasEnded) {
  Load("a", App("a.py"));
  Trace trace = Merge();
  const auto lines = [&](const std::string& file) {
    writer_.Append(RecordBuilder(RecordType::kLines).Text(file).U32(2).U32(3).U32(7));
  };
  lines(App("a.py"));
  lines("/elsewhere/a.py");
  const MergeContext context{folder_.path() / "app", {}, {}};
  MergeEffects(log_, context, trace);
  EXPECT_FALSE(trace.modules(0).has_lines()) << "the run was cut off";
  trace = Merge();
  writer_.Append(RecordBuilder(RecordType::kLines).Text("").U32(0));
  MergeEffects(log_, context, trace);
  EXPECT_TRUE(trace.modules(0).has_lines());
  EXPECT_THAT(trace.modules(0).lines(), ::testing::ElementsAre(3, 7));
}

TEST_F(MergeTest, ExportsAreThoseOfTheModule) {
  Load("a", App("a.py"));
  Load("b", App("b.py"));
  writer_.Append(RecordBuilder(RecordType::kExports).Text("a").U32(2).Text("x").Text("y"));
  const Trace trace = Merge();
  EXPECT_TRUE(trace.modules(0).has_exports());
  EXPECT_THAT(trace.modules(0).exports(), ::testing::ElementsAre("x", "y"));
  EXPECT_FALSE(trace.modules(1).has_exports());
}

TEST_F(MergeTest, TextCalls) {
  writer_.Append(RecordBuilder(RecordType::kTextCall).Text("exec").Text("a").Text(" x").Text("b"));
  writer_.Append(RecordBuilder(RecordType::kTextCall).Text("textwrap.dedent"));
  const Trace trace = Merge();
  ASSERT_EQ(trace.text_calls_size(), 1);  // the other is damaged
  EXPECT_EQ(trace.text_calls(0).function(), "exec");
  EXPECT_EQ(trace.text_calls(0).module(), "a");
  EXPECT_EQ(trace.text_calls(0).text(), " x");
  EXPECT_EQ(trace.text_calls(0).caller(), "b");
}

TEST_F(MergeTest, Patterns) {
  const std::string bytes("\xff\0", 2);
  writer_.Append(
      RecordBuilder(RecordType::kPattern).Text("a").U32(2).U32(1).U8(1).U32(16).Text(bytes));
  writer_.Append(
      RecordBuilder(RecordType::kPattern).Text("a").U32(77).U32(0).U8(0).U32(0).Text("x"));
  writer_.Append(RecordBuilder(RecordType::kPattern).Text("a").U32(1));
  const Trace trace = Merge();
  ASSERT_EQ(trace.patterns_size(), 1);  // the others are damaged
  EXPECT_EQ(trace.patterns(0).module(), "a");
  EXPECT_EQ(trace.patterns(0).phase(), PHASE_EVENT);
  EXPECT_EQ(trace.patterns(0).event(), 1U);
  EXPECT_TRUE(trace.patterns(0).is_bytes());
  EXPECT_EQ(trace.patterns(0).pattern(), bytes);
  EXPECT_EQ(trace.patterns(0).flags(), 16U);
}

TEST_F(MergeTest, EffectsComeFromTheirOwnPass) {
  writer_.Append(RecordBuilder(RecordType::kEffect)
                     .Text("a")
                     .Text("b")
                     .Text("registry")
                     .U32(1)
                     .Text("dict: 1 -> 2 items"));
  Trace trace;
  MergeEffects(log_, {}, trace);
  ASSERT_EQ(trace.effects_size(), 1);
  EXPECT_EQ(trace.effects(0).kind(), EFFECT_CONTAINER);
  EXPECT_EQ(Merge().effects_size(), 0);
}

TEST(RootsTest, TheInnermostFolderWins) {
  const Roots roots("/srv/app", {"/srv/app/layer"}, "/usr/lib/python3.9");
  EXPECT_EQ(roots.Find("/srv/app/a.py").root, ROOT_APP);
  EXPECT_EQ(roots.Find("/srv/app/layer/python/b.py").root, ROOT_LAYER);
  EXPECT_EQ(roots.Find("/srv/app/layer/python/b.py").path, "python/b.py");
  EXPECT_EQ(roots.Find("/srv/application/a.py").root, ROOT_OTHER);
  EXPECT_EQ(roots.Find("/srv/app/../secret").root, ROOT_OTHER);
  EXPECT_EQ(roots.Find("/usr/lib/python3.9/site-packages/x.py").root, ROOT_OTHER);
  EXPECT_EQ(roots.Find("").root, ROOT_NONE);
}

}  // namespace
}  // namespace faaslight
