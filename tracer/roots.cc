#include "tracer/roots.h"

#include <algorithm>

namespace faaslight {
namespace {

std::string WithSlash(std::string path) {
  if (!path.empty() && path.back() != '/') path += '/';
  return path;
}

bool StartsWith(const std::string& text, const std::string& start) {
  return text.compare(0, start.size(), start) == 0;
}

}  // namespace

Roots::Roots(const std::filesystem::path& app, const std::vector<std::filesystem::path>& layers,
             const std::string& stdlib) {
  roots_.emplace_back(WithSlash(app.string()), ROOT_APP);
  for (const auto& layer : layers) roots_.emplace_back(WithSlash(layer.string()), ROOT_LAYER);
  if (!stdlib.empty()) roots_.emplace_back(WithSlash(stdlib), ROOT_STDLIB);
  std::stable_sort(roots_.begin(), roots_.end(),
                   [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
}

Roots::Place Roots::Find(const std::string& absolute) const {
  if (absolute.empty()) return {};
  const std::string path = std::filesystem::path(absolute).lexically_normal().string();
  for (const auto& [folder, root] : roots_) {
    if (!StartsWith(path, folder)) continue;
    std::string relative = path.substr(folder.size());
    if (root == ROOT_STDLIB &&
        (StartsWith(relative, "site-packages/") || StartsWith(relative, "dist-packages/")))
      break;
    return {root, std::move(relative)};
  }
  return {ROOT_OTHER, path};
}

}  // namespace faaslight
