#include "mask_decoder.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace mavseg {

namespace {

/** Rows that a thread takes at once; neighbouring chunks both read the output rows at their border. */
constexpr int kChunkRows = 32;

template <typename Id>
void clamp_ids(const Id* source, int n, int class_count, uint8_t other, uint8_t* target) {
  for (int x = 0; x < n; x++) {
    const int64_t id = static_cast<int64_t>(source[x]);
    target[x] = id >= 0 && id < class_count ? static_cast<uint8_t>(id) : other;
  }
}

/** @return the first column from `column` on whose right neighbour differs; `last` where there is none */
int next_change(const uint8_t* ids, int column, int last) {
  // Masks are long runs: eight columns at a time.
  for (; column + 8 <= last; column += 8) {
    uint64_t here, next;
    std::memcpy(&here, ids + column, 8);
    std::memcpy(&next, ids + column + 1, 8);
    if (here != next) return column + __builtin_ctzll(here ^ next) / 8;
  }
  while (column < last && ids[column] == ids[column + 1]) column++;
  return column;
}

}  // namespace

MaskDecoder::MaskDecoder(const OutputSpec& spec, const AxisGeometry& x, const AxisGeometry& y, Isa isa, int workers)
    : spec_(spec),
      x_(x),
      y_(y),
      kernels_(row_kernels(isa)),
      planes_(spec.kind == OutputKind::kLogits && spec.channels != 2 ? spec.channels : 1),
      start_(spec.width, x.map.to),
      weight_(x.frame),
      scratch_(workers),
      chunks_((y.frame + kChunkRows - 1) / kChunkRows) {
  plan_columns();
  for (Scratch& scratch : scratch_) {
    scratch.best.resize(spec.width);
    scratch.statistics.resize(256);
    if (spec.kind == OutputKind::kClassIds) continue;
    const size_t length = static_cast<size_t>(planes_) * spec.width;
    for (std::vector<float>& row : scratch.rows) row.resize(length);
    scratch.blended.resize(length);
    scratch.spare.resize(2 * static_cast<size_t>(spec.width));
  }
}

void MaskDecoder::plan_columns() {
  int column = 0;
  for (int x = x_.map.from; x < x_.map.to; x++) {
    if (spec_.kind == OutputKind::kClassIds) {
      const int covering = nearest(x, x_.map, spec_.width);
      while (column <= covering) start_[column++] = x;
      continue;
    }
    const double centre = (x + 0.5) * x_.map.scale + x_.map.shift - 0.5;
    while (column < spec_.width && column <= centre) start_[column++] = x;
    weight_[x] = static_cast<float>(centre - (column - 1));
  }
}

int MaskDecoder::nearest(int px, const AxisMap& map, int size) const {
  return std::clamp(static_cast<int>(std::floor((px + 0.5) * map.scale + map.shift)), 0, size - 1);
}

size_t MaskDecoder::run(const void* output, uint8_t* mask, ThreadPool& pool, ClassStatistics* statistics,
                        uint8_t* run_lengths) {
  notes_runs_ = run_lengths != nullptr;
  // A thread may take several chunks as one: the others then hold nothing.
  std::fill(chunks_.begin(), chunks_.end(), ChunkRuns{nullptr, 0, 0});
  for (Scratch& scratch : scratch_) {
    scratch.loaded[0] = scratch.loaded[1] = -1;
    std::fill(scratch.statistics.begin(), scratch.statistics.end(), ClassStatistics());
    scratch.runs.clear();
  }
  pool.for_rows(y_.frame, kChunkRows, [&](int worker, int from, int to) {
    Scratch& scratch = scratch_[worker];
    scratch.runs.begin_chunk();
    decode_rows(output, mask, from, to, scratch);
    chunks_[from / kChunkRows] = {&scratch.runs, scratch.runs.chunk(), scratch.runs.size()};
  });
  for (int id = 0; id < spec_.class_count; id++) {
    statistics[id] = ClassStatistics();
    for (const Scratch& scratch : scratch_) statistics[id].add(scratch.statistics[id]);
  }
  return notes_runs_ ? write_run_lengths(run_lengths) : 0;
}

size_t MaskDecoder::write_run_lengths(uint8_t* to) const {
  RunLengthWriter writer(to);
  for (const ChunkRuns& chunk : chunks_) {
    for (size_t index = chunk.first; index < chunk.end; index++) writer.add((*chunk.list)[index]);
  }
  return writer.finish();
}

void MaskDecoder::decode_rows(const void* output, uint8_t* mask, int from, int to, Scratch& scratch) {
  for (int y = from; y < to; y++) {
    uint8_t* row = mask + static_cast<size_t>(y) * x_.frame;
    if (y < y_.map.from || y >= y_.map.to) {
      std::memset(row, 0, x_.frame);
      if (notes_runs_) scratch.runs.add(0, x_.frame);
      continue;
    }
    if (spec_.kind == OutputKind::kClassIds) {
      const int source = nearest(y, y_.map, spec_.height);
      if (source != scratch.loaded[0]) load_ids(output, source, scratch.best.data());
      scratch.loaded[0] = source;
    } else {
      blend_row(output, y, scratch);
    }
    write_row(row, y, scratch);
  }
}

