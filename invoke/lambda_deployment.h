// A function on AWS Lambda, measured.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "invoke/deployment.h"
#include "invoke/force_cold.h"
#include "invoke/lambda_api.h"

namespace faaslight {

struct LambdaOptions {
  std::chrono::milliseconds timeout{0};  // of a call; 0: the function's own and 30 s, or 15 minutes
  std::optional<ColdBy> force_cold;
  std::string stamp;           // see ColdStarter
  std::set<std::string> left;  // what an earlier, killed measurement changed
};

// References must outlive the object. Prepare() reads the function's configuration where that is
// allowed, checks an ARN's account against it, and puts back what `left` names. Measuring $LATEST
// alone can be forced cold: a version or alias is somebody's, and stays as it is (kUsage).
std::unique_ptr<MeasuredDeployment> MakeLambdaDeployment(const LambdaApi& api,
                                                         const LambdaApi& restoring,
                                                         LambdaTarget target, LambdaOptions options,
                                                         Control control, ChangeLog log);

}  // namespace faaslight
