// Python's scopes: which names a piece of code binds, and where a name that it reads comes from.
//
// A name's meaning is only known when the whole scope has been read (a binding below makes a name
// local above), so reading is recorded first and resolved at the end.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace faaslight {

using NameId = uint32_t;
using ScopeId = uint32_t;

// Gives each distinct name a small number; views stay valid while the table lives.
class NameTable {
 public:
  NameId Intern(std::string_view name);
  const std::string& operator[](NameId id) const { return names_[id]; }

 private:
  std::deque<std::string> names_;
  std::unordered_map<std::string_view, NameId> ids_;
};

enum class ScopeKind : uint8_t {
  kModule,
  kClass,
  kFunction,  // def and lambda
  kComprehension,
  kTypeParameters,  // def f[T], class C[T], type X[T]: sees the names of the class around it
};

struct Scope {
  ScopeKind kind = ScopeKind::kModule;
  ScopeId parent = 0;
  int function = -1;       // index into Facts::functions for kFunction
  int cls = -1;            // index into Facts::classes for kClass
  std::string qualname;    // prefix of what is defined inside: "C.", "f.<locals>.", ""
  std::string class_path;  // "Outer.Inner" for kClass
  std::string
      mangling;  // the innermost class's name without leading underscores; "" outside classes
  std::unordered_map<NameId, uint8_t> names;  // flags below
};

class ScopeTable {
 public:
  enum Flag : uint8_t { kBound = 1, kGlobal = 2, kNonlocal = 4 };
  static constexpr ScopeId kModuleScope = 0;

  explicit ScopeTable(NameTable* names);
  ScopeId Add(ScopeKind kind, ScopeId parent);
  Scope& operator[](ScopeId id) { return scopes_[id]; }
  const Scope& operator[](ScopeId id) const { return scopes_[id]; }

  void Mark(ScopeId scope, NameId name, Flag flag) { scopes_[scope].names[name] |= flag; }
  bool Has(ScopeId scope, NameId name, Flag flag) const;
  // The scope that a walrus in `scope` binds in: comprehensions are passed over.
  ScopeId WalrusScope(ScopeId scope) const;
  // `name` as the compiler writes it in this scope: private names inside a class are mangled.
  NameId Intern(ScopeId scope, std::string_view name);

  // Where a name read in `scope` comes from.
  struct Origin {
    enum class From { kLocal, kGlobal, kClassOrGlobal, kEnclosing, kClassCell } from;
    ScopeId scope;  // the binding scope
  };
  Origin Resolve(ScopeId scope, NameId name) const;

 private:
  NameTable* names_;
  NameId class_cell_;  // "__class__", which every class body offers to the functions in it
  std::deque<Scope> scopes_;
};

}  // namespace faaslight
