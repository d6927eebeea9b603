#include "temporal_filter.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace mavseg {

namespace {

constexpr int kChunkRows = 16;

/** How well two pictures fit is told by the px around each one: this many to each side. */
constexpr int kWindowReach = 2;
constexpr int kWindowSide = 2 * kWindowReach + 1;
constexpr int kWindowPx = kWindowSide * kWindowSide;

/** The residual of px that come from outside of the frame before. */
constexpr uint8_t kUnseen = 255;

/** The picture whose motion is searched has about a px for so many of the tensor: blocks reach 64 px that way. */
constexpr int kSearchStride = 8;

/** A score that is no number counts as the lowest: it must not stay for ever. */
float within(float score, float limit) { return score > -limit ? (score < limit ? score : limit) : -limit; }

}  // namespace

TemporalFilter::TemporalFilter(TemporalSpec spec, const InputSpec& input, int tensor_width, int tensor_height,
                               int stride, const OutputSpec& output, Isa isa, int workers)
    : spec_(std::move(spec)),
      output_(output),
      result_(float_planes(output)),
      width_(output.width),
      height_(output.height),
      planes_(result_.channels),
      shrink_(std::max(1, kSearchStride / stride)),
      kernels_(row_kernels(isa)),
      brightness_(input, tensor_width, tensor_height, stride, isa, workers),
      motion_(width_ / shrink_, height_ / shrink_),
      residual_(static_cast<size_t>(width_) * height_),
      deviation_(residual_.size()),
      smoothed_(planes_ * residual_.size()),
      scratch_(workers) {
  for (Memory& memory : memories_) {
    memory.grey = GreyPicture(width_, height_);
    memory.small = GreyPicture(width_ / shrink_, height_ / shrink_);
    memory.evidence.resize(smoothed_.size());
    memory.held.resize(residual_.size());
  }
  for (Scratch& scratch : scratch_) {
    scratch.scores.resize(static_cast<size_t>(planes_) * width_);
    scratch.spare.resize(2 * static_cast<size_t>(width_));
    scratch.window.columns.resize(width_ + 2 * kWindowReach);
    scratch.window.sums.resize(width_);
    scratch.wide_window.columns.resize(width_ + 2 * kWindowReach);
    scratch.wide_window.sums.resize(width_);
    scratch.trust.resize(width_);
  }
}

const float* TemporalFilter::run(const void* tensor, const void* scores, ThreadPool& pool) {
  std::swap(now_, before_);
  brightness_.run(tensor, now_->grey, pool);
  shrink(*now_);
  if (has_evidence_) {
    motion_.run(before_->small, now_->small, pool);
    pool.for_rows(height_, kChunkRows,
                  [&](int worker, int from, int to) { compare_rows(from, to, scratch_[worker]); });
  }
  pool.for_rows(height_, kChunkRows, [&](int worker, int from, int to) {
    for (int y = from; y < to; y++) blend_row(scores, y, scratch_[worker]);
  });
  has_evidence_ = true;
  return smoothed_.data();
}

void TemporalFilter::shrink(Memory& memory) {
  GreyPicture& small = memory.small;
  const int px = shrink_ * shrink_;
  for (int y = 0; y < small.height; y++) {
    uint8_t* const to = small.px.data() + static_cast<size_t>(y) * small.width;
    for (int x = 0; x < small.width; x++) {
      int sum = px / 2;
      for (int row = 0; row < shrink_; row++) {
        const uint8_t* const from = memory.grey.row(y * shrink_ + row) + x * shrink_;
        for (int column = 0; column < shrink_; column++) sum += from[column];
      }
      to[x] = static_cast<uint8_t>(sum / px);
    }
  }
}

/** Calls `use` for each run of columns of row `y` that lie in one block. */
template <typename Use>
void TemporalFilter::for_spans(int y, const Use& use) const {
  const int side = kBlockPx * shrink_;
  const int row = std::min(y / side, motion_.rows() - 1);
  for (int column = 0; column < motion_.columns(); column++) {
    const Shift shift = motion_.at(column, row);
    const int to = column == motion_.columns() - 1 ? width_ : (column + 1) * side;
    use(Span{column * side, to, {shift.dx * shrink_, shift.dy * shrink_}});
  }
}

void TemporalFilter::compare_rows(int from, int to, Scratch& scratch) {
  for (int y = from; y < to; y++) {
    const size_t first = static_cast<size_t>(y) * width_;
    const uint8_t* const grey = now_->grey.row(y);
    for_spans(y, [&](Span span) {
      const int row = y - span.shift.dy;
      const int low = std::max(span.from, span.shift.dx), high = std::min(span.to, width_ + span.shift.dx);
      std::memset(residual_.data() + first + span.from, kUnseen, span.to - span.from);
      if (row < 0 || row >= height_) return;
      const uint8_t* const moved = before_->grey.row(row) - span.shift.dx;
      for (int x = low; x < high; x++) residual_[first + x] = static_cast<uint8_t>(std::abs(grey[x] - moved[x]));
    });
    const uint16_t* const sum = window_sum(now_->grey.px.data(), y, scratch.window);
    uint16_t* const __restrict deviation = deviation_.data() + first;
    for (int x = 0; x < width_; x++) deviation[x] = static_cast<uint16_t>(std::abs(kWindowPx * grey[x] - sum[x]));
  }
}

