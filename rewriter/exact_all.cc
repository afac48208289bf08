#include "rewriter/exact_all.h"

#include <algorithm>
#include <set>

namespace faaslight {
namespace {

constexpr int kMaxDepth = 20;        // of lists that gather lists; ends cycles
constexpr size_t kMaxNames = 20000;  // no package exports so many

using Names = std::optional<std::vector<std::string>>;

bool MayComeByStar(const Application& app, const TracedModule& importer, const std::string& name) {
  for (const ImportStatement& statement : importer.facts->imports) {
    if (statement.names.front().attribute != "*") continue;
    const int target = app.Find(AbsoluteName(importer, statement.names.front()));
    if (target < 0) return true;
    if (app.modules()[static_cast<size_t>(target)].ExportsByAll(name).value_or(true)) return true;
  }
  return false;
}

bool OthersChange(const Application& app, const std::string& module, const std::string& name) {
  const auto& effects = app.trace().effects();
  return std::any_of(effects.begin(), effects.end(), [&](const ImportEffect& effect) {
    return effect.target_module() == module && effect.attribute() == name;
  });
}

// The module that X, or X.Y, in `reader` denotes all along, or -1.
int ModuleRead(const Application& app, int reader, const std::string& name) {
  const TracedModule& m = app.modules()[static_cast<size_t>(reader)];
  if (const size_t dot = name.rfind('.'); dot != std::string::npos) {
    const int outer = ModuleRead(app, reader, name.substr(0, dot));
    if (outer < 0 || !app.modules()[static_cast<size_t>(outer)].facts) return -1;
    return ModuleRead(app, outer, name.substr(dot + 1));
  }
  if (OthersChange(app, m.name, name)) return -1;
  const auto found = m.facts->bindings.find(name);
  // Nothing binds it: loading the submodule does.
  if (found == m.facts->bindings.end())
    return MayComeByStar(app, m, name) ? -1 : app.Find(m.name + "." + name);
  const Binding& binding = found->second;
  if (binding.count != 1 || binding.imports.size() != 1) return -1;
  const auto [statement, position] = binding.imports.front();
  const ImportedName& clause =
      m.facts->imports[static_cast<size_t>(statement)].names[static_cast<size_t>(position)];
  const std::string base = AbsoluteName(m, clause);
  if (!clause.attribute.empty()) {
    const int package = app.Find(base);
    const Facts* facts =
        package < 0 ? nullptr : app.modules()[static_cast<size_t>(package)].facts.get();
    if (facts == nullptr || (package != reader && facts->bindings.count(clause.attribute) != 0))
      return -1;  // the package may call something else so
    return app.Find(base + "." + clause.attribute);
  }
  return clause.has_alias || base.find('.') == std::string::npos ? app.Find(base) : -1;
}

Names Exact(const Application& app, int index, int depth) {
  const TracedModule& m = app.modules()[static_cast<size_t>(index)];
  if (depth > kMaxDepth || !m.facts || !m.completed || !m.exports) return {};
  if (!m.facts->all_is_known || OthersChangeAll(app, m.name)) return {};
  std::vector<std::string> names;
  size_t at = 0;
  for (const AllRead& read : m.facts->all_reads) {
    if (!read.position) continue;
    const int part = ModuleRead(app, index, read.name);
    const Names listed = part < 0 || part == index ? Names{} : Exact(app, part, depth + 1);
    if (!listed) return {};
    names.insert(names.end(), m.facts->all.begin() + static_cast<long>(at),
                 m.facts->all.begin() + static_cast<long>(*read.position));
    at = *read.position;
    names.insert(names.end(), listed->begin(), listed->end());
    if (names.size() > kMaxNames) return {};
  }
  names.insert(names.end(), m.facts->all.begin() + static_cast<long>(at), m.facts->all.end());
  if (std::set<std::string>(names.begin(), names.end()) != *m.exports) return {};
  return names;
}

}  // namespace

std::optional<std::vector<std::string>> ExactAll(const Application& app, int index) {
  return Exact(app, index, 0);
}

std::optional<std::vector<std::string>> ExactAllRead(const Application& app, int reader,
                                                     const AllRead& read) {
  const int part = ModuleRead(app, reader, read.name);
  // What began after the reader's body has ended when that goes on; of what began before it and
  // waits for it, the list may be half there.
  if (part < 0 || part == reader || (part < reader && app.InOneCycle(part, reader))) return {};
  const TracedModule& m = app.modules()[static_cast<size_t>(part)];
  if (!m.facts || !m.facts->all_is_list) return {};
  if (!read.taken_by.empty()) {
    const TracedModule& r = app.modules()[static_cast<size_t>(reader)];
    if (r.facts->bindings.count(read.taken_by) != 0 || MayComeByStar(app, r, read.taken_by))
      return {};
  }
  return Exact(app, part, 0);
}

std::shared_ptr<const Facts> WithReadsSettled(const Application& app, int index) {
  const TracedModule& m = app.modules()[static_cast<size_t>(index)];
  if (!m.facts || !m.in_app()) return nullptr;
  const auto plain = [&](const AllRead& read) {
    return !read.taken_by.empty() && !ExactAllRead(app, index, read);
  };
  if (std::none_of(m.facts->all_reads.begin(), m.facts->all_reads.end(), plain)) return nullptr;
  auto facts = std::make_shared<Facts>(*m.facts);
  facts->all_reads.clear();
  for (const AllRead& read : m.facts->all_reads) {
    if (!plain(read)) {
      facts->all_reads.push_back(read);
      continue;
    }
    const std::string dotted = read.name + ".__all__";
    facts->at_import.methods.emplace("__all__", read.line);
    facts->at_import.names.emplace(dotted.substr(0, dotted.find('.')), read.line);
    for (size_t dot = dotted.find('.'); dot != std::string::npos;) {
      dot = dotted.find('.', dot + 1);
      facts->at_import.chains.insert(dotted.substr(0, dot));
    }
  }
  return facts;
}

bool OthersChangeAll(const Application& app, const std::string& module) {
  const auto& effects = app.trace().effects();
  return std::any_of(effects.begin(), effects.end(), [&](const ImportEffect& effect) {
    return effect.target_module() == module && effect.attribute().rfind("__all__", 0) == 0;
  });
}

}  // namespace faaslight
