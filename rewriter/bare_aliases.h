// Extension modules that stand in sys.modules under their bare name too.
//
// Cython's older modules make themselves under the last component of their name and stay there:
// `scipy.ndimage._ni_label` is also `sys.modules['_ni_label']`. Such a name would keep its module,
// and the packages around it, at its place (R4) although nobody asks for it. The package's finder
// answers it instead (runtime/_faaslight.py, Alias), so an import by that name works as ever.
#pragma once

#include <map>
#include <string>

#include "proto/trace.pb.h"
#include "rewriter/application.h"

namespace faaslight {

// Bare name -> the extension module of the application that put itself there. Only those that no
// module of the application names, in an import or as a text; none when the names of one module are
// not known. Says nothing about names in data (pickles): those go through the import system.
std::map<std::string, std::string> BareAliases(const Application& app);

// Is the effect the setting of one of these names?
bool IsBareAlias(const ImportEffect& effect, const std::map<std::string, std::string>& aliases);

}  // namespace faaslight
