#include "rewriter/quiet_registries.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace faaslight {

bool NobodyReads(const Application& app, const Choices& choices, const Registry& registry) {
  const auto may_have_text = [&](int index) {
    const ModuleChoice& choice = choices[static_cast<size_t>(index)];
    return choice.rewritable && !choice.pinned;
  };
  const int holder = app.Find(registry.module);
  if (!may_have_text(holder) || choices[static_cast<size_t>(holder)].reader_left_alone)
    return false;
  return std::all_of(
      registry.readers.begin(), registry.readers.end(), [&](const RegistryReader& reader) {
        return reader.module < 0 || (may_have_text(reader.module) &&
                                     !choices[static_cast<size_t>(reader.module)].may_load);
      });
}

std::vector<RegistryFill> FillsOnDemand(const Application& app, const Choices& choices) {
  std::vector<RegistryFill> fills;
  for (const Registry& registry : app.registries()) {
    if (!NobodyReads(app, choices, registry)) continue;
    std::set<int> sources;
    for (const ImportEffect& effect : app.trace().effects()) {
      const int source = app.Find(effect.module());
      if (source >= 0 && Fills(effect, registry) && !choices[static_cast<size_t>(source)].must_load)
        sources.insert(source);
    }
    for (const RegistryReader& reader : registry.readers) {
      for (const int source : sources) {
        if (source == reader.module) continue;
        fills.push_back(
            {&reader,
             source,
             {"R4", fmt::format("its import changes {}.{}", registry.module, registry.attribute)}});
      }
    }
  }
  return fills;
}

}  // namespace faaslight
