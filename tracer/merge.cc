#include "tracer/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/files.h"
#include "replay/records.h"
#include "tracer/roots.h"

namespace faaslight {
namespace {

constexpr int kMaxOpenedFiles = 10'000;

// Bytes of names come from the traced program; Protobuf's strings must be UTF-8.
std::string Text(RecordParser& in) { return ToUtf8(in.Text()); }

// An import as the log tells it: its start, and its end unless the process died inside it.
struct Import {
  Module module;
  bool ended = false;
  bool executed = false;
  std::string real_name;  // __spec__.name
};

class FunctionsMerge {
 public:
  FunctionsMerge(const MergeContext& context, Trace& trace) : context_(context), trace_(trace) {}

  void Take(std::string_view payload) {
    RecordParser in(payload);
    const auto type = static_cast<RecordType>(in.U8());
    switch (type) {
      case RecordType::kPython:
        return Python(in);
      case RecordType::kModuleStart:
        return ModuleStart(in);
      case RecordType::kModuleEnd:
        return End(in);
      case RecordType::kDefinitions:
        return Definitions(in);
      case RecordType::kEntered:
        return Entered(in);
      case RecordType::kCycle:
        return Cycle(in);
      case RecordType::kAlias:
        return Alias(in);
      case RecordType::kMoved:
        moved_.insert(Text(in));
        return;
      case RecordType::kExports:
        return Exports(in);
      case RecordType::kTextCall:
        return OneTextCall(in);
      case RecordType::kPattern:
        return OnePattern(in);
      case RecordType::kEvaluated:
        return Evaluated(in);
      case RecordType::kOutcome:
        return OneOutcome(in);
      case RecordType::kOpened:
        return Opened(in);
      case RecordType::kChild:
        return Child(in);
      case RecordType::kWarning:
        trace_.add_warnings(Text(in));
        return;
      case RecordType::kStage:
      case RecordType::kEffect:
      case RecordType::kLines:
        return;
    }
    ++bad_records_;
  }

  void Finish() {
    FinishModules();
    FinishFunctions();
    FinishCycles();
    FinishOpened();
    for (auto& [module, names] : evaluated_) {
      EvaluatedNames* out = trace_.add_evaluated_names();
      out->set_module(RealName(module));
      for (const std::string& name : names) out->add_names(name);
    }
    if (bad_records_ != 0)
      trace_.add_warnings(fmt::format("{} records of the run could not be read", bad_records_));
  }

 private:
  struct Defined {
    Function function;
    std::string file;
    std::set<uint32_t> events;
  };

  void Python(RecordParser& in) {
    faaslight::Python& out = *trace_.mutable_python();
    out.set_version(Text(in));
    out.set_hexversion(in.U32());
    out.set_magic(in.Text());
    out.set_cache_tag(Text(in));
    out.set_executable(Text(in));
    out.set_stdlib(Text(in));
  }

  void ModuleStart(RecordParser& in) {
    const uint64_t id = in.U64();
    Import import;
    import.module.set_name(Text(in));
    import.module.set_importer(Text(in));
    import.module.set_importer_line(in.U32());
    import.module.set_phase(static_cast<Phase>(std::min(in.U32(), 2U)));
    import.module.set_event(in.U32());
    import.module.set_body(Text(in));
    import.module.set_body_line(in.U32());
    import.module.set_kind(KIND_OTHER);
    if (!in.ok()) return Bad();
    by_id_.emplace(id, imports_.size());
    imports_.push_back(std::move(import));
  }

  void End(RecordParser& in) {
    auto found = by_id_.find(in.U64());
    if (found == by_id_.end()) return Bad();
    Import& import = imports_[found->second];
    import.ended = true;
    import.module.set_completed(in.U8() == static_cast<uint8_t>(ModuleEnd::kCompleted));
    import.executed = in.U8() != 0;
    import.module.set_self_us(in.U64() / 1000);
    import.module.set_cumulative_us(in.U64() / 1000);
    import.real_name = Text(in);
    import.module.set_file(Text(in));  // absolute until FinishModules
    import.module.set_kind(static_cast<ModuleKind>(std::min<uint8_t>(in.U8(), KIND_OTHER)));
    import.module.set_is_package(in.U8() != 0);
    if (!in.ok()) Bad();
  }

