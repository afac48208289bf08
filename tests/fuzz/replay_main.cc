// Goes over a target's corpus without libFuzzer: FOLDER [--mutations N] [--seconds S]
//
// Each file is run as it is, then N changed copies of it. The changes are drawn from a fixed seed,
// so a failure comes again; what was run last is left in the file that the message names.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "base/files.h"
#include "tests/fuzz/target.h"

namespace faaslight {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

struct Options {
  fs::path corpus;
  int mutations = 0;
  double seconds = 1e9;
};

// One to four changes: a byte, a bit, a piece gone, a piece doubled, a piece of another input.
std::string Mutated(std::string bytes, const std::string& other, std::mt19937& random) {
  const auto below = [&](size_t end) { return end == 0 ? 0 : random() % end; };
  for (size_t changes = 1 + below(4); changes > 0; --changes) {
    const size_t at = below(bytes.size() + 1);
    const size_t length = 1 + below(std::min<size_t>(64, bytes.size() - at) + 1);
    switch (below(5)) {
      case 0:
        if (at < bytes.size()) bytes[at] = static_cast<char>(random());
        break;
      case 1:
        if (at < bytes.size()) bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
        break;
      case 2:
        bytes.erase(at, length);
        break;
      case 3:
        bytes.insert(at, std::string(bytes, at, length));
        break;
      default:
        bytes.insert(at, std::string(other, below(other.size()), length));
        break;
    }
  }
  return bytes;
}

// The input under way, for whoever wants to know what the process died of.
std::string& LastInput() {
  static std::string input;
  return input;
}

void Died(int signal) {
  const char* name = "faaslight-fuzz-crash";
  if (FILE* file = std::fopen(name, "wb")) {
    std::fwrite(LastInput().data(), 1, LastInput().size(), file);
    std::fclose(file);
    std::fprintf(stderr, "the input is in %s in the working folder\n", name);
  }
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void RunOne(std::string bytes) {
  LastInput() = std::move(bytes);
  // A copy of exact size on the heap: a sanitizer sees a read behind its end.
  const std::vector<uint8_t> data(LastInput().begin(), LastInput().end());
  LLVMFuzzerTestOneInput(data.data(), data.size());
}

Result<std::vector<std::string>> ReadCorpus(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error))
    paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  if (error || paths.empty()) {
    return Fail(ExitCode::kUsage,
                fmt::format("{} holds no inputs; give the folder of a corpus", folder.string()));
  }
  std::vector<std::string> out;
  for (const fs::path& path : paths) {
    Result<std::string> bytes = ReadFile(path);
    if (!bytes) return tl::unexpected(bytes.error());
    out.push_back(std::move(*bytes));
  }
  return out;
}

int Main(const Options& options) {
  Result<std::vector<std::string>> corpus = ReadCorpus(options.corpus);
  if (!corpus) {
    fmt::print(stderr, "error: {}\n", corpus.error().message);
    return static_cast<int>(corpus.error().code);
  }
  for (const int signal : {SIGABRT, SIGSEGV, SIGFPE, SIGBUS, SIGILL}) std::signal(signal, Died);
  const Clock::time_point begin = Clock::now();
  for (const std::string& bytes : *corpus) RunOne(bytes);
  std::mt19937 random(20261125);
  int runs = 0;
  const auto out_of_time = [&] {
    return std::chrono::duration<double>(Clock::now() - begin).count() > options.seconds;
  };
  for (int round = 0; round < options.mutations && !out_of_time(); ++round) {
    for (const std::string& bytes : *corpus) {
      RunOne(Mutated(bytes, (*corpus)[random() % corpus->size()], random));
      ++runs;
      if (out_of_time()) break;
    }
  }
  fmt::print("{} inputs and {} mutations of them\n", corpus->size(), runs);
  return 0;
}

}  // namespace
}  // namespace faaslight

int main(int argc, char** argv) {
  faaslight::Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--mutations" && i + 1 < argc) {
      options.mutations = std::atoi(argv[++i]);
    } else if (argument == "--seconds" && i + 1 < argc) {
      options.seconds = std::atof(argv[++i]);
    } else {
      options.corpus = argument;
    }
  }
  return faaslight::Main(options);
}
