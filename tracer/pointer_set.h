// Which code objects were seen in the current generation: open addressing, one cache line touched
// per look.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace faaslight::tracer {

class PointerSet {
 public:
  enum class Look {
    kSeen,   // seen in this generation
    kAgain,  // seen in an earlier generation: now marked with this one
    kNew,    // never seen: now in the set; the caller keeps the object alive, or the address may be
             // used again
  };

  PointerSet() : slots_(1U << 14) {}

  // `generation` is never 0.
  Look Touch(const void* pointer, uint32_t generation) {
    Slot& slot = Find(slots_, pointer);
    if (slot.pointer == nullptr) {
      slot = {pointer, generation};
      if (++count_ * 2 > slots_.size()) Grow();
      return Look::kNew;
    }
    if (slot.generation == generation) return Look::kSeen;
    slot.generation = generation;
    return Look::kAgain;
  }

  size_t size() const { return count_; }

 private:
  struct Slot {
    const void* pointer = nullptr;
    uint32_t generation = 0;
  };

  static Slot& Find(std::vector<Slot>& slots, const void* pointer) {
    const size_t mask = slots.size() - 1;
    // Objects are 16-byte aligned and close together: a multiplication spreads them.
    size_t at = (reinterpret_cast<uintptr_t>(pointer) >> 4) * 0x9E3779B97F4A7C15ULL >> 20 & mask;
    while (slots[at].pointer != nullptr && slots[at].pointer != pointer) at = (at + 1) & mask;
    return slots[at];
  }

  void Grow() {
    std::vector<Slot> larger(slots_.size() * 2);
    for (const Slot& slot : slots_) {
      if (slot.pointer != nullptr) Find(larger, slot.pointer) = slot;
    }
    slots_.swap(larger);
  }

  std::vector<Slot> slots_;
  size_t count_ = 0;
};

}  // namespace faaslight::tracer
