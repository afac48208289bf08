// The decision layer on small applications with odd traces: every trace ends in an error or a plan.
//
// Input: text. Lines that begin with "## " say what the trace holds, all others are the source of
// the module that was named last:
//   ## module NAME FILE IMPORTER LINE [package] [event] [half] [stdlib] [extension] [other]
//   ## entered MODULE NAME LINE       ## effect MODULE TARGET ATTRIBUTE KIND
//   ## cycle MODULE…                  ## alias KEY MODULE MADE_BY
//   ## evaluated MODULE NAME…         ## keep traced|reachable|none     ## pin GLOB
//   ## handler HANDLER MODULE
// The sources are written to a folder, since that is where an application lies.
#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <sstream>

#include "proto/envelope.h"
#include "report/report.h"
#include "rewriter/app_reach.h"
#include "rewriter/decisions.h"
#include "rewriter/edits.h"
#include "rewriter/plan.h"
#include "tests/fuzz/target.h"

namespace faaslight {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

struct Case {
  Trace trace;
  Policy policy;
  std::vector<std::pair<std::string, std::string>> files;
};

constexpr size_t kMaxModules = 12;

void AddModule(const Words& words, Case& into) {
  if (words.size() < 5 || into.files.size() >= kMaxModules) return;
  Module& module = *into.trace.add_modules();
  module.set_name(words[1]);
  module.set_file(words[2]);
  module.set_importer(words[3] == "-" ? "" : words[3]);
  module.set_importer_line(static_cast<uint32_t>(std::strtoul(words[4].c_str(), nullptr, 10)));
  module.set_root(ROOT_APP);
  module.set_phase(PHASE_INIT);
  module.set_completed(true);
  for (const std::string& word : Words(words.begin() + 5, words.end())) {
    if (word == "package") module.set_is_package(true);
    if (word == "event") module.set_phase(PHASE_EVENT);
    if (word == "half") module.set_completed(false);
    if (word == "stdlib") module.set_root(ROOT_STDLIB);
    if (word == "other") module.set_root(ROOT_NONE);
    if (word == "extension") module.set_kind(KIND_EXTENSION);
    if (word == "body") module.set_body(module.importer());
  }
  into.files.emplace_back(words[2], "");
}

void AddToTrace(const Words& words, Trace& trace) {
  if (words[0] == "entered" && words.size() > 3) {
    Function& function = *trace.add_functions();
    function.set_module(words[1]);
    function.set_qualname(words[2]);
    function.set_name(words[2].substr(words[2].rfind('.') + 1));
    function.set_first_line(static_cast<uint32_t>(std::strtoul(words[3].c_str(), nullptr, 10)));
    function.add_events(0);
  } else if (words[0] == "effect" && words.size() > 4) {
    ImportEffect& effect = *trace.add_effects();
    effect.set_module(words[1]);
    effect.set_target_module(words[2]);
    effect.set_attribute(words[3]);
    effect.set_kind(static_cast<EffectKind>(std::strtoul(words[4].c_str(), nullptr, 10) % 6));
  } else if (words[0] == "cycle") {
    ImportCycle& cycle = *trace.add_cycles();
    for (size_t i = 1; i < words.size(); ++i) cycle.add_modules(words[i]);
    cycle.set_has_extension(true);
  } else if (words[0] == "alias" && words.size() > 3) {
    ModuleAlias& alias = *trace.add_aliases();
    alias.set_key(words[1]);
    alias.set_module(words[2]);
    alias.set_made_by(words[3]);
  } else if (words[0] == "evaluated" && words.size() > 1) {
    EvaluatedNames& names = *trace.add_evaluated_names();
    names.set_module(words[1]);
    for (size_t i = 2; i < words.size(); ++i) names.add_names(words[i]);
  } else if (words[0] == "handler" && words.size() > 2) {
    trace.mutable_app()->set_handler(words[1]);
    trace.mutable_app()->set_handler_module(words[2]);
  }
}

void AddDirective(const std::string& line, Case& into) {
  std::istringstream stream(line);
  Words words;
  for (std::string word; stream >> word;) words.push_back(word);
  if (words.empty()) return;
  if (words[0] == "module") {
    AddModule(words, into);
  } else if (words[0] == "keep" && words.size() > 1) {
    into.policy.keep = words[1] == "none"        ? Keep::kNone
                       : words[1] == "reachable" ? Keep::kReachable
                                                 : Keep::kTraced;
  } else if (words[0] == "pin" && words.size() > 1) {
    into.policy.pins.push_back({words[1], "pinned"});
  } else {
    AddToTrace(words, into.trace);
  }
}

Case ReadCase(std::string_view text) {
  Case out;
  out.trace.mutable_app()->set_handler("main.handler");
  out.trace.mutable_app()->set_handler_module("main");
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (line.substr(0, 3) == "## ") {
      AddDirective(std::string(line.substr(3)), out);
    } else if (!out.files.empty()) {
      out.files.back().second.append(line).append("\n");
    }
  }
  return out;
}

