#include "temporal_test.h"

#include <cstring>
#include <utility>

#include "check.h"
#include "half_float.h"
#include "temporal_filter.h"

using namespace mavseg;

namespace {

constexpr int kFrames = 4;

/** A net's size and types, and what it has read and given for a few frames; memory of exactly the bytes needed. */
struct Flight {
  InputSpec input{};
  OutputSpec output{};
  int stride;
  int tensor_width;
  int tensor_height;
  std::vector<std::vector<uint8_t>> tensors;
  std::vector<std::vector<uint8_t>> scores;
};

void append(std::vector<uint8_t>& bytes, float value, bool is_half) {
  const uint16_t half = to_half(value);
  const auto* const from = is_half ? reinterpret_cast<const uint8_t*>(&half) : reinterpret_cast<const uint8_t*>(&value);
  bytes.insert(bytes.end(), from, from + (is_half ? sizeof half : sizeof value));
}

Flight random_flight(Random& random) {
  Flight flight{};
  constexpr int kStrides[] = {1, 2, 4, 8, 16};
  flight.stride = kStrides[random.between(0, 4)];
  flight.tensor_width = random.between(1, 40) * flight.stride;
  flight.tensor_height = random.between(1, 40) * flight.stride;
  // A tensor that ends within a cell.
  if (random.between(0, 2) == 0) flight.tensor_width -= random.between(0, flight.stride - 1);
  flight.input.type = static_cast<InputType>(random.between(0, 2));
  flight.input.channels = random.between(0, 1) == 0 ? 1 : 3;
  flight.input.planar = random.between(0, 1) == 0;
  flight.input.scale = flight.input.type == InputType::kUint8 ? 1.0 : 1.0 / 255.0;
  for (double& std : flight.input.std) std = 1.0;
  const int channels = random.between(1, 4);
  flight.output = {channels == 1 ? OutputKind::kBinaryLogit : OutputKind::kLogits,
                   random.between(0, 1) == 0 ? OutputType::kFloat32 : OutputType::kFloat16,
                   channels,
                   (flight.tensor_width + flight.stride - 1) / flight.stride,
                   (flight.tensor_height + flight.stride - 1) / flight.stride,
                   random.between(0, 1) == 0,
                   channels == 1 ? 2 : channels,
                   255};
  const size_t elements = static_cast<size_t>(flight.input.channels) * flight.tensor_width * flight.tensor_height;
  const size_t scores = static_cast<size_t>(channels) * flight.output.width * flight.output.height;
  for (int frame = 0; frame < kFrames; frame++) {
    std::vector<uint8_t>& tensor = flight.tensors.emplace_back();
    for (size_t at = 0; at < elements; at++) {
      const auto px = static_cast<uint8_t>(random.between(0, 255));
      if (flight.input.type == InputType::kUint8) tensor.push_back(px);
      else append(tensor, static_cast<float>(px) / 255.0F, flight.input.type == InputType::kFloat16);
    }
    std::vector<uint8_t>& given = flight.scores.emplace_back();
    for (size_t at = 0; at < scores; at++) append(given, random.real() * 6, flight.output.type == OutputType::kFloat16);
  }
  return flight;
}

/** @return the results of all frames, one after the other */
std::vector<float> smooth(const Flight& flight, Isa isa, int threads, bool forgets) {
  const TemporalSpec spec{0.6F, 8, 1, 0.6F, std::vector<float>(flight.output.class_count, 1.5F)};
  TemporalFilter filter(spec, flight.input, flight.tensor_width, flight.tensor_height, flight.stride, flight.output,
                        isa, threads);
  ThreadPool pool(threads);
  const size_t floats = static_cast<size_t>(filter.result().channels) * flight.output.width * flight.output.height;
  std::vector<float> all;
  for (int frame = 0; frame < kFrames; frame++) {
    if (forgets) filter.forget();
    const float* const result = filter.run(flight.tensors[frame].data(), flight.scores[frame].data(), pool);
    all.insert(all.end(), result, result + floats);
  }
  return all;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

}  // namespace

void temporal_filters_give_the_same_bits_however_they_run() {
  Random random(11);
  for (int turn = 0; turn < 60; turn++) {
    const Flight flight = random_flight(random);
    const std::vector<float> expected = smooth(flight, Isa::kBaseline, 1, false);
    CHECK(same_bits(expected, smooth(flight, best_isa(), 3, false)), "%d classes of %dx%d px with stride %d",
          flight.output.class_count, flight.output.width, flight.output.height, flight.stride);
  }
}

void temporal_filters_that_forget_pass_each_frame_alone() {
  Random random(12);
  for (int turn = 0; turn < 60; turn++) {
    Flight flight = random_flight(random);
    // Without memory the order does not matter.
    const std::vector<float> there = smooth(flight, best_isa(), 2, true);
    std::swap(flight.tensors.front(), flight.tensors.back());
    std::swap(flight.scores.front(), flight.scores.back());
    const std::vector<float> back = smooth(flight, best_isa(), 2, true);
    const size_t frame = there.size() / kFrames;
    CHECK(std::memcmp(there.data(), back.data() + (kFrames - 1) * frame, frame * sizeof(float)) == 0,
          "%dx%d px with stride %d", flight.output.width, flight.output.height, flight.stride);
  }
}
