// A measurement for people (text, a page) and for programs (JSON, CSV). Pure functions: the same
// results always give the same bytes. All text from outside is escaped as the format needs it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "invoke/results.h"
#include "invoke/summary.h"

namespace faaslight {

struct TextStyle {
  size_t width = 100;  // columns of a line; below 80 is taken as 80
  bool color = false;
};

// Tables of at most `style.width` columns: what differs, the comparison, the statistics of each
// kind of start, the calls that failed, notes.
std::string RenderText(const Results& results, const ResultsSummary& summary,
                       const TextStyle& style);

// docs/invoke.md describes the fields: change both. Bytes that are not UTF-8 become U+FFFD.
std::string RenderJson(const Results& results, const ResultsSummary& summary);

// Reads what RenderJson wrote: the rounds and what they are of; the summary is computed anew from
// them. The text is untrusted: kBadInput names the first member that does not fit.
Result<Results> ReadResults(std::string_view json);

// One line per round, under a line of names. The names that the seed's scripts gave their columns
// come first. Fields as in RFC 4180, lines end with '\n'; what is absent is empty; a text that a
// spreadsheet would take for a formula begins with an apostrophe.
std::string RenderCsv(const Results& results);

// One page without scripts that loads nothing.
std::string RenderHtml(const Results& results, const ResultsSummary& summary);

}  // namespace faaslight
