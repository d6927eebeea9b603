#include "net_kernels.h"

#include <cstddef>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

namespace mavseg {

#define MAVSEG_LANES 4
namespace baseline {
#include "net_kernels_body.h"
}
#undef MAVSEG_LANES

// gcc and clang spell "compile the following functions for this target" differently.
#if defined(__x86_64__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif
#define MAVSEG_LANES 8
namespace avx2 {
#include "net_kernels_body.h"
}
#undef MAVSEG_LANES
#if defined(__clang__)
#pragma clang attribute pop
// Clang 18 to 21 take registers of 512 bits for a feature of their own.
#if __clang_major__ >= 18 && __clang_major__ < 22
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,evex512,fma"))), apply_to = function)
#else
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,fma"))), apply_to = function)
#endif
#else
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq,fma")
#endif
#define MAVSEG_LANES 16
namespace avx512 {
#include "net_kernels_body.h"
}
#undef MAVSEG_LANES
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

const NetKernels& net_kernels(Isa isa) {
  // AVX2 without fused multiply-adds is not known of any processor, but the two are separate flags.
  if (isa == Isa::kBaseline || !__builtin_cpu_supports("fma")) return baseline::kNetKernels;
  return isa == Isa::kAvx512 ? avx512::kNetKernels : avx2::kNetKernels;
}

#else

const NetKernels& net_kernels(Isa) { return baseline::kNetKernels; }

#endif

}  // namespace mavseg
