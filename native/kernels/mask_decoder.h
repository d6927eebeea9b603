#pragma once

#include <cstdint>
#include <vector>

#include "class_statistics.h"
#include "geometry.h"
#include "output_spec.h"
#include "row_kernels.h"
#include "run_lengths.h"
#include "thread_pool.h"

namespace mavseg {

/**
 * Turns a net's low-resolution output into class ids of the frame's size and what is known of each class, in one pass.
 *
 * Scores are interpolated bilinearly (half-pixel centres, edges clamped) without ever making them at full size: rows
 * are blended at low resolution; between two neighbouring columns scores are linear, so where the same class wins at
 * both it wins everywhere between them, and only the gaps between unlike neighbours are looked at px by px. What comes
 * out are runs of one class, which are filled and counted as a whole. Ids take the id of the output px that covers
 * their centre. Ties go to the lower class. Px that the net does not see get class 0.
 */
class MaskDecoder {
 public:
  MaskDecoder(const OutputSpec& spec, const AxisGeometry& x, const AxisGeometry& y, Isa isa, int workers);

  /**
   * @param output of the spec's type and size
   * @param mask `[height, width]` of the frame, written in full
   * @param statistics one entry per class below `class_count`, overwritten
   * @param run_lengths where the mask's run lengths go: `kMaxRunLengthBytesPerPx` bytes per px of the frame, as
   *   RunLengthWriter writes them; null where nobody wants them
   * @return bytes of run lengths written
   */
  size_t run(const void* output, uint8_t* mask, ThreadPool& pool, ClassStatistics* statistics,
             uint8_t* run_lengths = nullptr);

 private:
  /** What one thread needs. */
  struct Scratch {
    /** Two neighbouring output rows, as float planes, and which rows they are. */
    std::vector<float> rows[2];
    int loaded[2];
    /** The scores of one frame row. */
    std::vector<float> blended;
    /** One row as it came, widened; `largest` keeps its maxima here. */
    std::vector<float> spare;
    /** The best class at each column. */
    std::vector<uint8_t> best;
    std::vector<ClassStatistics> statistics;
    RunList runs;
  };

  /** Where the runs of a chunk of rows lie: with the thread that took it. */
  struct ChunkRuns {
    const RunList* list;
    size_t first;
    size_t end;
  };

  void plan_columns();
  int nearest(int px, const AxisMap& map, int size) const;
  void decode_rows(const void* output, uint8_t* mask, int from, int to, Scratch& scratch);
  size_t write_run_lengths(uint8_t* to) const;
  void blend_row(const void* output, int y, Scratch& scratch);
  const float* load_row(const void* output, int row, int keep, Scratch& scratch);
  void load_scores(const void* output, int row, float* target, Scratch& scratch) const;
  void load_ids(const void* output, int row, uint8_t* ids) const;
  void write_row(uint8_t* row, int y, Scratch& scratch) const;
  int best_between(const Scratch& scratch, int column, float weight) const;

  OutputSpec spec_;
  AxisGeometry x_;
  AxisGeometry y_;
  const RowKernels& kernels_;
  /** Planes to interpolate: with two classes only their difference matters. */
  int planes_;
  /** First frame column at or behind the centre of each output column; for ids, the first that the column covers. */
  std::vector<int> start_;
  /** Weight of the right neighbour, per frame column. */
  std::vector<float> weight_;
  std::vector<Scratch> scratch_;
  /** One per chunk of rows. */
  std::vector<ChunkRuns> chunks_;
  /** Whether this run's rows note their runs. */
  bool notes_runs_ = false;
};

}  // namespace mavseg
