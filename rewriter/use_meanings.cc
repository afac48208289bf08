#include "rewriter/use_meanings.h"

#include <algorithm>

#include "rewriter/builtin_names.h"

namespace faaslight {
namespace {

size_t PartsOf(std::string_view dotted) {
  return 1 + static_cast<size_t>(std::count(dotted.begin(), dotted.end(), '.'));
}

void Add(Meaning& meaning, Denoted denoted, bool whole) {
  meaning.denoted.push_back(std::move(denoted));
  meaning.whole.push_back(whole);
}

}  // namespace

const Meaning& UseMeanings::OfName(int module, std::string_view dotted) {
  auto& known = names_[static_cast<size_t>(module)];
  const auto found = known.find(dotted);
  if (found != known.end()) return found->second;
  const size_t parts = PartsOf(dotted);
  return known
      .emplace(dotted,
               parts == 1 ? ResolveName(module, dotted) : ResolveChain(module, dotted, parts))
      .first->second;
}

const Meaning& UseMeanings::OfReceiver(int module, const ReceiverUse& use) {
  auto& known = receivers_[static_cast<size_t>(module)];
  const ReceiverKey key{use.receiver, use.cls, use.name};
  const auto found = known.find(key);
  if (found != known.end()) return found->second;
  return known.emplace(key, ResolveReceiver(module, use)).first->second;
}

Meaning UseMeanings::ResolveName(int module, std::string_view name) const {
  Meaning meaning;
  for (Denoted& denoted : index_.ResolveName(module, name)) Add(meaning, std::move(denoted), true);
  // A class body reads names that it has bound itself: methods of the class, perhaps.
  if (meaning.denoted.empty() && !IsBuiltinName(name)) meaning.on_anything.push_back(name);
  return meaning;
}

Meaning UseMeanings::ResolveChain(int module, std::string_view chain, size_t parts) const {
  Meaning meaning;
  const std::string_view last = chain.substr(chain.rfind('.') + 1);
  std::vector<ChainDenoted> ends = index_.ResolveChain(module, chain, &meaning.reads);
  if (ends.empty() && !IsBuiltinName(chain.substr(0, chain.find('.'))))
    meaning.on_anything.push_back(last);
  for (ChainDenoted& end : ends) {
    const bool whole = end.parts == parts;
    if (!whole && end.denoted.kind == Denoted::Kind::kClass && end.parts + 1 == parts) {
      meaning.on_classes.push_back({{end.denoted.module, end.denoted.index}, last, Ask::kExact});
    } else if (!whole) {
      meaning.on_anything.push_back(last);
    }
    Add(meaning, std::move(end.denoted), whole);
  }
  return meaning;
}

Meaning UseMeanings::ResolveReceiver(int module, const ReceiverUse& use) const {
  if (use.receiver == ReceiverUse::Receiver::kInstance) return ResolveInstance(module, use);
  Meaning meaning;
  const Ask ask = use.receiver == ReceiverUse::Receiver::kSelf ? Ask::kSelf : Ask::kSuper;
  for (const int c : index_.ClassesNamed(module, use.cls))
    meaning.on_classes.push_back({{module, c}, use.name, ask});
  if (meaning.on_classes.empty()) meaning.on_anything.push_back(use.name);
  return meaning;
}

// An attribute of what calling a dotted name gave.
Meaning UseMeanings::ResolveInstance(int module, const ReceiverUse& use) const {
  Meaning meaning;
  const size_t parts = PartsOf(use.cls);
  for (const ChainDenoted& end : index_.ResolveChain(module, use.cls)) {
    if (end.denoted.kind != Denoted::Kind::kClass || end.parts != parts) {
      meaning.on_anything.push_back(use.name);
      continue;
    }
    const ClassRef cls{end.denoted.module, end.denoted.index};
    // __new__ may give an instance of a class that extends it.
    const bool exact = !tree_.Lookup(cls, "__new__").any();
    meaning.on_classes.push_back({cls, use.name, exact ? Ask::kExact : Ask::kSelf});
  }
  if (meaning.on_classes.empty() && meaning.on_anything.empty())
    meaning.on_anything.push_back(use.name);
  return meaning;
}

}  // namespace faaslight
