// match statements: a bare name in a pattern binds, a dotted one is read.
#include "rewriter/fact_reader.h"

namespace faaslight {

void FactReader::VisitMatch(NodeId node, const Context& context) {
  Context nested = Nested(context);
  for (NodeId child : tree_.children(node)) {
    if (tree_[child].field == Field::kSubject) Visit(child, nested);
    if (tree_.kind(child) != Kind::kBlock) continue;
    for (NodeId clause : tree_.children(child)) {
      if (tree_.kind(clause) != Kind::kCase) continue;
      for (NodeId part : tree_.children(clause)) {
        if (tree_.kind(part) == Kind::kToken) continue;
        if (tree_.kind(part) == Kind::kCasePattern) {
          VisitPattern(part, nested);
        } else {
          Visit(part, nested);
        }
      }
    }
  }
}

void FactReader::VisitPattern(NodeId node, const Context& context) {
  switch (tree_.kind(node)) {
    case Kind::kDottedName: {
      std::string dotted = ModuleName(node);
      size_t dot = dotted.find('.');
      if (dot == std::string::npos) {
        if (dotted != "_") Bind(dotted, tree_.line(node), context, BindingForm::kAssignment);
        return;
      }
      AddLoad(std::string_view(dotted).substr(0, dot), tree_.line(node), context);
      for (size_t end = dotted.find('.', dot + 1);; end = dotted.find('.', end + 1)) {
        AddChain(std::string_view(dotted).substr(0, end), context);
        if (end == std::string::npos) return;
      }
    }
    case Kind::kClassPattern: {
      NodeId name = tree_.Child(node, Kind::kDottedName);
      if (name != kNoNode) {
        std::string dotted = ModuleName(name);
        AddLoad(std::string_view(dotted).substr(0, dotted.find('.')), tree_.line(name), context);
        AddChain(dotted, context);
      }
      for (NodeId child : tree_.children(node)) {
        if (child != name) VisitPattern(child, context);
      }
      return;
    }
    case Kind::kKeywordPattern: {
      bool value = false;  // `attribute=pattern`
      for (NodeId child : tree_.children(node)) {
        if (value) VisitPattern(child, context);
        value |= tree_.IsToken(child, "=");
      }
      return;
    }
    case Kind::kSplatPattern:
    case Kind::kAsPattern:
      for (NodeId child : tree_.children(node)) {
        if (tree_.kind(child) == Kind::kIdentifier && Text(child) != "_") {
          Bind(Text(child), tree_.line(child), context, BindingForm::kAssignment);
        } else {
          VisitPattern(child, context);
        }
      }
      return;
    case Kind::kString:
    case Kind::kConcatenatedString:
      return VisitString(node, context);
    default:
      for (NodeId child : tree_.children(node)) VisitPattern(child, context);
  }
}

}  // namespace faaslight
