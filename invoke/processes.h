// The processes of this machine, as /proc tells; and the end of all that one of them started.
#pragma once

#include <sys/types.h>

#include <set>
#include <vector>

namespace faaslight {

struct Process {
  pid_t pid = 0, parent = 0, session = 0;
  char state = '?';
};

// Without zombies.
std::vector<Process> LivingProcesses();

// Those of the session that `leader` leads, and all that descend from them. `others`: leaders of
// other sessions that we started; only when there are none, orphans that became our children and
// have left our session count too, for nobody can tell whose they were. Never ourselves.
std::vector<Process> FamilyOf(pid_t leader, const std::set<pid_t>& others);

// SIGKILL to the family, and to those of `known` that are still what they were, until none is left;
// those that are our children are reaped.
void KillFamily(pid_t leader, const std::set<pid_t>& others, const std::vector<Process>& known);

}  // namespace faaslight