// False: a path that this target does not write. The reader itself refuses those that lead outside.
bool WriteFiles(const Case& input, const fs::path& folder) {
  for (const auto& [path, source] : input.files) {
    if (!StaysInside(path) || std::count(path.begin(), path.end(), '/') > 4) return false;
    if (!WriteFile(folder / path, source)) return false;  // a file where a folder should be
  }
  return true;
}

// The text edits of one module, as emission makes them.
FileDecisions Decisions(const TracedModule& module, const ModuleChoice& choice) {
  FileDecisions out;
  out.source_hash = "0123456789abcdef";
  for (size_t s = 0; s < choice.imports.size(); ++s) {
    for (size_t n = 0; n < choice.imports[s].size(); ++n) {
      if (choice.imports[s][n].lazy)
        out.lazy_imports.emplace_back(static_cast<int>(s), static_cast<int>(n));
    }
  }
  for (size_t f = 0; f < choice.functions.size(); ++f) {
    const int index = static_cast<int>(f);
    if (choice.functions[f].action == FunctionAction::kLazy)
      out.lazy_bodies.push_back({index, static_cast<uint32_t>(out.lazy_bodies.size())});
    if (choice.functions[f].action == FunctionAction::kGuard)
      out.guards.push_back({index, -1, choice.functions[f].uses});
  }
  for (const HoistChoice& hoist : choice.hoists) {
    if (hoist.statement >= 0) out.hoists.push_back({hoist.statement, {hoist.module}});
  }
  out.lazy_names = choice.LazyNames(*module.facts);
  out.submodules = choice.submodules;
  return out;
}

void MakeTexts(const Application& app, const Choices& choices) {
  Require(choices.size() == app.modules().size(), "every module has a choice");
  for (size_t i = 0; i < choices.size(); ++i) {
    const TracedModule& module = app.modules()[i];
    if (!choices[i].NeedsText()) continue;
    Require(module.facts != nullptr && module.in_app(), "only sources of the application change");
    const Result<std::vector<Edit>> edits =
        MakeEdits(module.source, *module.facts, Decisions(module, choices[i]));
    if (!edits) continue;
    const std::string text = ApplyEdits(module.source, *edits);
    Require(std::count(text.begin(), text.end(), '\n') ==
                std::count(module.source.begin(), module.source.end(), '\n'),
            "no line moves");
  }
}

void Decide(const Case& input, const fs::path& folder) {
  const Result<Application> app = Application::Load(folder, {input.trace});
  if (!app) {
    Require(!app.error().message.empty(), "an error has a message");
    return;
  }
  std::vector<std::string> notes;
  const Choices choices =
      faaslight::Decide(*app, AppReach(*app, true).result(), input.policy, notes);
  MakeTexts(*app, choices);
  const Plan plan = MakePlan(*app, input.policy, choices, notes);
  if (const Result<Summary> summary = Summarize(app->trace(), &plan))
    Require(!RenderText(*summary, {}).empty(), "a report is not empty");
}

}  // namespace
}  // namespace faaslight

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace faaslight;
  google::protobuf::SetLogHandler(nullptr);  // it complains of every text that is not UTF-8
  Case input = ReadCase(Bytes(data, size));
  input.trace.set_format_version(kTraceFormat);
  Result<Trace> trace = UnwrapTrace(Wrap(input.trace), "t");
  if (!trace) return 0;  // names that are not UTF-8 never come this far
  input.trace = std::move(*trace);
  const std::filesystem::path folder = ScratchFolder() / "app";
  std::filesystem::create_directories(folder);
  if (WriteFiles(input, folder)) Decide(input, folder);
  std::filesystem::remove_all(folder);
  return 0;
}
