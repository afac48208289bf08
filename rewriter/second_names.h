// Second names of modules in sys.modules that need not be there before somebody asks for them.
//
// Two kinds. Cython's older modules make themselves under the last component of their name and stay
// there: `scipy.ndimage._ni_label` is also `sys.modules['_ni_label']`. And requests.packages gives
// what is loaded of its dependencies names below its own: `requests.packages.idna.core`. Both kept
// their modules, and the packages around them, loaded (R4, R5) although nobody asks for them. The
// package's finder answers these names instead (runtime/_faaslight.py, Alias): an import by one
// gives the module itself, as ever.
#pragma once

#include <map>
#include <string>

#include "proto/trace.pb.h"
#include "rewriter/application.h"

namespace faaslight {

// Second name -> the module of the application. Only those that no module of the application has as
// a text, since it may look in sys.modules. A name that is neither its module's with something
// before it nor its last component is not among them: what it leads to may hang on what else is
// loaded. Says nothing about names in data (pickles): those go through the import system.
std::map<std::string, std::string> AnsweredNames(const Application& app);

// Is the effect the setting of one of these names by the module itself?
bool IsOwnSecondName(const ImportEffect& effect, const std::map<std::string, std::string>& names);

}  // namespace faaslight
