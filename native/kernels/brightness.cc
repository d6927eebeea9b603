#include "brightness.h"

#include <algorithm>
#include <cmath>

namespace mavseg {

namespace {

constexpr int kChunkRows = 16;
constexpr int kGreen = 1;

/** Every second row is enough, and half of the memory to read: a tensor is larger than the caches. */
constexpr int kRowStep = 2;

/** @tparam kStride `stride` where it is known and divides the row, else 0 */
template <int kStride>
void write_cells(const float* __restrict sum, int cells, int stride, int width, float scale, float bias,
                 uint8_t* __restrict to) {
  for (int cell = 0; cell < cells; cell++) {
    const int from = cell * (kStride != 0 ? kStride : stride);
    const int columns = kStride != 0 ? kStride : std::min(stride, width - from);
    float total = 0.0F;
    for (int x = 0; x < columns; x++) total += sum[from + x];
    const float grey = total / static_cast<float>(columns) * scale + bias + 0.5F;
    const float low = grey > 0.0F ? grey : 0.0F;
    to[cell] = static_cast<uint8_t>(static_cast<int>(low < 255.0F ? low : 255.0F));
  }
}

}  // namespace

Brightness::Brightness(const InputSpec& spec, int tensor_width, int tensor_height, int stride, Isa isa, int workers)
    : spec_(spec),
      tensor_width_(tensor_width),
      tensor_height_(tensor_height),
      stride_(stride),
      width_((tensor_width + stride - 1) / stride),
      height_((tensor_height + stride - 1) / stride),
      kernels_(row_kernels(isa)),
      scratch_(workers) {
  for (Scratch& scratch : scratch_) {
    scratch.row.resize(tensor_width);
    scratch.sum.resize(tensor_width);
  }
}

void Brightness::run(const void* tensor, GreyPicture& grey, ThreadPool& pool) {
  pool.for_rows(height_, kChunkRows, [&](int worker, int from, int to) {
    for (int y = from; y < to; y++) {
      write_row(tensor, y, grey.px.data() + static_cast<size_t>(y) * width_, scratch_[worker]);
    }
  });
}

void Brightness::write_row(const void* tensor, int y, uint8_t* to, Scratch& scratch) const {
  const int end = std::min((y + 1) * stride_, tensor_height_);
  float* const __restrict sum = scratch.sum.data();
  int rows = 0;
  for (int row = y * stride_; row < end; row += kRowStep, rows++) {
    const float* const values = tensor_row(tensor, row, scratch);
    if (rows == 0) std::copy_n(values, tensor_width_, sum);
    else for (int x = 0; x < tensor_width_; x++) sum[x] += values[x];
  }
  const int channel = spec_.channels == 1 ? 0 : kGreen;
  const float scale = static_cast<float>(spec_.std[channel] / spec_.scale);
  const float bias = static_cast<float>(spec_.mean[channel] / spec_.scale);
  // Nets of this project end at a quarter: as a constant it becomes vectors.
  if (stride_ == 4 && tensor_width_ % 4 == 0) {
    write_cells<4>(sum, width_, 4, tensor_width_, scale / static_cast<float>(rows), bias, to);
  } else {
    write_cells<0>(sum, width_, stride_, tensor_width_, scale / static_cast<float>(rows), bias, to);
  }
}

/** @return the values of the channel that stands for brightness: in the tensor itself, or in `scratch.row` */
const float* Brightness::tensor_row(const void* tensor, int y, Scratch& scratch) const {
  const size_t channel = spec_.channels == 1 ? 0 : kGreen;
  const size_t width = static_cast<size_t>(tensor_width_);
  const size_t step = spec_.planar ? 1 : static_cast<size_t>(spec_.channels);
  const size_t first = spec_.planar ? (channel * tensor_height_ + y) * width : y * width * step + channel;
  float* const row = scratch.row.data();
  if (spec_.type == InputType::kFloat32) {
    const float* const values = static_cast<const float*>(tensor) + first;
    if (step == 1) return values;
    for (size_t x = 0; x < width; x++) row[x] = values[x * step];
  } else if (spec_.type == InputType::kFloat16) {
    const uint16_t* const values = static_cast<const uint16_t*>(tensor) + first;
    if (step == 1) kernels_.widen(values, width, row);
    else for (size_t x = 0; x < width; x++) kernels_.widen(values + x * step, 1, row + x);
  } else {
    const uint8_t* const values = static_cast<const uint8_t*>(tensor) + first;
    for (size_t x = 0; x < width; x++) row[x] = values[x * step];
  }
  return row;
}

}  // namespace mavseg
