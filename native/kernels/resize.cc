#include "resize.h"

#include <algorithm>
#include <cmath>

namespace mavseg {

Resizer::Resizer(const Geometry& geometry, const RowKernels& kernels, bool grey, int workers)
    : kernels_(kernels),
      grey_(grey),
      content_(geometry.x.content),
      x_(plan(geometry.x)),
      y_(plan(geometry.y)),
      scratch_(workers) {
  const size_t planes = grey ? 1 : 3;
  for (Scratch& scratch : scratch_) {
    scratch.source.reserve(geometry.x.frame);
    // Taps of weight 0 may lie behind the last px: they read this padding.
    scratch.sums.resize(planes * (geometry.x.frame + x_.taps));
    scratch.row.resize(planes * content_);
  }
}

Resizer::Axis Resizer::plan(const AxisGeometry& axis) {
  const double scale = static_cast<double>(axis.frame) / axis.resized;
  const double support = std::max(1.0, scale);
  Axis plan;
  plan.taps = static_cast<int>(std::ceil(support)) * 2 + 1;
  plan.weights.assign(static_cast<size_t>(axis.content) * plan.taps, 0.0F);
  for (int target = 0; target < axis.content; target++) {
    const double centre = (axis.cropped + target + 0.5) * scale;
    const int from = static_cast<int>(std::floor(centre - support + 0.5));
    const int to = static_cast<int>(std::floor(centre + support + 0.5));
    const auto inside = [&](int px) { return std::clamp(px, 0, axis.frame - 1); };
    const auto weight_of = [&](int px) { return std::max(0.0, 1 - std::abs(px + 0.5 - centre) / support); };
    double sum = 0;
    for (int px = from; px < to; px++) sum += weight_of(px);
    const int first = inside(from);
    // Behind the frame's edge lies its last px again.
    for (int px = from; px < to; px++) {
      plan.weights[static_cast<size_t>(target) * plan.taps + (inside(px) - first)] += static_cast<float>(weight_of(px) / sum);
    }
    plan.first.push_back(first);
  }
  return plan;
}

PlanarRow Resizer::row(const Picture& picture, int y, int worker) {
  Scratch& scratch = scratch_[worker];
  const int planes = grey_ ? 1 : 3;
  const size_t width = static_cast<size_t>(picture.width);
  const size_t plane_length = width + x_.taps;
  std::fill(scratch.sums.begin(), scratch.sums.end(), 0.0F);
  for (int tap = 0; tap < y_.taps; tap++) {
    const float weight = y_.weights[static_cast<size_t>(y) * y_.taps + tap];
    if (weight == 0) continue;
    const PlanarRow source = read_row(kernels_, picture, y_.first[y] + tap, grey_, scratch.source);
    for (int plane = 0; plane < planes; plane++) {
      kernels_.accumulate(source.planes[plane], width, weight, scratch.sums.data() + plane * plane_length);
    }
  }
  // Both passes round to bytes, as sharp and Pillow do: nets are trained and compared on such pictures.
  for (float& sum : scratch.sums) sum = static_cast<float>(static_cast<int>(sum + 0.5F));
  PlanarRow row{};
  for (int plane = 0; plane < planes; plane++) {
    uint8_t* target = scratch.row.data() + static_cast<size_t>(plane) * content_;
    shrink_columns(scratch.sums.data() + plane * plane_length, target);
    row.planes[plane] = target;
  }
  return row;
}

void Resizer::shrink_columns(const float* sums, uint8_t* target) const {
  const float* weights = x_.weights.data();
  for (int x = 0; x < content_; x++, weights += x_.taps) {
    const float* source = sums + x_.first[x];
    float value = 0.5F;
    for (int tap = 0; tap < x_.taps; tap++) value += source[tap] * weights[tap];
    target[x] = static_cast<uint8_t>(std::min(255.0F, value));
  }
}

}  // namespace mavseg
