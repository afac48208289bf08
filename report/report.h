// What a trace (and a plan) say, counted and put in order: totals, events, packages, modules,
// decisions.
//
// Two steps, so that each can be tested and another format is only another renderer: Summarize
// joins trace and plan into a Summary of plain values; RenderText and RenderJson print one. Traces
// and plans are untrusted input: indexes out of range are ignored, importer chains may be circular,
// texts are escaped by the renderers. Cost: linear in the trace, plus sorting.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "proto/plan.pb.h"
#include "proto/trace.pb.h"

namespace faaslight {

// Counts over a set of modules. Optionals are absent without a plan.
struct Counts {
  uint64_t modules_before = 0;  // loaded when the handler's module was imported
  std::optional<uint64_t> modules_after;
  uint64_t modules_in_events = 0;     // loaded while an event was handled
  uint64_t functions = 0;             // defined in them, lambdas and nested ones included
  uint64_t entered = 0;               // by the import or an event
  uint64_t entered_in_events = 0;     // of these, by an event
  std::optional<uint64_t> reachable;  // statically, or entered
  std::optional<uint64_t> lazy_functions;
  uint64_t self_us = 0;
  uint64_t cumulative_us = 0;  // of the import; what the set imports from others included
  uint64_t code_before = 0;    // bytes of code loaded by the import
  std::optional<uint64_t> code_after;
};

// One step of the way from the handler to a module: `module` was imported by the step before at
// `line` of it.
struct ChainStep {
  std::string module;
  uint32_t line = 0;  // 0: not known, or the first step
};

struct Cause {
  std::string rule;  // "R2", …; "" when nothing is known
  std::string text;
};

struct ModuleRow {
  std::string name;
  std::string package;  // the group it is counted in
  std::string file;
  Root root = ROOT_NONE;
  ModuleKind kind = KIND_SOURCE;
  Phase phase = PHASE_INIT;
  bool completed = true;
  bool rewritten = false;
  Counts counts;
  std::vector<ChainStep>
      chain;  // from the handler (or whatever is at the top) down to the module itself
  std::optional<Cause> cause;          // plan: why it stays, or why it is no longer loaded
  std::optional<Cause> not_rewritten;  // plan: why its text is the original's
};

struct PackageRow {
  std::string name;
  Counts counts;
};

// A tree of modules that the import of the handler no longer loads: `module` is where it hung.
struct LazyTree {
  std::string module;
  std::string importer;    // still loaded
  uint32_t line = 0;       // in the importer
  uint64_t modules = 0;    // that are gone with it, itself included
  uint64_t import_us = 0;  // self time of these
  Cause cause;
};

struct RuleRow {
  std::string rule;
  uint64_t lazy_imports = 0, eager_imports = 0;
  uint64_t lazy_functions = 0, guarded_functions = 0, kept_functions = 0;
  uint64_t hoists = 0;
  std::string example;  // "pandas.core.api:27 used at import time, line 40"
};

struct EventRow {
  std::string name;
  std::string outcome;  // "returned", "raised", "timed out", "no outcome"
  std::string detail;   // result, or exception type and message
  std::string stdout_text, stderr_text;
  uint64_t duration_us = 0;
  uint64_t entered = 0;  // functions
  uint64_t only = 0;     // that neither the import nor another event entered
};

// A function that can run and that nothing entered: what a further event might aim at.
struct UnrunFunction {
  std::string module, qualname;
  uint32_t line = 0;
  uint64_t code_bytes = 0;
};

struct HoistRow {
  std::string module;  // is loaded
  std::string at;      // in this module
  uint32_t line = 0;
  Cause cause;
};

struct EffectRow {
  std::string module, target, attribute, kind, detail;
};

// A hold-out event of the verification.
struct HoldoutRow {
  std::string event;
  uint64_t functions = 0, modules = 0;         // loaded on demand
  uint64_t original_us = 0, rewritten_us = 0;  // of the call, one run each
};

// A pin that repair made.
struct RepairRow {
  std::string pin;
  std::string evidence;  // "event order: result.total was 3, became 2"
};

// A module that the import still loads.
struct EagerRow {
  std::string module;
  uint64_t self_us = 0;
  uint64_t held_modules = 0;  // that would go if this one went, itself included
  uint64_t held_us = 0;       // self time of these
  uint64_t importers = 0;     // that keep it
  std::string importer;       // the one that is told
  uint32_t line = 0;          // in it; 0: not known
  Cause cause;
};

// What the imports and hoists that stay by this rule hold.
struct EagerRule {
  std::string rule;
  uint64_t imports = 0;
  uint64_t held_modules = 0;  // that nothing else loads
  uint64_t held_us = 0;
};

// The times are those under the trace.
struct WhyEager {
  uint64_t modules = 0;  // that the import still loads
  uint64_t self_us = 0;
  std::vector<EagerRow> rows;    // by what they hold, most first; not the handler's module
  std::vector<EagerRule> rules;  // by what they hold, most first
};

// One kind of files that the package does not carry.
struct LeftOutRow {
  std::string what;
  uint64_t files = 0, bytes = 0;
  std::vector<std::pair<std::string, uint64_t>> parts;  // first folder -> bytes, largest first
};

struct PlanSummary {
  std::string keep;
  bool reach_whole = false;  // what is reachable was read off modules that no trace loaded, too
  std::string trim;          // "", "files" or "unreachable"
  std::vector<LeftOutRow> left_out;  // as the plan has them
  uint64_t bytes_before = 0;         // of the application, where it was trimmed
  std::vector<std::string> pins;
  std::vector<RepairRow> repairs;
  std::vector<std::string> ignored_effects;
  std::vector<HoldoutRow> holdouts;  // dearest first
  std::vector<LazyTree> lazy_trees;  // costliest first
  std::vector<RuleRow> rules;        // R1, R1b, R2, … then others by name
  std::vector<HoistRow> hoists;
  WhyEager why_eager;
  std::vector<UnrunFunction> unrun;  // the application's own modules first, largest first
  uint64_t rewritten_modules = 0;
  bool verified = false;
  uint64_t verified_events = 0;
  std::vector<std::string> not_compared;
  uint64_t demanded_functions = 0, demanded_modules = 0;
  uint64_t foreign_modules = 0;  // of the plan that this trace does not have
  std::vector<std::string> notes;
};

struct Summary {
  std::string handler;
  std::string python;
  std::string directory;
  std::optional<std::pair<std::string, std::string>> truncated;  // cause, where
  std::optional<EventRow> init_failure;  // the import of the handler's module ended here
  std::vector<EventRow> events;
  Counts total;  // without what the serverless runtime had loaded already
  uint64_t preloaded_modules = 0;
  std::vector<PackageRow> packages;  // costliest first
  std::vector<ModuleRow> modules;    // costliest first
  std::vector<EffectRow> effects;
  std::vector<std::vector<std::string>> cycles;
  std::vector<std::string> untraced_children;
  std::vector<std::string> warnings;
  std::optional<PlanSummary> plan;
};

// `plan` may be null. kBadInput when the plan belongs to another trace: another handler or another
// Python.
Result<Summary> Summarize(const Trace& trace, const Plan* plan);

struct TextOptions {
  size_t top = 15;     // rows of each list; 0: all
  size_t width = 100;  // columns
  bool color = false;  // ANSI
};

// For people. Ends with a newline. A truncated trace is marked in the first line.
std::string RenderText(const Summary& summary, const TextOptions& options);

// What still loads and why, alone. Precondition: a plan.
std::string RenderWhyEager(const Summary& summary, const TextOptions& options);

// docs/report.md describes every field. UTF-8, ends with a newline. `top` limits packages, modules
// and the other long lists; 0: all.
std::string RenderJson(const Summary& summary, size_t top);

// The share as "12.3 %", or "-" of nothing.
std::string Percent(uint64_t part, uint64_t whole);

}  // namespace faaslight
