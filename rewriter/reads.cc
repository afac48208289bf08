#include "rewriter/reads.h"

#include <map>

namespace faaslight {

std::vector<std::string> NamesReadBy(const TracedModule& m) {
  std::vector<std::string> names;
  std::map<std::string, std::string> bound;  // name in the module -> what it denotes
  for (const ImportStatement& statement : m.facts->imports) {
    if (statement.function >= 0 || statement.never_runs) continue;
    for (const ImportedName& name : statement.names) {
      const std::string base = AbsoluteName(m, name);
      const std::string top = base.substr(0, base.find('.'));
      const std::string whole = name.attribute.empty() ? base : base + "." + name.attribute;
      bound[name.bound] = name.attribute.empty() && !name.has_alias ? top : whole;
      if (!name.attribute.empty()) names.push_back(whole);
    }
  }
  for (const std::string& chain : m.facts->at_import.chains) {
    const size_t dot = chain.find('.');
    auto found = bound.find(chain.substr(0, dot));
    if (dot != std::string::npos && found != bound.end())
      names.push_back(found->second + chain.substr(dot));
  }
  return names;
}

}  // namespace faaslight
