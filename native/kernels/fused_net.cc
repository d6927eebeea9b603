#include "fused_net.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <thread>

#include "pause.h"

namespace mavseg {

namespace {

/** Looks at a neighbour's progress before giving the core away: about 30 us on an AMD EPYC, the time of a few rows. */
constexpr int kSpins = 1000;

void require(bool holds, const char* what) {
  if (!holds) throw std::invalid_argument(what);
}

}  // namespace

FusedNet::FusedNet(std::vector<FusedStep> steps, Isa isa, int workers)
    : steps_(std::move(steps)), kernels_(net_kernels(isa)), workers_(workers) {
  require(!steps_.empty() && steps_.front().kind == StepKind::kConv && steps_.front().input == 0,
          "a net that does not begin with a convolution");
  require(steps_.back().kind == StepKind::kPointwise && !steps_.back().relu, "a net that does not end with a 1x1");
  for (size_t index = 0; index < steps_.size(); index++) {
    const FusedStep& step = steps_[index];
    const int before = static_cast<int>(index);
    require(step.input >= (index == 0 ? 0 : 1) && step.input <= before, "a step that reads a later one");
    require(index == 0 || steps_[static_cast<size_t>(step.input) - 1].out == step.in, "a step of other channels");
    pack(step);
    if (step.kind != StepKind::kUpsampleAdd) continue;
    require(step.skip >= 1 && step.skip <= before, "a step that adds a later one");
    require(steps_[static_cast<size_t>(step.skip) - 1].out == step.out && step.in == step.out,
            "a step that adds other channels");
  }
}

/** `[in,out]` to `[out,padded in]`. */
std::vector<float> FusedNet::by_class(const std::vector<float>& weights, int in, int out) {
  std::vector<float> to(static_cast<size_t>(out) * padded(in), 0.0F);
  for (int i = 0; i < in; i++) {
    for (int c = 0; c < out; c++) to[static_cast<size_t>(c) * padded(in) + i] = weights[static_cast<size_t>(i) * out + c];
  }
  return to;
}

/** `[rows,in,out]` to `[rows,padded in,padded out]`; what is added is 0. */
std::vector<float> FusedNet::pad_pairs(const std::vector<float>& weights, int rows, int in, int out) {
  const int wide = padded(in), broad = padded(out);
  std::vector<float> to(static_cast<size_t>(rows) * wide * broad, 0.0F);
  for (int row = 0; row < rows; row++) {
    for (int i = 0; i < in; i++) {
      const float* const from = weights.data() + (static_cast<size_t>(row) * in + i) * out;
      std::copy_n(from, out, to.data() + (static_cast<size_t>(row) * wide + i) * broad);
    }
  }
  return to;
}

std::vector<float> FusedNet::pad_channels(const std::vector<float>& values, int rows, int channels) {
  std::vector<float> to(static_cast<size_t>(rows) * padded(channels), 0.0F);
  for (int row = 0; row < rows; row++) {
    std::copy_n(values.data() + static_cast<size_t>(row) * channels, channels,
                to.data() + static_cast<size_t>(row) * padded(channels));
  }
  return to;
}

void FusedNet::pack(const FusedStep& step) {
  const size_t in = static_cast<size_t>(step.in), out = static_cast<size_t>(step.out);
  const bool is_conv = step.kind == StepKind::kConv;
  const bool is_separable = step.kind == StepKind::kSeparable;
  require(step.in >= 1 && step.out >= 1 && step.kernel >= 1 && step.stride >= 1 && step.dilation >= 1 &&
              step.pad_before >= 0 && step.pad_after >= 0,
          "a step without a size");
  if (step.kind == StepKind::kUpsampleAdd) return packed_.push_back({});
  const bool is_on_picture = step.input == 0;
  const size_t taps = is_conv ? static_cast<size_t>(step.kernel) * step.kernel : 1;
  require(!is_on_picture || step.in <= kMaxPictureChannels, "a picture of too many channels");
  require(!is_conv || (step.dilation == 1 && step.kernel * (is_on_picture ? step.in : 1) <= kMaxConvRows),
          "a convolution too large");
  require(!is_separable || (step.depthwise.size() == 9 * in && step.depthwise_bias.size() == in),
          "a depthwise kernel of another size");
  // Its input is read px by px with its output, so both have one size.
  const bool keeps_size = step.stride == 1 && step.pad_before + step.pad_after == 2 * step.dilation;
  require(!step.residual || (is_separable && keeps_size && step.in == step.out), "a step that cannot be residual");
  require(step.weights.size() == taps * in * out && step.bias.size() == out, "weights of another size");
  Packed packed;
  if (is_separable) {
    packed.depthwise = pad_channels(step.depthwise, 9, step.in);
    packed.depthwise_bias = pad_channels(step.depthwise_bias, 1, step.in);
  }
  if (&step == &steps_.back()) packed.weights = by_class(step.weights, step.in, step.out);
  else if (is_on_picture) packed.weights = pad_channels(step.weights, static_cast<int>(in * taps), step.out);
  else packed.weights = pad_pairs(step.weights, static_cast<int>(taps), step.in, step.out);
  packed.bias = pad_channels(step.bias, 1, step.out);
  packed_.push_back(std::move(packed));
}

void FusedNet::run(PictureRows& picture, float* logits, ThreadPool& pool) {
  for (size_t group = 0; group < groups_.size(); group++) {
    progress_[group].taken.store(0, std::memory_order_relaxed);
    progress_[group].done.store(0, std::memory_order_relaxed);
  }
  // One piece of work per thread, each of them the whole net: a thread that comes late finds less of it left, one that
  // never comes is not waited for.
  pool.for_rows(workers_, 1, [&](int worker, int, int) { work(worker, picture, logits); });
}

void FusedNet::work(int worker, PictureRows& picture, float* logits) {
  for (size_t index = 0; index < groups_.size(); index++) {
    const Group& group = groups_[index];
    Progress& progress = progress_[index];
    for (int strip; (strip = progress.taken.fetch_add(1, std::memory_order_relaxed)) < group.strips;) {
      if (!is_stopped()) run_strip(group, strip, worker, picture, logits);
      progress.done.fetch_add(1, std::memory_order_acq_rel);
    }
    for (int spins = 0; progress.done.load(std::memory_order_acquire) < group.strips; spins++) {
      // What is waited for is a strip in another thread's hands: if it has no core, this one may be its.
      if (spins < kSpins) pause();
      else std::this_thread::yield();
    }
  }
}

}  // namespace mavseg
