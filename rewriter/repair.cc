#include "rewriter/repair.h"

#include <algorithm>
#include <optional>

namespace faaslight {
namespace {

class Search {
 public:
  Search(const std::vector<std::string>& candidates, const std::vector<std::string>& fixed,
         const Oracle& oracle, Budget& budget)
      : candidates_(candidates), fixed_(fixed), oracle_(oracle), budget_(budget) {}

  Result<PinSearch> Run(const Difference& seen) {
    size_t enough = candidates_.size();  // the first so many, with what was found, agree
    Result<std::optional<Difference>> whole = Try(enough);
    if (!whole) return tl::unexpected(whole.error());
    if (budget_.ran_out || *whole) return PinSearch{};
    Difference evidence = seen;  // of the search's lower end: without any of them it differs
    while (enough > 0) {
      Result<size_t> needed = Narrow(enough, evidence);
      if (!needed) return tl::unexpected(needed.error());
      if (budget_.ran_out) return Everything(*needed, evidence);
      enough = *needed - 1;
      found_.insert(found_.begin(), {candidates_[enough], evidence});
      if (enough == 0) break;
      Result<std::optional<Difference>> alone = Try(0);
      if (!alone) return tl::unexpected(alone.error());
      if (budget_.ran_out) return Everything(enough, evidence);
      if (!*alone) break;
      evidence = **alone;
    }
    return PinSearch{true, found_};
  }

 private:
  // What differs with the first `count` candidates pinned; nothing when the packages agree.
  Result<std::optional<Difference>> Try(size_t count) {
    if (budget_.left <= 0) {
      budget_.ran_out = true;
      return std::optional<Difference>();
    }
    --budget_.left;
    std::vector<std::string> pins = fixed_;
    pins.insert(pins.end(), candidates_.begin(),
                candidates_.begin() + static_cast<std::ptrdiff_t>(count));
    for (const FoundPin& pin : found_) pins.push_back(pin.glob);
    Result<std::vector<Difference>> differences = oracle_(pins);
    if (!differences) return tl::unexpected(differences.error());
    if (differences->empty()) return std::optional<Difference>();
    return std::optional<Difference>(differences->front());
  }

  // The smallest number of candidates that is enough; `evidence`: what differs with one less.
  Result<size_t> Narrow(size_t enough, Difference& evidence) {
    size_t too_few = 0;
    while (enough - too_few > 1) {
      const size_t middle = too_few + (enough - too_few) / 2;
      Result<std::optional<Difference>> tried = Try(middle);
      if (!tried) return tl::unexpected(tried.error());
      if (budget_.ran_out) break;
      if (*tried) {
        too_few = middle;
        evidence = **tried;
      } else {
        enough = middle;
      }
    }
    return enough;
  }

  // Out of replays: all that is known to be enough.
  PinSearch Everything(size_t enough, const Difference& evidence) const {
    PinSearch out{true, {}};
    for (size_t i = 0; i < enough; ++i) out.pins.push_back({candidates_[i], evidence});
    out.pins.insert(out.pins.end(), found_.begin(), found_.end());
    return out;
  }

  const std::vector<std::string>& candidates_;
  const std::vector<std::string>& fixed_;
  const Oracle& oracle_;
  Budget& budget_;
  std::vector<FoundPin> found_;
};

}  // namespace

Result<PinSearch> FindPins(const std::vector<std::string>& candidates,
                           const std::vector<std::string>& fixed, const Difference& seen,
                           const Oracle& oracle, Budget& budget) {
  return Search(candidates, fixed, oracle, budget).Run(seen);
}

}  // namespace faaslight
