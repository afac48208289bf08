// Branches of a module's body that run, or do not, whatever the environment: their `if` asks for a
// name that the module binds once, to a constant. All of numpy/__init__.py stands under one:
//
//   try:
//       __NUMPY_SETUP__
//   except NameError:
//       __NUMPY_SETUP__ = False
//   if __NUMPY_SETUP__: … else: …
//
// What such a branch binds is bound for certain, unlike what stands under another `if`. (numpy's
// own setup.py puts the name into builtins: what was built by then has been built.)
#include <array>

#include "rewriter/fact_reader.h"

namespace faaslight {
namespace {

std::vector<std::string_view> Words(std::string_view text) {
  std::vector<std::string_view> words;
  constexpr std::string_view kBlank = " \t\r\n";
  for (size_t at = text.find_first_not_of(kBlank); at != std::string_view::npos;) {
    const size_t end = std::min(text.find_first_of(kBlank, at), text.size());
    words.push_back(text.substr(at, end - at));
    at = text.find_first_not_of(kBlank, end);
  }
  return words;
}

}  // namespace

void FactReader::NoteConstant(NodeId statement, const Context& context) {
  constexpr size_t kMaxText = 200;
  if (context.place != Place::kModule || Text(statement).size() > kMaxText) return;
  std::vector<std::string_view> words = Words(Text(statement));
  if (tree_.kind(statement) == Kind::kTry) {
    if (words.size() != 7 || words[0] != "try:" || words[2] != "except" ||
        words[3] != "NameError:" || words[1] != words[4])
      return;
    words.erase(words.begin(), words.begin() + 4);
  }
  if (words.size() != 3 || words[1] != "=") return;
  if (words[2] != "True" && words[2] != "False" && words[2] != "None") return;
  constants_.emplace(words[0], words[2] == "True");
}

bool FactReader::IsSettled(NodeId statement, NodeId part, const Context& context) {
  if (context.place != Place::kModule && !context.settled) return false;
  const NodeId condition = tree_.Child(statement, Field::kCondition);
  if (condition == kNoNode || tree_.kind(condition) != Kind::kIdentifier) return false;
  const auto found = constants_.find(std::string(Text(condition)));
  if (found == constants_.end()) return false;
  bool runs = false;
  if (found->second) {
    runs = tree_[part].field == Field::kConsequence;
  } else {
    // Without an `elif`, which may run instead.
    int alternatives = 0;
    for (const NodeId child : tree_.children(statement))
      alternatives += tree_[child].field == Field::kAlternative;
    runs = tree_.kind(part) == Kind::kElse && alternatives == 1;
  }
  if (runs) asked_constants_.insert(found->first);
  return runs;
}

void FactReader::FinishSettled() {
  const bool all_constant =
      std::all_of(asked_constants_.begin(), asked_constants_.end(), [&](const std::string& name) {
        const Binding& binding = facts_.bindings[name];
        return binding.count == 1 && !binding.global_in_function && !binding.deleted;
      });
  if (all_constant) return;
  for (const std::string& name : names_under_settled_) {
    const auto found = facts_.bindings.find(name);
    if (found != facts_.bindings.end()) found->second.nested = true;
    if (name == "__all__") all_broken_ = true;
  }
}

}  // namespace faaslight
