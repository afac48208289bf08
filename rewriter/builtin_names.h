// The names that Python finds when a module does not bind them.
#pragma once

#include <string_view>

namespace faaslight {

// True for "len", "dict", "ValueError": what the module `builtins` of any CPython from 3.9 to 3.13
// has. Says nothing of whether a module binds the name itself.
bool IsBuiltinName(std::string_view name);

}  // namespace faaslight
