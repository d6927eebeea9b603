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

/** @return the sum of the absolute differences of 8 bytes */
int row_difference(const uint8_t* a, const uint8_t* b) {
#if defined(__SSE2__)
  const __m128i left = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(a));
  const __m128i right = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(b));
  return _mm_cvtsi128_si32(_mm_sad_epu8(left, right));
#elif defined(__ARM_NEON)
  return vaddlv_u8(vabd_u8(vld1_u8(a), vld1_u8(b)));
#else
  int sum = 0;
  for (int x = 0; x < kBlockPx; x++) sum += std::abs(a[x] - b[x]);
  return sum;
#endif
}

/** @return `cost` plus the block's difference, or something at or above `limit` as soon as it gets there */
int block_difference(const uint8_t* before, const uint8_t* now, int stride, int cost, int limit) {
  for (int y = 0; y < kBlockPx && cost < limit; y++, before += stride, now += stride) cost += row_difference(before, now);
  return cost;
}

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
  for (int dy = from_y; dy <= to_y; dy++) {
    for (int dx = from_x; dx <= to_x; dx++) {
      const int cost = kCostPerPx * (std::abs(dx) + std::abs(dy));
      const int difference = block_difference(before.row(y - dy) + x - dx, block, width_, cost, least);
      if (difference >= least) continue;
      least = difference;
      best = {dx, dy};
    }
  }
  return best;
}

}  // namespace mavseg
