#include "output_spec.h"

#include <cstddef>

namespace mavseg {

const float* score_row(const OutputSpec& spec, const RowKernels& kernels, const void* output, int row, int channel,
                       float* target) {
  const size_t width = static_cast<size_t>(spec.width);
  if (!spec.channels_last) {
    const size_t first = (static_cast<size_t>(channel) * spec.height + row) * width;
    if (spec.type == OutputType::kFloat32) return static_cast<const float*>(output) + first;
    kernels.widen(static_cast<const uint16_t*>(output) + first, width, target);
    return target;
  }
  const size_t first = static_cast<size_t>(row) * width * spec.channels + channel;
  for (size_t x = 0; x < width; x++) {
    const size_t at = first + x * spec.channels;
    if (spec.type == OutputType::kFloat32) target[x] = static_cast<const float*>(output)[at];
    else kernels.widen(static_cast<const uint16_t*>(output) + at, 1, target + x);
  }
  return target;
}

OutputSpec float_planes(const OutputSpec& output) {
  OutputSpec result = output;
  const bool is_difference = output.kind == OutputKind::kBinaryLogit || output.channels == 2;
  if (is_difference) result.kind = OutputKind::kBinaryLogit;
  result.type = OutputType::kFloat32;
  result.channels = is_difference ? 1 : output.channels;
  result.channels_last = false;
  return result;
}

}  // namespace mavseg
