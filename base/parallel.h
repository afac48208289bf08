// One piece of work for each of many things, on all cores.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace faaslight {

// Calls work(i) once for each i < count, from as many threads as the machine has cores (from this
// one alone when there is one thing to do); returns when all are done. `work` must not throw, and
// must be safe to call at the same time for different i.
template <typename Work>
void InParallel(size_t count, Work work) {
  const size_t cores = std::max(1U, std::thread::hardware_concurrency());
  if (count < 2 || cores < 2) {
    for (size_t i = 0; i < count; ++i) work(i);
    return;
  }
  std::atomic<size_t> next{0};
  std::vector<std::thread> threads;
  for (size_t t = 0; t < std::min(cores, count); ++t) {
    threads.emplace_back([&] {
      for (size_t i = next++; i < count; i = next++) work(i);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace faaslight
