#include "row_kernels.h"

#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

namespace mavseg {

namespace baseline {
#include "row_kernels_body.h"
}

// gcc and clang spell "compile the following functions for this target" differently.
#if defined(__x86_64__) && defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
// gcc's pragma defines the macros of its target, clang's does not.
#define __SSSE3__ 1
namespace avx2 {
#include "row_kernels_body.h"
}
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq"))), apply_to = function)
namespace avx512 {
#include "row_kernels_body.h"
}
#pragma clang attribute pop
#elif defined(__x86_64__)
#pragma GCC push_options
#pragma GCC target("avx2")
namespace avx2 {
#include "row_kernels_body.h"
}
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq")
namespace avx512 {
#include "row_kernels_body.h"
}
#pragma GCC pop_options
#endif

#if defined(__x86_64__)

Isa best_isa() {
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq")) {
    return Isa::kAvx512;
  }
  return __builtin_cpu_supports("avx2") ? Isa::kAvx2 : Isa::kBaseline;
}

const RowKernels& row_kernels(Isa isa) {
  if (isa == Isa::kAvx512) return avx512::kKernels;
  return isa == Isa::kAvx2 ? avx2::kKernels : baseline::kKernels;
}

#else

Isa best_isa() { return Isa::kBaseline; }

const RowKernels& row_kernels(Isa) { return baseline::kKernels; }

#endif

}  // namespace mavseg