  void Definitions(RecordParser& in) {
    const std::string module = Text(in);
    const std::string file = Text(in);
    const uint64_t code_bytes = in.U64();
    const uint32_t count = in.U32();
    if (module.empty()) return;
    code_bytes_.emplace(module, code_bytes);
    file_module_.emplace(file, module);
    for (uint32_t i = 0; i < count && in.ok(); ++i) {
      std::string qualname = Text(in);
      std::string name = Text(in);
      const uint32_t line = in.U32();
      const uint64_t bytes = in.U64();
      if (!in.ok()) return Bad();
      Define(file, std::move(qualname), std::move(name), line).set_code_bytes(bytes);
    }
  }

  Function& Define(const std::string& file, std::string qualname, std::string name, uint32_t line) {
    std::string key = fmt::format("{}\n{}\n{}", file, line, qualname);
    auto [at, is_new] = by_qualname_.emplace(std::move(key), functions_.size());
    if (is_new) {
      by_name_.emplace(fmt::format("{}\n{}\n{}", file, line, name), functions_.size());
      Defined defined;
      defined.file = file;
      defined.function.set_qualname(std::move(qualname));
      defined.function.set_name(std::move(name));
      defined.function.set_first_line(line);
      functions_.push_back(std::move(defined));
    }
    return functions_[at->second].function;
  }

  // Kept until all definitions are known: a function may be entered before its module's body is
  // described, in a forked child for instance.
  void Entered(RecordParser& in) {
    Entry entry;
    entry.file = Text(in);
    entry.qualname = Text(in);
    entry.name = Text(in);
    entry.line = in.U32();
    entry.phase = in.U32();
    entry.event = in.U32();
    if (!in.ok()) return Bad();
    entries_.push_back(std::move(entry));
  }

  void Cycle(RecordParser& in) {
    std::vector<std::string> names;
    const uint32_t count = in.U32();
    for (uint32_t i = 0; i < count && in.ok(); ++i) names.push_back(Text(in));
    if (!in.ok()) return Bad();
    cycles_.push_back(std::move(names));
  }

  void Alias(RecordParser& in) {
    std::string key = Text(in);
    std::string module = Text(in);
    std::string made_by = Text(in);
    if (!in.ok()) return Bad();
    AddAlias(std::move(key), std::move(module), std::move(made_by));
  }

  void AddAlias(std::string key, std::string module, std::string made_by) {
    if (!alias_keys_.insert(key).second) return;
    ModuleAlias* out = trace_.add_aliases();
    out->set_key(std::move(key));
    out->set_module(std::move(module));
    out->set_made_by(std::move(made_by));
  }

  void Evaluated(RecordParser& in) {
    std::set<std::string>& names = evaluated_[Text(in)];
    const uint32_t count = in.U32();
    for (uint32_t i = 0; i < count && in.ok(); ++i) names.insert(Text(in));
    if (!in.ok()) Bad();
  }

  void Exports(RecordParser& in) {
    std::vector<std::string>& names = exports_[Text(in)];
    names.clear();
    const uint32_t count = in.U32();
    for (uint32_t i = 0; i < count && in.ok(); ++i) names.push_back(Text(in));
    if (!in.ok()) Bad();
  }

  void OnePattern(RecordParser& in) {
    Pattern pattern;
    pattern.set_module(Text(in));
    const uint32_t phase = in.U32();
    pattern.set_event(in.U32());
    pattern.set_is_bytes(in.U8() != 0);
    pattern.set_flags(in.U32());
    pattern.set_pattern(in.Text());
    if (!in.ok() || !Phase_IsValid(static_cast<int>(phase))) return Bad();
    pattern.set_phase(static_cast<Phase>(phase));
    *trace_.add_patterns() = std::move(pattern);
  }

  void OneTextCall(RecordParser& in) {
    TextCall call;
    call.set_function(Text(in));
    call.set_module(Text(in));
    call.set_text(Text(in));
    call.set_caller(Text(in));
    if (!in.ok()) return Bad();
    *trace_.add_text_calls() = std::move(call);
  }

