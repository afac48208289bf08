// What the handler of a traced application can reach, with the files that no trace saw.
//
// The trace's modules are given with their facts. Of the whole application, whatever else reachable
// code imports is looked up in the application, its layers and the standard library of the traced
// CPython, and read; that costs as much as reading the traced modules again (with pandas 4 s of
// processor time), so that it is done only where a decision hangs on it. Functions that ran are
// reachable too, whatever the sources say.
#pragma once

#include <memory>
#include <string>

#include "proto/plan.pb.h"
#include "rewriter/application.h"
#include "rewriter/reach.h"
#include "rewriter/sources.h"

namespace faaslight {

class AppReach {
 public:
  // `whole`: reads sources (on all cores) as far as they are reachable; else what only modules that
  // no trace loaded lead to does not count. The application must outlive it.
  AppReach(const Application& app, bool whole, const FactsCache& cache = {});

  const ReachResult& result() const { return result_; }
  const Sources& sources() const { return *sources_; }

  // Fills Plan.reach: how the handler comes to each thing that it can reach.
  void AddSteps(Plan& plan) const;

 private:
  bool Ran(const std::string& module, int function) const;

  const Application& app_;
  bool whole_;
  std::unique_ptr<Sources> sources_;
  ReachResult result_;
};

}  // namespace faaslight
