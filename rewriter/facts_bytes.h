// Facts as bytes, and back: what the cache of facts keeps (rewriter/facts_cache.h).
//
// The bytes are read by the program that wrote them and no other, so that they carry neither names
// nor versions. They may have been damaged all the same, or be somebody's trap: whatever they are,
// reading them gives facts whose indexes lie within their tables, or nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rewriter/facts.h"

namespace faaslight {

std::string FactsToBytes(const Facts& facts);

// Nothing when the bytes end early, go on, or say what facts cannot.
std::optional<Facts> FactsFromBytes(std::string_view bytes);

}  // namespace faaslight