  void OneOutcome(RecordParser& in) {
    const uint32_t event = in.U32();
    const bool during_init = in.U8() != 0;
    Result<Outcome> outcome = ParseOutcome(in.Text());
    if (!outcome) return Bad();
    outcome->set_event(event);
    outcome->set_during_init(during_init);
    *trace_.add_outcomes() = *std::move(outcome);
  }

  void Opened(RecordParser& in) {
    std::string path = in.Text();
    const uint32_t phase = in.U32();
    const bool written = in.U8() != 0;
    if (!in.ok()) return Bad();
    auto [at, is_new] = opened_.emplace(std::move(path), std::pair(phase, written));
    if (!is_new) at->second.second |= written;
  }

  void Child(RecordParser& in) {
    UntracedChild* out = trace_.add_untraced_children();
    out->set_how(Text(in));
    out->set_command(Text(in));
  }

  void Bad() { ++bad_records_; }

  std::string RealName(const std::string& name) const {
    auto found = renamed_.find(name);
    return found == renamed_.end() ? name : found->second;
  }

  // The real name of an import, or nothing when it is to be left out: nothing of that name was ever
  // found.
  std::optional<std::string> NameOf(const Import& import) {
    if (import.ended && !import.executed) return std::nullopt;
    const std::string& asked = import.module.name();
    if (import.real_name.empty() || import.real_name == asked) return asked;
    renamed_[asked] = import.real_name;
    AddAlias(asked, import.real_name, import.module.importer());
    return import.real_name;
  }

  void FinishModules() {
    const Roots roots(context_.app, context_.layers, trace_.python().stdlib());
    for (const size_t number : TheImportsThatCount(roots)) {
      Module& module = imports_[number].module;
      module_index_.emplace(module.name(), trace_.modules_size());
      Module* out = trace_.add_modules();
      module_files_.insert(module.file());
      const Roots::Place place = roots.Find(module.file());
      *out = std::move(module);
      out->set_root(place.root);
      out->set_file(place.path);
      if (auto bytes = code_bytes_.find(out->name()); bytes != code_bytes_.end())
        out->set_code_bytes(bytes->second);
      Hash(*out, place.root == ROOT_OTHER || place.root == ROOT_STDLIB);
    }
    for (Module& module : *trace_.mutable_modules()) {
      module.set_importer(RealName(module.importer()));
      module.set_body(RealName(module.body()));
      module.set_moved(moved_.count(module.name()) != 0);
      const auto exported = exports_.find(module.name());
      if (exported == exports_.end() || module.root() == ROOT_STDLIB) continue;
      module.set_has_exports(true);
      for (const std::string& name : exported->second) module.add_exports(name);
    }
  }

  // Of several imports of a module the one that made what was used: the first that completed, or
  // the first at all. Numbers of imports, in order.
  std::set<size_t> TheImportsThatCount(const Roots& roots) {
    std::unordered_map<std::string, size_t> chosen;
    for (size_t i = 0; i < imports_.size(); ++i) {
      std::optional<std::string> name = NameOf(imports_[i]);
      if (!name) continue;
      Module& now = imports_[i].module;
      now.set_name(*name);
      const auto [found, is_first] = chosen.emplace(std::move(*name), i);
      if (is_first) continue;
      // Imported again: after a failure, in a forked child, or after somebody took it out of
      // sys.modules.
      const Module& before = imports_[found->second].module;
      if (!now.completed() || (before.completed() && !IsReplaced(before, roots, now))) continue;
      now.set_failed_before(!before.completed());
      found->second = i;
    }
    std::set<size_t> numbers;
    for (const auto& entry : chosen) numbers.insert(entry.second);
    return numbers;
  }

  // The application has its own copy of what the runtime had loaded, and took the runtime's out of
  // sys.modules.
  static bool IsReplaced(const Module& before, const Roots& roots, const Module& now) {
    return before.phase() == PHASE_PRELOAD && roots.Find(before.file()).root == ROOT_STDLIB &&
           now.phase() == PHASE_INIT && roots.Find(now.file()).root == ROOT_APP;
  }