void MaskDecoder::blend_row(const void* output, int y, Scratch& scratch) {
  const double centre = (y + 0.5) * y_.map.scale + y_.map.shift - 0.5;
  const double at = std::clamp(centre, 0.0, static_cast<double>(spec_.height - 1));
  const int above = static_cast<int>(at);
  const int below = std::min(above + 1, spec_.height - 1);
  const float* top = load_row(output, above, below, scratch);
  const float* bottom = load_row(output, below, above, scratch);
  const size_t width = static_cast<size_t>(spec_.width);
  float* blended = scratch.blended.data();
  kernels_.blend(top, bottom, planes_ * width, static_cast<float>(at - above), blended);
  if (planes_ == 1) kernels_.positive(blended, width, scratch.best.data());
  else kernels_.largest(blended, planes_, width, scratch.spare.data(), scratch.best.data());
}

/** @param keep the row that must stay loaded, if it is */
const float* MaskDecoder::load_row(const void* output, int row, int keep, Scratch& scratch) {
  for (int slot = 0; slot < 2; slot++) {
    if (scratch.loaded[slot] == row) return scratch.rows[slot].data();
  }
  const int slot = scratch.loaded[0] == keep ? 1 : 0;
  load_scores(output, row, scratch.rows[slot].data(), scratch);
  scratch.loaded[slot] = row;
  return scratch.rows[slot].data();
}

void MaskDecoder::load_scores(const void* output, int row, float* target, Scratch& scratch) const {
  const size_t width = static_cast<size_t>(spec_.width);
  if (spec_.kind == OutputKind::kLogits && spec_.channels == 2) {
    const float* first = score_row(spec_, kernels_, output, row, 0, scratch.spare.data());
    const float* second = score_row(spec_, kernels_, output, row, 1, scratch.spare.data() + width);
    kernels_.subtract(second, first, width, target);
    return;
  }
  for (int plane = 0; plane < planes_; plane++) {
    const float* source = score_row(spec_, kernels_, output, row, plane, target + plane * width);
    if (source != target + plane * width) std::memcpy(target + plane * width, source, width * sizeof(float));
  }
}

void MaskDecoder::load_ids(const void* output, int row, uint8_t* ids) const {
  const size_t first = static_cast<size_t>(row) * spec_.width;
  const int n = spec_.width;
  if (spec_.type == OutputType::kUint8) {
    clamp_ids(static_cast<const uint8_t*>(output) + first, n, spec_.class_count, spec_.other_id, ids);
  } else if (spec_.type == OutputType::kInt32) {
    clamp_ids(static_cast<const int32_t*>(output) + first, n, spec_.class_count, spec_.other_id, ids);
  } else {
    clamp_ids(static_cast<const int64_t*>(output) + first, n, spec_.class_count, spec_.other_id, ids);
  }
}

void MaskDecoder::write_row(uint8_t* row, int y, Scratch& scratch) const {
  const int from = x_.map.from, to = x_.map.to, last = spec_.width - 1;
  const bool interpolates = spec_.kind != OutputKind::kClassIds;
  const uint8_t* best = scratch.best.data();
  std::memset(row, 0, from);
  std::memset(row + to, 0, x_.frame - to);
  if (notes_runs_) scratch.runs.add(0, from);
  int current = best[0];
  int run_start = from;
  const auto change = [&](int id, int x) {
    if (id == current) return;
    if (x > run_start) {
      std::memset(row + run_start, current, x - run_start);
      scratch.statistics[current].add_run(y, run_start, x);
      if (notes_runs_) scratch.runs.add(static_cast<uint8_t>(current), x - run_start);
    }
    current = id;
    run_start = x;
  };
  for (int column = next_change(best, 0, last); column < last; column = next_change(best, column + 1, last)) {
    const int end = start_[column + 1];
    if (interpolates) {
      for (int x = start_[column]; x < end; x++) change(best_between(scratch, column, weight_[x]), x);
    }
    if (end < to) change(best[column + 1], end);
  }
  change(-1, to);
  if (notes_runs_) scratch.runs.add(0, x_.frame - to);
}

int MaskDecoder::best_between(const Scratch& scratch, int column, float weight) const {
  const float* row = scratch.blended.data() + column;
  const float first = row[0] + (row[1] - row[0]) * weight;
  if (planes_ == 1) return first > 0 ? 1 : 0;
  int winner = 0;
  float score = first;
  for (int plane = 1; plane < planes_; plane++) {
    row += spec_.width;
    const float value = row[0] + (row[1] - row[0]) * weight;
    if (value > score) {
      score = value;
      winner = plane;
    }
  }
  return winner;
}

}  // namespace mavseg
