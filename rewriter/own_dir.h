// `dir()` in a module's body: what it listed where it stands.
//
// It gives names, not values: lazy imports need not be bound for it (`__all__ = [name for name in
// dir() if …]` is all that most of scipy's packages do with it). The rewritten text asks the
// runtime instead, which knows what is lazy; this says what the runtime cannot know.
#pragma once

#include <string>
#include <vector>

#include "rewriter/decisions.h"

namespace faaslight {

struct OwnDirNames {
  std::vector<std::string> there;      // submodules that had been loaded when the call ran
  std::vector<std::string> not_there;  // submodules loaded later; lazy names bound further down
};

// For one call in the body of module `index`; sorted.
OwnDirNames NamesAtDir(const Application& app, const Choices& choices, int index,
                       const OwnDir& call);

}  // namespace faaslight