  void Hash(Module& module, bool outside) {
    if (outside || module.file().empty()) return;
    for (const auto& root : RootFolders(module.root())) {
      Result<std::string> bytes = ReadFile(root / module.file());
      if (!bytes) continue;
      module.set_sha256(Sha256(*bytes));
      return;
    }
  }

  std::vector<std::filesystem::path> RootFolders(Root root) const {
    return root == ROOT_APP ? std::vector{context_.app} : context_.layers;
  }

  void FinishFunctions() {
    for (const Entry& entry : entries_) {
      Defined* defined = FindDefined(entry);
      if (defined == nullptr) continue;
      if (entry.phase == static_cast<uint32_t>(TracePhase::kEvent)) {
        defined->events.insert(entry.event);
      } else {
        defined->function.set_at_init(true);
      }
    }
    for (Defined& defined : functions_) {
      const std::string module = RealName(file_module_[defined.file]);
      if (module_index_.count(module) == 0) continue;
      Function* out = trace_.add_functions();
      *out = std::move(defined.function);
      out->set_module(module);
      for (const uint32_t event : defined.events) out->add_events(event);
    }
  }

  struct Entry {
    std::string file, qualname, name;
    uint32_t line = 0, phase = 0, event = 0;
  };

  Defined* FindDefined(const Entry& entry) {
    if (!entry.qualname.empty()) {
      auto found =
          by_qualname_.find(fmt::format("{}\n{}\n{}", entry.file, entry.line, entry.qualname));
      if (found != by_qualname_.end()) return &functions_[found->second];
    }
    auto found = by_name_.find(fmt::format("{}\n{}\n{}", entry.file, entry.line, entry.name));
    if (found != by_name_.end()) return &functions_[found->second];
    if (file_module_.count(entry.file) == 0) return nullptr;  // of no module
    // Code that says it is of a module's file but that the module's code does not hold: made at run
    // time.
    const std::string& qualname = entry.qualname.empty() ? entry.name : entry.qualname;
    Define(entry.file, qualname, entry.name, entry.line);
    return &functions_.back();
  }

  // Groups that share a module are one group.
  void FinishCycles() {
    std::vector<int> group(static_cast<size_t>(trace_.modules_size()));
    std::iota(group.begin(), group.end(), 0);
    const std::function<int(int)> leader = [&](int i) {
      while (group[static_cast<size_t>(i)] != i) i = group[static_cast<size_t>(i)];
      return i;
    };
    for (const std::vector<std::string>& names : cycles_) {
      int first = -1;
      for (const std::string& name : names) {
        auto found = module_index_.find(RealName(name));
        if (found == module_index_.end()) continue;
        const int own = leader(found->second);
        if (first < 0) first = own;
        const int low = std::min(own, leader(first));
        group[static_cast<size_t>(std::max(own, leader(first)))] = low;
      }
    }
    std::map<int, std::vector<int>> members;
    for (int i = 0; i < trace_.modules_size(); ++i) members[leader(i)].push_back(i);
    for (const auto& entry : members) {
      if (entry.second.size() < 2) continue;
      ImportCycle* cycle = trace_.add_cycles();
      for (const int i : entry.second) {
        cycle->add_modules(trace_.modules(i).name());
        if (trace_.modules(i).kind() == KIND_EXTENSION) cycle->set_has_extension(true);
      }
    }
  }

  void FinishOpened() {
    const Roots roots(context_.app, context_.layers, trace_.python().stdlib());
    const std::string scratch = context_.scratch.string() + "/";
    std::error_code ignored;
    for (const auto& [path, how] : opened_) {
      if (trace_.opened_files_size() >= kMaxOpenedFiles) break;
      if (module_files_.count(path) != 0 || path.compare(0, scratch.size(), scratch) == 0) continue;
      if (!std::filesystem::exists(path, ignored)) continue;
      const Roots::Place place = roots.Find(path);
      OpenedFile* out = trace_.add_opened_files();
      out->set_root(place.root);
      out->set_path(ToUtf8(place.path));
      out->set_phase(static_cast<Phase>(std::min(how.first, 2U)));
      out->set_written(how.second);
    }
  }

