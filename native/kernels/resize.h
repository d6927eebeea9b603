#pragma once

#include <cstdint>
#include <vector>

#include "geometry.h"
#include "picture.h"
#include "row_kernels.h"

namespace mavseg {

/**
 * Resizes and crops pictures as a geometry says: bilinear (half-pixel centres, edges repeated) with a kernel that widens
 * when shrinking, as torchvision's antialiased resize does, rounded to bytes. Rows are made one at a time, columns of the frame first, so that the inner
 * loop runs along the frame's rows and nothing but one row is stored.
 */
class Resizer {
 public:
  Resizer(const Geometry& geometry, const RowKernels& kernels, bool grey, int workers);

  /**
   * Makes row `y` (0 to below `geometry.y.content`) of `geometry.x.content` px.
   * @return planes in memory of this worker, good until its next call
   */
  PlanarRow row(const Picture& picture, int y, int worker);

 private:
  /** Weights of the source px `first`, `first + 1`, ... of each target px, `taps` of them; unused ones are 0. */
  struct Axis {
    int taps;
    std::vector<int> first;
    std::vector<float> weights;
  };
  struct Scratch {
    RowScratch source;
    std::vector<float> sums;
    std::vector<uint8_t> row;
  };

  static Axis plan(const AxisGeometry& axis);
  void shrink_columns(const float* sums, uint8_t* target) const;

  const RowKernels& kernels_;
  bool grey_;
  int content_;
  Axis x_;
  Axis y_;
  std::vector<Scratch> scratch_;
};

}  // namespace mavseg
