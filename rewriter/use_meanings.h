// What a use of a name means across modules: the names, attribute chains and receivers of
// Facts::Uses, resolved.
//
// Every function of a module that says `np.array` means the same by it, so each is resolved once
// per module and kept. What a use tells is one of three things: what it denotes, a class on which
// an attribute is looked up, or nothing but the attribute's name.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "rewriter/class_tree.h"
#include "rewriter/resolve.h"

namespace faaslight {

struct Meaning {
  struct OnClass {
    ClassRef cls;
    std::string_view name;
    Ask ask;
  };
  std::vector<Denoted> denoted;  // modules, functions, classes; `whole`: all parts of a chain
  std::vector<bool> whole;       // were used up, beside denoted
  std::vector<OnClass> on_classes;
  std::vector<std::string_view> on_anything;  // attribute names
  std::vector<NameRead> reads;                // what is read from modules on the way
};

class UseMeanings {
 public:
  // Index and tree must outlive this, and so must every text that it is asked about.
  UseMeanings(const ModuleIndex& index, const ClassTree& tree)
      : index_(index),
        tree_(tree),
        names_(index.modules().size()),
        receivers_(index.modules().size()) {}

  // "name" or "a.b.c", from the globals of the module. References stay valid.
  const Meaning& OfName(int module, std::string_view dotted);
  const Meaning& OfReceiver(int module, const ReceiverUse& use);

 private:
  using ReceiverKey = std::tuple<ReceiverUse::Receiver, std::string_view, std::string_view>;

  Meaning ResolveName(int module, std::string_view name) const;
  Meaning ResolveChain(int module, std::string_view chain, size_t parts) const;
  Meaning ResolveReceiver(int module, const ReceiverUse& use) const;
  Meaning ResolveInstance(int module, const ReceiverUse& use) const;

  const ModuleIndex& index_;
  const ClassTree& tree_;
  std::vector<std::unordered_map<std::string_view, Meaning>> names_;  // by module
  std::vector<std::map<ReceiverKey, Meaning>> receivers_;
};

}  // namespace faaslight
