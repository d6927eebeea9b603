#include "region_filter.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace mavseg {

namespace {

constexpr int kChunkRows = 16;

}  // namespace

RegionFilter::RegionFilter(std::vector<float> confirm_at, const OutputSpec& output, Isa isa, int workers)
    : confirm_at_(std::move(confirm_at)),
      output_(output),
      result_(float_planes(output)),
      kernels_(row_kernels(isa)),
      planes_(static_cast<size_t>(result_.channels) * output.width * output.height),
      scratch_(workers),
      found_(output.height),
      row_start_(output.height + 1) {
  for (Scratch& scratch : scratch_) {
    scratch.row.resize(static_cast<size_t>(result_.channels) * output.width);
    scratch.spare.resize(2 * static_cast<size_t>(output.width));
    scratch.best.resize(output.width);
  }
}

const float* RegionFilter::run(const void* scores, ThreadPool& pool) {
  pool.for_rows(output_.height, kChunkRows, [&](int worker, int from, int to) {
    for (int y = from; y < to; y++) load_row(scores, y, scratch_[worker]);
  });
  join_rows();
  for (int y = 0; y < output_.height; y++) {
    for (int at = row_start_[y]; at < row_start_[y + 1]; at++) {
      const Run& run = runs_[at];
      // Written so that a lead that is no number does not confirm.
      if (!(runs_[root(at)].lead >= confirm_at_[run.id])) rule_out(y, run);
    }
  }
  return planes_.data();
}

void RegionFilter::load_row(const void* scores, int y, Scratch& scratch) {
  const size_t width = output_.width;
  const size_t plane = width * output_.height;
  float* const target = planes_.data() + y * width;
  if (output_.channels == 2) {
    const float* const background = score_row(output_, kernels_, scores, y, 0, scratch.spare.data());
    const float* const other = score_row(output_, kernels_, scores, y, 1, scratch.spare.data() + width);
    kernels_.subtract(other, background, width, target);
  } else {
    for (int channel = 0; channel < output_.channels; channel++) {
      const float* const row = score_row(output_, kernels_, scores, y, channel, scratch.spare.data());
      std::copy(row, row + width, target + channel * plane);
      std::copy(row, row + width, scratch.row.data() + channel * width);
    }
  }
  if (result_.channels == 1) {
    kernels_.positive(target, width, scratch.best.data());
  } else {
    kernels_.largest(scratch.row.data(), result_.channels, width, scratch.spare.data(), scratch.best.data());
  }
  find_runs(y, scratch.best.data());
}

void RegionFilter::find_runs(int y, const uint8_t* best) {
  const int width = output_.width;
  const size_t plane = static_cast<size_t>(width) * output_.height;
  const float* const background = planes_.data() + static_cast<size_t>(y) * width;
  std::vector<Run>& runs = found_[y];
  runs.clear();
  for (int x = 0; x < width;) {
    const uint8_t id = best[x];
    const int left = x;
    while (x < width && best[x] == id) x++;
    if (id == 0 || !(confirm_at_[id] > 0)) continue;
    float lead = -std::numeric_limits<float>::infinity();
    for (int at = left; at < x; at++) {
      const float value =
          result_.channels == 1 ? background[at] : background[id * plane + at] - background[at];
      if (value > lead) lead = value;
    }
    runs.push_back({left, x, id, lead, 0});
  }
}

void RegionFilter::join_rows() {
  runs_.clear();
  for (int y = 0; y < output_.height; y++) {
    row_start_[y] = static_cast<int>(runs_.size());
    for (Run run : found_[y]) {
      run.parent = static_cast<int>(runs_.size());
      runs_.push_back(run);
    }
    if (y == 0) continue;
    int above = row_start_[y - 1];
    int below = row_start_[y];
    const int end_below = static_cast<int>(runs_.size());
    while (above < row_start_[y] && below < end_below) {
      const Run& a = runs_[above];
      const Run& b = runs_[below];
      if (a.id == b.id && a.left < b.behind && b.left < a.behind) join(above, below);
      // The one that ends first meets nothing further in the other row.
      if (a.behind < b.behind) above++;
      else below++;
    }
  }
  row_start_[output_.height] = static_cast<int>(runs_.size());
}

void RegionFilter::join(int a, int b) {
  const int first = root(a);
  const int second = root(b);
  if (first == second) return;
  runs_[second].parent = first;
  runs_[first].lead = std::max(runs_[first].lead, runs_[second].lead);
}

int RegionFilter::root(int run) {
  while (runs_[run].parent != run) {
    runs_[run].parent = runs_[runs_[run].parent].parent;
    run = runs_[run].parent;
  }
  return run;
}

void RegionFilter::rule_out(int y, const Run& run) {
  const size_t plane = static_cast<size_t>(output_.width) * output_.height;
  float* const row = planes_.data() + static_cast<size_t>(y) * output_.width;
  for (int x = run.left; x < run.behind; x++) {
    if (result_.channels == 1) {
      row[x] = 0;
      continue;
    }
    float least = row[x];
    for (int channel = 1; channel < result_.channels; channel++) least = std::min(least, row[channel * plane + x]);
    row[run.id * plane + x] = least;
  }
}

}  // namespace mavseg
