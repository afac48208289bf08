#include "rewriter/edits.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "rewriter/import_edits.h"

namespace faaslight {
namespace {

using Statements = std::map<int, std::set<int>>;

tl::unexpected<Error> Refuse(std::string message) {
  return Fail(ExitCode::kBadInput, std::move(message));
}

// A Python string literal. Names and module names need no escapes, and nothing else is let through.
Result<std::string> Quoted(std::string_view text) {
  for (char c : text) {
    if (c == '\'' || c == '"' || c == '\\' || static_cast<unsigned char>(c) < ' ') {
      return Refuse(fmt::format("{} is no name", text));
    }
  }
  return fmt::format("'{}'", text);
}

Result<std::string> QuotedList(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) {
    Result<std::string> quoted = Quoted(name);
    if (!quoted) return quoted;
    out += out.empty() ? *quoted : ", " + *quoted;
  }
  return out;
}

// Collects the edits of one file; each Add… checks its own decision.
class EditMaker {
 public:
  EditMaker(std::string_view source, const Facts& facts, const FileDecisions& decisions)
      : source_(source), facts_(facts), decisions_(decisions) {}

  Result<std::vector<Edit>> Make() {
    if (source_.find("__fl__") != std::string_view::npos)
      return Refuse("the source has a name __fl__ of its own");
    if (Status done = AddPrologue(); !done) return tl::unexpected<Error>(done.error());
    for (const LazyBody& body : decisions_.lazy_bodies) {
      if (Status done = AddLazyBody(body); !done) return tl::unexpected<Error>(done.error());
    }
    for (const Guard& guard : decisions_.guards) {
      if (Status done = AddGuard(guard); !done) return tl::unexpected<Error>(done.error());
    }
    if (Status done = AddImports(); !done) return tl::unexpected<Error>(done.error());
    if (Status done = AddLists(); !done) return tl::unexpected<Error>(done.error());
    if (decisions_.epilogue || !decisions_.companions.empty()) {
      if (Status done = AddEpilogue(); !done) return tl::unexpected<Error>(done.error());
    }
    std::stable_sort(edits_.begin(), edits_.end(), [](const Edit& a, const Edit& b) {
      if (a.begin != b.begin) return a.begin < b.begin;
      return (a.begin == a.end) > (b.begin == b.end);
    });
    for (size_t i = 1; i < edits_.size(); ++i) {
      if (edits_[i].begin < edits_[i - 1].end) return Refuse("two decisions change the same text");
    }
    return std::move(edits_);
  }

 private:
  Status AddAt(const std::optional<Spot>& spot, const std::string& text, std::string_view what) {
    if (!spot) return Refuse(fmt::format("no place for {} that moves no line", what));
    switch (spot->form) {
      case Spot::Form::kBefore:
        edits_.push_back({spot->at, spot->at, text + "; "});
        break;
      case Spot::Form::kAfter:
        edits_.push_back({spot->at, spot->at, "; " + text});
        break;
      case Spot::Form::kOwnLine: {
        // A comment on that line stays, behind two blanks.
        size_t next = source_.find_first_not_of(" \t\f\r", spot->at);
        bool comment = next != std::string_view::npos && source_[next] == '#';
        edits_.push_back({spot->at, spot->at, spot->indent + text + (comment ? "  " : "")});
        break;
      }
      case Spot::Form::kOr:
        edits_.push_back({spot->at, spot->at, text + " or ("});
        edits_.push_back({spot->end, spot->end, ")"});
        break;
    }
    return {};
  }

  Status AddPrologue() {
    auto join = [](const std::vector<std::string>& names) {
      return fmt::format("{}", fmt::join(names, " "));
    };
    Result<std::string> hash = Quoted(decisions_.source_hash);
    // Not empty: the module gets a __getattr__.
    const bool none_yet = decisions_.lazy_names.empty() && decisions_.has_branch_names;
    Result<std::string> names = Quoted(none_yet ? " " : join(decisions_.lazy_names));
    Result<std::string> submodules = Quoted(join(decisions_.submodules));
    for (const Result<std::string>* part : {&hash, &names, &submodules}) {
      if (!*part) return tl::unexpected<Error>(part->error());
    }
    std::string text = fmt::format(
        "from _faaslight import enter as __fl__; __fl__ = __fl__(globals(), {}, {}, {}, {})",
        decisions_.index, *hash, *names, *submodules);
    if (decisions_.hold) text += fmt::format("; __fl__.hold({})", *decisions_.hold);
    if (!decisions_.prologue_loads.empty()) {
      Result<std::string> loads = QuotedList(decisions_.prologue_loads);
      if (!loads) return tl::unexpected<Error>(loads.error());
      text += fmt::format("; __fl__.load({})", *loads);
    }
    return AddAt(facts_.prologue, text, "the prologue");
  }

