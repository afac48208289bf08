#include "tracer/pointer_set.h"

#include <gtest/gtest.h>

#include <deque>

namespace faaslight::tracer {
namespace {

TEST(PointerSet, TellsNewFromSeenFromAgain) {
  PointerSet set;
  std::deque<long double> objects(100'000);  // many times its first size: it grows
  for (const auto& object : objects) ASSERT_EQ(set.Touch(&object, 1), PointerSet::Look::kNew);
  for (const auto& object : objects) ASSERT_EQ(set.Touch(&object, 1), PointerSet::Look::kSeen);
  for (const auto& object : objects) ASSERT_EQ(set.Touch(&object, 2), PointerSet::Look::kAgain);
  for (const auto& object : objects) ASSERT_EQ(set.Touch(&object, 2), PointerSet::Look::kSeen);
  EXPECT_EQ(set.size(), objects.size());
}

}  // namespace
}  // namespace faaslight::tracer