/** @return the sums over the window around each px of row `y`; beside the picture its edge goes on */
template <typename T, typename Sum>
const Sum* TemporalFilter::window_sum(const T* px, int y, Window<Sum>& window) const {
  Sum* const __restrict columns = window.columns.data();
  Sum* const __restrict inner = columns + kWindowReach;
  Sum* const __restrict sums = window.sums.data();
  const T* rows[kWindowSide];
  for (int k = 0; k < kWindowSide; k++) {
    rows[k] = px + static_cast<size_t>(std::clamp(y + k - kWindowReach, 0, height_ - 1)) * width_;
  }
  for (int x = 0; x < width_; x++) {
    inner[x] = static_cast<Sum>(rows[0][x] + rows[1][x] + rows[2][x] + rows[3][x] + rows[4][x]);
  }
  std::fill_n(columns, kWindowReach, inner[0]);
  std::fill_n(inner + width_, kWindowReach, inner[width_ - 1]);
  for (int x = 0; x < width_; x++) {
    sums[x] = static_cast<Sum>(columns[x] + columns[x + 1] + columns[x + 2] + columns[x + 3] + columns[x + 4]);
  }
  return sums;
}

void TemporalFilter::trust_row(int y, Scratch& scratch) {
  const uint16_t* const residual = window_sum(residual_.data(), y, scratch.window);
  const int32_t* const contrast = window_sum(deviation_.data(), y, scratch.wide_window);
  const float noise = spec_.noise * kWindowPx, share = spec_.contrast_share / kWindowPx;
  float* const __restrict to = scratch.trust.data();
  for (int x = 0; x < width_; x++) {
    const float trust =
        1.0F - static_cast<float>(residual[x]) / (noise + share * static_cast<float>(contrast[x]));
    to[x] = trust > 0.0F ? trust : 0.0F;
  }
}

void TemporalFilter::blend_row(const void* scores, int y, Scratch& scratch) {
  load(scores, y, scratch);
  const size_t width = static_cast<size_t>(width_), plane = width * height_, first = y * width;
  for (int p = 0; p < planes_; p++) {
    std::memcpy(&now_->evidence[p * plane + first], &scratch.scores[p * width], width * sizeof(float));
  }
  if (has_evidence_) {
    trust_row(y, scratch);
    for_spans(y, [&](Span span) { blend_span(y, span, scratch); });
  }
  uint8_t* const held = now_->held.data() + first;
  if (planes_ == 1) kernels_.positive(scratch.scores.data(), width, held);
  else kernels_.largest(scratch.scores.data(), planes_, width, scratch.spare.data(), held);
  for (int p = 0; p < planes_; p++) {
    std::memcpy(&smoothed_[p * plane + first], &scratch.scores[p * width], width * sizeof(float));
  }
}

/** Scores of one row, the best at most at `limit` over the others: what is sure counts as no surer than that. */
void TemporalFilter::load(const void* scores, int y, Scratch& scratch) const {
  const size_t width = static_cast<size_t>(width_);
  float* const to = scratch.scores.data();
  float* const spare = scratch.spare.data();
  for (int p = 0; p < output_.channels; p++) {
    float* const room = planes_ == output_.channels ? to + p * width : spare + p * width;
    const float* const row = score_row(output_, kernels_, scores, y, p, room);
    if (row != room) std::memcpy(room, row, width * sizeof(float));
  }
  const float limit = spec_.limit;
  if (planes_ == 1) {
    if (output_.channels == 2) kernels_.subtract(spare + width, spare, width, to);
    for (size_t x = 0; x < width; x++) to[x] = within(to[x], limit);
    return;
  }
  for (size_t x = 0; x < width; x++) {
    float best = to[x];
    for (int p = 1; p < planes_; p++) best = std::max(best, to[p * width + x]);
    for (int p = 0; p < planes_; p++) to[p * width + x] = within(to[p * width + x] - best, limit);
  }
}

/** From the frame's own scores to evidence and, in `scratch.scores`, evidence with the lead of the class held so far. */
void TemporalFilter::blend_span(int y, Span span, Scratch& scratch) {
  const int row = y - span.shift.dy;
  if (row < 0 || row >= height_) return;
  const int low = std::max(span.from, span.shift.dx), high = std::min(span.to, width_ + span.shift.dx);
  const size_t width = static_cast<size_t>(width_), plane = width * height_;
  const uint8_t* const held = before_->held.data() + row * width - span.shift.dx;
  const float* const trust = scratch.trust.data();
  const float keep = spec_.keep;
  for (int p = 0; p < planes_; p++) {
    float* const __restrict score = scratch.scores.data() + p * width;
    float* const __restrict evidence = &now_->evidence[p * plane + y * width];
    const float* const moved = before_->evidence.data() + p * plane + row * width - span.shift.dx;
    // A single plane is a difference: what leads for class 0 counts against it.
    const int id = planes_ == 1 ? 1 : p;
    const float lead = spec_.hysteresis[id], otherwise = planes_ == 1 ? -spec_.hysteresis[0] : 0.0F;
    for (int x = low; x < high; x++) {
      const float kept = score[x] + keep * trust[x] * (moved[x] - score[x]);
      evidence[x] = kept;
      score[x] = kept + trust[x] * (held[x] == id ? lead : otherwise);
    }
  }
}

}  // namespace mavseg
