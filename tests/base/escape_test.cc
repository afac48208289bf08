#include "base/escape.h"

#include <gtest/gtest.h>

#include "base/table.h"

namespace faaslight {
namespace {

TEST(Escaped, ControlsAndInvisibleCharacters) {
  EXPECT_EQ(Escaped("plain ä 漢 \\ ok"), "plain ä 漢 \\ ok");
  EXPECT_EQ(Escaped("a\nb\tc\rd"), "a\\nb\\tc\\rd");
  EXPECT_EQ(Escaped("\x1b[31mred"), "\\x1b[31mred");
  EXPECT_EQ(Escaped(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(Escaped("\x7f"), "\\x7f");
  EXPECT_EQ(Escaped("\u009b31m"), "\\x9b31m");
  EXPECT_EQ(Escaped("abc\u202egnp"), "abc\\u202egnp");
  EXPECT_EQ(Escaped("\u2028\ufeff\U000e0041"), "\\u2028\\ufeff\\U000e0041");
}

TEST(Escaped, BytesThatAreNotUtf8) {
  EXPECT_EQ(Escaped("\xff"), "\\xff");
  EXPECT_EQ(Escaped("\xc3"), "\\xc3");                    // cut off
  EXPECT_EQ(Escaped("\xc0\x80"), "\\xc0\\x80");           // overlong
  EXPECT_EQ(Escaped("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // surrogate
  EXPECT_EQ(Escaped("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
}

TEST(Cut, KeepsWholeCharacters) {
  EXPECT_EQ(CutEnd("äöü", 3), "äöü");
  EXPECT_EQ(CutEnd("äöüß", 3), "äö…");
  EXPECT_EQ(CutEnd("äöüß", 1), "…");
  EXPECT_EQ(CutMiddle("abcdefghij", 10), "abcdefghij");
  EXPECT_EQ(CutMiddle("abcdefghij", 7), "ab…ghij");
  EXPECT_EQ(CutMiddle("abcdefghij", 1), "…");
  EXPECT_EQ(Columns("äö…"), 3u);
}

TEST(Thousands, Groups) {
  EXPECT_EQ(Thousands(0), "0");
  EXPECT_EQ(Thousands(999), "999");
  EXPECT_EQ(Thousands(1000), "1,000");
  EXPECT_EQ(Thousands(1234567), "1,234,567");
  EXPECT_EQ(Thousands(UINT64_MAX), "18,446,744,073,709,551,615");
}

TEST(Table, Aligns) {
  Table table({{"name", Table::Align::kLeft, 6}, {"total\nms"}, {"", Table::Align::kLeft}});
  table.Add({"a", "1,000", "x"});
  table.Add({"abcdefgh", "1"});
  table.Add({"b", "22", "y", "dropped"});
  EXPECT_EQ(table.Render(1),
            "         total\n"
            " name       ms\n"
            " a       1,000  x\n"
            " ab…fgh      1\n"
            " b          22  y\n");
}

TEST(Table, UpperTitlesSpan) {
  Table table({{"\nname", Table::Align::kLeft},
               {"functions\na"},
               {"\nb", Table::Align::kRight, 0, 1},
               {"kB\nsize"}});
  table.Add({"x", "1", "2", "3"});
  EXPECT_EQ(table.Render(0),
            "      functions    kB\n"
            "name        a b  size\n"
            "x           1 2     3\n");
}

}  // namespace
}  // namespace faaslight
