#include "rewriter/stars.h"

namespace faaslight {
namespace {

// The package whose names the import copies as they are, or -1.
int PackageCopied(const Application& app, const TracedModule& importer, const ImportedName& name) {
  if (name.attribute != "*") return -1;
  const int package = app.Find(AbsoluteName(importer, name));
  if (package < 0) return -1;
  const TracedModule& m = app.modules()[static_cast<size_t>(package)];
  return m.is_package && !(m.facts && m.facts->has_all) ? package : -1;
}

// True when the submodule's body began before the statement on `line` of the importer ran. Modules
// are numbered in the order in which their bodies began.
bool WasThere(const Application& app, int submodule, int importer, uint32_t line) {
  if (submodule < importer) return true;
  for (const BodyPlace& place : app.BodiesAround(submodule)) {
    if (place.module == importer) return place.line <= line;
  }
  return false;
}

}  // namespace

std::vector<StarCopy> StarCopiesOf(const Application& app) {
  std::vector<StarCopy> copies;
  const int count = static_cast<int>(app.modules().size());
  for (int importer = 0; importer < count; ++importer) {
    const TracedModule& m = app.modules()[static_cast<size_t>(importer)];
    if (!m.facts || !m.facts->has_star_import) continue;
    for (const ImportStatement& statement : m.facts->imports) {
      for (const ImportedName& name : statement.names) {
        const int package = PackageCopied(app, m, name);
        if (package < 0 || package == importer) continue;
        for (int child = 0; child < count; ++child) {
          if (child != importer && app.PackageOf(child) == package)
            copies.push_back({importer, child, WasThere(app, child, importer, statement.line)});
        }
      }
    }
  }
  return copies;
}

}  // namespace faaslight
