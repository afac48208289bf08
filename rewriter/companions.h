// R4 for modules that are loaded on demand: what changes them when it is imported comes with them,
// in the order it came in.
//
// The problem: the original imported a registry and all that fills it long before anyone looked.
// Here the registry is loaded when it is first used, and what fills it (its companions) must be
// loaded then too. One after the other is not enough: where a companion ran in the middle of
// another one, or of the registry itself, it must run there again; and whoever asks for the second
// companion before anyone asked for the registry must not have it run before the first.
//
// The idea: the registry loads its companions once it is complete, first to last; a companion that
// another one's body led to is also hoisted in that body; and an import of a companion, lazy or
// not, loads the companions before it first. The cost is that of the effects: all of them are
// loaded anyway as soon as one is, for each of them loads the registry.
#pragma once

#include <vector>

#include "rewriter/decisions.h"
#include "rewriter/quiet_registries.h"
#include "rewriter/withs.h"

namespace faaslight {

// Adds companions, hoists and what lazy names load first for every module that what stays does not
// load and that an effect of `effects` changes. Needs may_load and must_load of ComputeLoads. It
// says nothing about modules that are loaded by what stays: those have hoists.
//
// R13: who loads one of `withs` loads its holder before. `fills`: the readers of registries that no
// event's run loads, with what fills these.
void AttachCompanions(const Application& app, const std::vector<const ImportEffect*>& effects,
                      const std::vector<RegistryFill>& fills, const std::vector<WithLoad>& withs,
                      Choices& choices);

}  // namespace faaslight
