#include "rewriter/scopes.h"

namespace faaslight {

NameId NameTable::Intern(std::string_view name) {
  auto found = ids_.find(name);
  if (found != ids_.end()) return found->second;
  NameId id = static_cast<NameId>(names_.size());
  names_.emplace_back(name);
  ids_.emplace(names_.back(), id);
  return id;
}

ScopeTable::ScopeTable(NameTable* names) : names_(names), class_cell_(names->Intern("__class__")) {
  scopes_.emplace_back();
}

ScopeId ScopeTable::Add(ScopeKind kind, ScopeId parent) {
  Scope scope;
  scope.kind = kind;
  scope.parent = parent;
  scope.qualname = scopes_[parent].qualname;
  scope.mangling = scopes_[parent].mangling;
  scopes_.push_back(std::move(scope));
  return static_cast<ScopeId>(scopes_.size() - 1);
}

bool ScopeTable::Has(ScopeId scope, NameId name, Flag flag) const {
  auto found = scopes_[scope].names.find(name);
  return found != scopes_[scope].names.end() && (found->second & flag) != 0;
}

ScopeId ScopeTable::WalrusScope(ScopeId scope) const {
  while (scopes_[scope].kind == ScopeKind::kComprehension) scope = scopes_[scope].parent;
  return scope;
}

NameId ScopeTable::Intern(ScopeId scope, std::string_view name) {
  const std::string& mangling = scopes_[scope].mangling;
  if (mangling.empty() || name.size() < 3 || name.substr(0, 2) != "__" ||
      name.substr(name.size() - 2) == "__") {
    return names_->Intern(name);
  }
  return names_->Intern("_" + mangling + std::string(name));
}

ScopeTable::Origin ScopeTable::Resolve(ScopeId scope, NameId name) const {
  using From = Origin::From;
  bool class_visible = true;  // a class's names are seen from its own body only
  for (ScopeId at = scope;; at = scopes_[at].parent) {
    const Scope& here = scopes_[at];
    if (here.kind == ScopeKind::kModule) return {From::kGlobal, at};
    auto found = here.names.find(name);
    uint8_t flags = found == here.names.end() ? 0 : found->second;
    if (here.kind == ScopeKind::kClass) {
      if (class_visible && (flags & kGlobal)) return {From::kGlobal, kModuleScope};
      if (class_visible && (flags & kBound)) return {From::kClassOrGlobal, at};
      if (at != scope && name == class_cell_) return {From::kClassCell, at};
      class_visible = false;
      continue;
    }
    if (flags & kGlobal) return {From::kGlobal, kModuleScope};
    if ((flags & kBound) && !(flags & kNonlocal))
      return {at == scope ? From::kLocal : From::kEnclosing, at};
    class_visible = here.kind == ScopeKind::kTypeParameters;
  }
}

}  // namespace faaslight
