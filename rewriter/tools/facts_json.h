// Facts as JSON, one object per file.
#pragma once

#include <nlohmann/json.hpp>

#include "rewriter/facts.h"

namespace faaslight {

// Everything in Facts under the names of its fields; ranges are [begin, end].
nlohmann::json FactsToJson(const Facts& facts);

}  // namespace faaslight
