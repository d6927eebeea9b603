#include "input_tensor.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <new>

#include "half_float.h"

namespace mavseg {

namespace {

/** What fills the border of `letterbox`: mid grey, the value that nets trained with letterboxed pictures saw there. */
constexpr uint8_t kLetterboxValue = 114;

/** The widest vector register: runtimes read aligned tensors without a first partial vector. */
constexpr size_t kAlignmentBytes = 64;

/** Rows that a thread takes at once: at 1280 px about 100 kB of tensor, long enough to hide the hand-over. */
constexpr int kChunkRows = 16;

size_t elements(const InputSpec& spec, const Geometry& geometry) {
  return static_cast<size_t>(spec.channels) * geometry.x.tensor * geometry.y.tensor;
}

/** Repeats the element that ends at `end` over the following `count` elements. */
void repeat_last(uint8_t* end, size_t element_bytes, int count) {
  for (int index = 0; index < count; index++) std::memcpy(end + index * element_bytes, end - element_bytes, element_bytes);
}

}  // namespace

size_t element_size(InputType type) {
  if (type == InputType::kFloat32) return 4;
  return type == InputType::kFloat16 ? 2 : 1;
}

void InputTensor::Free::operator()(uint8_t* memory) const { std::free(memory); }

InputTensor::InputTensor(const InputSpec& spec, const Geometry& geometry, Isa isa, int workers)
    : spec_(spec),
      geometry_(geometry),
      kernels_(row_kernels(isa)),
      element_(element_size(spec.type)),
      bytes_(elements(spec, geometry) * element_),
      scratch_(workers) {
  for (int channel = 0; channel < spec.channels; channel++) {
    scale_[channel] = static_cast<float>(spec.scale / spec.std[channel]);
    bias_[channel] = static_cast<float>(-spec.mean[channel] / spec.std[channel]);
    for (int px = 0; px < 256; px++) {
      const double value = (px * spec.scale - spec.mean[channel]) / spec.std[channel];
      halves_[channel].push_back(to_half(static_cast<float>(value)));
      bytes8_[channel].push_back(static_cast<uint8_t>(std::clamp(std::floor(value + 0.5), 0.0, 255.0)));
    }
  }
  for (RowScratch& scratch : scratch_) scratch.reserve(geometry.x.frame);
  if (!geometry.x.keeps_size() || !geometry.y.keeps_size()) {
    resizer_ = std::make_unique<Resizer>(geometry, kernels_, spec.channels == 1, workers);
  }
}

void* InputTensor::data() {
  if (data_ != nullptr) return data_.get();
  const size_t rounded = (bytes_ + kAlignmentBytes - 1) / kAlignmentBytes * kAlignmentBytes;
  data_.reset(static_cast<uint8_t*>(std::aligned_alloc(kAlignmentBytes, rounded)));
  if (data_ == nullptr) throw std::bad_alloc();
  // Once is enough: the picture covers the same rectangle every time.
  if (!geometry_.pads_with_edge) fill_constant();
  return data_.get();
}

void InputTensor::write(const Picture& picture, ThreadPool& pool) {
  data();
  pool.for_rows(geometry_.y.content, kChunkRows, [&](int worker, int from, int to) {
    for (int y = from; y < to; y++) write_row(content_row(picture, y, worker), y);
  });
  if (geometry_.pads_with_edge) pad_bottom();
}

void InputTensor::write_planes(const Picture& picture, int y, int worker, float* const* planes) {
  const AxisGeometry& x = geometry_.x;
  const bool edge = geometry_.pads_with_edge;
  const int row = y - geometry_.y.offset;
  const bool is_content = row >= 0 && row < geometry_.y.content;
  PlanarRow source{};
  if (is_content || edge) source = content_row(picture, std::clamp(row, 0, geometry_.y.content - 1), worker);
  for (int channel = 0; channel < spec_.channels; channel++) {
    float* const plane = planes[channel];
    const float constant = kLetterboxValue * scale_[channel] + bias_[channel];
    if (!is_content && !edge) {
      std::fill_n(plane, x.tensor, constant);
      continue;
    }
    float* const end = plane + x.offset + x.content;
    write_plane_row(plane_of(source, channel), channel, reinterpret_cast<uint8_t*>(plane + x.offset));
    std::fill(plane, plane + x.offset, constant);
    std::fill(end, plane + x.tensor, edge ? end[-1] : constant);
  }
}

PlanarRow InputTensor::content_row(const Picture& picture, int y, int worker) {
  if (resizer_ != nullptr) return resizer_->row(picture, y, worker);
  return read_row(kernels_, picture, y, spec_.channels == 1, scratch_[static_cast<size_t>(worker)]);
}

void InputTensor::write_row(const PlanarRow& row, int content_row) {
  const int y = geometry_.y.offset + content_row;
  const size_t content = static_cast<size_t>(geometry_.x.content);
  const int missing = geometry_.pads_with_edge ? geometry_.x.tensor - geometry_.x.content : 0;
  if (!spec_.planar) {
    uint8_t* target = row_start(0, y);
    write_interleaved_row(row, target);
    const size_t px_bytes = element_ * spec_.channels;
    repeat_last(target + content * px_bytes, px_bytes, missing);
    return;
  }
  for (int channel = 0; channel < spec_.channels; channel++) {
    uint8_t* target = row_start(channel, y);
    write_plane_row(plane_of(row, channel), channel, target);
    repeat_last(target + content * element_, element_, missing);
  }
}

void InputTensor::write_plane_row(const uint8_t* source, int channel, uint8_t* target) {
  const size_t content = static_cast<size_t>(geometry_.x.content);
  if (spec_.type == InputType::kFloat32) {
    kernels_.normalise(source, content, scale_[channel], bias_[channel], reinterpret_cast<float*>(target));
  } else if (spec_.type == InputType::kFloat16) {
    uint16_t* halves = reinterpret_cast<uint16_t*>(target);
    for (size_t x = 0; x < content; x++) halves[x] = halves_[channel][source[x]];
  } else {
    for (size_t x = 0; x < content; x++) target[x] = bytes8_[channel][source[x]];
  }
}

void InputTensor::write_interleaved_row(const PlanarRow& row, uint8_t* target) {
  const int channels = spec_.channels;
  const int content = geometry_.x.content;
  for (int channel = 0; channel < channels; channel++) {
    const uint8_t* source = plane_of(row, channel);
    if (spec_.type == InputType::kFloat32) {
      float* floats = reinterpret_cast<float*>(target) + channel;
      for (int x = 0; x < content; x++) floats[x * channels] = source[x] * scale_[channel] + bias_[channel];
    } else if (spec_.type == InputType::kFloat16) {
      uint16_t* halves = reinterpret_cast<uint16_t*>(target) + channel;
      for (int x = 0; x < content; x++) halves[x * channels] = halves_[channel][source[x]];
    } else {
      for (int x = 0; x < content; x++) target[x * channels + channel] = bytes8_[channel][source[x]];
    }
  }
}

void InputTensor::pad_bottom() {
  const int planes = spec_.planar ? spec_.channels : 1;
  const size_t row_bytes = static_cast<size_t>(geometry_.x.tensor) * element_ * (spec_.planar ? 1 : spec_.channels);
  for (int plane = 0; plane < planes; plane++) {
    const uint8_t* last = data_.get() + (static_cast<size_t>(plane) * geometry_.y.tensor + geometry_.y.content - 1) * row_bytes;
    for (int y = geometry_.y.content; y < geometry_.y.tensor; y++) {
      std::memcpy(data_.get() + (static_cast<size_t>(plane) * geometry_.y.tensor + y) * row_bytes, last, row_bytes);
    }
  }
}

void InputTensor::fill_constant() {
  const size_t pixels = static_cast<size_t>(geometry_.x.tensor) * geometry_.y.tensor;
  for (int channel = 0; channel < spec_.channels; channel++) {
    const size_t first = spec_.planar ? channel * pixels : channel;
    const size_t stride = spec_.planar ? 1 : spec_.channels;
    for (size_t px = 0; px < pixels; px++) {
      uint8_t* target = data_.get() + (first + px * stride) * element_;
      const float value = kLetterboxValue * scale_[channel] + bias_[channel];
      if (spec_.type == InputType::kFloat32) std::memcpy(target, &value, element_);
      else if (spec_.type == InputType::kFloat16) std::memcpy(target, &halves_[channel][kLetterboxValue], element_);
      else *target = bytes8_[channel][kLetterboxValue];
    }
  }
}

uint8_t* InputTensor::row_start(int channel, int row) {
  const Geometry& g = geometry_;
  if (!spec_.planar) return data_.get() + (static_cast<size_t>(row) * g.x.tensor + g.x.offset) * spec_.channels * element_;
  return data_.get() + ((static_cast<size_t>(channel) * g.y.tensor + row) * g.x.tensor + g.x.offset) * element_;
}

const uint8_t* InputTensor::plane_of(const PlanarRow& row, int channel) const {
  return row.planes[spec_.bgr && spec_.channels == 3 ? 2 - channel : channel];
}

}  // namespace mavseg
