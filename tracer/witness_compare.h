// A fingerprinted object, and what to say when its fingerprint differs.
#pragma once

#include <Python.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tracer/witness_graph.h"
#include "tracer/witness_slots.h"

namespace faaslight::tracer {

// A slot as it was seen.
struct WitnessEntry {
  const void* id = nullptr;         // the slot's
  const PyObject* value = nullptr;  // may be dead: for comparison only
  uint64_t key_mark = 0;            // 0: an item without a key
  uint64_t mark = 0;                // of the value
};

// A function that is fingerprinted with the module or class that it belongs to.
struct WitnessFunction {
  size_t entry = 0;      // its index among the node's entries
  uint64_t insides = 0;  // InsidesOf
};

// An object that is fingerprinted. A module is its own owner.
struct WitnessNode {
  PyObject* object = nullptr;    // borrowed: good while a parent still holds it
  PyTypeObject* type = nullptr;  // for comparison
  Shape shape = Shape::kNone;
  uint8_t depth = 0;        // 0: a module
  bool fresh = true;        // never looked at
  bool weak = false;        // holds weak references: members may go at any time, by themselves
  bool stale = false;       // its children must be looked up again
  uint32_t root_epoch = 0;  // of the walk that was last given it as a module
  uint32_t epoch = 0;       // of the walk that saw it last
  WitnessNode* owner = nullptr;
  std::string path;      // of a module: its name
  uint64_t version = 0;  // of the dict behind it, if that tells that the entries are the same
  std::vector<WitnessEntry> entries;
  std::vector<WitnessFunction> functions;
  std::vector<std::string> names;  // of the entries, for shapes that have names
  std::vector<WitnessNode*> children;
};

// The entries of `node`'s object as it is now.
std::vector<WitnessEntry> EntriesNow(const WitnessNode& node);
// Their names, in the same order; none for shapes without.
std::vector<std::string> NamesNow(const WitnessNode& node);
// The version of the dict that all of the object's slots are in; 0 if they are elsewhere too.
uint64_t VersionNow(const WitnessNode& node);
// Whether the object's slots are what `node.entries` says. The walk's hot path.
bool IsUnchanged(const WitnessNode& node);
// Hands the differences between `node` and its object as it is now to `sink`: one per name, or one
// for a container.
void ReportDifference(const WitnessNode& node, const std::vector<WitnessEntry>& now,
                      ChangeSink& sink);

}  // namespace faaslight::tracer
