#include "block_motion.h"

#include <algorithm>
#include <cstdlib>

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

namespace mavseg {

namespace {

/** What a px of shift has to save: on flat walls every shift fits, and noise alone must not choose one. */
constexpr int kCostPerPx = 24;

int blocks(int side) { return side < kBlockPx ? 1 : (side + kBlockPx - 1) / kBlockPx; }

#if defined(__SSE2__)
__m128i two_rows(const uint8_t* px, int stride) {
  const __m128i upper = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(px));
  const __m128i lower = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(px + stride));
  return _mm_unpacklo_epi64(upper, lower);
}
#endif

/** @return the sum of the absolute differences of 8 bytes in each of two rows */
int two_rows_difference(const uint8_t* a, const uint8_t* b, int stride) {
#if defined(__SSE2__)
  const __m128i sums = _mm_sad_epu8(two_rows(a, stride), two_rows(b, stride));
  return _mm_cvtsi128_si32(sums) + _mm_extract_epi16(sums, 4);
#elif defined(__ARM_NEON)
  const uint8x16_t left = vcombine_u8(vld1_u8(a), vld1_u8(a + stride));
  const uint8x16_t right = vcombine_u8(vld1_u8(b), vld1_u8(b + stride));
  return vaddlvq_u8(vabdq_u8(left, right));
#else
  int sum = 0;
  for (int x = 0; x < kBlockPx; x++) sum += std::abs(a[x] - b[x]) + std::abs(a[stride + x] - b[stride + x]);
  return sum;
#endif
}

/** @return `cost` plus the block's difference, or something at or above `limit` as soon as it gets there */
int block_difference(const uint8_t* before, const uint8_t* now, int stride, int cost, int limit) {
  for (int y = 0; y < kBlockPx && cost < limit; y += 2, before += 2 * stride, now += 2 * stride) {
    cost += two_rows_difference(before, now, stride);
  }
  return cost;
}

int cost_of(Shift shift) { return kCostPerPx * (std::abs(shift.dx) + std::abs(shift.dy)); }

}  // namespace

BlockMotion::BlockMotion(int width, int height)
    : width_(width),
      height_(height),
      columns_(blocks(width)),
      rows_(blocks(height)),
      shifts_(static_cast<size_t>(columns_) * rows_, Shift{0, 0}) {}

void BlockMotion::run(const GreyPicture& before, const GreyPicture& now, ThreadPool& pool) {
  if (width_ < kBlockPx || height_ < kBlockPx) return;
  pool.for_rows(rows_, 1, [&](int, int from, int to) {
    for (int row = from; row < to; row++) {
      for (int column = 0; column < columns_; column++) {
        shifts_[static_cast<size_t>(row) * columns_ + column] = search(before, now, column, row);
      }
    }
  });
}

Shift BlockMotion::search(const GreyPicture& before, const GreyPicture& now, int column, int row) const {
  // The last block reaches back over its neighbour where the picture ends within it.
  const int x = std::min(column * kBlockPx, width_ - kBlockPx);
  const int y = std::min(row * kBlockPx, height_ - kBlockPx);
  const uint8_t* const block = now.row(y) + x;
  Shift best{0, 0};
  int least = block_difference(before.row(y) + x, block, width_, 0, 1 << 30);
  const int from_y = std::max(-kReachPx, y + kBlockPx - height_), to_y = std::min(kReachPx, y);
  const int from_x = std::max(-kReachPx, x + kBlockPx - width_), to_x = std::min(kReachPx, x);
  const auto difference_at = [&](Shift shift, int limit) {
    const uint8_t* const moved = before.row(y - shift.dy) + x - shift.dx;
    return block_difference(moved, block, width_, cost_of(shift), limit);
  };
  // Neighbours mostly move alike: what is worse than the left one's shift can be left early. It is one of those to be
  // looked at, so the result does not depend on it.
  if (column > 0) {
    const Shift left = at(column - 1, row);
    if (left.dx >= from_x && left.dx <= to_x && left.dy >= from_y && left.dy <= to_y) {
      least = std::min(least, difference_at(left, least) + 1);
    }
  }
  for (int dy = from_y; dy <= to_y; dy++) {
    for (int dx = from_x; dx <= to_x; dx++) {
      const int difference = difference_at({dx, dy}, least);
      if (difference >= least) continue;
      least = difference;
      best = {dx, dy};
    }
  }
  return best;
}

}  // namespace mavseg