  const MergeContext& context_;
  Trace& trace_;
  std::vector<Import> imports_;
  std::unordered_map<uint64_t, size_t> by_id_;
  std::map<std::string, std::string> renamed_;            // asked name -> real name
  std::unordered_map<std::string, int> module_index_;     // real name -> index in the trace
  std::set<std::string> module_files_;                    // absolute
  std::unordered_map<std::string, uint64_t> code_bytes_;  // by module
  std::unordered_map<std::string, std::string> file_module_;
  std::vector<Defined> functions_;
  std::unordered_map<std::string, size_t> by_qualname_, by_name_;  // file, line, name -> index
  std::vector<Entry> entries_;
  std::vector<std::vector<std::string>> cycles_;
  std::set<std::string> moved_;
  std::map<std::string, std::vector<std::string>> exports_;  // by module
  std::set<std::string> alias_keys_;
  std::map<std::string, std::set<std::string>> evaluated_;
  std::map<std::string, std::pair<uint32_t, bool>> opened_;  // path -> phase, written
  size_t bad_records_ = 0;
};

// The lines of functions that ran, for the modules of the application.
class LinesMerge {
 public:
  LinesMerge(const MergeContext& context, Trace& trace)
      : roots_(context.app, context.layers, trace.python().stdlib()), trace_(trace) {
    for (int m = 0; m < trace.modules_size(); ++m) {
      if (trace.modules(m).root() == ROOT_APP) modules_.emplace(trace.modules(m).file(), m);
    }
  }

  void Take(RecordParser& in) {
    const std::string file = Text(in);
    const uint32_t count = in.U32();
    if (file.empty()) {  // the run came to its end
      for (const auto& entry : modules_) trace_.mutable_modules(entry.second)->set_has_lines(true);
      return;
    }
    const Roots::Place place = roots_.Find(file);
    const auto [begin, end] = modules_.equal_range(place.path);
    std::vector<uint32_t> lines;
    for (uint32_t i = 0; i < count && in.ok(); ++i) lines.push_back(in.U32());
    if (place.root != ROOT_APP || !in.ok()) return;
    for (auto module = begin; module != end; ++module)
      trace_.mutable_modules(module->second)->mutable_lines()->Add(lines.begin(), lines.end());
  }

 private:
  Roots roots_;
  Trace& trace_;
  std::multimap<std::string, int> modules_;  // by file
};

}  // namespace

void MergeFunctions(const LogFile& log, const MergeContext& context, Trace& trace) {
  FunctionsMerge merge(context, trace);
  const size_t damaged = log.ForEach([&merge](std::string_view payload) { merge.Take(payload); });
  merge.Finish();
  if (damaged != 0) trace.add_warnings(fmt::format("{} records of the run were torn", damaged));
}

void MergeEffects(const LogFile& log, const MergeContext& context, Trace& trace) {
  LinesMerge lines(context, trace);
  std::set<std::string> alias_keys;
  for (const ModuleAlias& alias : trace.aliases()) alias_keys.insert(alias.key());
  log.ForEach([&](std::string_view payload) {
    RecordParser in(payload);
    const auto type = static_cast<RecordType>(in.U8());
    if (type == RecordType::kEffect) {
      ImportEffect effect;
      effect.set_module(Text(in));
      effect.set_target_module(Text(in));
      effect.set_attribute(Text(in));
      effect.set_kind(static_cast<EffectKind>(std::min<uint32_t>(in.U32(), EFFECT_REGISTRY)));
      effect.set_detail(Text(in));
      if (in.ok()) *trace.add_effects() = std::move(effect);
    } else if (type == RecordType::kLines) {
      lines.Take(in);
    } else if (type == RecordType::kAlias) {
      ModuleAlias alias;
      alias.set_key(Text(in));
      alias.set_module(Text(in));
      alias.set_made_by(Text(in));
      if (in.ok() && alias_keys.insert(alias.key()).second) *trace.add_aliases() = std::move(alias);
    }
  });
}

}  // namespace faaslight
