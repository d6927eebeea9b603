#include "picture.h"

namespace mavseg {

namespace {

size_t bytes_per_pixel(Encoding encoding) {
  switch (encoding) {
    case Encoding::kRgb8:
    case Encoding::kBgr8:
      return 3;
    case Encoding::kRgba8:
    case Encoding::kBgra8:
      return 4;
    case Encoding::kYuy2:
      return 2;
    case Encoding::kMono8:
    case Encoding::kNv12:
      return 1;
  }
  return 1;
}

PlanarRow read_yuv(const RowKernels& kernels, const Picture& picture, int y, bool grey, RowScratch& scratch) {
  const size_t width = static_cast<size_t>(picture.width);
  const uint8_t* row = picture.data + y * picture.step;
  uint8_t* red = scratch.plane(0, picture.width);
  uint8_t* green = scratch.plane(1, picture.width);
  uint8_t* blue = scratch.plane(2, picture.width);
  const bool is_packed = picture.encoding == Encoding::kYuy2;
  if (grey) {
    kernels.expand_luma(row, is_packed ? 2 : 1, width, red);
  } else if (is_packed) {
    kernels.yuy2(row, width, red, green, blue);
  } else {
    kernels.nv12(row, picture.data + (picture.height + y / 2) * picture.step, width, red, green, blue);
  }
  return {{red, green, blue}};
}

}  // namespace

bool fits(const Picture& picture) {
  const bool is_nv12 = picture.encoding == Encoding::kNv12;
  if (picture.width < 1 || picture.height < 1) return false;
  if ((is_nv12 || picture.encoding == Encoding::kYuy2) && picture.width % 2 != 0) return false;
  if (is_nv12 && picture.height % 2 != 0) return false;
  const size_t packed = static_cast<size_t>(picture.width) * bytes_per_pixel(picture.encoding);
  const size_t rows = static_cast<size_t>(is_nv12 ? picture.height / 2 * 3 : picture.height);
  return picture.step >= packed && picture.bytes >= packed && (picture.bytes - packed) / picture.step >= rows - 1;
}

PlanarRow read_row(const RowKernels& kernels, const Picture& picture, int y, bool grey, RowScratch& scratch) {
  if (picture.encoding == Encoding::kYuy2 || picture.encoding == Encoding::kNv12) {
    return read_yuv(kernels, picture, y, grey, scratch);
  }
  const uint8_t* row = picture.data + y * picture.step;
  if (picture.encoding == Encoding::kMono8) return {{row, row, row}};
  uint8_t* first = scratch.plane(0, picture.width);
  uint8_t* second = scratch.plane(1, picture.width);
  uint8_t* third = scratch.plane(2, picture.width);
  const auto split = bytes_per_pixel(picture.encoding) == 3 ? kernels.split3 : kernels.split4;
  split(row, static_cast<size_t>(picture.width), first, second, third);
  const bool is_rgb = picture.encoding == Encoding::kRgb8 || picture.encoding == Encoding::kRgba8;
  const PlanarRow rgb{{is_rgb ? first : third, second, is_rgb ? third : first}};
  if (!grey) return rgb;
  uint8_t* luma = scratch.plane(3, picture.width);
  kernels.luma(rgb.planes[0], rgb.planes[1], rgb.planes[2], static_cast<size_t>(picture.width), luma);
  return {{luma, luma, luma}};
}

}  // namespace mavseg
