#include <algorithm>

#include "fused_net.h"

namespace mavseg {

void FusedNet::run_strip(const Group& group, int index, int worker, PictureRows& picture, float* logits) {
  Stage* const stages = stages_[static_cast<size_t>(worker)].data();
  float* room = held_[static_cast<size_t>(worker)].get();
  const int height = maps_[static_cast<size_t>(group.last) + 1].height;
  int first = index * group.strip_rows;
  const int end = std::min(first + group.strip_rows, height);
  stages[group.last] = {kept_[static_cast<size_t>(group.last) + 1], first};
  for (int step = group.last - 1; step >= group.first; step--) {
    const Map& map = maps_[static_cast<size_t>(step) + 1];
    const int rows = held_rows(step + 1);
    first = input_rows(step + 1, {first, first + 1}).from;
    stages[step] = {{room + map.left * map.channels, map.row_floats(), rows - 1}, first};
    room += map.row_floats() * static_cast<size_t>(rows);
  }
  Strip strip{group, worker, picture, logits, stages, group.first > 0 ? 0 : input_rows(0, {first, first + 1}).from};
  compute_until(strip, group.last, end);
}

/** Computes a step's rows, and of the steps before it in the group the rows that each needs. */
void FusedNet::compute_until(Strip& strip, int step, int end) {
  for (int& y = strip.stages[step].next; y < end; y++) {
    if (step > strip.group.first) compute_until(strip, step - 1, input_rows(step, {y, y + 1}).to);
    else if (step == 0) write_picture(strip, input_rows(0, {y, y + 1}).to);
    compute_row(strip, step, y);
  }
}

void FusedNet::write_picture(Strip& strip, int end) {
  for (int& y = strip.picture_next; y < end; y++) {
    float* planes[kMaxPictureChannels];
    for (int channel = 0; channel < channels(); channel++) planes[channel] = picture_rows(channel, strip.worker).row(y);
    strip.picture.write(y, strip.worker, planes);
  }
}

MapRows FusedNet::picture_rows(int channel, int worker) const {
  const int rows = held_rows(0);
  const size_t stride = picture_stride();
  float* const plane = pictures_[static_cast<size_t>(worker)].get() + static_cast<size_t>(channel * rows) * stride;
  return {plane + maps_.front().left, stride, rows - 1};
}

void FusedNet::compute_row(const Strip& strip, int index, int y) {
  const size_t step = static_cast<size_t>(index);
  const size_t value = static_cast<size_t>(steps_[step].input);
  const MapRows& in = index > strip.group.first ? strip.stages[index - 1].rows : kept_[value];
  if (step + 1 == steps_.size()) return logit_row(in, y, strip.logits);
  float* const row = strip.stages[index].rows.row(y);
  clear_borders(maps_[step + 1], row);
  switch (steps_[step].kind) {
    case StepKind::kConv:
      if (index == 0) picture_row(y, row, strip.worker);
      else conv_row(step, in, y, row);
      break;
    case StepKind::kSeparable:
      separable_row(step, in, y, row, strip.worker);
      break;
    case StepKind::kPointwise:
      pointwise_row(step, in.row(y), row);
      break;
    case StepKind::kUpsampleAdd:
      upsample_row(step, in, y, row);
      break;
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

void FusedNet::picture_row(int y, float* to, int worker) {
  const FusedStep& step = steps_.front();
  const Map& map = maps_.front();
  const Map& out = maps_[1];
  const float* rows[kMaxConvRows];
  int count = 0;
  for (int channel = 0; channel < step.in; channel++) {
    const MapRows plane = picture_rows(channel, worker);
    for (int tap = 0; tap < step.kernel; tap++) {
      const int from = y * step.stride - step.pad_before + tap;
      const bool is_inside = from >= 0 && from < map.height;
      rows[count++] = (is_inside ? plane.row(from) : zeros_.data() + map.left) - step.pad_before;
    }
  }
  const Packed& packed = packed_.front();
  kernels_.conv({rows, count, step.kernel, static_cast<size_t>(step.stride), packed.weights.data(), packed.bias.data(),
                 nullptr, step.relu, out.channels, static_cast<size_t>(out.width), to});
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
  const int piece_px = std::max(kPieceFloats / map.channels, 1);
  for (int px = 0; px < out.width; px += piece_px) {
    const size_t n = static_cast<size_t>(std::min(piece_px, out.width - px));
    depthwise_piece(index, rows, n, map.channels, piece);
    const float* residual = step.residual ? in.row(y) + px * map.channels : nullptr;
    kernels_.conv({&piece, 1, map.channels, channels, packed.weights.data(), packed.bias.data(), residual, step.relu,
                   out.channels, n, to + px * out.channels});
    for (const float*& row : rows) row += piece_px * px_step;
  }
}

void FusedNet::depthwise_piece(size_t index, const float* const* rows, size_t n, int channels, float* piece) {
  const FusedStep& step = steps_[index];
  const Packed& packed = packed_[index];
  const size_t reach = static_cast<size_t>(step.dilation) * channels;
  // Px that lie a dilation apart look at the same px, which the kernel makes use of where they are neighbours to it.
  const size_t turns = step.stride == 1 ? std::min(static_cast<size_t>(step.dilation), n) : 1;
  for (size_t turn = 0; turn < turns; turn++) {
    const size_t shift = turn * channels;
    const float* const shifted[3] = {rows[0] + shift, rows[1] + shift, rows[2] + shift};
    kernels_.depthwise({shifted, step.stride == 1 ? reach : static_cast<size_t>(step.stride) * channels, reach,
                        packed.depthwise.data(), packed.depthwise_bias.data(), step.inner_relu, channels,
                        (n - turn + turns - 1) / turns, piece + shift, turns * channels});
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

void FusedNet::logit_row(const MapRows& in, int y, float* logits) {
  const Map& map = maps_.back();
  const size_t width = static_cast<size_t>(map.width);
  const Packed& packed = packed_.back();
  kernels_.score({in.row(y), padded(steps_.back().in), packed.weights.data(), packed.bias.data(), classes(), width,
                  logits + static_cast<size_t>(y) * width, width * static_cast<size_t>(map.height)});
}

}  // namespace mavseg
