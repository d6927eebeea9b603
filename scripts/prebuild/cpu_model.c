// What `__builtin_cpu_supports` of gcc and clang reads on x86: gcc's runtime library brings it, that of zig does not.
// Only what the kernels ask for is filled in. A bit that is not reads as "not supported": slower, never wrong.
#include <cpuid.h>

// Places of the bits in __cpu_features[0], as gcc's cpuinfo.h and LLVM's X86TargetParser.def number them.
enum { kAvx2 = 10, kFma = 14, kAvx512f = 15, kAvx512vl = 20, kAvx512bw = 21, kAvx512dq = 22 };

// Bits of XCR0: the registers that the operating system saves.
enum { kSavesAvx = 0x6, kSavesAvx512 = 0xe6 };

enum { kHasOsxsave = 1 << 27 };

__attribute__((visibility("hidden"))) struct {
  unsigned int vendor;
  unsigned int type;
  unsigned int subtype;
  unsigned int features[1];
} __cpu_model;

static unsigned int saved_registers(void) {
  unsigned int low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

// As early as gcc's own: before any constructor without a priority.
__attribute__((constructor(101))) static void fill_cpu_model(void) {
  unsigned int eax, ebx, ecx, edx;
  if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & kHasOsxsave)) return;
  const unsigned int saved = saved_registers();
  const unsigned int has_fma = ecx & bit_FMA;
  if (!__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx)) return;
  unsigned int features = 0;
  if ((saved & kSavesAvx) == kSavesAvx && (ebx & bit_AVX2)) features |= 1u << kAvx2;
  if ((saved & kSavesAvx) == kSavesAvx && has_fma) features |= 1u << kFma;
  if ((saved & kSavesAvx512) == kSavesAvx512) {
    if (ebx & bit_AVX512F) features |= 1u << kAvx512f;
    if (ebx & bit_AVX512VL) features |= 1u << kAvx512vl;
    if (ebx & bit_AVX512BW) features |= 1u << kAvx512bw;
    if (ebx & bit_AVX512DQ) features |= 1u << kAvx512dq;
  }
  __cpu_model.features[0] = features;
}
