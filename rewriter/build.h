// Builds packages of one application in a staging folder, under one policy after another.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "proto/plan.pb.h"
#include "rewriter/app_reach.h"
#include "rewriter/decisions.h"
#include "rewriter/trim.h"

namespace faaslight {

// One line for people.
using Progress = std::function<void(const std::string&)>;

struct BuildOptions {
  std::filesystem::path app;
  std::filesystem::path python;   // the traced CPython
  std::filesystem::path package;  // the folder to build in; made by the first build
  unsigned jobs = 0;              // 0: one per core
  Trim trim = Trim::kNone;
  Progress progress = [](const std::string&) {};
};

class PackageBuilder {
 public:
  // The application and what it reaches must outlive it.
  PackageBuilder(const Application& app, const AppReach& reach, Policy policy, BuildOptions options)
      : app_(app), reach_(reach), policy_(std::move(policy)), options_(std::move(options)) {}

  struct Package {
    Choices choices;
    Plan plan;
    uint64_t rewritten_modules = 0;
    uint64_t pack_bytes = 0;
  };

  // Decides and emits until emission finds nothing against the decisions; what emission found
  // counts for all later builds. `more` are pins beside the policy's. The package of an earlier
  // build is overwritten. Errors: kSystem (disk, the compile workers).
  Result<Package> Build(const std::vector<Pin>& more);

  const Policy& policy() const { return policy_; }

 private:
  Status Copy();

  const Application& app_;
  const AppReach& reach_;
  Policy policy_;
  BuildOptions options_;
  bool copied_ = false;
  Trimmed trimmed_;
  uint64_t bytes_before_ = 0;
  std::vector<std::string> notes_;  // of the copy
};

}  // namespace faaslight
