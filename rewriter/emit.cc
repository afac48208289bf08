#include "rewriter/emit.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "base/files.h"
#include "base/subprocess.h"
#include "rewriter/edits.h"
#include "rewriter/exact_all.h"
#include "rewriter/own_dir.h"
#include "rewriter/pack.h"
#include "rewriter/prepared.h"
#include "rewriter/quiet_registries.h"
#include "rewriter/second_names.h"

namespace faaslight {
namespace fs = std::filesystem;
namespace {

// Modules per worker process. Each chunk is a fresh process that always gets the same modules in
// the same order, since marshal's bytes depend on what else the process holds; so the output does
// not depend on the number of cores.
constexpr uint64_t kChunkBytes = 1 << 20;

// The parts of the pack that stand behind those of the modules, in this order.
constexpr uint32_t kPreparedPart = 0;  // patterns, then texts
constexpr uint32_t kFilesPart = 2;     // the index, then code alone and together
constexpr uint32_t kMoreParts = 5;

// One module on its way into the package.
struct Job {
  const std::string& Name(const Application& app) const {
    return reader != nullptr ? reader->name : app.modules()[static_cast<size_t>(module)].name;
  }
  const std::string& File(const Application& app) const {
    return reader != nullptr ? reader->file : app.modules()[static_cast<size_t>(module)].file;
  }
  const std::string& Source(const Application& app) const {
    return reader != nullptr ? reader->source : app.modules()[static_cast<size_t>(module)].source;
  }
  const Facts& FactsOf(const Application& app) const {
    return reader != nullptr ? *reader->facts : *app.modules()[static_cast<size_t>(module)].facts;
  }

