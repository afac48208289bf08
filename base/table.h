// Aligned columns of text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace faaslight {

class Table {
 public:
  enum class Align { kLeft, kRight };
  struct Column {
    // May have two lines, separated by '\n'. The upper one spans the columns that follow with a gap
    // of 1 and an empty upper line of their own.
    std::string title;
    Align align = Align::kRight;
    size_t max_width = 0;  // longer cells are cut in the middle; 0: no limit
    size_t gap = 2;        // blanks before it
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // Cells are escaped texts; missing ones are empty, those too many are dropped.
  void Add(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }

  // Lines of `indent` blanks and the columns; the titles first. No blanks at line ends.
  std::string Render(size_t indent) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace faaslight
