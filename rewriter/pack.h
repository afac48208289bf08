// The pack: the bodies of all lazy functions of a package, one file beside the runtime
// (docs/pack.md).
//
// The marshalled parts are made by CPython itself (runtime/compile_worker.py); here they get a
// header and a table, so that the runtime finds a module's part with two small reads. Everything in
// this file is a pure function over bytes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace faaslight {

// The bytes of runtime/_faaslight.py and runtime/compile_worker.py.
extern const std::string_view kRuntimeSource;
extern const std::string_view kCompileWorkerSource;

// ---- what the compile worker is asked

// How a lazy name is imported: see "The pack" in docs/pack.md.
struct LazyImport {
  std::string module;                    // as written, without leading dots
  int level = 0;                         // leading dots
  std::optional<std::string> attribute;  // `from module import attribute`
  bool alias = false;                    // `import a.b as c`
  std::vector<std::string> first;        // loaded before (R14)
  std::vector<std::string> more;         // further `import a.x` of the same name
};

struct LazyFunction {
  std::string qualname;
  std::string name;
  uint32_t first_line = 0;        // co_firstlineno
  std::vector<std::string> uses;  // lazy names that it binds, dotted ones are modules that it loads
};

struct CompileModule {
  uint32_t index = 0;
  std::string source;                    // path of the original
  std::optional<std::string> rewritten;  // the text; absent: only the original's .pyc is written
  std::string pyc;                       // path of the .pyc to write; its folder is made
  std::string filename;                  // co_filename until the import system sets the true one
  std::string hash;                      // 16 hex digits of the original's SHA-256
  std::map<std::string, LazyImport> lazies;
  std::vector<LazyFunction> functions;  // function N of the module is functions[N]
};

// A regular expression whose compiled form goes into the pack.
struct PatternToCompile {
  bool is_bytes = false;
  std::string text;  // of bytes, each byte as the code point of its value
  uint32_t flags = 0;
};

// What is worked out beforehand for all of a package; it makes two parts, `index` and the next.
struct Prepare {
  uint32_t index = 0;  // what the answer calls the first part
  std::vector<PatternToCompile> patterns;
  std::vector<std::string> dedent;    // texts that textwrap.dedent is given
  std::vector<std::string> evaluate;  // texts that collections gives to eval
};

// A file from which the import system loads a module.
struct FileToFind {
  std::string file;  // relative to the package's folder
  enum class Code { kNone, kAlone, kTogether } code = Code::kNone;  // goes into the pack as well
};

// The index of a package's files and their code; they make three parts, `index` and the
// next two: code of files one by one, and of those that are surely loaded in one piece.
struct CompileFiles {
  uint32_t index = 0;  // what the answer calls the first part
  std::string root;    // the package's folder, with all .pyc files in place; absolute
  std::vector<FileToFind> files;
  std::map<std::string, std::string> aliases;  // second name in sys.modules -> the module
};

// The JSON document for the worker's standard input. kBadInput: a text is not UTF-8.
Result<std::string> WorkerRequest(const std::vector<CompileModule>& modules,
                                  const std::string& blobs_path, const Prepare* prepare = nullptr,
                                  const CompileFiles* files = nullptr);

// ---- what it answers

struct RefusedFunction {
  int64_t number = -1;  // of a lazy function; -1: something else of the module differs
  std::string why;      // begins with the qualified name
};

struct CompiledModule {
  uint32_t index = 0;
  uint64_t offset = 0;                   // into the blobs file
  uint32_t length = 0;                   // 0: no blob
  std::string hash;                      // 8 bytes; empty without a blob
  std::vector<RefusedFunction> refused;  // not empty: neither .pyc nor blob was written
  std::optional<std::string> error;      // the same; starts with "original: " or "rewritten: "
};

// Reads the worker's answer. `blobs_size`: bytes in the blobs file it wrote. kSystem: the worker
// could not write (its message names the file); kBadInput: not an answer, or one that points
// outside the blobs.
Result<std::vector<CompiledModule>> ParseWorkerAnswer(std::string_view json, uint64_t blobs_size);

// ---- the file

struct PackPart {
  uint32_t index = 0;  // the module's number
  std::string_view blob;
  std::string hash;  // 8 bytes
};

// The pack of `count` modules; those without a part get an empty row. The bytes depend on the parts
// alone, not on their order. kBadInput: a magic that is not 4 bytes, a hash that is not 8, an index
// that is taken or not below `count`, a part of 4 GiB or more.
Result<std::string> AssemblePack(std::string_view magic, uint32_t count,
                                 std::vector<PackPart> parts);

struct PackRow {
  uint64_t offset = 0;  // from the start of the file
  uint32_t length = 0;  // 0: the module has no part
  std::string hash;     // 8 bytes
};

struct PackIndex {
  std::string magic;  // 4 bytes: the CPython it was made for
  std::vector<PackRow> rows;
};

// Reads header and table; each row lies inside the file, behind the table, in order and without
// overlap. Does not look into the parts. kBadInput names what is wrong.
Result<PackIndex> ReadPack(std::string_view pack);

}  // namespace faaslight