  int module = -1;                         // index into Application::modules(); -1: `reader`
  const RegistryReader* reader = nullptr;  // that no trace loaded
  FileDecisions decisions;
  std::vector<int> lazy_functions;  // pack number -> function index
  CompileModule compile;
};

std::string PycPath(const fs::path& staging, const std::string& file,
                    const std::string& cache_tag) {
  const fs::path path = staging / file;
  return (path.parent_path() / "__pycache__" / (path.stem().string() + "." + cache_tag + ".pyc"))
      .string();
}

LazyImport Entry(const ImportedName& name, const NameChoice& choice) {
  LazyImport entry;
  entry.module = name.module;
  entry.level = name.level;
  if (!name.attribute.empty()) entry.attribute = name.attribute;
  entry.alias = name.attribute.empty() && name.has_alias;
  entry.first = choice.first;
  return entry;
}

void CollectLazyImports(const TracedModule& module, const ModuleChoice& choice, Job& job) {
  for (size_t s = 0; s < choice.imports.size(); ++s) {
    for (size_t n = 0; n < choice.imports[s].size(); ++n) {
      if (!choice.imports[s][n].lazy) continue;
      job.decisions.lazy_imports.emplace_back(static_cast<int>(s), static_cast<int>(n));
      if (!choice.imports[s][n].NameIsLazy()) continue;
      const ImportedName& name = module.facts->imports[s].names[n];
      LazyImport entry = Entry(name, choice.imports[s][n]);
      auto [at, fresh] = job.compile.lazies.emplace(name.bound, entry);
      if (!fresh && at->second.module != entry.module) at->second.more.push_back(entry.module);
    }
  }
}

void CollectFunctions(const TracedModule& module, const ModuleChoice& choice, Job& job) {
  for (size_t f = 0; f < choice.functions.size(); ++f) {
    const FunctionChoice& function = choice.functions[f];
    const FunctionFacts& facts = module.facts->functions[f];
    const int index = static_cast<int>(f);
    if (function.action == FunctionAction::kLazy) {
      const uint32_t number = static_cast<uint32_t>(job.lazy_functions.size());
      job.decisions.lazy_bodies.push_back({index, number});
      job.lazy_functions.push_back(index);
      job.compile.functions.push_back(
          {facts.qualname, facts.name, facts.first_line, function.uses});
    } else if (function.action == FunctionAction::kGuard &&
               (function.uses_all || !function.uses.empty())) {
      job.decisions.guards.push_back(
          {index, -1, function.uses_all ? std::vector<std::string>{} : function.uses});
    }
    for (size_t region = 0; region < function.cold.size(); ++region) {
      if (!function.cold[region].empty())
        job.decisions.guards.push_back({index, static_cast<int>(region), function.cold[region]});
    }
  }
}

void CollectHoists(const ModuleChoice& choice, Job& job) {
  for (const HoistChoice& hoist : choice.hoists) {
    if (hoist.statement < 0) {
      job.decisions.prologue_loads.push_back(hoist.module);
    } else if (!job.decisions.hoists.empty() &&
               job.decisions.hoists.back().statement == hoist.statement) {
      job.decisions.hoists.back().modules.push_back(hoist.module);
    } else {
      job.decisions.hoists.push_back({hoist.statement, {hoist.module}});
    }
  }
  for (const auto& companion : choice.companions)
    job.decisions.companions.push_back(companion.first);
}

// What the text says for dir() and for the __all__ of others.
void CollectLists(const Application& app, const Choices& choices, int index, Job& job) {
  const Facts& facts = *app.modules()[static_cast<size_t>(index)].facts;
  if (facts.bindings.count("dir") == 0) {
    for (size_t d = 0; d < facts.own_dirs.size(); ++d) {
      OwnDirNames names = NamesAtDir(app, choices, index, facts.own_dirs[d]);
      job.decisions.dirs.push_back(
          {static_cast<int>(d), std::move(names.there), std::move(names.not_there)});
    }
  }
  for (size_t r = 0; r < facts.all_reads.size(); ++r) {
    if (auto names = ExactAllRead(app, index, facts.all_reads[r]))
      job.decisions.all_lists.push_back({static_cast<int>(r), std::move(*names)});
  }
}

// The job that only compiles a source, whose path is relative to the package's folder.
Job PlainJob(const Application& app, int index, const std::string& file, std::string_view source,
             const EmitOptions& options) {
  Job job;
  job.module = index;
  job.compile.source = fs::absolute(app.directory() / file).string();
  job.compile.pyc = PycPath(options.staging, file, app.trace().python().cache_tag());
  job.compile.filename = file;
  job.compile.hash = Hex(Sha256(source)).substr(0, 16);
  return job;
}

Job MakeJob(const Application& app, const Choices& choices, int index, const EmitOptions& options) {
  const TracedModule& module = app.modules()[static_cast<size_t>(index)];
  const ModuleChoice& choice = choices[static_cast<size_t>(index)];
  Job job = PlainJob(app, index, module.file, module.source, options);
  const bool handler = index == app.handler_module();
  if (!choice.NeedsText() && !(handler && choice.rewritable)) return job;
  CollectLazyImports(module, choice, job);
  CollectFunctions(module, choice, job);
  CollectHoists(choice, job);
  CollectLists(app, choices, index, job);
  job.decisions.source_hash = job.compile.hash;
  job.decisions.lazy_names = choice.LazyNames(*module.facts, /*in_branch=*/false);
  job.decisions.has_branch_names = !choice.LazyNames(*module.facts, /*in_branch=*/true).empty();
  job.decisions.submodules = choice.submodules;
  if (handler) job.decisions.hold = 0;  // filled once the modules are counted
  job.decisions.epilogue =
      handler || ((module.facts->own_getattr || module.facts->own_dir ||
                   module.facts->at_import.own_namespace) &&
                  (!job.decisions.lazy_names.empty() || job.decisions.has_branch_names ||
                   !choice.submodules.empty()));
  job.compile.rewritten = "";  // filled once its number is known
  return job;
}

uint32_t CountRewritten(const std::vector<Job>& jobs) {
  return static_cast<uint32_t>(std::count_if(
      jobs.begin(), jobs.end(), [](const Job& job) { return job.compile.rewritten.has_value(); }));
}

// Makes the rewritten texts; what cannot be made is found.
void MakeTexts(const Application& app, std::vector<Job>& jobs, EmitFindings& findings) {
  uint32_t next = 0;
  const uint32_t count = CountRewritten(jobs);
  for (Job& job : jobs) {
    if (!job.compile.rewritten) continue;
    job.decisions.index = job.compile.index = next++;
    if (job.decisions.hold) job.decisions.hold = count;
    Result<std::vector<Edit>> edits = MakeEdits(job.Source(app), job.FactsOf(app), job.decisions);
    if (!edits) {
      findings.leave_alone.emplace(job.Name(app), edits.error().message);
      continue;
    }
    job.compile.rewritten = ApplyEdits(job.Source(app), *edits);
  }
  // Modules without a text need numbers too: the worker's answer is matched by them.
  for (Job& job : jobs) {
    if (!job.compile.rewritten) job.compile.index = next++;
  }
}

struct Chunk {
  std::vector<CompileModule> modules;
  // Or one of these, numbered as in the pack.
  std::optional<Prepare> prepare;
  std::optional<CompileFiles> files;
  std::string blobs;
  std::vector<CompiledModule> answer;
};

std::vector<Chunk> MakeChunks(const Application& app, const std::vector<Job>& jobs) {
  std::vector<Chunk> chunks;
  uint64_t bytes = kChunkBytes;
  for (const Job& job : jobs) {
    if (bytes >= kChunkBytes) {
      chunks.emplace_back();
      bytes = 0;
    }
    chunks.back().modules.push_back(job.compile);
    bytes += job.Source(app).size();
  }
  return chunks;
}

Status Compile(const fs::path& python, const fs::path& worker, const fs::path& scratch,
               size_t number, Chunk& chunk) {
  const fs::path blobs = scratch / fmt::format("blobs{}", number);
  Result<std::string> request =
      WorkerRequest(chunk.modules, blobs.string(), chunk.prepare ? &*chunk.prepare : nullptr,
                    chunk.files ? &*chunk.files : nullptr);
  if (!request) return tl::unexpected(request.error());
  Command command;
  command.argv = {python.string(), "-s", "-S", "-B", worker.string()};
  command.env = {{"PYTHONHASHSEED", "0"}, {"PATH", "/usr/bin:/bin"}, {"LC_ALL", "C.UTF-8"}};
  command.directory = scratch;
  command.input = std::move(*request);
  Result<ProcessResult> done = Run(command);
  if (!done) return tl::unexpected(done.error());
  const bool answered = done->ok() || (done->exit_code == 1 &&
                                       !done->out.empty());  // 1: it says what it could not do
  if (!answered) {
    return Fail(ExitCode::kSystem,
                fmt::format("the compile worker failed ({}): {}",
                            done->signal != 0 ? fmt::format("signal {}", done->signal)
                                              : fmt::format("exit code {}", done->exit_code),
                            done->err.substr(0, 2000)));
  }
  if (fs::exists(blobs)) {
    Result<std::string> bytes = ReadFile(blobs);
    if (!bytes) return tl::unexpected(bytes.error());
    chunk.blobs = std::move(*bytes);
  }
  Result<std::vector<CompiledModule>> answer = ParseWorkerAnswer(done->out, chunk.blobs.size());
  if (!answer) return tl::unexpected(answer.error());
  chunk.answer = std::move(*answer);
  return {};
}

Status CompileAll(const EmitOptions& options, std::vector<Chunk>& chunks) {
  Result<TemporaryDirectory> scratch = TemporaryDirectory::Make({}, "faaslight-compile-");
  if (!scratch) return tl::unexpected(scratch.error());
  const fs::path worker = scratch->path() / "compile_worker.py";
  if (Status done = WriteFile(worker, kCompileWorkerSource); !done) return done;
  std::atomic<size_t> next{0};
  std::mutex mutex;
  Status status;
  auto work = [&] {
    for (size_t i = next++; i < chunks.size(); i = next++) {
      Status done = Compile(options.python, worker, scratch->path(), i, chunks[i]);
      const std::lock_guard lock(mutex);
      if (!done && status) status = std::move(done);
    }
  };
  std::vector<std::thread> threads;
  const unsigned jobs =
      options.jobs != 0 ? options.jobs : std::max(1U, std::thread::hardware_concurrency());
  for (unsigned t = 0; t < jobs; ++t) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  return status;
}

void NoteRefusals(const Application& app, const std::vector<Job>& jobs,
                  const std::vector<Chunk>& chunks, EmitFindings& findings) {
  std::map<uint32_t, const Job*> by_index;
  for (const Job& job : jobs) by_index.emplace(job.compile.index, &job);
  for (const Chunk& chunk : chunks) {
    if (chunk.modules.empty()) continue;
    for (const CompiledModule& compiled : chunk.answer) {
      const auto found = by_index.find(compiled.index);
      if (found == by_index.end()) continue;
      const Job& job = *found->second;
      const std::string& name = job.Name(app);
      if (compiled.error && job.compile.rewritten)
        findings.leave_alone.emplace(name, *compiled.error);
      for (const RefusedFunction& refused : compiled.refused) {
        if (refused.number >= 0 &&
            static_cast<size_t>(refused.number) < job.lazy_functions.size()) {
          findings.keep_functions.emplace(name,
                                          job.lazy_functions[static_cast<size_t>(refused.number)]);
        } else {
          findings.leave_alone.emplace(name, "self-check: " + refused.why);
        }
      }
    }
  }
}

Result<uint64_t> WritePack(const Application& app, uint32_t modules,
                           const std::vector<Chunk>& chunks, const EmitOptions& options) {
  std::vector<PackPart> parts;
  for (const Chunk& chunk : chunks) {
    for (const CompiledModule& compiled : chunk.answer) {
      if (compiled.length == 0) continue;
      parts.push_back({compiled.index,
                       std::string_view(chunk.blobs).substr(compiled.offset, compiled.length),
                       compiled.hash});
    }
  }
  Result<std::string> pack =
      AssemblePack(app.trace().python().magic(), modules + kMoreParts, std::move(parts));
  if (!pack) return tl::unexpected(pack.error());
  if (Status done = WriteFile(options.staging / "_faaslight.pack", *pack); !done)
    return tl::unexpected(done.error());
  return pack->size();
}

// What the import system is asked for at a cold start; in the order of the trace, so that code that
// is loaded together lies together.
CompileFiles FilesToFind(const Application& app, const Choices& choices, const EmitOptions& options,
                         uint32_t index) {
  CompileFiles files;
  files.index = index;
  files.root = fs::absolute(options.staging).lexically_normal().string();
  for (size_t i = 0; i < choices.size(); ++i) {
    const TracedModule& module = app.modules()[i];
    if (module.root != ROOT_APP) continue;
    if (module.kind == KIND_SOURCE || module.kind == KIND_EXTENSION)
      files.files.push_back({module.file, choices[i].must_load  ? FileToFind::Code::kTogether
                                          : choices[i].may_load ? FileToFind::Code::kAlone
                                                                : FileToFind::Code::kNone});
  }
  files.aliases = AnsweredNames(app);
  return files;
}

// The runtime's own .pyc, so that a cold start need not compile it.
CompileModule RuntimeModule(const Application& app, const EmitOptions& options, uint32_t index) {
  CompileModule runtime;
  runtime.index = index;
  runtime.source = (options.staging / "_faaslight.py").string();
  runtime.pyc = PycPath(options.staging, "_faaslight.py", app.trace().python().cache_tag());
  runtime.filename = "_faaslight.py";
  runtime.hash = Hex(Sha256(kRuntimeSource)).substr(0, 16);
  return runtime;
}

// The source, relative to the package's folder, of a module that has left sys.modules to another
// object (cv2.gapi is an object of an extension module in the end, after its __init__.py ran): the
// trace knows no file of it. Its .pyc is that of any other file; without one, each start would
// compile it. Nothing is concluded from it.
std::optional<std::string> SourceOfReplaced(const Application& app, const TracedModule& module) {
  if (module.kind != KIND_OTHER || !module.file.empty()) return std::nullopt;
  if (module.name.find('/') != std::string::npos) return std::nullopt;
  std::string path = module.name;
  std::replace(path.begin(), path.end(), '.', '/');
  for (const char* end : {"/__init__.py", ".py"}) {
    std::error_code ignored;
    if (fs::is_regular_file(app.directory() / (path + end), ignored)) return path + end;
  }
  return std::nullopt;
}

// Modules that no trace loaded get a text when they must load others at their end.
void AddReaders(const Application& app, const Choices& choices, const EmitOptions& options,
                std::vector<Job>& jobs) {
  std::map<std::string, Job> readers;
  for (const RegistryFill& fill : FillsOnDemand(app, choices)) {
    if (fill.reader->module >= 0) continue;
    Job& job = readers[fill.reader->file];
    if (job.reader == nullptr) {
      job = PlainJob(app, -1, fill.reader->file, fill.reader->source, options);
      job.reader = fill.reader;
      job.decisions.source_hash = job.compile.hash;
      job.compile.rewritten = "";
    }
    job.decisions.companions.push_back(app.modules()[static_cast<size_t>(fill.source)].name);
  }
  for (auto& reader : readers) jobs.push_back(std::move(reader.second));
}

// In the order of their .pyc files, which numbers them.
std::vector<Job> MakeJobs(const Application& app, const Choices& choices,
                          const EmitOptions& options) {
  std::vector<Job> jobs;
  for (size_t i = 0; i < choices.size(); ++i) {
    const TracedModule& module = app.modules()[i];
    if (module.in_app() && module.facts) {
      jobs.push_back(MakeJob(app, choices, static_cast<int>(i), options));
    } else if (std::optional<std::string> file = SourceOfReplaced(app, module)) {
      if (const Result<std::string> source = ReadFile(app.directory() / *file))
        jobs.push_back(PlainJob(app, static_cast<int>(i), *file, *source, options));
    }
  }
  AddReaders(app, choices, options, jobs);
  std::sort(jobs.begin(), jobs.end(),
            [&](const Job& a, const Job& b) { return a.compile.pyc < b.compile.pyc; });
  return jobs;
}

}  // namespace

Status EmitSources(const Application& app, const Choices& choices, const fs::path& folder) {
  std::vector<Job> jobs = MakeJobs(app, choices, {});
  EmitFindings ignored;  // the package was emitted, so there are none
  MakeTexts(app, jobs, ignored);
  for (const Job& job : jobs) {
    if (!job.compile.rewritten) continue;
    if (Status done = WriteFile(folder / job.File(app), *job.compile.rewritten); !done) return done;
  }
  return {};
}

Result<EmitResult> Emit(const Application& app, const Choices& choices,
                        const EmitOptions& options) {
  std::vector<Job> jobs = MakeJobs(app, choices, options);
  EmitResult result;
  MakeTexts(app, jobs, result.findings);
  if (!result.findings.empty()) return result;
  if (Status done = WriteFile(options.staging / "_faaslight.py", kRuntimeSource); !done) {
    return tl::unexpected(done.error());
  }
  const uint32_t rewritten = CountRewritten(jobs);
  std::vector<Chunk> chunks = MakeChunks(app, jobs);
  chunks.emplace_back();
  chunks.back().modules.push_back(RuntimeModule(app, options, static_cast<uint32_t>(jobs.size())));
  chunks.emplace_back();
  chunks.back().prepare = {rewritten + kPreparedPart, PatternsToPrepare(app, choices),
                           TextsToDedent(app, choices), TextsToEvaluate(app, choices)};
  if (Status done = CompileAll(options, chunks); !done) return tl::unexpected(done.error());
  NoteRefusals(app, jobs, chunks, result.findings);
  if (!result.findings.empty()) return result;
  // Made of the .pyc files that are there now.
  std::vector<Chunk> last(1);
  last[0].files = FilesToFind(app, choices, options, rewritten + kFilesPart);
  if (Status done = CompileAll(options, last); !done) return tl::unexpected(done.error());
  chunks.push_back(std::move(last[0]));
  Result<uint64_t> pack = WritePack(app, rewritten, chunks, options);
  if (!pack) return tl::unexpected(pack.error());
  result.pack_bytes = *pack;
  result.rewritten_modules = rewritten;
  return result;
}

}  // namespace faaslight
