#include "rewriter/import_edits.h"

#include <fmt/format.h>

namespace faaslight {
namespace {

// The first byte after `at` that is no blank; '\n' at the end of the source.
char NextByte(std::string_view source, size_t at) {
  while (at < source.size() && (source[at] == ' ' || source[at] == '\t' || source[at] == '\f'))
    ++at;
  return at < source.size() ? source[at] : '\n';
}

std::string Clause(const ImportStatement& statement, const ImportedName& name) {
  const std::string& imported = statement.is_from ? name.attribute : name.module;
  return name.has_alias ? fmt::format("{} as {}", imported, name.bound) : imported;
}

std::string Remaining(const ImportStatement& statement, const std::set<int>& removed) {
  std::string text = "import ";
  if (statement.is_from) {
    const ImportedName& any = statement.names.front();
    text = fmt::format("from {}{} import ", std::string(static_cast<size_t>(any.level), '.'),
                       any.module);
  }
  bool first = true;
  for (size_t i = 0; i < statement.names.size(); ++i) {
    if (removed.count(static_cast<int>(i)) != 0) continue;
    if (!first) text += ", ";
    first = false;
    text += Clause(statement, statement.names[i]);
  }
  return text;
}

}  // namespace

std::string LineEnds(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\n') continue;
    if (i > 0 && text[i - 1] == '\r') out += '\r';
    out += '\n';
  }
  return out;
}

Result<Edit> ShortenImport(std::string_view source, const ImportStatement& statement,
                           const std::set<int>& removed, std::string_view first,
                           std::string_view alone) {
  Edit edit{statement.range.begin, statement.range.end, std::string(first)};
  edit.text +=
      removed.size() == statement.names.size() ? std::string(alone) : Remaining(statement, removed);
  std::string ends = LineEnds(source.substr(edit.begin, edit.end - edit.begin));
  char next = NextByte(source, edit.end);
  if (ends.empty()) return edit;
  if (next == '\\') {
    return Fail(ExitCode::kBadInput,
                fmt::format("line {}: a backslash after an import", statement.end_line));
  }
  // Another statement follows on the last line: backslashes keep the logical line whole.
  for (char c : ends) {
    if (next == ';' && (c == '\r' || edit.text.back() != '\r')) edit.text += " \\";
    edit.text += c;
  }
  return edit;
}

}  // namespace faaslight
