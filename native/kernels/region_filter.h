#pragma once

#include <cstdint>
#include <vector>

#include "output_spec.h"
#include "thread_pool.h"

namespace mavseg {

/**
 * Keeps a connected region of a class only where the net is sure of it somewhere: hysteresis thresholding (Canny, 1986)
 * with the choice of the best class as the lower threshold. Regions are looked for among the cells of the net's output,
 * side by side or one above the other; in one that is not confirmed the class is ruled out, and the next best takes
 * its place. src/engine/reference/region-filter.ts is the same in TypeScript. Only for nets that give scores.
 */
class RegionFilter {
 public:
  /** @param confirm_at per class: the lead over class 0 that some cell of a region must have; 0 keeps all regions */
  RegionFilter(std::vector<float> confirm_at, const OutputSpec& output, Isa isa, int workers);

  /** What `run` gives: planes of floats, one (the difference) where there are two classes. */
  const OutputSpec& result() const { return result_; }

  /**
   * @param scores of the output's type and size
   * @return `[planes, height, width]`, valid until the next call
   */
  const float* run(const void* scores, ThreadPool& pool);

 private:
  /** Neighbouring cells of one row and class. */
  struct Run {
    int left;
    int behind;
    uint8_t id;
    /** Largest over the run; at a root, over its region. */
    float lead;
    /** Index in `runs_`; a root's own. */
    int parent;
  };
  struct Scratch {
    std::vector<float> row;
    std::vector<float> spare;
    std::vector<uint8_t> best;
  };

  void load_row(const void* scores, int y, Scratch& scratch);
  void find_runs(int y, const uint8_t* best);
  void join_rows();
  void join(int a, int b);
  int root(int run);
  void rule_out(int y, const Run& run);

  std::vector<float> confirm_at_;
  OutputSpec output_;
  OutputSpec result_;
  const RowKernels& kernels_;
  std::vector<float> planes_;
  std::vector<Scratch> scratch_;
  /** Of each row, as its thread found them. */
  std::vector<std::vector<Run>> found_;
  /** All of them, row after row, and where each row begins. */
  std::vector<Run> runs_;
  std::vector<int> row_start_;
};

}  // namespace mavseg
