// The growing array that tree-sitter grammars' external scanners are written against.
//
// The grammar's source package leaves this header out, and Debian's tree-sitter is older than it.
// These are our own definitions of the few operations that the Python scanner uses; anything else
// fails to compile.
#pragma once

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "tree_sitter/parser.h"

#ifndef ts_malloc
#define ts_malloc malloc
#define ts_calloc calloc
#define ts_realloc realloc
#define ts_free free
#endif

#define Array(T)       \
  struct {             \
    T* contents;       \
    uint32_t size;     \
    uint32_t capacity; \
  }

#define array_init(self) ((self)->size = 0, (self)->capacity = 0, (self)->contents = NULL)

#define array_get(self, index) (assert((uint32_t)(index) < (self)->size), &(self)->contents[index])

#define array_back(self) array_get(self, (self)->size - 1)

#define array_clear(self) ((self)->size = 0)

#define array_reserve(self, wanted)                                                       \
  ((self)->contents = faaslight_array_reserve((self)->contents, sizeof *(self)->contents, \
                                              &(self)->capacity, (wanted)))

#define array_push(self, element) \
  (array_reserve((self), (self)->size + 1), (self)->contents[(self)->size++] = (element))

#define array_pop(self) (assert((self)->size > 0), (self)->contents[--(self)->size])

#define array_delete(self) (free((self)->contents), array_init(self))

// Room for `wanted` elements, at least doubling, so that pushing is amortised constant. A scanner
// cannot report that memory ran out, so that ends the program, as in tree-sitter's own allocator.
static inline void* faaslight_array_reserve(void* contents, size_t element_size, uint32_t* capacity,
                                            uint32_t wanted) {
  if (wanted <= *capacity) return contents;
  uint32_t grown = *capacity * 2 > wanted ? *capacity * 2 : wanted;
  if (grown < 8) grown = 8;
  void* moved = realloc(contents, grown * element_size);
  if (moved == NULL) abort();
  *capacity = grown;
  return moved;
}