  // The function at `index`, if it exists and lies in no lazy one.
  Result<const FunctionFacts*> Function(int index) const {
    if (index < 0 || static_cast<size_t>(index) >= facts_.functions.size())
      return Refuse("no such function");
    const FunctionFacts& function = facts_.functions[static_cast<size_t>(index)];
    if (function.is_lambda)
      return Refuse(fmt::format("line {}: a lambda has no statements", function.def_line));
    if (InLazy(function.parent))
      return Refuse(fmt::format("{} lies in a lazy function", function.qualname));
    return &function;
  }

  bool InLazy(int function) const {
    for (; function >= 0; function = facts_.functions[static_cast<size_t>(function)].parent) {
      for (const LazyBody& body : decisions_.lazy_bodies) {
        if (body.function == function) return true;
      }
    }
    return false;
  }

  Status AddLazyBody(const LazyBody& body) {
    Result<const FunctionFacts*> found = Function(body.function);
    if (!found) return tl::unexpected<Error>(found.error());
    const FunctionFacts& function = **found;
    if (function.body.begin == function.body.end)
      return Refuse(function.qualname + " has no body but a docstring");
    if (function.kind == FunctionKind::kAsyncGenerator)
      return Refuse(function.qualname + " is an async generator");
    if (function.other_free_variables) return Refuse(function.qualname + " closes over variables");
    size_t next = source_.find_first_not_of(" \t\f", function.body.end);
    if (next != std::string_view::npos && source_[next] == '\\') {
      return Refuse(
          fmt::format("line {}: a backslash after the last statement", function.end_line));
    }
    std::string call =
        fmt::format("__fl__({}{})", body.number, function.needs_class_cell ? ", __class__" : "");
    Result<std::string> arguments = Arguments(function);
    if (!arguments) return tl::unexpected<Error>(arguments.error());
    call += "(" + *arguments + ")";
    if (function.kind == FunctionKind::kGenerator) call = "(yield from " + call + ")";
    if (function.kind == FunctionKind::kCoroutine) call = "await " + call;
    std::string_view old =
        source_.substr(function.body.begin, function.body.end - function.body.begin);
    edits_.push_back({function.body.begin, function.body.end, "return " + call + LineEnds(old)});
    return {};
  }

  // Hands every parameter on as it came.
  static Result<std::string> Arguments(const FunctionFacts& function) {
    std::string out;
    for (const Parameter& parameter : function.parameters) {
      if (!out.empty()) out += ", ";
      switch (parameter.kind) {
        case ParameterKind::kPositionalOnly:
        case ParameterKind::kPositional:
          out += parameter.name;
          break;
        case ParameterKind::kVarPositional:
          out += "*" + parameter.name;
          break;
        case ParameterKind::kKeywordOnly: {
          const std::string& name = parameter.name;
          bool is_private =
              name.size() > 2 && name.substr(0, 2) == "__" && name.substr(name.size() - 2) != "__";
          if (is_private && !function.class_path.empty()) return Refuse(name + " would be mangled");
          out += name + "=" + name;
          break;
        }
        case ParameterKind::kVarKeyword:
          out += "**" + parameter.name;
          break;
      }
    }
    return out;
  }

  Status AddGuard(const Guard& guard) {
    Result<const FunctionFacts*> found = Function(guard.function);
    if (!found) return tl::unexpected<Error>(found.error());
    if (InLazy(guard.function)) return Refuse((*found)->qualname + " is lazy and needs no guard");
    Result<std::string> names = QuotedList(guard.names);
    if (!names) return tl::unexpected<Error>(names.error());
    if (guard.region >= static_cast<int>((*found)->cold.size()))
      return Refuse("no such cold region");
    const std::optional<Spot> spot =
        guard.region < 0 ? (*found)->guard : (*found)->cold[static_cast<size_t>(guard.region)].spot;
    return AddAt(spot, fmt::format("__fl__.use({})", *names), "the guard of " + (*found)->qualname);
  }

  // What stands for dir() and for the __all__ of other modules.
  Status AddLists() {
    for (const DirAt& dir : decisions_.dirs) {
      if (dir.call < 0 || static_cast<size_t>(dir.call) >= facts_.own_dirs.size())
        return Refuse("no such dir()");
      const ByteRange& at = facts_.own_dirs[static_cast<size_t>(dir.call)].range;
      Result<std::string> there = Quoted(fmt::format("{}", fmt::join(dir.there, " ")));
      if (!there) return tl::unexpected<Error>(there.error());
      Result<std::string> not_there = Quoted(fmt::format("{}", fmt::join(dir.not_there, " ")));
      if (!not_there) return tl::unexpected<Error>(not_there.error());
      edits_.push_back({at.begin, at.end, fmt::format("__fl__.dir({}, {})", *there, *not_there)});
    }
    for (const AllAt& list : decisions_.all_lists) {
      if (list.read < 0 || static_cast<size_t>(list.read) >= facts_.all_reads.size())
        return Refuse("no such __all__");
      const ByteRange& at = facts_.all_reads[static_cast<size_t>(list.read)].range;
      Result<std::string> names = QuotedList(list.names);
      if (!names) return tl::unexpected<Error>(names.error());
      edits_.push_back({at.begin, at.end, "[" + *names + "]"});
    }
    return {};
  }

