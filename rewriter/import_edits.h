// The text of an import statement that lost some of its names. Internal to the facts library: see
// rewriter/edits.h.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "base/result.h"
#include "rewriter/edits.h"

namespace faaslight {

// The line ends in `text`, each as it is written there.
std::string LineEnds(std::string_view text);

// Replaces the statement by what is left without the names `removed` (indexes), or by `alone` if
// nothing is: `alone` is a statement, and `first` (empty, or "statement; ") goes before the rest.
// As many lines as before. kBadInput when a backslash after the statement makes that impossible.
Result<Edit> ShortenImport(std::string_view source, const ImportStatement& statement,
                           const std::set<int>& removed, std::string_view first,
                           std::string_view alone);

}  // namespace faaslight
