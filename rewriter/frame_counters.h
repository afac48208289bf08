// R1: who calls a function of another module that looks at frames.
//
// Problem: `helpers.caller(2)` looks at the frame above its caller's. The first call of a lazy
// function goes through one frame more, its stub's, and that would be counted. Facts know who leads
// to `caller` in its own module; here are those who call it, or what leads to it there, from
// others. Idea: only names and dotted chains that may mean such a function are resolved. Cost: a
// look-up per name. What it does not see: their callers again (following all of them keeps 500 of
// 3,448 lazy functions of the pandas sample, for a function that goes up by file name and needs
// none); a counter that is called as a method or passed as a value. Counters of the standard
// library are left out: they look at their caller, whose frame is the same, or skip their own
// frames by file.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "rewriter/application.h"

namespace faaslight {

// Per module of the application, by position: its functions (index into Facts::functions) that call
// a frame counter, without those that the facts know, each with the reason ("through who, line 7").
std::vector<std::map<int, std::string>> LeadToFrameCounters(const Application& app);

}  // namespace faaslight
