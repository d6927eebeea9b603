#pragma once

namespace mavseg {

/** Instruction sets that the row kernels are compiled for; every level computes the same values. */
enum class Isa { kBaseline, kAvx2, kAvx512 };

/** The best level that this processor has. Baseline is SSE2 on x86-64 and NEON on arm64. */
Isa best_isa();

}  // namespace mavseg
