// Holds the kernels of nets, and whole nets of them, against plain layers, on random sizes, channels, strides and
// dilations, for every instruction set of this machine.

#include <cmath>
#include <cstring>
#include <stdexcept>

#include "check.h"
#include "fused_net.h"
#include "net_kernels.h"
#include "net_tests.h"
#include "plain_net.h"
#include "row_kernels.h"

using namespace mavseg;

namespace {

std::vector<Isa> levels() {
  std::vector<Isa> levels{Isa::kBaseline};
  if (best_isa() >= Isa::kAvx2) levels.push_back(Isa::kAvx2);
  if (best_isa() >= Isa::kAvx512) levels.push_back(Isa::kAvx512);
  return levels;
}

std::vector<float> draw(Random& random, size_t count, double spread = 1) {
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random.real() * spread);
  return values;
}

bool is_near(double actual, double expected) { return std::fabs(actual - expected) < 2e-4 * (1 + std::fabs(expected)); }

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

  void separable(int in, int out, int stride, int dilation) {
    FusedStep step = base(StepKind::kSeparable, in, out);
    step.kernel = 3;
    step.stride = stride;
    step.dilation = dilation;
    // Of the same size without a stride, and halving an even one with stride 2, as nets pad.
    step.pad_before = stride == 1 ? dilation : 0;
    step.pad_after = stride == 1 ? dilation : 1;
    step.inner_relu = random_.between(0, 1) == 1;
    step.residual = stride == 1 && in == out && random_.between(0, 3) > 0;
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

plain::Tensor expected_logits(const std::vector<FusedStep>& steps, const std::vector<float>& picture, int height,
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
std::vector<float> check_run(FusedNet& net, NetDraft& draft, const std::vector<float>& picture, int height, int width,
                             ThreadPool& pool) {
  const plain::Tensor expected = expected_logits(draft.steps(), picture, height, width);
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

void check_net(NetDraft& draft, int height, int width, int threads) {
  const std::vector<float> picture =
      draw(draft.random(), static_cast<size_t>(draft.steps().front().in) * height * width);
  ThreadPool pool(threads), alone(1);
  for (Isa isa : levels()) {
    FusedNet net(draft.steps(), isa, threads), same(draft.steps(), best_isa(), 1);
    const std::vector<float> logits = check_run(net, draft, picture, height, width, pool);
    const std::vector<float> others = check_run(same, draft, picture, height, width, alone);
    const bool fuses = isa != Isa::kBaseline || best_isa() == Isa::kBaseline;
    CHECK(!fuses || std::memcmp(logits.data(), others.data(), logits.size() * sizeof(float)) == 0,
          "isa %d on %d threads computes other bits", static_cast<int>(isa), threads);
  }
}

/** A net of one to three levels with random blocks, as the tied family has them. */
NetDraft draw_net(unsigned seed) {
  NetDraft draft(seed);
  Random& random = draft.random();
  const int levels = random.between(1, 3);
  int widths[3];
  for (int& width : widths) width = random.between(1, 40);
  std::vector<int> skips;
  draft.conv(random.between(1, 3), widths[0], 5, 4, 0, 1);
  for (int level = 0; level < levels; level++) {
    if (level > 0 && random.between(0, 1) == 1) draft.separable(widths[level - 1], widths[level], 2, 1);
    else if (level > 0) draft.conv(widths[level - 1], widths[level], 3, 2, 0, 1);
    for (int block = random.between(0, 2); block > 0; block--) {
      draft.separable(widths[level], widths[level], 1, random.between(1, 12));
    }
    skips.push_back(draft.last());
  }
  for (int level = levels - 2; level >= 0; level--) {
    draft.pointwise(widths[level + 1], widths[level]);
    draft.upsample(widths[level], skips[static_cast<size_t>(level)]);
    draft.separable(widths[level], widths[level], 1, random.between(1, 4));
  }
  draft.pointwise(widths[0], random.between(1, 7));
  return draft;
}

bool is_refused(const std::vector<FusedStep>& steps) {
  try {
    FusedNet net(steps, best_isa(), 1);
    return false;
  } catch (const std::invalid_argument&) {
    return true;
  }
}

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

}  // namespace

void rows_of_nets_are_what_plain_loops_give() {
  Random random(11);
  for (int round = 0; round < 200; round++) {
    for (Isa isa : levels()) {
      check_conv_row(random, isa);
      check_score_row(random, isa);
    }
  }
}

void fused_nets_compute_their_layers() {
  for (unsigned seed = 0; seed < 60; seed++) {
    NetDraft draft = draw_net(seed);
    const int multiple = 16;
    const int height = multiple * draft.random().between(1, 5), width = multiple * draft.random().between(1, 5);
    check_net(draft, height, width, draft.random().between(1, 3));
  }
  // One level takes pictures of any size, with any kernel and padding on the picture.
  for (unsigned seed = 100; seed < 160; seed++) {
    NetDraft draft(seed);
    Random& random = draft.random();
    const int kernel = random.between(1, 7), width = random.between(1, 24);
    const auto pad = [&](int side) { return random.between(0, side / 2); };
    draft.conv(random.between(1, 3), width, kernel, random.between(1, 5), pad(kernel), pad(kernel));
    draft.separable(width, random.between(1, 24), 1, random.between(1, 9));
    draft.conv(draft.steps().back().out, width, 3, random.between(1, 2), pad(3), pad(3));
    draft.separable(width, width, 2, 1);
    draft.pointwise(width, random.between(1, 6));
    check_net(draft, kernel + random.between(30, 70), kernel + random.between(30, 70), random.between(1, 3));
  }
}

/** Maps of more than a MiB, whose steps are computed row by row: seams between strips, rows that are held. */
void joined_steps_compute_their_layers() {
  for (int threads : {1, 2, 3}) {
    NetDraft draft(static_cast<unsigned>(200 + threads));
    draft.conv(1, 16, 5, 2, 1, 2);
    const int stem = draft.last();
    draft.separable(16, 16, 1, 1);
    draft.separable(16, 16, 1, 1);
    draft.separable(16, 24, 2, 1);
    draft.separable(24, 24, 1, 2);
    draft.pointwise(24, 16);
    draft.upsample(16, stem);
    draft.separable(16, 16, 1, 1);
    draft.pointwise(16, 3);
    check_net(draft, 2 * 150, 2 * 134, threads);
  }
}

void fused_nets_take_another_size() {
  NetDraft draft = draw_net(3);
  ThreadPool pool(2);
  FusedNet net(draft.steps(), best_isa(), 2);
  for (const auto& [height, width] : {std::pair(64, 96), std::pair(160, 32), std::pair(16, 16)}) {
    check_run(net, draft, draw(draft.random(), static_cast<size_t>(net.channels()) * height * width), height, width, pool);
  }
}

void fused_nets_refuse_what_does_not_fit() {
  NetDraft draft(1);
  draft.conv(1, 8, 3, 2, 0, 1);
  draft.separable(8, 8, 2, 1);
  draft.upsample(8, 1);
  draft.pointwise(8, 2);
  CHECK(!is_refused(draft.steps()), "a net that fits");
  const auto changed = [&](auto change) {
    std::vector<FusedStep> steps = draft.steps();
    change(steps);
    return is_refused(steps);
  };
  CHECK(is_refused({}), "no steps");
  CHECK(changed([](auto& steps) { steps.pop_back(); }), "no 1x1 at the end");
  CHECK(changed([](auto& steps) { steps[1].weights.pop_back(); }), "weights of another size");
  CHECK(changed([](auto& steps) { steps[1].depthwise.push_back(0); }), "a depthwise kernel of another size");
  CHECK(changed([](auto& steps) { steps[1].bias.clear(); }), "no bias");
  CHECK(changed([](auto& steps) { steps[1].input = 2; }), "a step that reads itself");
  CHECK(changed([](auto& steps) { steps[2].skip = 3; }), "a step that adds itself");
  CHECK(changed([](auto& steps) { steps[2].skip = 0; }), "a step that adds the picture");
  CHECK(changed([](auto& steps) { steps[3].in = 9; }), "other channels");
  CHECK(changed([](auto& steps) { steps[1].residual = true; }), "a residual step with a stride");
  CHECK(changed([](auto& steps) { steps[0].stride = 0; }), "no stride");
  FusedNet net(draft.steps(), best_isa(), 1);
  const auto refuses = [&](int height, int width) {
    try {
      net.plan(height, width);
      return false;
    } catch (const std::invalid_argument&) {
      return true;
    }
  };
  CHECK(refuses(1, 1), "a picture smaller than the kernels");
  int refused = 0;
  for (int side = 20; side < 24; side++) refused += refuses(side, side);
  CHECK(refused > 0 && refused < 4, "%d of 4 sizes are refused for a way up that does not fit", refused);
}

void a_stopped_net_ends() {
  NetDraft draft = draw_net(5);
  ThreadPool pool(2);
  FusedNet net(draft.steps(), best_isa(), 2);
  net.plan(32, 32);
  const std::vector<float> picture = draw(draft.random(), static_cast<size_t>(net.channels()) * 32 * 32);
  std::vector<float> logits(static_cast<size_t>(net.classes()) * net.output_height() * net.output_width(), -7.0F);
  PlanesInMemory rows(picture, net.channels(), 32, 32);
  net.stop();
  net.run(rows, logits.data(), pool);
  CHECK(net.is_stopped(), "it says so");
  for (float logit : logits) CHECK(logit == -7.0F, "no row was computed after it");
}
