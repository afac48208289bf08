// Finds all functions that a module's code object defines, entered or not.
#pragma once

#include <Python.h>

#include <string>
#include <unordered_map>

#include "tracer/log_format.h"

namespace faaslight::tracer {

// Qualified names of code objects by identity. Before 3.11 a code object does not carry its own;
// from 3.11 on this stays empty. Each code object in it is kept alive: an address that is free is
// used again, for other code.
class QualnameTable {
 public:
  void Put(PyCodeObject* code, std::string qualname);
  // The code's qualified name; "" when it is not known.
  std::string Get(PyCodeObject* code) const;

 private:
  std::unordered_map<PyCodeObject*, std::string> names_;
};

// True for what the trace calls a function: lambdas and nested functions are, comprehensions, class
// bodies, modules and the hidden scopes of type parameters are not.
bool IsFunction(PyCodeObject* code);

// The kDefinitions record of a module's code object. Fills `names` on the way.
RecordBuilder DescribeDefinitions(PyCodeObject* module_code, const std::string& module,
                                  const std::string& file, QualnameTable& names);

}  // namespace faaslight::tracer
