#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "row_kernels.h"

namespace mavseg {

/** Pixel layouts of raw frames; the order is that of RAW_ENCODINGS in src/engine/native/addon.ts. */
enum class Encoding { kMono8, kRgb8, kBgr8, kRgba8, kBgra8, kYuy2, kNv12 };

struct Picture {
  const uint8_t* data;
  size_t bytes;
  int width;
  int height;
  /** Bytes from row to row. */
  size_t step;
  Encoding encoding;
};

/** @return whether `bytes` hold every px that the description promises; nv12 and yuy2 need even sizes */
bool fits(const Picture& picture);

/** The wanted channels of one row, as planes: red, green, blue, or one of luma. */
struct PlanarRow {
  const uint8_t* planes[3];
};

/** Memory for `read_row`: one per thread. */
class RowScratch {
 public:
  void reserve(int width) { bytes_.resize(static_cast<size_t>(width) * 4); }
  uint8_t* plane(int index, int width) { return bytes_.data() + static_cast<size_t>(index) * width; }

 private:
  std::vector<uint8_t> bytes_;
};

/**
 * Reads row `y` as red, green and blue, or as luma where `grey`.
 * @return planes of `picture.width` bytes, in the scratch or in the picture itself; good until the next call
 */
PlanarRow read_row(const RowKernels& kernels, const Picture& picture, int y, bool grey, RowScratch& scratch);

}  // namespace mavseg
