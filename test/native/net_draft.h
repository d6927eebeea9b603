#pragma once

// What tests of the kernels of nets share: drawn values, drafts of nets, and a run held against plain layers.

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

#include "check.h"
#include "fused_net.h"
#include "net_kernels.h"
#include "plain_net.h"
#include "row_kernels.h"

namespace net_draft {

using namespace mavseg;

inline std::vector<Isa> instruction_sets() {
  std::vector<Isa> sets{Isa::kBaseline};
  if (best_isa() >= Isa::kAvx2) sets.push_back(Isa::kAvx2);
  if (best_isa() >= Isa::kAvx512) sets.push_back(Isa::kAvx512);
  return sets;
}

inline std::vector<float> draw(Random& random, size_t count, double spread = 1) {
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random.real() * spread);
  return values;
}

inline bool is_near(double actual, double expected) {
  return std::fabs(actual - expected) < 2e-4 * (1 + std::fabs(expected));
}

/** Steps in a row, each reading the one before it unless it is told otherwise. */
class NetDraft {
 public:
  explicit NetDraft(unsigned seed) : random_(seed) {}
  Random& random() { return random_; }
  int last() const { return static_cast<int>(steps_.size()); }
  const std::vector<FusedStep>& steps() const { return steps_; }

  void conv(int in, int out, int kernel, int stride, int pad_before, int pad_after) {
    FusedStep step = base(StepKind::kConv, in, out);
    step.kernel = kernel;
    step.stride = stride;
    step.pad_before = pad_before;
    step.pad_after = pad_after;
    step.relu = random_.between(0, 1) == 1;
    add(std::move(step), kernel * kernel);
  }

  /** Of the same size without a stride, and halving an even one with stride 2, as nets pad. */
  void separable(int in, int out, int stride, int dilation) {
    padded_separable(in, out, stride, dilation, stride == 1 ? dilation : 0, stride == 1 ? dilation : 1);
  }

  void padded_separable(int in, int out, int stride, int dilation, int pad_before, int pad_after) {
    FusedStep step = base(StepKind::kSeparable, in, out);
    step.kernel = 3;
    step.stride = stride;
    step.dilation = dilation;
    step.pad_before = pad_before;
    step.pad_after = pad_after;
    step.inner_relu = random_.between(0, 1) == 1;
    const bool keeps_size = stride == 1 && pad_before + pad_after == 2 * dilation;
    step.residual = keeps_size && in == out && random_.between(0, 3) > 0;
    step.relu = random_.between(0, 1) == 1;
    step.depthwise = draw(random_, static_cast<size_t>(9 * in), 0.3);
    step.depthwise_bias = draw(random_, static_cast<size_t>(in));
    add(std::move(step), 1);
  }

  void pointwise(int in, int out) { add(base(StepKind::kPointwise, in, out), 1); }

  void upsample(int channels, int skip) {
    FusedStep step = base(StepKind::kUpsampleAdd, channels, channels);
    step.skip = skip;
    step.relu = true;
    steps_.push_back(std::move(step));
  }

 private:
  FusedStep base(StepKind kind, int in, int out) const {
    FusedStep step{};
    step.kind = kind;
    step.input = last();
    step.in = in;
    step.out = out;
    step.kernel = step.stride = step.dilation = 1;
    return step;
  }

  void add(FusedStep step, int taps) {
    // Keeps maps about as large as their inputs.
    const double spread = 1 / std::sqrt(static_cast<double>(taps) * step.in);
    step.weights = draw(random_, static_cast<size_t>(taps) * step.in * step.out, spread);
    step.bias = draw(random_, static_cast<size_t>(step.out));
    steps_.push_back(std::move(step));
  }

  Random random_;
  std::vector<FusedStep> steps_;
};

inline plain::Tensor expected_logits(const std::vector<FusedStep>& steps, const std::vector<float>& picture, int height,
                              int width) {
  std::vector<plain::Tensor> values{plain::Tensor(steps.front().in, height, width)};
  values[0].values.assign(picture.begin(), picture.end());
  for (const FusedStep& step : steps) values.push_back(plain::run(step, values));
  return values.back();
}

class PlanesInMemory : public PictureRows {
 public:
  PlanesInMemory(const std::vector<float>& planes, int channels, int height, int width)
      : planes_(planes), channels_(channels), height_(height), width_(width) {}
  void write(int y, int, float* const* planes) override {
    CHECK(y >= 0 && y < height_, "row %d of %d", y, height_);
    for (int c = 0; c < channels_; c++) {
      std::copy_n(planes_.data() + (static_cast<size_t>(c) * height_ + y) * width_, width_, planes[c]);
    }
  }

 private:
  const std::vector<float>& planes_;
  int channels_, height_, width_;
};

/** @return the logits */
inline std::vector<float> check_run(FusedNet& net, const plain::Tensor& expected, const std::vector<float>& picture,
                                    int height, int width, ThreadPool& pool) {
  net.plan(height, width);
  CHECK(net.classes() == expected.channels && net.output_height() == expected.height &&
            net.output_width() == expected.width,
        "%dx%d logits instead of %dx%d", net.output_width(), net.output_height(), expected.width, expected.height);
  PlanesInMemory rows(picture, net.channels(), height, width);
  std::vector<float> logits(expected.values.size());
  // Twice: the second run finds what the first one left in its memory.
  for (int round = 0; round < 2; round++) {
    std::fill(logits.begin(), logits.end(), NAN);
    net.run(rows, logits.data(), pool);
    for (size_t index = 0; index < logits.size(); index++) {
      CHECK(is_near(logits[index], expected.values[index]), "logit %zu of %dx%d is %g instead of %g", index, width, height,
            logits[index], expected.values[index]);
    }
  }
  return logits;
}

inline void check_net(NetDraft& draft, int height, int width, int threads) {
  const std::vector<float> picture =
      draw(draft.random(), static_cast<size_t>(draft.steps().front().in) * height * width);
  const plain::Tensor expected = expected_logits(draft.steps(), picture, height, width);
  ThreadPool pool(threads), alone(1);
  FusedNet same(draft.steps(), best_isa(), 1);
  const std::vector<float> others = check_run(same, expected, picture, height, width, alone);
  for (Isa isa : instruction_sets()) {
    FusedNet net(draft.steps(), isa, threads);
    const std::vector<float> logits = check_run(net, expected, picture, height, width, pool);
    const bool fuses = isa != Isa::kBaseline || best_isa() == Isa::kBaseline;
    CHECK(!fuses || std::memcmp(logits.data(), others.data(), logits.size() * sizeof(float)) == 0,
          "isa %d on %d threads computes other bits", static_cast<int>(isa), threads);
  }
}

}  // namespace net_draft
