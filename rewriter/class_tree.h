// The classes of all modules, their bases and what attribute lookup on them finds.
//
// Problem: `self.draw()` in Base may call what Base defines, what a base of it defines, what a
// class that extends Base defines, or what a sibling contributes that only meets Base in a class
// below both. Idea: resolve the bases of every class once; the method resolution order (C3, as
// CPython computes it) of each class below the receiver's says which definition it finds. Where a
// base is not certain (bound twice, made by a call) all candidates count as bases, in order. What
// this does not see: attributes set from outside, `__getattr__`, descriptors of unknown classes;
// callers treat "nothing found" as "could be anything".
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "rewriter/resolve.h"

namespace faaslight {

// (position of the module in the index, index into its Facts::classes or Facts::functions).
using ClassRef = std::pair<int, int>;
using FunctionRef = std::pair<int, int>;

// How an attribute is asked of a class.
enum class Ask {
  kSelf,   // of an instance of it or of a class that extends it
  kSuper,  // the same, behind the class
  kExact,  // of the class itself
};

class ClassTree {
 public:
  // What a lookup found. `assigned`: the first class that has the name binds it by assignment, so
  // that its value is not told.
  struct Found {
    std::vector<FunctionRef> functions;  // several: bound twice, or a property with a setter
    bool assigned = false;
    bool any() const { return assigned || !functions.empty(); }
  };

  // The index must outlive the tree. Cost: one resolution for each base of each class.
  explicit ClassTree(const ModuleIndex& index);

  // The class first, then its bases by C3; by depth, each class once, where C3 has no answer. Bases
  // that are not in the index are left out.
  const std::vector<ClassRef>& Mro(ClassRef cls) const { return At(cls).mro; }
  // The class and all that extend it, at any depth.
  std::vector<ClassRef> WithDerived(ClassRef cls) const;
  // What `name` denotes on an instance of `cls`, or on the class; with `after`, a class of its MRO,
  // behind that one, as super() looks. The metaclass is not asked.
  Found Lookup(ClassRef cls, std::string_view name, const ClassRef* after = nullptr) const;

  // What is found on each class that an object may be of; classes where nothing is are left out.
  std::vector<std::pair<ClassRef, Found>> LookupAll(ClassRef cls, std::string_view name,
                                                    Ask ask) const;

  const std::vector<ClassRef>& Bases(ClassRef cls) const { return At(cls).bases; }
  const std::vector<ClassRef>& Derived(ClassRef cls) const { return At(cls).derived; }
  // The functions of its body, nested classes' not included.
  const std::vector<int>& Methods(ClassRef cls) const { return At(cls).methods; }
  // Absolute names of bases outside the index; "?" for one of which nothing is known.
  const std::vector<std::string>& Outside(ClassRef cls) const { return At(cls).outside; }

 private:
  struct Class {
    std::vector<ClassRef> bases, derived, mro;
    std::vector<std::string> outside;
    std::vector<int> methods;
    // What its body binds: to which functions; -1 is a value that is not told.
    std::unordered_map<std::string_view, std::vector<int>> names;
  };
  Class& At(ClassRef cls) {
    return classes_[static_cast<size_t>(cls.first)][static_cast<size_t>(cls.second)];
  }
  const Class& At(ClassRef cls) const {
    return classes_[static_cast<size_t>(cls.first)][static_cast<size_t>(cls.second)];
  }
  void ReadBases(int module);
  void SetMro(ClassRef cls);
  void SetMrosFrom(ClassRef cls, std::vector<std::vector<bool>>& begun);
  static std::vector<std::vector<int>> MethodsOf(const Facts& facts);

  const ModuleIndex& index_;
  std::vector<std::vector<Class>> classes_;  // by module
};

}  // namespace faaslight
