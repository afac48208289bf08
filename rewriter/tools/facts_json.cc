#include "rewriter/tools/facts_json.h"

namespace faaslight {
namespace {

using nlohmann::json;

json RangeJson(const ByteRange& range) { return json::array({range.begin, range.end}); }

const char* PlaceName(Place place) {
  switch (place) {
    case Place::kModule:
      return "module";
    case Place::kNested:
      return "nested";
    case Place::kClass:
      return "class";
    case Place::kFunction:
      return "function";
  }
  return "";
}

const char* KindName(FunctionKind kind) {
  switch (kind) {
    case FunctionKind::kPlain:
      return "plain";
    case FunctionKind::kGenerator:
      return "generator";
    case FunctionKind::kCoroutine:
      return "coroutine";
    case FunctionKind::kAsyncGenerator:
      return "async_generator";
  }
  return "";
}

const char* ParameterName(ParameterKind kind) {
  switch (kind) {
    case ParameterKind::kPositionalOnly:
      return "positional_only";
    case ParameterKind::kPositional:
      return "positional";
    case ParameterKind::kVarPositional:
      return "var_positional";
    case ParameterKind::kKeywordOnly:
      return "keyword_only";
    case ParameterKind::kVarKeyword:
      return "var_keyword";
  }
  return "";
}

json SpotJson(const std::optional<Spot>& spot) {
  if (!spot) return nullptr;
  static const char* const kForms[] = {"before", "after", "own_line", "or"};
  return {{"form", kForms[static_cast<int>(spot->form)]},
          {"at", spot->at},
          {"end", spot->end},
          {"indent", spot->indent}};
}

json UsesJson(const Uses& uses) {
  return {{"names", uses.names},
          {"chains", uses.chains},
          {"namespaces", uses.namespaces},
          {"own_namespace", uses.own_namespace},
          {"walks_sys_modules", uses.walks_sys_modules},
          {"methods", uses.methods}};
}

json ImportJson(const ImportStatement& statement) {
  json names = json::array();
  for (const ImportedName& name : statement.names) {
    names.push_back({{"module", name.module},
                     {"level", name.level},
                     {"attribute", name.attribute},
                     {"bound", name.bound},
                     {"has_alias", name.has_alias},
                     {"range", RangeJson(name.range)}});
  }
  return {{"range", RangeJson(statement.range)},
          {"line", statement.line},
          {"end_line", statement.end_line},
          {"is_from", statement.is_from},
          {"place", PlaceName(statement.place)},
          {"in_try", statement.in_try},
          {"never_runs", statement.never_runs},
          {"function", statement.function},
          {"names", names}};
}

json FunctionJson(const FunctionFacts& function) {
  json parameters = json::array();
  for (const Parameter& parameter : function.parameters) {
    parameters.push_back({parameter.name, ParameterName(parameter.kind), parameter.has_default});
  }
  return {{"name", function.name},
          {"qualname", function.qualname},
          {"is_lambda", function.is_lambda},
          {"first_line", function.first_line},
          {"def_line", function.def_line},
          {"end_line", function.end_line},
          {"place", PlaceName(function.place)},
          {"parent", function.parent},
          {"class_path", function.class_path},
          {"kind", KindName(function.kind)},
          {"parameters", parameters},
          {"decorators", function.decorators},
          {"range", RangeJson(function.range)},
          {"body", RangeJson(function.body)},
          {"has_docstring", function.has_docstring},
          {"body_on_header_line", function.body_on_header_line},
          {"needs_class_cell", function.needs_class_cell},
          {"other_free_variables", function.other_free_variables},
          {"introspection", function.introspection ? json(*function.introspection) : json(nullptr)},
          {"declared_global", function.declared_global},
          {"own", UsesJson(function.own)},
          {"nested", function.nested},
          {"guard", SpotJson(function.guard)},
          {"simple_body", function.simple_body}};
}

json BindingJson(const Binding& binding) {
  return {{"count", binding.count},           {"line", binding.line},
          {"import", binding.import},         {"definition", binding.definition},
          {"assignment", binding.assignment}, {"deleted", binding.deleted},
          {"nested", binding.nested},         {"global_in_function", binding.global_in_function},
          {"imports", binding.imports}};
}

json AllReadsJson(const Facts& facts) {
  json reads = json::array();
  for (const AllRead& read : facts.all_reads) {
    reads.push_back({{"name", read.name},
                     {"line", read.line},
                     {"range", RangeJson(read.range)},
                     {"position", read.position ? json(*read.position) : json(nullptr)}});
  }
  return reads;
}

json OwnDirsJson(const Facts& facts) {
  json calls = json::array();
  for (const OwnDir& call : facts.own_dirs)
    calls.push_back({{"line", call.line}, {"range", RangeJson(call.range)}});
  return calls;
}

}  // namespace

json FactsToJson(const Facts& facts) {
  json out = {
      {"at_import", UsesJson(facts.at_import)},   {"has_star_import", facts.has_star_import},
      {"own_getattr", facts.own_getattr},         {"own_dir", facts.own_dir},
      {"replaces_itself", facts.replaces_itself}, {"has_all", facts.has_all},
      {"all_is_exact", facts.all_is_exact},       {"all", facts.all},
      {"all_is_known", facts.all_is_known},       {"all_reads", AllReadsJson(facts)},
      {"all_is_list", facts.all_is_list},         {"own_dirs", OwnDirsJson(facts)},
      {"prologue", SpotJson(facts.prologue)},     {"future_annotations", facts.future_annotations},
      {"string_literals", facts.string_literals}};
  out["imports"] = json::array();
  for (const ImportStatement& statement : facts.imports)
    out["imports"].push_back(ImportJson(statement));
  out["functions"] = json::array();
  for (const FunctionFacts& function : facts.functions)
    out["functions"].push_back(FunctionJson(function));
  out["classes"] = json::array();
  for (const ClassFacts& facts_of : facts.classes) {
    out["classes"].push_back({{"qualname", facts_of.qualname},
                              {"line", facts_of.line},
                              {"function", facts_of.function},
                              {"bases", facts_of.bases},
                              {"decorators", facts_of.decorators},
                              {"metaclass_or_keywords", facts_of.metaclass_or_keywords}});
  }
  out["bindings"] = json::object();
  for (const auto& binding : facts.bindings)
    out["bindings"][binding.first] = BindingJson(binding.second);
  return out;
}

}  // namespace faaslight
