#include "rewriter/mend.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace faaslight {
namespace {

// How many modules an event loaded in the package that it did not load in the original: there they
// had been loaded before, or are not needed.
uint32_t LoadedLate(const RunResult& original, const RunResult& rewritten, size_t event) {
  const std::vector<std::string>& late = rewritten.event_loads[event].modules;
  if (event >= original.event_loads.size()) return static_cast<uint32_t>(late.size());
  const std::vector<std::string>& known = original.event_loads[event].modules;
  return static_cast<uint32_t>(std::count_if(late.begin(), late.end(), [&](const auto& name) {
    return !std::binary_search(known.begin(), known.end(), name);
  }));
}

// Modules whose decisions can matter: those with another text, and those that may be missing.
std::vector<std::string> Suspects(const Application& app, const Choices& choices) {
  std::vector<std::string> out;
  for (size_t i = 0; i < choices.size(); ++i) {
    const ModuleChoice& choice = choices[i];
    const bool may_miss = !choice.must_load && app.modules()[i].phase != PHASE_PRELOAD;
    if (!choice.pinned && (choice.NeedsText() || may_miss))
      out.push_back(AsGlob(app.modules()[i].name));
  }
  return out;
}

// The decisions of one module, each as a pin.
std::vector<std::string> DecisionsOf(const TracedModule& module, const ModuleChoice& choice) {
  std::vector<std::string> out{AsGlob(module.name) + ":<module>"};
  if (!module.facts) return out;
  for (const std::string& name : choice.LazyNames(*module.facts))
    out.push_back(AsGlob(module.name + ":" + name));
  std::set<std::string> seen(out.begin(), out.end());
  for (size_t f = 0; f < choice.functions.size(); ++f) {
    const FunctionAction action = choice.functions[f].action;
    if (action != FunctionAction::kLazy && action != FunctionAction::kGuard) continue;
    std::string pin = AsGlob(module.name + ":" + module.facts->functions[f].qualname);
    if (seen.insert(pin).second) out.push_back(std::move(pin));
  }
  return out;
}

class Mender {
 public:
  Mender(const Application& app, PackageBuilder& builder, std::filesystem::path package,
         Verifier& traced, Verifier* holdout, const MendOptions& options)
      : app_(app),
        builder_(builder),
        folder_(std::move(package)),
        traced_(traced),
        holdout_(holdout),
        options_(options),
        budget_{options.max_replays, false} {}

  Result<Mended> Run() {
    if (Status done = BuildWith({}); !done) return tl::unexpected(done.error());
    if (Status done = CheckAll(); !done) return tl::unexpected(done.error());
    if (out_.differences.empty() || !options_.repair) return std::move(out_);
    out_.before = out_.differences;
    Result<PinSearch> found = FindModulesThenDecisions();
    if (!found) return tl::unexpected(found.error());
    out_.replays = options_.max_replays - budget_.left;
    if (!found->agrees) return std::move(out_);
    out_.pins = std::move(found->pins);
    std::vector<Pin> pins;
    for (const FoundPin& pin : out_.pins)
      pins.push_back({pin.glob, "repair: " + Sentence(pin.evidence)});
    if (Status done = BuildWith(pins); !done) return tl::unexpected(done.error());
    if (Status done = CheckAll(); !done) return tl::unexpected(done.error());
    for (const FoundPin& pin : out_.pins) AddRepair(pin);
    return std::move(out_);
  }

 private:
  Status BuildWith(const std::vector<Pin>& pins) {
    Result<PackageBuilder::Package> built = builder_.Build(pins);
    if (!built) return tl::unexpected(built.error());
    out_.package = std::move(*built);
    return {};
  }

  // Replays everything; fills the plan's verification and the differences.
  Status CheckAll() {
    out_.differences.clear();
    Verification& summary = *out_.package.plan.mutable_verification();
    summary.Clear();
    summary.set_done(true);
    summary.set_events(static_cast<uint32_t>(traced_.spec().events.size()));
    Result<Verifier::Verdict> verdict = Check(traced_, "event");
    if (!verdict) return tl::unexpected(verdict.error());
    Add(verdict->comparison, summary);
    uint32_t functions = 0, modules = 0;
    for (size_t i = 0; i < verdict->rewritten.event_loads.size(); ++i) {
      functions += verdict->rewritten.event_loads[i].functions;
      modules += LoadedLate(traced_.original(), verdict->rewritten, i);
    }
    summary.set_loaded_on_demand_functions(functions);
    summary.set_loaded_on_demand_modules(modules);
    if (holdout_ == nullptr) return {};
    Result<Verifier::Verdict> held = Check(*holdout_, "hold-out event");
    if (!held) return tl::unexpected(held.error());
    Add(held->comparison, summary);
    AddHoldouts(held->rewritten, summary);
    return {};
  }

  Result<Verifier::Verdict> Check(Verifier& verifier, const char* what) const {
    const size_t count = verifier.spec().events.size();
    options_.progress(fmt::format("verifying with {} {}{}", count, what, count == 1 ? "" : "s"));
    return verifier.Check(folder_);
  }

