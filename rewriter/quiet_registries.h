// R4: the registries (rewriter/registries.h) that nobody reads in what the package loads, and who
// fills them when somebody does.
#pragma once

#include <vector>

#include "rewriter/decisions.h"

namespace faaslight {

// True when the package loads none of its readers, in no event, and each of them is one that may
// get another text. Needs may_load of ComputeLoads, and stays true only while no module is added.
bool NobodyReads(const Application& app, const Choices& choices, const Registry& registry);

struct RegistryFill {
  const RegistryReader* reader = nullptr;  // in Application::registries()
  int source = -1;                         // the module that fills it
  Why why;
};

// What each reader of a registry that nobody reads must load when it is imported after all: the
// modules that add to it and are not surely loaded, in the order in which they began. Valid as long
// as the application is.
std::vector<RegistryFill> FillsOnDemand(const Application& app, const Choices& choices);

}  // namespace faaslight
