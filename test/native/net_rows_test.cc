// Holds each kernel of nets against plain loops over one row, in memory of exactly its size, for every instruction set of
// this machine.

#include "net_draft.h"
#include "net_tests.h"

using namespace mavseg;
using namespace net_draft;

namespace {

void check_conv_row(Random& random, Isa isa) {
  const int rows = random.between(1, 4), taps = random.between(1, 20), out = 8 * random.between(1, 7);
  const int n = random.between(1, 30), step = random.between(1, 40);
  const bool relu = random.between(0, 1) == 1, adds = random.between(0, 1) == 1;
  std::vector<std::vector<float>> sources;
  std::vector<const float*> starts;
  for (int row = 0; row < rows; row++) sources.push_back(draw(random, static_cast<size_t>((n - 1) * step + taps)));
  for (const auto& source : sources) starts.push_back(source.data());
  const std::vector<float> weights = draw(random, static_cast<size_t>(rows * taps * out)), bias = draw(random, out);
  const std::vector<float> residual = draw(random, static_cast<size_t>(n * out));
  std::vector<float> to(static_cast<size_t>(n * out));
  net_kernels(isa).conv({starts.data(), rows, taps, static_cast<size_t>(step), weights.data(), bias.data(),
                         adds ? residual.data() : nullptr, relu, out, static_cast<size_t>(n), to.data()});
  for (int index = 0; index < n * out; index++) {
    double sum = bias[index % out] + (adds ? residual[index] : 0);
    for (int tap = 0; tap < rows * taps; tap++) {
      sum += double(sources[tap / taps][index / out * step + tap % taps]) * weights[tap * out + index % out];
    }
    const double expected = relu ? std::max(sum, 0.0) : sum;
    CHECK(is_near(to[index], expected), "%d of %d px: %g instead of %g", index, n, to[index], expected);
  }
}

void check_score_row(Random& random, Isa isa) {
  const int channels = 8 * random.between(1, 5), classes = random.between(1, 9), n = random.between(1, 40);
  const std::vector<float> from = draw(random, static_cast<size_t>(n * channels)), bias = draw(random, classes);
  const std::vector<float> weights = draw(random, static_cast<size_t>(classes * channels));
  const size_t plane = static_cast<size_t>(n + random.between(0, 5));
  std::vector<float> to(plane * (classes - 1) + n);
  net_kernels(isa).score({from.data(), channels, weights.data(), bias.data(), classes, static_cast<size_t>(n), to.data(),
                          plane});
  for (int c = 0; c < classes; c++) {
    for (int px = 0; px < n; px++) {
      double sum = bias[c];
      for (int i = 0; i < channels; i++) sum += double(from[px * channels + i]) * weights[c * channels + i];
      CHECK(is_near(to[c * plane + px], sum), "class %d of px %d: %g instead of %g", c, px, to[c * plane + px], sum);
    }
  }
}

/** Floats that begin 4 to 28 bytes behind what a vector register would be aligned to. */
struct Unaligned {
  std::vector<float> values;
  size_t shift;
  Unaligned(Random& random, size_t count) : shift(static_cast<size_t>(random.between(1, 7))) {
    values = draw(random, count + shift);
  }
  float* data() { return values.data() + shift; }
};

void check_depthwise_row(Random& random, Isa isa) {
  const int channels = 8 * random.between(1, 5), n = random.between(1, 40);
  const int reach = channels * random.between(1, 9), gap = random.between(0, 3);
  // Px that lie as far apart as taps share their loads.
  const int step = random.between(0, 1) == 1 ? reach : channels * random.between(1, 4);
  const int to_step = channels * (1 + gap);
  const bool relu = random.between(0, 1) == 1;
  const size_t length = static_cast<size_t>((n - 1) * step + 2 * reach + channels);
  Unaligned sources[] = {{random, length}, {random, length}, {random, length}};
  const float* const rows[] = {sources[0].data(), sources[1].data(), sources[2].data()};
  Unaligned weights(random, static_cast<size_t>(9 * channels)), bias(random, static_cast<size_t>(channels));
  const float untouched = 77;
  std::vector<float> to(static_cast<size_t>((n - 1) * to_step + channels), untouched);
  net_kernels(isa).depthwise({rows, static_cast<size_t>(step), static_cast<size_t>(reach), weights.data(), bias.data(),
                              relu, channels, static_cast<size_t>(n), to.data(), static_cast<size_t>(to_step)});
  for (size_t index = 0; index < to.size(); index++) {
    const int px = static_cast<int>(index) / to_step, c = static_cast<int>(index) % to_step;
    if (c >= channels) {
      CHECK(to[index] == untouched, "a float between px %d and the next", px);
      continue;
    }
    double sum = bias.data()[c];
    for (int tap = 0; tap < 9; tap++) {
      sum += double(rows[tap / 3][px * step + tap % 3 * reach + c]) * weights.data()[tap * channels + c];
    }
    const double expected = relu ? std::max(sum, 0.0) : sum;
    CHECK(is_near(to[index], expected), "isa %d, channel %d of px %d of %d: %g instead of %g", static_cast<int>(isa), c, px,
          n, to[index], expected);
  }
}

void check_upsample_row(Random& random, Isa isa) {
  const int channels = 8 * random.between(1, 5), n = random.between(1, 40);
  const size_t length = static_cast<size_t>(n * channels);
  Unaligned near(random, length), far(random, length), skip(random, 2 * length);
  std::vector<float> to(2 * length);
  net_kernels(isa).upsample_add({near.data(), far.data(), skip.data(), channels, static_cast<size_t>(n), to.data()});
  for (int px = 0; px < 2 * n; px++) {
    const int beside = std::clamp(px % 2 == 0 ? px / 2 - 1 : px / 2 + 1, 0, n - 1);
    for (int c = 0; c < channels; c++) {
      const auto between_rows = [&](int x) {
        return 0.75 * near.data()[x * channels + c] + 0.25 * far.data()[x * channels + c];
      };
      const double sum = skip.data()[px * channels + c] + 0.75 * between_rows(px / 2) + 0.25 * between_rows(beside);
      const double expected = std::max(sum, 0.0);
      const float actual = to[static_cast<size_t>(px * channels + c)];
      CHECK(is_near(actual, expected), "isa %d, channel %d of px %d of %d: %g instead of %g", static_cast<int>(isa), c, px,
            2 * n, actual, expected);
    }
  }
}

}  // namespace

void rows_of_nets_are_what_plain_loops_give() {
  Random random(11);
  for (int round = 0; round < 200; round++) {
    for (Isa isa : instruction_sets()) {
      check_conv_row(random, isa);
      check_depthwise_row(random, isa);
      check_upsample_row(random, isa);
      check_score_row(random, isa);
    }
  }
}
