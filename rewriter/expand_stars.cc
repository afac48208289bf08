#include "rewriter/expand_stars.h"

#include <algorithm>
#include <set>

#include "rewriter/exact_all.h"
#include "rewriter/name_part.h"
#include "rewriter/public_names.h"

namespace faaslight {
namespace {

// Whether the trace's list stands for an `__all__` that code puts together, as numpy.core.numeric
// does from those of other modules by a function. What was bound under `if` or `try` may be
// otherwise elsewhere.
bool ListIsTraces(const Application& app, const TracedModule& target) {
  if (!target.in_app() || !target.facts || !target.completed || !target.exports) return false;
  // The text's own names are among them, else it was changed in a way that says nothing of then.
  for (const std::string& name : target.facts->all) {
    if (target.exports->count(name) == 0) return false;
  }
  const auto binding = target.facts->bindings.find("__all__");
  return binding != target.facts->bindings.end() && !binding->second.nested &&
         !binding->second.deleted && !binding->second.global_in_function &&
         !OthersChangeAll(app, target.name);
}

// The names that a star import of the target copies, each once, in the order of its `__all__`;
// none when that is not certain.
std::vector<std::string> CertainNames(const Application& app, int importer,
                                      const TracedModule& target) {
  std::vector<std::string> names;
  if (target.kind == KIND_EXTENSION) {
    if (target.completed && target.exports && !OthersChangeAll(app, target.name))
      names.assign(target.exports->begin(), target.exports->end());
  } else if (const auto copied = PublicNames(app, importer, target.order)) {
    names = *copied;
  } else if (const auto listed = ExactAll(app, target.order)) {
    std::set<std::string> seen;
    for (const std::string& name : *listed) {
      if (seen.insert(name).second) names.push_back(name);
    }
  } else if (ListIsTraces(app, target)) {
    names.assign(target.exports->begin(), target.exports->end());
  }
  if (!std::all_of(names.begin(), names.end(), IsIdentifier)) return {};
  return names;
}

bool MayExpand(const ImportStatement& statement) {
  const bool plain = statement.place == Place::kModule || statement.in_branch;
  return plain && !statement.in_try && !statement.never_runs && statement.names.size() == 1 &&
         statement.names.front().attribute == "*";
}

// Whether the target's body surely ends before the star import copies. In an import cycle that is
// so for what lies below the importing package and was imported first by its body, there or further
// up: the package's body always begins first.
bool IsComplete(const Application& app, const TracedModule& importer,
                const ImportStatement& statement, int target) {
  if (!app.InOneCycle(importer.order, target)) return true;
  const TracedModule& m = app.modules()[static_cast<size_t>(target)];
  return m.name.starts_with(importer.name + ".") && m.importer == importer.name &&
         m.imported_by_body() && m.importer_line <= statement.line;
}

void BindAll(int index, const ImportStatement& statement, Facts& facts) {
  for (size_t n = 0; n < statement.names.size(); ++n) {
    Binding& binding = facts.bindings[statement.names[n].bound];
    if (binding.count == 0 || statement.line < binding.line) binding.line = statement.line;
    binding.last_line = std::max(binding.last_line, statement.line);
    ++binding.count;
    binding.import = true;
    binding.nested = binding.nested || statement.place != Place::kModule;
    binding.imports.emplace_back(index, static_cast<int>(n));
  }
}

}  // namespace

std::shared_ptr<const Facts> WithStarsExpanded(const Application& app, int index) {
  const TracedModule& importer = app.modules()[static_cast<size_t>(index)];
  if (!importer.facts || !importer.facts->has_star_import || !importer.in_app()) return nullptr;
  std::shared_ptr<Facts> facts;
  bool stars_left = false;
  for (size_t s = 0; s < importer.facts->imports.size(); ++s) {
    const ImportStatement& statement = importer.facts->imports[s];
    if (statement.names.front().attribute != "*") continue;
    const int target =
        MayExpand(statement) ? app.Find(AbsoluteName(importer, statement.names.front())) : -1;
    std::vector<std::string> names;
    if (target >= 0 && target != index && IsComplete(app, importer, statement, target))
      names = CertainNames(app, index, app.modules()[static_cast<size_t>(target)]);
    if (names.empty()) {
      stars_left = true;
      continue;
    }
    if (!facts) facts = std::make_shared<Facts>(*importer.facts);
    ImportStatement& expanded = facts->imports[s];
    const ImportedName star = expanded.names.front();
    expanded.names.assign(names.size(), star);
    for (size_t n = 0; n < names.size(); ++n)
      expanded.names[n].attribute = expanded.names[n].bound = names[n];
    BindAll(static_cast<int>(s), expanded, *facts);
  }
  if (facts) facts->has_star_import = stars_left;
  return facts;
}

}  // namespace faaslight
