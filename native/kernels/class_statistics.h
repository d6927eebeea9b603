#pragma once

#include <algorithm>
#include <limits>
#include <vector>

namespace mavseg {

/** Px count, bounding box and sums of coordinates of one class. */
struct ClassStatistics {
  double pixels = 0;
  double sum_x = 0;
  double sum_y = 0;
  int left = std::numeric_limits<int>::max();
  int right = -1;
  int top = std::numeric_limits<int>::max();
  int bottom = -1;

  /** Adds the px `from` to below `to` of row `y`. */
  void add_run(int y, int from, int to) {
    const double count = to - from;
    pixels += count;
    sum_x += (static_cast<double>(from) + to - 1) * count / 2;
    sum_y += y * count;
    left = std::min(left, from);
    right = std::max(right, to - 1);
    top = std::min(top, y);
    bottom = std::max(bottom, y);
  }

  void add(const ClassStatistics& other) {
    pixels += other.pixels;
    sum_x += other.sum_x;
    sum_y += other.sum_y;
    left = std::min(left, other.left);
    right = std::max(right, other.right);
    top = std::min(top, other.top);
    bottom = std::max(bottom, other.bottom);
  }
};

}  // namespace mavseg
