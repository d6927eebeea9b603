#pragma once

#include <cstddef>
#include <cstdint>

#include "isa.h"

namespace mavseg {

/** The inner loops, each over `n` elements of one row. Sources and targets never overlap. */
struct RowKernels {
  /** Interleaved pixels of 3 or 4 bytes to three planes; the fourth byte is dropped. */
  void (*split3)(const uint8_t* source, size_t n, uint8_t* first, uint8_t* second, uint8_t* third);
  void (*split4)(const uint8_t* source, size_t n, uint8_t* first, uint8_t* second, uint8_t* third);
  /** ITU-R BT.601 luma of full-range planes. */
  void (*luma)(const uint8_t* red, const uint8_t* green, const uint8_t* blue, size_t n, uint8_t* luma);
  /** Every `stride`-th byte (1 or 2) is luma of limited range (16..235): stretched to 0..255. */
  void (*expand_luma)(const uint8_t* source, int stride, size_t n, uint8_t* luma);
  /** YUV of limited range, BT.601; `n` is even and chroma samples (U V pairs) serve two pixels each. */
  void (*yuy2)(const uint8_t* source, size_t n, uint8_t* red, uint8_t* green, uint8_t* blue);
  void (*nv12)(const uint8_t* luma, const uint8_t* chroma, size_t n, uint8_t* red, uint8_t* green, uint8_t* blue);
  /** target = source * scale + bias */
  void (*normalise)(const uint8_t* source, size_t n, float scale, float bias, float* target);
  /** sum += source * weight */
  void (*accumulate)(const uint8_t* source, size_t n, float weight, float* sum);
  /** target = top + (bottom - top) * weight */
  void (*blend)(const float* top, const float* bottom, size_t n, float weight, float* target);
  /** target = left - right */
  void (*subtract)(const float* left, const float* right, size_t n, float* target);
  /** best = score > 0 */
  void (*positive)(const float* score, size_t n, uint8_t* best);
  /** best = index of the largest of `planes` planes of `n` scores; ties go to the lower index. `top` is scratch. */
  void (*largest)(const float* scores, size_t planes, size_t n, float* top, uint8_t* best);
  /** IEEE 754 half floats to floats. */
  void (*widen)(const uint16_t* halves, size_t n, float* target);
};

const RowKernels& row_kernels(Isa isa);

}  // namespace mavseg
