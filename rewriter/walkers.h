// R5: code that goes over sys.modules sees what is loaded, and would see less.
//
// What such code looks for cannot be known, so it is guessed on the safe side, from the words in
// its module. Code that did not run in the trace is not counted: README says so.
#pragma once

#include <string>
#include <vector>

#include "rewriter/application.h"

namespace faaslight {

// A module of the application whose code ran and went over sys.modules.
struct Walker {
  int module = -1;         // index into Application::modules()
  std::vector<int> seeks;  // what must be loaded for it: what lies in its own top-level package and
                           // below the module names that stand in its text as strings; when that is
                           // nothing, all modules of the application
  std::string why;         // for people: "main goes over sys.modules and names plugins"
};

// All of them but those that made aliases in sys.modules: what these looked for is known.
std::vector<Walker> WalkersOf(const Application& app);

}  // namespace faaslight
