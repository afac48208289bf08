#include "report/table.h"

#include <algorithm>
#include <utility>

#include "report/escape.h"

namespace faaslight {
namespace {

std::pair<std::string_view, std::string_view> TitleLines(std::string_view title) {
  const size_t end = title.find('\n');
  if (end == std::string_view::npos) return {std::string_view(), title};
  return {title.substr(0, end), title.substr(end + 1)};
}

}  // namespace

void Table::Add(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  for (size_t i = 0; i < cells.size(); ++i) {
    if (columns_[i].max_width > 0) cells[i] = CutMiddle(cells[i], columns_[i].max_width);
  }
  rows_.push_back(std::move(cells));
}

std::string Table::Render(size_t indent) const {
  std::vector<std::string> upper, lower;
  std::vector<size_t> widths;
  for (const Column& column : columns_) {
    const auto [first, second] = TitleLines(column.title);
    upper.emplace_back(first);
    lower.emplace_back(second);
    widths.push_back(std::max(Columns(first), Columns(second)));
  }
  for (const std::vector<std::string>& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Columns(row[i]));
  }
  std::string out;
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string text(indent, ' ');
    for (size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) text.append(columns_[i].gap, ' ');
      const std::string padding(widths[i] - Columns(cells[i]), ' ');
      text += columns_[i].align == Align::kRight ? padding + cells[i] : cells[i] + padding;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + '\n';
  };
  const auto used = [](const std::string& title) { return !title.empty(); };
  if (std::any_of(upper.begin(), upper.end(), used)) line(upper);
  if (std::any_of(lower.begin(), lower.end(), used)) line(lower);
  for (const std::vector<std::string>& row : rows_) line(row);
  return out;
}

}  // namespace faaslight
