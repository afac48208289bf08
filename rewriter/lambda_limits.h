// How large a package may be that AWS Lambda is to run, and what to do about one that is larger.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rewriter/trim.h"
#include "rewriter/zip.h"

namespace faaslight {

// The quotas of docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html; Lambda's messages
// give them in bytes ("Unzipped size must be smaller than 262144000 bytes"). They cannot be raised.
struct LambdaLimits {
  uint64_t zipped = 50ULL << 20;     // in a request; an archive in S3 may be larger
  uint64_t unzipped = 250ULL << 20;  // the function with its layers; a container image takes 10 GB
};

bool ExceedsLimits(const ZipSummary& summary, const LambdaLimits& limits = {});

// Lines for people: which limit, the way round it, the largest parts and what may go. Empty when
// the archive is small enough. `trim` is what it was made with, `trim_saves` how many bytes
// --trim would leave out of it.
std::vector<std::string> LimitWarnings(const ZipSummary& summary, Trim trim, uint64_t trim_saves,
                                       const LambdaLimits& limits = {});

}  // namespace faaslight
