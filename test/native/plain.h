#pragma once

// What the kernels must compute, written as plainly as possible, in double precision and px by px.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "mask_decoder.h"
#include "picture.h"

namespace plain {

inline uint8_t round_byte(double value) { return static_cast<uint8_t>(std::clamp(std::floor(value + 0.5), 0.0, 255.0)); }

struct Rgb {
  double red, green, blue;
};

inline Rgb from_yuv(double y, double u, double v) {
  const double luma = 255.0 / 219 * std::max(0.0, y - 16), chroma = 255.0 / 224;
  u = chroma * (u - 128);
  v = chroma * (v - 128);
  return {luma + 1.402 * v, luma - (0.299 * 1.402 * v + 0.114 * 1.772 * u) / 0.587, luma + 1.772 * u};
}

/** Unrounded red, green and blue of a px. */
inline Rgb pixel(const mavseg::Picture& p, int x, int y) {
  const uint8_t* row = p.data + static_cast<size_t>(y) * p.step;
  switch (p.encoding) {
    case mavseg::Encoding::kMono8:
      return {double(row[x]), double(row[x]), double(row[x])};
    case mavseg::Encoding::kRgb8:
      return {double(row[3 * x]), double(row[3 * x + 1]), double(row[3 * x + 2])};
    case mavseg::Encoding::kBgr8:
      return {double(row[3 * x + 2]), double(row[3 * x + 1]), double(row[3 * x])};
    case mavseg::Encoding::kRgba8:
      return {double(row[4 * x]), double(row[4 * x + 1]), double(row[4 * x + 2])};
    case mavseg::Encoding::kBgra8:
      return {double(row[4 * x + 2]), double(row[4 * x + 1]), double(row[4 * x])};
    case mavseg::Encoding::kYuy2:
      return from_yuv(row[2 * x], row[x / 2 * 4 + 1], row[x / 2 * 4 + 3]);
    case mavseg::Encoding::kNv12: {
      const uint8_t* chroma = p.data + static_cast<size_t>(p.height + y / 2) * p.step + x / 2 * 2;
      return from_yuv(row[x], chroma[0], chroma[1]);
    }
  }
  return {};
}

/** Value of a channel (0 red, 1 green, 2 blue) or of luma, as a byte. */
inline double channel(const mavseg::Picture& p, int x, int y, int c, bool grey) {
  const bool is_yuv = p.encoding == mavseg::Encoding::kYuy2 || p.encoding == mavseg::Encoding::kNv12;
  if (grey && is_yuv) {
    const uint8_t* row = p.data + static_cast<size_t>(y) * p.step;
    return std::clamp(255.0 / 219 * (row[p.encoding == mavseg::Encoding::kNv12 ? x : 2 * x] - 16.0), 0.0, 255.0);
  }
  const Rgb rgb = pixel(p, x, y);
  if (grey) return 0.299 * rgb.red + 0.587 * rgb.green + 0.114 * rgb.blue;
  return std::clamp(c == 0 ? rgb.red : c == 1 ? rgb.green : rgb.blue, 0.0, 255.0);
}

/** Bilinear score of a class at a frame px. */
inline double score(const std::vector<float>& scores, const mavseg::OutputSpec& spec, int c, double x, double y) {
  x = std::clamp(x, 0.0, spec.width - 1.0);
  y = std::clamp(y, 0.0, spec.height - 1.0);
  const int left = static_cast<int>(x), top = static_cast<int>(y);
  const int right = std::min(left + 1, spec.width - 1), bottom = std::min(top + 1, spec.height - 1);
  const auto at = [&](int column, int row) {
    const size_t px = static_cast<size_t>(row) * spec.width + column;
    return double(spec.channels_last ? scores[px * spec.channels + c]
                                     : scores[static_cast<size_t>(c) * spec.width * spec.height + px]);
  };
  const double above = at(left, top) + (at(right, top) - at(left, top)) * (x - left);
  const double below = at(left, bottom) + (at(right, bottom) - at(left, bottom)) * (x - left);
  return above + (below - above) * (y - top);
}

/** Of a mask: class id, then the length as LEB128, seven bits a byte and the lowest first. */
inline std::vector<uint8_t> run_lengths(const std::vector<uint8_t>& mask) {
  std::vector<uint8_t> bytes;
  for (size_t start = 0; start < mask.size();) {
    size_t end = start;
    while (end < mask.size() && mask[end] == mask[start]) end++;
    bytes.push_back(mask[start]);
    size_t length = end - start;
    do {
      const size_t rest = length / 128;
      bytes.push_back(static_cast<uint8_t>(length % 128 + (rest > 0 ? 128 : 0)));
      length = rest;
    } while (length > 0);
    start = end;
  }
  return bytes;
}

}  // namespace plain
