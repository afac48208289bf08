// One measurement from its plan to its results: the journal, the calls, putting back, the outputs.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "invoke/control.h"
#include "invoke/deployment.h"
#include "invoke/force_cold.h"
#include "invoke/journal.h"
#include "invoke/measure.h"
#include "invoke/results.h"

namespace faaslight {

using Deployments = std::vector<std::unique_ptr<MeasuredDeployment>>;

struct RunPlan {
  Results header;  // without rounds
  Schedule schedule;
  std::vector<CallEvent> events;
  // Makes what is measured. `left`: what an earlier, killed run of the same measurement changed.
  std::function<Result<Deployments>(const std::set<std::string>& left, const ChangeLog& log)> make;
};

// Everything that must be the same for two runs to belong to one measurement, as one text.
std::string KeyOf(const RunPlan& plan);

struct RunOptions {
  std::filesystem::path output;                 // results.json; its journal stands beside it
  bool restart = false;                         // throw an unfinished measurement's rounds away
  bool overwrite = false;                       // replace results that are there
  std::function<void(const std::string&)> say;  // a line for people, while it runs
  std::function<void(uint64_t made, uint64_t due, const Round& last)> progress;
};

// Runs the plan. Finished: the results are at `output`, the journal is gone. Interrupted (see
// Results::interrupted): the journal stays, and the same command goes on. An error: the journal
// stays if it holds rounds or changes; the line says so.
Result<Results> RunPlanned(const RunPlan& plan, const RunOptions& options, const Control& control);

}  // namespace faaslight
