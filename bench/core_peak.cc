#include "core_peak.h"

#include <algorithm>
#include <chrono>
#include <limits>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

namespace mavseg {

namespace {

/** Sums that do not wait for each other: more than a multiply-add takes cycles, times the most that begin in one. */
constexpr int kSums = 12;

/** Of each sum: some 100 us, long beside the clock and short beside a slice of time. */
constexpr int kAdditions = 40000;

constexpr int kRuns = 200;

// One function per instruction set: a loop over kSums registers, which the empty assembly keeps from being left out.

#if defined(__x86_64__)

__attribute__((target("avx512f"))) int add_avx512() {
  __m512 sums[kSums];
  const __m512 one = _mm512_set1_ps(1.0F);
  for (__m512& sum : sums) sum = one;
  for (int index = 0; index < kAdditions; index++) {
#pragma GCC unroll 12
    for (int s = 0; s < kSums; s++) sums[s] = _mm512_fmadd_ps(sums[s], one, one);
  }
  for (__m512& sum : sums) asm volatile("" : : "v"(sum));
  return 16;
}

__attribute__((target("avx2,fma"))) int add_avx2() {
  __m256 sums[kSums];
  const __m256 one = _mm256_set1_ps(1.0F);
  for (__m256& sum : sums) sum = one;
  for (int index = 0; index < kAdditions; index++) {
#pragma GCC unroll 12
    for (int s = 0; s < kSums; s++) sums[s] = _mm256_fmadd_ps(sums[s], one, one);
  }
  for (__m256& sum : sums) asm volatile("" : : "x"(sum));
  return 8;
}

/** Without fused ones: a multiplication and an addition. */
int add_baseline() {
  __m128 sums[kSums];
  const __m128 one = _mm_set1_ps(1.0F);
  for (__m128& sum : sums) sum = one;
  for (int index = 0; index < kAdditions; index++) {
#pragma GCC unroll 12
    for (int s = 0; s < kSums; s++) sums[s] = _mm_add_ps(_mm_mul_ps(sums[s], one), one);
  }
  for (__m128& sum : sums) asm volatile("" : : "x"(sum));
  return 4;
}

#elif defined(__ARM_NEON)

int add_baseline() {
  float32x4_t sums[kSums];
  const float32x4_t one = vdupq_n_f32(1.0F);
  for (float32x4_t& sum : sums) sum = one;
  for (int index = 0; index < kAdditions; index++) {
#pragma GCC unroll 12
    for (int s = 0; s < kSums; s++) sums[s] = vfmaq_f32(one, sums[s], one);
  }
  for (float32x4_t& sum : sums) asm volatile("" : : "w"(sum));
  return 4;
}

#else

int add_baseline() {
  float sums[kSums];
  volatile float one = 1.0F;
  for (float& sum : sums) sum = one;
  const float step = one;
  for (int index = 0; index < kAdditions; index++) {
    for (float& sum : sums) sum = sum * step + step;
  }
  for (float sum : sums) one = sum;
  return 1;
}

#endif

double fastest(int (*add)()) {
  double best = std::numeric_limits<double>::infinity();
  int lanes = 0;
  for (int run = 0; run < kRuns; run++) {
    const auto start = std::chrono::steady_clock::now();
    lanes = add();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return static_cast<double>(lanes) * kSums * kAdditions / best;
}

}  // namespace

double peak_macs(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::kAvx512) return fastest(add_avx512);
  if (isa == Isa::kAvx2) return fastest(add_avx2);
#endif
  (void)isa;
  return fastest(add_baseline);
}

}  // namespace mavseg
