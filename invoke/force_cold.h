// Forcing cold starts on AWS Lambda: an environment that runs an older configuration of a function
// is never used again, so a change of one marker variable makes the next call cold. On published
// versions (SnapStart runs on those only) each cold start is a version of its own.
//
// What is changed is put back: the marker is removed, the versions are deleted. Only our marker is
// ever written down; the function's other variables (they may be secrets) are read, sent back as
// they are, and forgotten. Others may change the function meanwhile: every update names the
// revision that it was made from, and a conflict reads again.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "invoke/control.h"
#include "invoke/lambda_api.h"

namespace faaslight {

constexpr const char* kColdMarker = "FAASLIGHT_COLD_START";

enum class ColdBy { kMarker, kVersion };

// Told before something is changed, and after it was put back: "marker NAME", "version NAME:7".
struct ChangeLog {
  std::function<Status(const std::string&)> changed, undone;
};

class ColdStarter {
 public:
  // `restoring` is an API whose requests no interrupt stops. References must outlive the object;
  // `stamp` makes the markers of this measurement different from an earlier one's.
  ColdStarter(const LambdaApi& api, const LambdaApi& restoring, LambdaTarget target, ColdBy by,
              std::string stamp, Control control, ChangeLog log);

  // Makes the next call of the target it gives a cold one; waits until the function can be called.
  Result<LambdaTarget> Next();
  // Deletes the session's version, if there is one.
  Status EndSession();
  // Puts everything back. Also what an earlier, killed measurement left (`left`: its change log).
  Status Restore(const std::set<std::string>& left);

 private:
  Status SetMarker();
  Status RemoveMarker();
  Result<std::string> PublishVersion();
  Status DeleteVersion(const std::string& version);
  Status TakeLeft(const std::set<std::string>& left);

  const LambdaApi& api_;
  const LambdaApi& restoring_;
  LambdaTarget target_;
  ColdBy by_;
  std::string stamp_;
  Control control_;
  ChangeLog log_;
  uint64_t starts_ = 0;
  bool marked_ = false;
  std::set<std::string> versions_;  // published and not deleted yet
};

// Polls until the function is active and its last update went through, at most 5 minutes. kSystem
// with the service's reason when an update failed.
Result<FunctionConfiguration> WaitUntilReady(const LambdaApi& api, const LambdaTarget& target,
                                             const Control& control);

}  // namespace faaslight
