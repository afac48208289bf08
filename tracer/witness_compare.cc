#include "tracer/witness_compare.h"

#include <algorithm>
#include <unordered_map>

#include "tracer/witness.h"
#include "tracer/witness_marks.h"
#include "tracer/witness_text.h"

namespace faaslight::tracer {
namespace {

int KindOf(Shape shape) {
  switch (shape) {
    case Shape::kModule:
      return kEffectAttribute;
    case Shape::kClass:
      return kEffectClass;
    case Shape::kInstance:
    case Shape::kFunction:
      return kEffectInstance;
    default:
      return kEffectContainer;
  }
}

uint64_t KeyMark(const WitnessSlot& slot) {
  if (slot.key != nullptr) return MarkOf(slot.key);
  return slot.name != nullptr ? Mix(PointerBits(slot.name), 1) | 1 : 0;
}

WitnessEntry EntryOf(const WitnessSlot& slot) {
  return {slot.id, slot.value, KeyMark(slot), MarkOf(slot.value)};
}

// A set's items have no order, a dict's none that matters here; a list's has.
bool IsOrdered(Shape shape) {
  return shape == Shape::kList || shape == Shape::kTraversed || shape == Shape::kTuple;
}

uint64_t Sum(const std::vector<WitnessEntry>& entries, Shape shape) {
  uint64_t sum = 1;
  for (const WitnessEntry& entry : entries) {
    const uint64_t item = Mix(entry.key_mark, entry.mark);
    sum = IsOrdered(shape) ? Mix(sum, item) : sum + item;
  }
  return sum | 1;
}

std::string AttributePath(const WitnessNode& node, const std::string& name) {
  return node.shape == Shape::kModule || node.path.empty() ? name : node.path + "." + name;
}

// Functions that were changed in place.
void ReportInsides(const WitnessNode& node, const Change& common, ChangeSink& sink) {
  if (node.functions.empty()) return;
  std::vector<PyObject*> values;
  VisitSlots(node.object, node.shape, [&values](const WitnessSlot& slot) {
    values.push_back(slot.value);
    return true;
  });
  for (const WitnessFunction& function : node.functions) {
    const WitnessEntry& entry = node.entries[function.entry];
    const auto place = std::find(values.begin(), values.end(), entry.value);
    if (place == values.end() || !PyFunction_Check(*place)) continue;
    Change change = common;
    change.before = function.insides | 1;
    change.after = InsidesOf(*place) | 1;
    if (change.before == change.after) continue;
    change.attribute = AttributePath(node, node.names[function.entry]);
    change.in_place = true;
    change.value = *place;
    change.type = "function";
    sink.Changed(change);
  }
}

// What ReportInsides() looks at.
bool IsPartOfFunction(const std::string& name) {
  return name == kClosureSlot || name == kDefaultsSlot;
}

void ReportNames(const WitnessNode& node, const std::vector<WitnessEntry>& now, ChangeSink& sink) {
  const std::vector<std::string> names = NamesNow(node);
  std::unordered_map<std::string, const WitnessEntry*> before;
  for (size_t i = 0; i < node.entries.size(); ++i) before[node.names[i]] = &node.entries[i];
  Change change;
  change.target = node.owner->path;
  change.kind = KindOf(node.shape);
  change.is_static_type =
      node.shape == Shape::kClass &&
      (reinterpret_cast<PyTypeObject*>(node.object)->tp_flags & Py_TPFLAGS_HEAPTYPE) == 0;
  ReportInsides(node, change, sink);
  for (size_t i = 0; i < now.size(); ++i) {
    const auto old = before.find(names[i]);
    const WitnessEntry* entry = old == before.end() ? nullptr : old->second;
    if (old != before.end()) before.erase(old);
    if (entry != nullptr && entry->mark == now[i].mark) continue;
    if (IsPartOfFunction(names[i])) continue;
    change.attribute = AttributePath(node, names[i]);
    change.before = entry == nullptr ? 0 : entry->mark;
    change.after = now[i].mark;
    change.in_place = entry != nullptr && entry->value == now[i].value;
    change.value = const_cast<PyObject*>(now[i].value);  // alive: it was read just now
    change.type = TypeName(Py_TYPE(change.value));
    if (PyFunction_Check(change.value))
      change.type += " " + TextOf(reinterpret_cast<PyFunctionObject*>(change.value)->func_qualname);
    sink.Changed(change);
  }
  for (const auto& [name, entry] : before) {
    if (name.front() == '<') continue;  // weak references that all went
    change.attribute = AttributePath(node, name);
    change.before = entry->mark;
    change.after = 0;
    change.in_place = false;
    change.value = nullptr;
    change.type.clear();
    sink.Changed(change);
  }
}

void ReportItems(const WitnessNode& node, const std::vector<WitnessEntry>& now, ChangeSink& sink) {
  Change change;
  change.before = Sum(node.entries, node.shape);
  change.after = Sum(now, node.shape);
  if (change.before == change.after) return;
  std::unordered_map<uint64_t, int> before;
  for (const WitnessEntry& entry : node.entries) ++before[Mix(entry.key_mark, entry.mark)];
  size_t kept = 0;
  size_t i = 0;
  VisitSlots(node.object, node.shape, [&](const WitnessSlot& slot) {
    if (i >= now.size()) return false;
    const auto old = before.find(Mix(now[i].key_mark, now[i].mark));
    ++i;
    if (old != before.end() && old->second > 0) {
      --old->second;
      ++kept;
      return true;
    }
    change.added.push_back(slot.key != nullptr ? slot.key : slot.value);
    change.values.push_back(slot.value);
    return true;
  });
  change.removed = node.entries.size() - kept;
  if (node.weak && change.added.empty()) return;
  change.target = node.owner->path;
  change.attribute = node.path;
  change.kind = KindOf(node.shape);
  change.size_before = static_cast<Py_ssize_t>(node.entries.size());
  change.size_after = static_cast<Py_ssize_t>(now.size());
  change.type = TypeName(Py_TYPE(node.object));
  sink.Changed(change);
}

}  // namespace

std::vector<WitnessEntry> EntriesNow(const WitnessNode& node) {
  std::vector<WitnessEntry> entries;
  VisitSlots(node.object, node.shape, [&entries](const WitnessSlot& slot) {
    entries.push_back(EntryOf(slot));
    return true;
  });
  return entries;
}

std::vector<std::string> NamesNow(const WitnessNode& node) {
  std::vector<std::string> names;
  if (!HasNames(node.shape)) return names;
  VisitSlots(node.object, node.shape, [&names](const WitnessSlot& slot) {
    names.push_back(slot.name != nullptr ? slot.name : TextOf(slot.key));
    return true;
  });
  return names;
}

uint64_t VersionNow(const WitnessNode& node) {
  if (node.shape == Shape::kClass) {
    auto* type = reinterpret_cast<PyTypeObject*>(node.object);
    PyObject* names = compat::TypeDict(type);
    const uint64_t version =
        names != nullptr && PyDict_Check(names) ? compat::DictVersion(names) : 0;
    if (version == 0) return 0;
    // What VisitHidden() gives lies beside the dict.
    return Mix(Mix(version, PointerBits(compat::AbcRegistry(type))),
               PointerBits(compat::Subclasses(type))) |
           1;
  }
  PyObject* dict = nullptr;
  if (node.shape == Shape::kModule) dict = compat::InstanceDict(node.object);
  if (node.shape == Shape::kDict && PyDict_CheckExact(node.object)) dict = node.object;
  return dict != nullptr && PyDict_Check(dict) ? compat::DictVersion(dict) : 0;
}

bool IsUnchanged(const WitnessNode& node) {
  const uint64_t version = VersionNow(node);
  if (version != 0 && version == node.version) {
    // Nothing was stored, so the functions are alive and where they were.
    return std::all_of(
        node.functions.begin(), node.functions.end(), [&node](const WitnessFunction& function) {
          return InsidesOf(const_cast<PyObject*>(node.entries[function.entry].value)) ==
                 function.insides;
        });
  }
  const WitnessEntry* entry = node.entries.data();
  const WitnessEntry* const end = entry + node.entries.size();
  bool same = true;
  VisitSlots(node.object, node.shape, [&](const WitnessSlot& slot) {
    same = entry != end && entry->id == slot.id && entry->value == slot.value &&
           entry->mark == MarkOf(slot.value);
    ++entry;
    return same;
  });
  return same && entry == end;
}

void ReportDifference(const WitnessNode& node, const std::vector<WitnessEntry>& now,
                      ChangeSink& sink) {
  if (HasNames(node.shape)) {
    ReportNames(node, now, sink);
  } else if (node.shape != Shape::kTuple) {
    ReportItems(node, now, sink);
  }
}

}  // namespace faaslight::tracer
