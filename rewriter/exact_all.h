// What a module's `__all__` holds, where its text says so to the last name.
//
// `__all__ = […]`, `+=`, `.extend` and `.append` of literals are one file's matter
// (rewriter/facts.h);
// `__all__ += part.__all__` needs part's as well, which is looked up here. A package that gathers
// its parts' lists that way would load them all for nothing else: the rewritten text has the list
// in place of `part.__all__`. So it has in `set(part.__all__)`, of which any use can be made: what
// a list takes part in like this never is the part's own.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rewriter/application.h"

namespace faaslight {

// The names in their order, with repetitions; nullopt when it is not certain: for what is no traced
// source module, did not complete, has a list that is changed by other means than these or by
// another module, that reads one which is not certain itself (or its own), or that holds other
// names than the trace found in it.
std::optional<std::vector<std::string>> ExactAll(const Application& app, int index);

// The same for `X.__all__` in module `reader`; nullopt also when X is not one module for certain,
// or its `__all__` is no list, or may not be complete yet when it is read.
std::optional<std::vector<std::string>> ExactAllRead(const Application& app, int reader,
                                                     const AllRead& read);

// The facts of a module in which what `set(X.__all__)` and the like read, and is not certain,
// counts as any other use of X; nullptr when there is nothing of the kind.
std::shared_ptr<const Facts> WithReadsSettled(const Application& app, int index);

// True when an import other than the module's own changed its `__all__`.
bool OthersChangeAll(const Application& app, const std::string& module);

}  // namespace faaslight