  void Add(const Comparison& comparison, Verification& summary) {
    for (const std::string& part : comparison.not_compared) summary.add_not_compared(part);
    out_.differences.insert(out_.differences.end(), comparison.differences.begin(),
                            comparison.differences.end());
  }

  void AddHoldouts(const RunResult& run, Verification& summary) const {
    const std::vector<Event>& events = holdout_->spec().events;
    const std::vector<double>& original_ms = holdout_->original().event_ms;
    for (size_t i = 0; i < events.size() && i < run.event_ms.size(); ++i) {
      Holdout* added = summary.add_holdouts();
      added->set_event(events[i].name());
      if (i < run.event_loads.size()) {
        added->set_functions(run.event_loads[i].functions);
        added->set_modules(LoadedLate(holdout_->original(), run, i));
      }
      added->set_rewritten_us(static_cast<uint64_t>(run.event_ms[i] * 1000));
      if (i < original_ms.size())
        added->set_original_us(static_cast<uint64_t>(original_ms[i] * 1000));
    }
  }

  void AddRepair(const FoundPin& pin) {
    Repair* repair = out_.package.plan.add_repairs();
    repair->set_pin(pin.glob);
    repair->set_event(pin.evidence.event);
    repair->set_what(pin.evidence.what);
    repair->set_original(pin.evidence.original);
    repair->set_rewritten(pin.evidence.rewritten);
  }

  // One step of the search. The replay that showed the first difference comes first.
  Result<std::vector<Difference>> Try(const std::vector<std::string>& globs) {
    options_.progress(fmt::format("repair: replay {} of at most {}, {} pinned",
                                  options_.max_replays - budget_.left, options_.max_replays,
                                  globs.size()));
    std::vector<Pin> pins;
    pins.reserve(globs.size());
    for (const std::string& glob : globs) pins.push_back({glob, "tried by repair"});
    if (Status done = BuildWith(pins); !done) return tl::unexpected(done.error());
    std::vector<Verifier*> order{&traced_};
    if (holdout_ != nullptr) order.insert(holdout_first_ ? order.begin() : order.end(), holdout_);
    for (Verifier* verifier : order) {
      Result<Verifier::Verdict> verdict = verifier->Check(folder_);
      if (!verdict) return tl::unexpected(verdict.error());
      if (!verdict->comparison.differences.empty()) {
        holdout_first_ = verifier == holdout_;
        return std::move(verdict->comparison.differences);
      }
    }
    return std::vector<Difference>();
  }

  Result<PinSearch> FindModulesThenDecisions() {
    const Choices choices = out_.package.choices;
    const Oracle oracle = [this](const std::vector<std::string>& pins) { return Try(pins); };
    const Difference first = out_.before.front();
    Result<PinSearch> modules = FindPins(Suspects(app_, choices), {}, first, oracle, budget_);
    if (!modules || !modules->agrees) return modules;
    for (size_t i = 0; i < modules->pins.size() && !budget_.ran_out;) {
      Result<size_t> next = Refine(*modules, i, choices, oracle);
      if (!next) return tl::unexpected(next.error());
      i = *next;
    }
    return modules;
  }

  // Puts single decisions of a pinned module in the place of its pin; gives the place behind them.
  Result<size_t> Refine(PinSearch& search, size_t at, const Choices& choices,
                        const Oracle& oracle) {
    const int index = IndexOf(search.pins[at].glob);
    if (index < 0) return at + 1;
    const size_t i = static_cast<size_t>(index);
    std::vector<std::string> others;
    for (size_t p = 0; p < search.pins.size(); ++p) {
      if (p != at) others.push_back(search.pins[p].glob);
    }
    const std::vector<std::string> decisions = DecisionsOf(app_.modules()[i], choices[i]);
    Result<PinSearch> found =
        FindPins(decisions, others, search.pins[at].evidence, oracle, budget_);
    if (!found) return tl::unexpected(found.error());
    // Many single pins say no more than the module's.
    if (!found->agrees || found->pins.empty() || budget_.ran_out ||
        found->pins.size() > std::max<size_t>(3, decisions.size() / 2)) {
      return at + 1;
    }
    const auto place = search.pins.begin() + static_cast<std::ptrdiff_t>(at);
    search.pins.insert(search.pins.erase(place), found->pins.begin(), found->pins.end());
    return at + found->pins.size();
  }

  int IndexOf(const std::string& glob) const {
    for (size_t i = 0; i < app_.modules().size(); ++i) {
      if (AsGlob(app_.modules()[i].name) == glob) return static_cast<int>(i);
    }
    return -1;
  }

  const Application& app_;
  PackageBuilder& builder_;
  std::filesystem::path folder_;
  Verifier& traced_;
  Verifier* holdout_;
  const MendOptions& options_;
  Budget budget_;
  bool holdout_first_ = false;
  Mended out_;
};

}  // namespace

Result<Mended> BuildAndMend(const Application& app, PackageBuilder& builder,
                            const std::filesystem::path& package, Verifier& traced,
                            Verifier* holdout, const MendOptions& options) {
  return Mender(app, builder, package, traced, holdout, options).Run();
}

}  // namespace faaslight
