#include "rewriter/facts_bytes.h"

#include <concepts>
#include <type_traits>

namespace faaslight {
namespace {

// The last value of each enumeration: what is greater is none.
constexpr Place LastOf(Place) { return Place::kFunction; }
constexpr ParameterKind LastOf(ParameterKind) { return ParameterKind::kVarKeyword; }
constexpr FunctionKind LastOf(FunctionKind) { return FunctionKind::kAsyncGenerator; }
constexpr Spot::Form LastOf(Spot::Form) { return Spot::Form::kOr; }
constexpr ReceiverUse::Receiver LastOf(ReceiverUse::Receiver) {
  return ReceiverUse::Receiver::kInstance;
}

// Whole numbers in groups of seven bits, lowest first; the signed ones plus one (-1 is "none").
class Writer {
 public:
  static constexpr bool kReads = false;

  void Number(uint64_t value) {
    for (; value > 127; value >>= 7) bytes_ += static_cast<char>(value | 128);
    bytes_ += static_cast<char>(value);
  }
  void Do(const std::string& text) {
    Number(text.size());
    bytes_ += text;
  }
  void Do(bool value) { Number(value ? 1 : 0); }
  void Do(std::unsigned_integral auto value) { Number(value); }
  void Do(int value) { Number(static_cast<uint64_t>(static_cast<int64_t>(value) + 1)); }
  template <class Enum>
  requires std::is_enum_v<Enum>
  void Do(Enum value) { Number(static_cast<uint64_t>(value)); }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Gives zeros and empty things once something was wrong.
class Reader {
 public:
  static constexpr bool kReads = true;

  explicit Reader(std::string_view bytes) : left_(bytes) {}

  uint64_t Number() {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (left_.empty()) break;
      const auto byte = static_cast<unsigned char>(left_.front());
      left_.remove_prefix(1);
      value |= static_cast<uint64_t>(byte & 127U) << shift;
      if (byte < 128) return value;
    }
    return Wrong();
  }
  // How many things follow: each takes a byte at least.
  size_t Count() {
    const uint64_t count = Number();
    return count <= left_.size() ? static_cast<size_t>(count) : Wrong();
  }
  void Do(std::string& text) {
    const size_t size = Count();
    text = left_.substr(0, size);
    left_.remove_prefix(size);
  }
  void Do(bool& value) { value = Number() != 0; }
  template <std::unsigned_integral Unsigned>
  void Do(Unsigned& value) {
    const uint64_t number = Number();
    value = static_cast<Unsigned>(number);
    if (value != number) value = static_cast<Unsigned>(Wrong());
  }
  void Do(int& value) {
    const uint64_t number = Number();
    value = static_cast<int>(number < (1U << 30) ? number : Wrong()) - 1;
  }
  template <class Enum>
  requires std::is_enum_v<Enum>
  void Do(Enum& value) {
    const uint64_t number = Number();
    value = static_cast<Enum>(number <= static_cast<uint64_t>(LastOf(value)) ? number : Wrong());
  }
  bool AtEnd() const { return good_ && left_.empty(); }

 private:
  uint64_t Wrong() {
    good_ = false;
    left_ = {};
    return 0;
  }

