// Joins several traces of one application into one: what any of them used is used.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "rewriter/application.h"

namespace faaslight {
namespace {

Status SameProgram(const Trace& a, const Trace& b) {
  if (a.python().magic() != b.python().magic()) {
    return Fail(ExitCode::kBadInput,
                fmt::format("the traces are of different CPythons: {} and {}; give traces of one",
                            a.python().version(), b.python().version()));
  }
  if (a.app().handler() != b.app().handler()) {
    return Fail(ExitCode::kBadInput,
                fmt::format("the traces are of different handlers: {} and {}; give traces of one",
                            a.app().handler(), b.app().handler()));
  }
  return {};
}

using FunctionKey = std::tuple<std::string, uint32_t, std::string>;

void JoinFunctions(const Trace& from, uint32_t event_shift, std::map<FunctionKey, int>& seen,
                   Trace& into) {
  for (const Function& function : from.functions()) {
    FunctionKey key{function.module(), function.first_line(), function.qualname()};
    auto [at, fresh] = seen.emplace(key, into.functions_size());
    Function* target = fresh ? into.add_functions() : into.mutable_functions(at->second);
    if (fresh) {
      *target = function;
      target->clear_events();
    }
    target->set_at_init(target->at_init() || function.at_init());
    for (uint32_t event : function.events()) target->add_events(event + event_shift);
  }
}

void JoinModules(const Trace& from, uint32_t event_shift, std::map<std::string, int>& seen,
                 Trace& into) {
  for (const Module& module : from.modules()) {
    auto [at, fresh] = seen.emplace(module.name(), into.modules_size());
    if (!fresh) {
      // One run may know of a module what another one did not come across.
      Module* known = into.mutable_modules(at->second);
      known->set_completed(known->completed() && module.completed());
      known->set_failed_before(known->failed_before() || module.failed_before());
      known->set_moved(known->moved() || module.moved());
      continue;
    }
    Module* target = into.add_modules();
    *target = module;
    if (module.phase() == PHASE_EVENT) target->set_event(module.event() + event_shift);
  }
}

void JoinRest(const Trace& from, uint32_t event_shift, Trace& into) {
  into.mutable_events()->MergeFrom(from.events());
  into.mutable_effects()->MergeFrom(from.effects());
  into.mutable_cycles()->MergeFrom(from.cycles());
  into.mutable_evaluated_names()->MergeFrom(from.evaluated_names());
  into.mutable_aliases()->MergeFrom(from.aliases());
  into.mutable_opened_files()->MergeFrom(from.opened_files());
  into.mutable_warnings()->MergeFrom(from.warnings());
  for (const Pattern& pattern : from.patterns()) {
    Pattern* added = into.add_patterns();
    *added = pattern;
    added->set_event(pattern.event() + event_shift);
  }
  for (const Outcome& outcome : from.outcomes()) {
    Outcome* added = into.add_outcomes();
    *added = outcome;
    added->set_event(outcome.event() + event_shift);
  }
}

}  // namespace

Result<Trace> JoinTraces(std::vector<Trace> traces) {
  if (traces.empty())
    return Fail(ExitCode::kUsage,
                "no trace given; make one with faaslight-trace and name it by --trace");
  if (traces.size() == 1) return std::move(traces.front());
  Trace joined = traces.front();
  joined.clear_events();
  joined.clear_modules();
  joined.clear_functions();
  joined.clear_effects();
  joined.clear_cycles();
  joined.clear_evaluated_names();
  joined.clear_aliases();
  joined.clear_outcomes();
  joined.clear_opened_files();
  joined.clear_warnings();
  joined.clear_patterns();
  std::map<FunctionKey, int> functions;
  std::map<std::string, int> modules;
  for (const Trace& trace : traces) {
    if (Status same = SameProgram(traces.front(), trace); !same)
      return tl::unexpected(same.error());
    const uint32_t event_shift = static_cast<uint32_t>(joined.events_size());
    JoinFunctions(trace, event_shift, functions, joined);
    JoinModules(trace, event_shift, modules, joined);
    JoinRest(trace, event_shift, joined);
    if (trace.has_truncation()) *joined.mutable_truncation() = trace.truncation();
  }
  return joined;
}

}  // namespace faaslight
