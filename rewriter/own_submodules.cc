#include "rewriter/own_submodules.h"

#include "rewriter/exact_all.h"

namespace faaslight {

std::map<std::string, uint32_t> SubmodulesUsedBare(const Application& app, int package) {
  const TracedModule& m = app.modules()[static_cast<size_t>(package)];
  std::map<std::string, uint32_t> out;
  if (!m.is_package || !m.in_app() || !m.facts) return out;
  const auto note = [&](const std::string& name, uint32_t line) {
    const auto bound = m.facts->bindings.find(name);
    const bool binds = bound != m.facts->bindings.end() &&
                       (bound->second.import || bound->second.definition ||
                        bound->second.assignment || bound->second.global_in_function);
    if (!binds && app.Find(m.name + "." + name) >= 0) out.emplace(name, line);
  };
  for (const auto& [name, line] : m.facts->at_import.names) note(name, line);
  for (const AllRead& read : m.facts->all_reads) {
    if (!ExactAllRead(app, package, read)) note(read.name, read.line);
  }
  for (const FunctionFacts& function : m.facts->functions) {
    for (const auto& [name, line] : function.own.names) note(name, line);
  }
  for (const auto& [name, binding] : m.facts->bindings) {
    if (binding.deleted) note(name, binding.line);
  }
  for (const std::string& name : m.evaluated) note(name, 0);
  return out;
}

bool LoadsOwnSubmodule(const TracedModule& importer, const ImportedName& name,
                       const std::string& submodule) {
  const std::string base = AbsoluteName(importer, name);
  const std::string wanted = importer.name + "." + submodule;
  return base == wanted || base.rfind(wanted + ".", 0) == 0 ||
         (base == importer.name && name.attribute == submodule);
}

}  // namespace faaslight
