// Python sources: facts are read and everything that can be lazy is made lazy, whatever the text.
//
// Input: a Python source. CPython's word on the result is asked by rewrite_mutants.py; here it is
// held that edits are in order and inside, that no line moves, and that the result parses again
// with the same functions.
#include <algorithm>

#include "rewriter/edits.h"
#include "rewriter/facts.h"
#include "rewriter/tools/everything_lazy.h"
#include "tests/fuzz/target.h"

namespace faaslight {
namespace {

auto Lines(std::string_view text) { return std::count(text.begin(), text.end(), '\n'); }

void CheckEdits(std::string_view source, const std::vector<Edit>& edits) {
  uint32_t end = 0;
  for (const Edit& edit : edits) {
    Require(edit.begin >= end && edit.begin <= edit.end && edit.end <= source.size(),
            "edits are in order, inside the source, and do not overlap");
    end = edit.end;
  }
}

void CheckRanges(std::string_view source, const Facts& facts) {
  for (size_t i = 0; i < facts.functions.size(); ++i) {
    const FunctionFacts& function = facts.functions[i];
    Require(function.range.begin <= function.range.end && function.range.end <= source.size(),
            "a function lies inside the source");
    Require(function.parent < static_cast<int>(i), "an enclosing function comes first");
    for (const int nested : function.nested) {
      Require(nested >= 0 && static_cast<size_t>(nested) < facts.functions.size(),
              "a nested function exists");
    }
    if (function.is_lambda) continue;
    Require(function.body.begin <= function.body.end && function.body.end <= function.range.end,
            "a body lies inside its function");
  }
  for (const ImportStatement& statement : facts.imports) {
    Require(!statement.names.empty(), "an import statement has names");
    Require(statement.range.begin < statement.range.end && statement.range.end <= source.size(),
            "an import lies inside the source");
  }
}

void Rewrite(std::string_view source, const Facts& facts, bool guards_only) {
  const Result<std::vector<Edit>> edits =
      MakeEdits(source, facts, EverythingLazy(facts, guards_only));
  if (!edits) return;
  CheckEdits(source, *edits);
  const std::string text = ApplyEdits(source, *edits);
  // One for the epilogue; one more when the last line had no end, or the prologue took an empty
  // one.
  const auto added = Lines(text) - Lines(source);
  Require(added == 1 || added == 2, "only the epilogue is a new line");
  (void)ReadFacts(text);
}

}  // namespace
}  // namespace faaslight

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace faaslight;
  const std::string_view source = Bytes(data, size);
  const Result<Facts> facts = ReadFacts(source);
  if (!facts) {
    Require(!facts.error().message.empty(), "an error has a message");
    return 0;
  }
  CheckRanges(source, *facts);
  Rewrite(source, *facts, false);
  Rewrite(source, *facts, true);
  return 0;
}