  std::string_view left_;
  bool good_ = true;
};

template <class Archive, class Type>
void Do(Archive& archive, Type& value) {
  archive.Do(value);
}

template <class Archive, class... Types>
void All(Archive& archive, Types&... values) {
  (Do(archive, values), ...);
}

template <class Archive, class First, class Second>
void Do(Archive& archive, std::pair<First, Second>& value) {
  All(archive, value.first, value.second);
}

template <class Archive, class Type>
void Do(Archive& archive, std::optional<Type>& value) {
  bool there = value.has_value();
  archive.Do(there);
  if (Archive::kReads && there) value.emplace();
  if (there) Do(archive, *value);
}

template <class Archive, class Type>
void Do(Archive& archive, std::vector<Type>& values) {
  if constexpr (Archive::kReads) {
    values.resize(archive.Count());
  } else {
    archive.Number(values.size());
  }
  for (Type& value : values) Do(archive, value);
}

// Sets and maps, in their order.
template <class Archive, class Value, class Container>
void DoSorted(Archive& archive, Container& values) {
  if constexpr (Archive::kReads) {
    for (size_t left = archive.Count(); left > 0; --left) {
      Value value;
      Do(archive, value);
      values.insert(values.end(), std::move(value));
    }
  } else {
    archive.Number(values.size());
    for (const auto& value : values) {
      Value copy(value);
      Do(archive, copy);
    }
  }
}

template <class Archive, class Type>
void Do(Archive& archive, std::set<Type>& values) {
  DoSorted<Archive, Type>(archive, values);
}

template <class Archive, class Key, class Type>
void Do(Archive& archive, std::map<Key, Type>& values) {
  DoSorted<Archive, std::pair<Key, Type>>(archive, values);
}

// ---- the structs of facts.h: all their members, in order ----

template <class Archive>
void Do(Archive& archive, ByteRange& x) {
  All(archive, x.begin, x.end);
}
template <class Archive>
void Do(Archive& archive, ImportedName& x) {
  All(archive, x.module, x.level, x.attribute, x.bound, x.has_alias, x.range);
}
template <class Archive>
void Do(Archive& archive, ImportStatement& x) {
  All(archive, x.range, x.line, x.end_line, x.is_from, x.place, x.in_try, x.in_branch, x.never_runs,
      x.function, x.unrun, x.names);
}
template <class Archive>
void Do(Archive& archive, Parameter& x) {
  All(archive, x.name, x.kind, x.has_default);
}
template <class Archive>
void Do(Archive& archive, Spot& x) {
  All(archive, x.form, x.at, x.end, x.indent);
}
template <class Archive>
void Do(Archive& archive, ReceiverUse& x) {
  All(archive, x.receiver, x.cls, x.name);
}
template <class Archive>
void Do(Archive& archive, Uses& x) {
  All(archive, x.names, x.chains, x.bare, x.namespaces, x.own_namespace, x.binds_unseen,
      x.walks_sys_modules, x.methods, x.on_anything, x.on_receivers, x.prefixes);
}
template <class Archive>
void Do(Archive& archive, ColdRegion& x) {
  All(archive, x.spot, x.line, x.uses);
}
template <class Archive>
void Do(Archive& archive, FunctionFacts& x) {
  All(archive, x.name, x.qualname, x.is_lambda, x.first_line, x.def_line, x.end_line, x.place,
      x.parent, x.class_path, x.kind, x.parameters, x.decorators, x.range, x.body, x.has_docstring,
      x.body_on_header_line, x.needs_class_cell, x.other_free_variables, x.introspection,
      x.counts_frames, x.lets_go, x.declared_global, x.own, x.warm, x.cold, x.never_runs, x.in_cold,
      x.nested, x.guard, x.simple_body);
}
template <class Archive>
void Do(Archive& archive, OwnDir& x) {
  All(archive, x.range, x.line);
}
template <class Archive>
void Do(Archive& archive, AllRead& x) {
  All(archive, x.range, x.name, x.taken_by, x.line, x.position);
}
template <class Archive>
void Do(Archive& archive, Binding& x) {
  All(archive, x.count, x.line, x.last_line, x.import, x.definition, x.assignment, x.deleted,
      x.nested, x.global_in_function, x.imports);
}
template <class Archive>
void Do(Archive& archive, ClassFacts& x) {
  All(archive, x.qualname, x.line, x.function, x.bases, x.other_bases, x.assigned, x.decorators,
      x.metaclass_or_keywords, x.never_runs);
}
template <class Archive>
void Do(Archive& archive, Facts& x) {
  All(archive, x.imports, x.functions, x.classes, x.bindings, x.at_import, x.with_lines,
      x.has_star_import, x.own_getattr, x.own_dir, x.replaces_itself, x.has_all, x.all_is_exact,
      x.all_is_known, x.all_is_list, x.all, x.all_reads, x.own_dirs, x.prologue,
      x.future_annotations, x.dotted_strings, x.string_literals);
}

// Whether every index lies in its table, and nesting goes forward as in a text.
bool IndexesFit(const Facts& facts) {
  const auto functions = static_cast<int>(facts.functions.size());
  const auto within = [](int index, int size) { return index >= -1 && index < size; };
  for (int f = 0; f < functions; ++f) {
    const FunctionFacts& function = facts.functions[static_cast<size_t>(f)];
    if (!within(function.parent, f)) return false;
    for (const int nested : function.nested) {
      if (nested <= f || nested >= functions) return false;
    }
  }
  for (const ImportStatement& statement : facts.imports) {
    if (!within(statement.function, functions)) return false;
  }
  for (const ClassFacts& cls : facts.classes) {
    if (!within(cls.function, functions)) return false;
  }
  for (const auto& [name, binding] : facts.bindings) {
    for (const auto& [statement, position] : binding.imports) {
      if (statement < 0 || static_cast<size_t>(statement) >= facts.imports.size()) return false;
      const auto& names = facts.imports[static_cast<size_t>(statement)].names;
      if (position < 0 || static_cast<size_t>(position) >= names.size()) return false;
    }
  }
  return true;
}

}  // namespace

std::string FactsToBytes(const Facts& facts) {
  Writer writer;
  Facts copy = facts;  // one way through the members serves both directions
  Do(writer, copy);
  return writer.Take();
}

std::optional<Facts> FactsFromBytes(std::string_view bytes) {
  Reader reader(bytes);
  Facts facts;
  Do(reader, facts);
  if (!reader.AtEnd() || !IndexesFit(facts)) return std::nullopt;
  return facts;
}

}  // namespace faaslight
