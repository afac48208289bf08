#include "base/table.h"

#include <algorithm>
#include <utility>

#include "base/escape.h"

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
    widths.push_back(Columns(second));
  }
  for (const std::vector<std::string>& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Columns(row[i]));
  }
  // The upper titles: one cell per span. A span too narrow for its title is widened at its first
  // column.
  std::string spans(indent, ' ');
  bool has_upper = false;
  for (size_t i = 0; i < columns_.size();) {
    size_t end = i + 1;
    size_t width = widths[i];
    for (; end < columns_.size() && columns_[end].gap == 1 && upper[end].empty(); ++end) {
      width += 1 + widths[end];
    }
    if (Columns(upper[i]) > width) {
      widths[i] += Columns(upper[i]) - width;
      width = Columns(upper[i]);
    }
    if (i > 0) spans.append(columns_[i].gap, ' ');
    const std::string padding(width - Columns(upper[i]), ' ');
    spans += end == i + 1 && columns_[i].align == Align::kRight ? padding + upper[i]
                                                                : upper[i] + padding;
    has_upper |= !upper[i].empty();
    i = end;
  }
  std::string out;
  const auto finish = [&](std::string text) {
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + '\n';
  };
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string text(indent, ' ');
    for (size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) text.append(columns_[i].gap, ' ');
      const std::string padding(widths[i] - Columns(cells[i]), ' ');
      text += columns_[i].align == Align::kRight ? padding + cells[i] : cells[i] + padding;
    }
    finish(std::move(text));
  };
  if (has_upper) finish(std::move(spans));
  if (std::any_of(lower.begin(), lower.end(),
                  [](const std::string& title) { return !title.empty(); })) {
    line(lower);
  }
  for (const std::vector<std::string>& row : rows_) line(row);
  return out;
}

}  // namespace faaslight
