#include <algorithm>
#include <cstring>

#include "fused_net.h"

namespace mavseg {

FusedNet::Range FusedNet::strip_range(const Group& group, int strip) const {
  const int from = strip * group.strip_rows;
  return {from, std::min(from + group.strip_rows, maps_[static_cast<size_t>(group.last) + 1].height)};
}

size_t FusedNet::strip_floats(const Group& group, int strip) const {
  Range rows = strip_range(group, strip);
  size_t floats = 0;
  for (int step = group.last; step > group.first; step--) {
    rows = input_rows(step, rows);
    floats += maps_[static_cast<size_t>(step)].row_floats() * static_cast<size_t>(rows.to - rows.from);
  }
  return floats;
}

void FusedNet::run_strip(const Group& group, int strip, int worker, const float* picture, float* logits) {
  float* room = strips_[static_cast<size_t>(worker)].get();
  compute(group, group.last, strip_range(group, strip), room, worker, picture, logits);
}

/** Computes rows of a step's map: those of the steps before it in the group first, into the strip's room. */
MapRows FusedNet::compute(const Group& group, int index, Range rows, float* room, int worker, const float* picture,
                          float* logits) {
  const Map& map = maps_[static_cast<size_t>(index) + 1];
  MapRows to = kept_[static_cast<size_t>(index) + 1];
  if (index < group.last) {
    to = {room + map.left * map.channels, rows.from, map.row_floats()};
    room += map.row_floats() * static_cast<size_t>(rows.to - rows.from);
  }
  MapRows in = kept_[static_cast<size_t>(steps_[static_cast<size_t>(index)].input)];
  if (index > group.first) in = compute(group, index - 1, input_rows(index, rows), room, worker, picture, logits);
  run_rows(index, in, to, rows, worker, picture, logits);
  return to;
}

void FusedNet::run_rows(int index, const MapRows& in, const MapRows& to, Range rows, int worker, const float* picture,
                        float* logits) {
  const size_t step = static_cast<size_t>(index);
  if (step + 1 == steps_.size()) return logit_rows(in, rows, worker, logits);
  for (int y = rows.from; y < rows.to; y++) {
    float* const row = to.row(y);
    clear_borders(maps_[step + 1], row);
    switch (steps_[step].kind) {
      case StepKind::kConv:
        if (index == 0) picture_row(picture, y, row, worker);
        else conv_row(step, in, y, row);
        break;
      case StepKind::kSeparable:
        separable_row(step, in, y, row, worker);
        break;
      case StepKind::kPointwise:
        pointwise_row(step, in.row(y), row);
        break;
      case StepKind::kUpsampleAdd:
        upsample_row(step, in, y, row);
        break;
    }
  }
}

void FusedNet::clear_borders(const Map& map, float* row) const {
  std::fill_n(row - map.left * map.channels, map.left * map.channels, 0.0F);
  std::fill_n(row + static_cast<size_t>(map.width) * map.channels, map.right * map.channels, 0.0F);
}

/** @return column 0 of a row, or zeros with the same columns beside it */
const float* FusedNet::row_or_zeros(const Map& map, const MapRows& rows, int y) const {
  return y >= 0 && y < map.height ? rows.row(y) : zeros_.data() + map.left * map.channels;
}

void FusedNet::picture_row(const float* picture, int y, float* to, int worker) {
  const FusedStep& step = steps_.front();
  const Map& map = maps_.front();
  const size_t plane = static_cast<size_t>(map.height) * map.width;
  const float* rows[kMaxConvRows];
  int count = 0;
  for (int channel = 0; channel < step.in; channel++) {
    for (int tap = 0; tap < step.kernel; tap++) {
      const int from = y * step.stride - step.pad_before + tap;
      const bool is_inside = from >= 0 && from < map.height;
      rows[count++] = is_inside ? picture + channel * plane + static_cast<size_t>(from) * map.width : zeros_.data();
    }
  }
  // Px whose window lies wholly in the picture.
  const int width = maps_[1].width;
  const int first = std::min((step.pad_before + step.stride - 1) / step.stride, width);
  const int room = map.width - step.kernel + step.pad_before;
  const int end = room < 0 ? first : std::clamp(room / step.stride + 1, first, width);
  const float* shifted[kMaxConvRows];
  for (int row = 0; row < count; row++) shifted[row] = rows[row] + (first * step.stride - step.pad_before);
  const Packed& packed = packed_.front();
  ConvRow job{shifted, count, step.kernel, static_cast<size_t>(step.stride), packed.weights.data(), packed.bias.data(),
              nullptr, step.relu, maps_[1].channels, static_cast<size_t>(end - first), to + first * maps_[1].channels};
  if (end > first) kernels_.conv(job);
  for (int px = 0; px < width; px++) {
    if (px == first) px = end;
    if (px < width) picture_px(job, rows, px, to, worker);
  }
}

/** A px at the edge: its window is copied to where there are zeros beside it. */
void FusedNet::picture_px(ConvRow job, const float* const* rows, int px, float* to, int worker) {
  const FusedStep& step = steps_.front();
  float* const window = pieces_[static_cast<size_t>(worker)].get();
  const float* windows[kMaxConvRows];
  for (int row = 0; row < job.row_count; row++) {
    windows[row] = window + row * step.kernel;
    for (int tap = 0; tap < step.kernel; tap++) {
      const int x = px * step.stride - step.pad_before + tap;
      window[row * step.kernel + tap] = x >= 0 && x < maps_.front().width ? rows[row][x] : 0.0F;
    }
  }
  job.rows = windows;
  job.n = 1;
  job.to = to + px * job.out;
  kernels_.conv(job);
}

void FusedNet::conv_row(size_t index, const MapRows& in, int y, float* to) {
  const FusedStep& step = steps_[index];
  const Map& map = maps_[static_cast<size_t>(step.input)];
  const float* rows[kMaxConvRows];
  for (int tap = 0; tap < step.kernel; tap++) {
    rows[tap] = row_or_zeros(map, in, y * step.stride - step.pad_before + tap) - step.pad_before * map.channels;
  }
  const Map& out = maps_[index + 1];
  kernels_.conv({rows, step.kernel, step.kernel * map.channels, static_cast<size_t>(step.stride * map.channels),
                 packed_[index].weights.data(), packed_[index].bias.data(), nullptr, step.relu, out.channels,
                 static_cast<size_t>(out.width), to});
}

/** Piece by piece: what the depthwise part gives stays in the first cache. */
void FusedNet::separable_row(size_t index, const MapRows& in, int y, float* to, int worker) {
  const FusedStep& step = steps_[index];
  const Packed& packed = packed_[index];
  const Map& map = maps_[static_cast<size_t>(step.input)];
  const Map& out = maps_[index + 1];
  const size_t channels = static_cast<size_t>(map.channels);
  const size_t px_step = step.stride * channels;
  const float* rows[3];
  for (int tap = 0; tap < 3; tap++) {
    const int from = y * step.stride - step.pad_before + tap * step.dilation;
    rows[tap] = row_or_zeros(map, in, from) - step.pad_before * map.channels;
  }
  float* const piece = pieces_[static_cast<size_t>(worker)].get();
  for (int px = 0; px < out.width; px += kPiecePx) {
    const size_t n = static_cast<size_t>(std::min(kPiecePx, out.width - px));
    kernels_.depthwise({rows, px_step, step.dilation * channels, packed.depthwise.data(), packed.depthwise_bias.data(),
                        step.inner_relu, map.channels, n, piece});
    const float* residual = step.residual ? in.row(y) + px * map.channels : nullptr;
    kernels_.conv({&piece, 1, map.channels, channels, packed.weights.data(), packed.bias.data(), residual, step.relu,
                   out.channels, n, to + px * out.channels});
    for (const float*& row : rows) row += kPiecePx * px_step;
  }
}

void FusedNet::pointwise_row(size_t index, const float* from, float* to) {
  const FusedStep& step = steps_[index];
  const Map& map = maps_[static_cast<size_t>(step.input)];
  const Map& out = maps_[index + 1];
  kernels_.conv({&from, 1, map.channels, static_cast<size_t>(map.channels), packed_[index].weights.data(),
                 packed_[index].bias.data(), nullptr, step.relu, out.channels, static_cast<size_t>(out.width), to});
}

void FusedNet::upsample_row(size_t index, const MapRows& in, int y, float* to) {
  const FusedStep& step = steps_[index];
  const Map& map = maps_[static_cast<size_t>(step.input)];
  const int near = y / 2;
  const int far = std::clamp(y % 2 == 0 ? near - 1 : near + 1, 0, map.height - 1);
  const float* const skip = kept_[static_cast<size_t>(step.skip)].row(y);
  kernels_.upsample_add({in.row(near), in.row(far), skip, map.channels, static_cast<size_t>(map.width), to});
}

void FusedNet::logit_rows(const MapRows& in, Range rows, int worker, float* logits) {
  const Map& map = maps_.back();
  const size_t plane = static_cast<size_t>(map.height) * map.width;
  float* const scores = pieces_[static_cast<size_t>(worker)].get();
  for (int y = rows.from; y < rows.to; y++) {
    pointwise_row(steps_.size() - 1, in.row(y), scores);
    float* const to = logits + static_cast<size_t>(y) * map.width;
    for (int channel = 0; channel < classes(); channel++) {
      for (int x = 0; x < map.width; x++) to[channel * plane + x] = scores[x * map.channels + channel];
    }
  }
}

}  // namespace mavseg
