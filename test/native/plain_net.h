#pragma once

// What a fused net must compute: layer by layer, in double precision, as the ONNX specification words it.

#include <algorithm>
#include <vector>

#include "fused_step.h"

namespace plain {

/** [channels, height, width] */
struct Tensor {
  int channels, height, width;
  std::vector<double> values;
  Tensor(int c, int h, int w) : channels(c), height(h), width(w), values(static_cast<size_t>(c) * h * w, 0.0) {}
  double& at(int c, int y, int x) { return values[(static_cast<size_t>(c) * height + y) * width + x]; }
  /** Zero beyond the edges. */
  double padded(int c, int y, int x) const {
    const bool is_inside = y >= 0 && y < height && x >= 0 && x < width;
    return is_inside ? values[(static_cast<size_t>(c) * height + y) * width + x] : 0;
  }
};

inline int side(const mavseg::FusedStep& step, int size, int kernel) {
  return (size + step.pad_before + step.pad_after - (kernel - 1) * step.dilation - 1) / step.stride + 1;
}

inline Tensor relu(Tensor tensor, bool wanted) {
  if (wanted) {
    for (double& value : tensor.values) value = std::max(value, 0.0);
  }
  return tensor;
}

inline Tensor conv(const mavseg::FusedStep& step, const Tensor& in, bool is_picture) {
  const int k = step.kernel;
  Tensor out(step.out, side(step, in.height, k), side(step, in.width, k));
  for (int o = 0; o < out.channels; o++) {
    for (int y = 0; y < out.height; y++) {
      for (int x = 0; x < out.width; x++) {
        double sum = step.bias[o];
        for (int i = 0; i < step.in; i++) {
          for (int ky = 0; ky < k; ky++) {
            for (int kx = 0; kx < k; kx++) {
              const int tap = is_picture ? (i * k + ky) * k + kx : (ky * k + kx) * step.in + i;
              sum += in.padded(i, y * step.stride - step.pad_before + ky, x * step.stride - step.pad_before + kx) *
                     step.weights[static_cast<size_t>(tap) * step.out + o];
            }
          }
        }
        out.at(o, y, x) = sum;
      }
    }
  }
  return out;
}

inline Tensor depthwise(const mavseg::FusedStep& step, const Tensor& in) {
  Tensor out(step.in, side(step, in.height, 3), side(step, in.width, 3));
  for (int c = 0; c < out.channels; c++) {
    for (int y = 0; y < out.height; y++) {
      for (int x = 0; x < out.width; x++) {
        double sum = step.depthwise_bias[c];
        for (int tap = 0; tap < 9; tap++) {
          sum += in.padded(c, y * step.stride - step.pad_before + tap / 3 * step.dilation,
                           x * step.stride - step.pad_before + tap % 3 * step.dilation) *
                 step.depthwise[static_cast<size_t>(tap) * step.in + c];
        }
        out.at(c, y, x) = sum;
      }
    }
  }
  return out;
}

inline Tensor pointwise(const mavseg::FusedStep& step, const Tensor& in) {
  Tensor out(step.out, in.height, in.width);
  const size_t plane = static_cast<size_t>(in.height) * in.width;
  for (int o = 0; o < step.out; o++) {
    for (size_t px = 0; px < plane; px++) {
      double sum = step.bias[o];
      for (int i = 0; i < step.in; i++) {
        sum += in.values[i * plane + px] * step.weights[static_cast<size_t>(i) * step.out + o];
      }
      out.values[o * plane + px] = sum;
    }
  }
  return out;
}

inline Tensor doubled(const Tensor& in) {
  Tensor out(in.channels, 2 * in.height, 2 * in.width);
  for (int c = 0; c < in.channels; c++) {
    for (int y = 0; y < out.height; y++) {
      for (int x = 0; x < out.width; x++) {
        const double sy = std::clamp((y + 0.5) / 2 - 0.5, 0.0, in.height - 1.0);
        const double sx = std::clamp((x + 0.5) / 2 - 0.5, 0.0, in.width - 1.0);
        const int top = static_cast<int>(sy), left = static_cast<int>(sx);
        // A px of weight 0 is not looked at, for it may be no number.
        const int bottom = sy > top ? top + 1 : top, right = sx > left ? left + 1 : left;
        const double above = in.padded(c, top, left) * (1 - (sx - left)) + in.padded(c, top, right) * (sx - left);
        const double below = in.padded(c, bottom, left) * (1 - (sx - left)) + in.padded(c, bottom, right) * (sx - left);
        out.at(c, y, x) = above * (1 - (sy - top)) + below * (sy - top);
      }
    }
  }
  return out;
}

inline Tensor sum(Tensor a, const Tensor& b) {
  for (size_t index = 0; index < a.values.size(); index++) a.values[index] += b.values[index];
  return a;
}

inline Tensor run(const mavseg::FusedStep& step, const std::vector<Tensor>& values) {
  const Tensor& in = values[static_cast<size_t>(step.input)];
  switch (step.kind) {
    case mavseg::StepKind::kConv:
      return relu(conv(step, in, step.input == 0), step.relu);
    case mavseg::StepKind::kPointwise:
      return relu(pointwise(step, in), step.relu);
    case mavseg::StepKind::kUpsampleAdd:
      return relu(sum(doubled(in), values[static_cast<size_t>(step.skip)]), true);
    case mavseg::StepKind::kSeparable:
      break;
  }
  Tensor out = pointwise(step, relu(depthwise(step, in), step.inner_relu));
  return relu(step.residual ? sum(std::move(out), in) : std::move(out), step.relu);
}

}  // namespace plain
