#pragma once

#include <cstdint>
#include <vector>

#include "thread_pool.h"

namespace mavseg {

/** A small grey picture, row-major and without padding. */
struct GreyPicture {
  int width = 0;
  int height = 0;
  std::vector<uint8_t> px;

  GreyPicture() = default;
  GreyPicture(int width, int height) : width(width), height(height), px(static_cast<size_t>(width) * height) {}
  const uint8_t* row(int y) const { return px.data() + static_cast<size_t>(y) * width; }
};

/** Where a block has come from: `before(x - dx, y - dy)` is what `now(x, y)` shows. */
struct Shift {
  int dx;
  int dy;
};

/** Side of a block in px of the picture that is searched. */
constexpr int kBlockPx = 8;
/** Largest shift in either direction, in the same px. */
constexpr int kReachPx = 8;

/**
 * Finds out, block by block, how far a picture has moved since the one before: the shift with the smallest sum of
 * absolute differences, where a longer shift has to be better by `kCostPerPx` for each px. Ties go to no shift at all, then
 * to the first in reading order. Pictures smaller than a block do not move.
 */
class BlockMotion {
 public:
  BlockMotion(int width, int height);

  /** @param before,now of the constructor's size */
  void run(const GreyPicture& before, const GreyPicture& now, ThreadPool& pool);

  int columns() const { return columns_; }
  int rows() const { return rows_; }
  Shift at(int column, int row) const { return shifts_[static_cast<size_t>(row) * columns_ + column]; }

 private:
  Shift search(const GreyPicture& before, const GreyPicture& now, int column, int row) const;

  int width_;
  int height_;
  int columns_;
  int rows_;
  std::vector<Shift> shifts_;
};

}  // namespace mavseg
