// Turns decisions for one file into its rewritten text. Only ranges change, and no line moves:
// every other byte and every line number is the original's.
//
// What the texts mean at run time is docs/pack.md. The forms are:
//   prologue   from _faaslight import enter as __fl__; __fl__ = __fl__(globals(), 3, 'SOURCEHASH',
//   'np pd', 'sub')
//              … ; __fl__.hold(K)   behind it in the handler's module; … ; __fl__.load('a') for R5
//   lazy body  return __fl__(7)(a, *args, k=k, **kw)          plain function
//              return (yield from __fl__(7)(a))               generator
//              return await __fl__(7)(a)                      coroutine
//              return __fl__(7, __class__)(self)              where the body needs the __class__
//              cell
//   guard      __fl__.use('np', 'urllib.request')
//   hoist      __fl__.load('pandas._config.config')           before or instead of an import
//   branch     __fl__.on('np', 'pd')   instead of lazy imports under an `if`: from here on they are
//              there
//   dir        __fl__.dir('sub', 'later')   in place of dir() in the module's body
//   __all__    ['a', 'b']   in place of part.__all__ in what builds the module's own
//   epilogue   __fl__.ready()  on a new last line: the handler's module, and modules with a
//   __getattr__ of their own
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "rewriter/facts.h"

namespace faaslight {

struct LazyBody {
  int function = 0;     // index into Facts::functions
  uint32_t number = 0;  // N in the module's part of the pack
};

struct Guard {
  int function = 0;
  int region = -1;  // index into FunctionFacts::cold; -1: before the function's first statement
  std::vector<std::string>
      names;  // lazy names of this module; dotted ones are modules to load. Empty: all lazy names
};

struct HoistAt {
  int statement = 0;  // index into Facts::imports
  std::vector<std::string>
      modules;  // absolute names, loaded in this order before what is left of the statement
};

// What stands in place of a `dir()` (Facts::own_dirs), see rewriter/own_dir.h.
struct DirAt {
  int call = 0;  // index into Facts::own_dirs
  std::vector<std::string> there, not_there;
};

// The list in place of an `X.__all__` (Facts::all_reads), see rewriter/exact_all.h.
struct AllAt {
  int read = 0;  // index into Facts::all_reads
  std::vector<std::string> names;
};

// Decisions for one file; everything not named stays.
struct FileDecisions {
  uint32_t index = 0;                             // the module's number in the pack
  std::string source_hash;                        // 16 hex digits of the original's SHA-256
  std::vector<std::pair<int, int>> lazy_imports;  // (statement, name): removed from the text
  std::vector<LazyBody> lazy_bodies;
  std::vector<Guard> guards;
  std::vector<HoistAt> hoists;
  std::vector<DirAt> dirs;
  std::vector<AllAt> all_lists;
  std::vector<std::string> lazy_names;      // what the module's __getattr__ answers, sorted;
                                            // without those of imports under an `if`
  bool has_branch_names = false;            // there are lazy imports under an `if`
  std::vector<std::string> submodules;      // R3, last components, sorted
  std::vector<std::string> prologue_loads;  // modules that the prologue loads (R5)
  std::vector<std::string> companions;  // modules that are loaded once this one is complete (R4)
  bool epilogue = false;                // ends with `__fl__.ready()`
  // The handler's module, whose prologue ends with `; __fl__.hold(K)`: the first of the pack's
  // parts that are no module's.
  std::optional<uint32_t> hold;
};

// A replacement of source[begin, end) by text.
struct Edit {
  uint32_t begin = 0;
  uint32_t end = 0;
  std::string text;
};

// The edits in source order, not overlapping. kBadInput when a decision cannot be carried out (no
// spot for the prologue or a guard, a name out of range): the caller then keeps the file as it was.
Result<std::vector<Edit>> MakeEdits(std::string_view source, const Facts& facts,
                                    const FileDecisions& decisions);

// Applies them. Precondition: sorted, inside the source, not overlapping.
std::string ApplyEdits(std::string_view source, const std::vector<Edit>& edits);

}  // namespace faaslight
