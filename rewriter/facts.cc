#include "rewriter/facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "rewriter/fact_reader.h"

namespace faaslight {
namespace {

constexpr size_t kMaxSource = 16U << 20;

tl::unexpected<Error> BadLine(std::string_view source, size_t at, std::string_view what) {
  auto line =
      1 + std::count(source.begin(), source.begin() + static_cast<std::ptrdiff_t>(at), '\n');
  return Fail(ExitCode::kBadInput, fmt::format("line {}: {}", line, what));
}

// Reads one code point at `at` and moves it on; nothing for bytes that are not UTF-8.
std::optional<uint32_t> NextCodePoint(std::string_view text, size_t* at) {
  unsigned char lead = static_cast<unsigned char>(text[*at]);
  if (lead < 0x80) return ++*at, lead;
  size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || *at + length > text.size()) return std::nullopt;
  uint32_t value = lead & (0xffU >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    unsigned char next = static_cast<unsigned char>(text[*at + i]);
    if ((next & 0xc0) != 0x80) return std::nullopt;
    value = value << 6 | (next & 0x3f);
  }
  bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  if (overlong || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return std::nullopt;
  *at += length;
  return value;
}

// CPython compares identifiers after normalising them (NFKC), we compare bytes. These letters are
// their own normal form; a name with any other is refused.
bool IsOwnNormalForm(uint32_t c) {
  auto in = [c](uint32_t low, uint32_t high) { return c >= low && c <= high; };
  return c < 0x80 || in(0xc0, 0x131) || in(0x134, 0x13e) || in(0x141, 0x148) || in(0x14a, 0x17e) ||
         in(0x391, 0x3c9) || in(0x410, 0x44f) || in(0x3041, 0x3096) || in(0x30a1, 0x30fa) ||
         in(0x4e00, 0x9fff);
}

bool IsUtf8Name(std::string_view encoding) {
  return encoding == "utf-8" || encoding == "utf8" || encoding == "utf-8-sig" ||
         encoding.substr(0, 6) == "utf-8-";
}

// Encodings in which ASCII bytes mean ASCII: harmless for a file that holds nothing else.
bool ExtendsAscii(std::string_view encoding) {
  for (std::string_view prefix :
       {"ascii", "us-ascii", "latin", "iso-8859", "iso8859", "cp125", "windows-125", "koi8"}) {
    if (encoding.substr(0, prefix.size()) == prefix) return true;
  }
  return false;
}

Status CheckSource(std::string_view source) {
  if (source.size() > kMaxSource) return Fail(ExitCode::kBadInput, "larger than 16 MiB");
  bool ascii = true;
  for (size_t i = 0; i < source.size();) {
    char c = source[i];
    if (c == '\0') return BadLine(source, i, "a NUL byte");
    if (c == '\r' && (i + 1 == source.size() || source[i + 1] != '\n')) {
      return BadLine(source, i, "a line that ends in a carriage return alone");
    }
    if (static_cast<unsigned char>(c) < 0x80) {
      ++i;
      continue;
    }
    ascii = false;
    size_t before = i;
    if (!NextCodePoint(source, &i)) return BadLine(source, before, "bytes that are not UTF-8");
  }
  std::string encoding = EncodingCookie(source).second;
  if (!encoding.empty() && !IsUtf8Name(encoding) && !(ascii && ExtendsAscii(encoding))) {
    return Fail(ExitCode::kBadInput, fmt::format("the encoding {}; only UTF-8 is read", encoding));
  }
  return {};
}

Status CheckNames(const SyntaxTree& tree) {
  for (NodeId node = 0; node < tree.size(); ++node) {
    if (tree.kind(node) != Kind::kIdentifier) continue;
    std::string_view name = tree.Text(node);
    for (size_t at = 0; at < name.size();) {
      std::optional<uint32_t> c = NextCodePoint(name, &at);
      if (!c || !IsOwnNormalForm(*c)) {
        return Fail(ExitCode::kBadInput,
                    fmt::format("line {}: the name {}, which Unicode can write in several ways",
                                tree.line(node), name));
      }
    }
  }
  return {};
}

}  // namespace

std::pair<uint32_t, std::string> EncodingCookie(std::string_view source) {
  if (source.substr(0, 3) == "\xef\xbb\xbf") source.remove_prefix(3);
  for (uint32_t line = 1; line <= 2; ++line) {
    size_t end = std::min(source.find('\n'), source.size());
    std::string_view text = source.substr(0, end);
    source.remove_prefix(std::min(end + 1, source.size()));
    size_t first = text.find_first_not_of(" \t\f\r");
    if (first == std::string_view::npos) continue;
    if (text[first] != '#') return {0, ""};
    for (size_t at = text.find("coding"); at != std::string_view::npos;
         at = text.find("coding", at + 1)) {
      size_t from = at + 6;
      if (from >= text.size() || (text[from] != ':' && text[from] != '=')) continue;
      from = text.find_first_not_of(" \t", from + 1);
      std::string name;
      for (; from < text.size(); ++from) {
        unsigned char c = static_cast<unsigned char>(text[from]);
        if (!std::isalnum(c) && c != '-' && c != '_' && c != '.') break;
        name += c == '_' ? '-' : static_cast<char>(std::tolower(c));
      }
      if (!name.empty()) return {line, name};
    }
  }
  return {0, ""};
}

FactReader::FactReader(const SyntaxTree& tree, Facts* facts)
    : tree_(tree), facts_(*facts), scopes_(&names_) {}

Status FactReader::Read() {
  FindAliases();
  Visit(SyntaxTree::kRoot, Context{});
  if (!error_.empty()) return Fail(ExitCode::kBadInput, error_);
  Resolve();
  FinishCold();
  FinishSettled();
  FinishAll();
  FinishStores();
  facts_.own_getattr = facts_.bindings.count("__getattr__") != 0;
  facts_.own_dir = facts_.bindings.count("__dir__") != 0;
  facts_.prologue = FindPrologue(tree_);
  return {};
}

int MinorOf(std::string_view cache_tag) {
  constexpr std::string_view kPrefix = "cpython-3";
  int minor = 0;
  if (!cache_tag.starts_with(kPrefix)) return 0;
  const std::string_view digits = cache_tag.substr(kPrefix.size());
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), minor);
  const bool whole = error == std::errc() && end == digits.data() + digits.size();
  return whole && minor > 0 ? minor : 0;
}

Result<Facts> ReadFacts(std::string_view source, const std::vector<uint32_t>* lines, int minor) {
  if (Status checked = CheckSource(source); !checked) return tl::unexpected<Error>(checked.error());
  Result<SyntaxTree> tree = SyntaxTree::Parse(source);
  if (!tree) return tl::unexpected<Error>(tree.error());
  if (Status checked = CheckNames(*tree); !checked) return tl::unexpected<Error>(checked.error());
  Facts facts;
  FactReader reader(*tree, &facts);
  if (lines != nullptr) reader.UseLines(*lines);
  reader.UseVersion(minor);
  if (Status read = reader.Read(); !read) return tl::unexpected<Error>(read.error());
  return facts;
}

}  // namespace faaslight
