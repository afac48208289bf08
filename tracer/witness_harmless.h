// Which changes are no effect of an import, and which things are not even looked at.
//
// Each exception is a row of a table in witness_harmless.cc, with its reason. A row too many hides
// an effect, and a rewritten program may then answer wrongly; a row too few only costs speed. So a
// row must say why nobody can notice when the change comes later or not at all.
#pragma once

#include <Python.h>

#include <string>

#include "tracer/witness_graph.h"

namespace faaslight::tracer {

// Whether the global `name` of `module` (module "": a name of any class, instance or function) is
// not to be followed.
bool IsNeverFollowed(const std::string& module, const std::string& name);

// Whether objects of this type are not to be looked into, wherever they hang.
bool IsNeverFollowedType(PyTypeObject* type);

// Whether nobody can notice when `executing` makes this change later, or never.
bool IsHarmless(const Change& change, const std::string& executing);

// Whether target.attribute is a registry of the whole process, not just something that a module
// holds.
bool IsProcessRegistry(const std::string& target, const std::string& attribute);

}  // namespace faaslight::tracer