  // Removed names and hoists of one statement make one edit.
  Status AddImports() {
    Statements removed;
    for (const auto& lazy : decisions_.lazy_imports) removed[lazy.first].insert(lazy.second);
    std::map<int, std::string> hoists;
    for (const HoistAt& hoist : decisions_.hoists) {
      if (hoist.modules.empty() || !hoists[hoist.statement].empty())
        return Refuse("a hoist of nothing, or twice");
      Result<std::string> modules = QuotedList(hoist.modules);
      if (!modules) return tl::unexpected<Error>(modules.error());
      hoists[hoist.statement] = fmt::format("__fl__.load({})", *modules);
      removed[hoist.statement];
    }
    for (const auto& entry : removed) {
      if (entry.first < 0 || static_cast<size_t>(entry.first) >= facts_.imports.size()) {
        return Refuse("no such import statement");
      }
      const ImportStatement& statement = facts_.imports[static_cast<size_t>(entry.first)];
      for (int name : entry.second) {
        if (name < 0 || static_cast<size_t>(name) >= statement.names.size())
          return Refuse("no such imported name");
      }
      if (statement.names.front().module == "__future__")
        return Refuse("a __future__ import cannot change");
      if (InLazy(statement.function))
        return Refuse(fmt::format("line {}: lies in a lazy function", statement.line));
      if (Status done = AddImport(statement, entry.second, hoists[entry.first]); !done) return done;
    }
    return {};
  }

  Status AddImport(const ImportStatement& statement, const std::set<int>& removed,
                   const std::string& hoist) {
    std::string instead = hoist;
    if (statement.in_branch && !removed.empty()) {
      std::vector<std::string> names;
      for (int name : removed) names.push_back(statement.names[static_cast<size_t>(name)].bound);
      Result<std::string> list = QuotedList(names);
      if (!list) return tl::unexpected<Error>(list.error());
      instead += fmt::format("{}__fl__.on({})", instead.empty() ? "" : "; ", *list);
    }
    std::string first = instead.empty() ? "" : instead + "; ";
    if (removed.empty()) {
      edits_.push_back({statement.range.begin, statement.range.begin, first});
      return {};
    }
    bool all = removed.size() == statement.names.size();
    Result<Edit> edit = ShortenImport(source_, statement, removed, all ? "" : first,
                                      instead.empty() ? "pass" : instead);
    if (!edit) return tl::unexpected<Error>(edit.error());
    edits_.push_back(std::move(*edit));
    return {};
  }

  Status AddEpilogue() {
    uint32_t end = static_cast<uint32_t>(source_.size());
    std::string_view last = source_.substr(source_.rfind('\n') + 1);
    std::string_view before = source_.substr(0, source_.size() - last.size());
    bool dangling =
        !last.empty() && last.back() == '\\' && last.find('#') == std::string_view::npos;
    while (!before.empty() && (before.back() == '\n' || before.back() == '\r'))
      before.remove_suffix(1);
    std::string_view above = before.substr(before.rfind('\n') + 1);
    dangling |= last.find_first_not_of(" \t\f") == std::string_view::npos && !above.empty() &&
                above.back() == '\\' && above.find('#') == std::string_view::npos;
    if (dangling) return Refuse("the last line ends in a backslash");
    bool crlf = source_.find("\r\n") != std::string_view::npos;
    std::string line_end = crlf ? "\r\n" : "\n";
    // The prologue may have taken the empty line at the end.
    bool taken = facts_.prologue->form == Spot::Form::kOwnLine && facts_.prologue->at == end;
    std::string text = decisions_.epilogue ? "__fl__.ready()" : "";
    if (!decisions_.companions.empty()) {
      Result<std::string> modules = QuotedList(decisions_.companions);
      if (!modules) return tl::unexpected<Error>(modules.error());
      text += fmt::format("{}__fl__.after({})", text.empty() ? "" : "; ", *modules);
    }
    edits_.push_back({end, end, (last.empty() && !taken ? "" : line_end) + text + line_end});
    return {};
  }

  std::string_view source_;
  const Facts& facts_;
  const FileDecisions& decisions_;
  std::vector<Edit> edits_;
};

}  // namespace

Result<std::vector<Edit>> MakeEdits(std::string_view source, const Facts& facts,
                                    const FileDecisions& decisions) {
  return EditMaker(source, facts, decisions).Make();
}

std::string ApplyEdits(std::string_view source, const std::vector<Edit>& edits) {
  std::string out;
  out.reserve(source.size() + 128 * edits.size());
  uint32_t at = 0;
  for (const Edit& edit : edits) {
    out += source.substr(at, edit.begin - at);
    out += edit.text;
    at = edit.end;
  }
  out += source.substr(at);
  return out;
}

}  // namespace faaslight
