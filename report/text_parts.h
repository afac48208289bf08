// Small pieces of the reports for people. Names and texts are escaped; what is given back is ready
// to print.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "report/report.h"

namespace faaslight {

// Microseconds as milliseconds with one decimal: "1,234.5".
std::string Ms(uint64_t us);

// "1 module", "1,200 modules".
std::string Plural(uint64_t count, std::string_view one, std::string_view many);

// "pandas.core.frame:12"; without the line when that is 0.
std::string At(const std::string& module, uint32_t line);

// "R2: used at import time, line 12".
std::string CauseText(const Cause& cause);

// "main:3 > pandas:22 > pandas.core.frame", each with the line that imports the next, in `width`
// columns.
std::string ChainText(const std::vector<ChainStep>& chain, size_t width);

}  // namespace faaslight
