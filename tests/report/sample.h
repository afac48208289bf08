// A small trace and its plan, made by hand: an application of one handler that uses half of one
// package.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proto/plan.pb.h"
#include "proto/trace.pb.h"

namespace faaslight {

// Adds a module and returns it for further fields. It is an application's source module, loaded by
// the import.
Module* AddModule(Trace& trace, const std::string& name, const std::string& importer, uint32_t line,
                  uint64_t self_us, uint64_t cumulative_us);

// Adds a function; `events` are indexes of the events that entered it.
Function* AddFunction(Trace& trace, const std::string& module, const std::string& qualname,
                      uint32_t line, bool at_init, const std::vector<uint32_t>& events);

// main imports shop (which imports shop.cart, shop.mail), json of the standard library; shop.mail
// imports smtplib. Two events: one returns, one raises.
Trace SampleTrace();

// Its plan: shop.mail became lazy, shop.cart stays, shop.audit is hoisted.
Plan SamplePlan();

}  // namespace faaslight
