// Sees files being opened and programs being started that are not traced, and profilers that
// displace ours.
#pragma once

namespace faaslight::tracer {

// Call before the interpreter is initialised. False if it refuses.
bool InstallAuditHook();

}  // namespace faaslight::tracer
