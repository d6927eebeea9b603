#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

#include "fused_step.h"
#include "net_kernels.h"
#include "thread_pool.h"

namespace mavseg {

/** A map in memory, [rows,columns,channels], with columns of zeros on both sides so that kernels need no edges. */
struct MapRows {
  /** Column 0 of the row `first`. */
  float* data;
  int first;
  /** Floats from row to row. */
  size_t stride;
  float* row(int y) const { return data + static_cast<size_t>(y - first) * stride; }
};

/**
 * A net as a list of fused steps, for pictures of any size. Steps that follow each other are computed strip by strip of
 * a few rows, where what lies between them would not stay in a core's cache otherwise: the rows that neighbouring strips
 * share are computed twice.
 */
class FusedNet {
 public:
  /**
   * @param workers threads of the pool that it will run on
   * @throws std::invalid_argument where steps and weights do not fit together
   */
  FusedNet(std::vector<FusedStep> steps, Isa isa, int workers);

  /** Prepares runs of this size. @throws std::invalid_argument with the sizes, where two maps do not fit */
  void plan(int height, int width);

  int classes() const { return steps_.back().out; }
  int output_height() const { return maps_.back().height; }
  int output_width() const { return maps_.back().width; }
  int channels() const { return steps_.front().in; }

  /**
   * @param picture `[channels, height, width]` of the plan
   * @param logits `[classes, output height, output width]`, written in full unless the run is stopped
   */
  void run(const float* picture, float* logits, ThreadPool& pool);

  /** Ends a run that is under way, and all later ones, after the rows in hand. From any thread. */
  void stop() { stopped_.store(true, std::memory_order_relaxed); }
  bool is_stopped() const { return stopped_.load(std::memory_order_relaxed); }

 private:
  /** Rows of a dense kernel, over all channels where the channels are planes. */
  static constexpr int kMaxConvRows = 32;
  /** Px whose depthwise results lie between the two parts of a step: 4 KiB with 16 channels, an eighth of a first cache. */
  static constexpr int kPiecePx = 64;

  /** A step's weights as the kernels read them. */
  struct Packed {
    std::vector<float> depthwise;
    std::vector<float> depthwise_bias;
    std::vector<float> weights;
    std::vector<float> bias;
  };

  struct Map {
    int height;
    int width;
    /** A multiple of kChannelGroup. */
    int channels;
    /** Columns of zeros. */
    int left;
    int right;
    size_t row_floats() const { return static_cast<size_t>(left + width + right) * static_cast<size_t>(channels); }
  };

  /** Steps that are computed together, strip by strip; only the last one's map is kept whole. */
  struct Group {
    int first;
    int last;
    int strip_rows;
    int strips;
  };

  /** How far a group has come. On cache lines of its own, for all threads write here. */
  struct alignas(64) Progress {
    std::atomic<int> taken{0};
    std::atomic<int> done{0};
  };

  struct Free {
    void operator()(float* memory) const;
  };
  using Floats = std::unique_ptr<float[], Free>;
  static Floats new_floats(size_t count);

  struct Range {
    int from;
    int to;
  };

  void pack(const FusedStep& step);
  void plan_maps(int height, int width);
  void plan_borders();
  void plan_groups();
  int strip_rows(const Group& group) const;
  bool joins(int step, const Group& group) const;
  void plan_memory();
  void plan_scratch();
  Range input_rows(int step, Range output) const;
  Range strip_range(const Group& group, int strip) const;
  /** What a strip needs between its steps. */
  size_t strip_floats(const Group& group, int strip) const;
  void work(int worker, const float* picture, float* logits);
  void run_strip(const Group& group, int strip, int worker, const float* picture, float* logits);
  MapRows compute(const Group& group, int step, Range rows, float* room, int worker, const float* picture,
                  float* logits);
  void run_rows(int step, const MapRows& in, const MapRows& to, Range rows, int worker, const float* picture,
                float* logits);
  void picture_row(const float* picture, int y, float* to, int worker);
  void picture_px(ConvRow job, const float* const* rows, int px, float* to, int worker);
  void conv_row(size_t step, const MapRows& in, int y, float* to);
  void separable_row(size_t step, const MapRows& in, int y, float* to, int worker);
  void pointwise_row(size_t step, const float* from, float* to);
  void upsample_row(size_t step, const MapRows& in, int y, float* to);
  void logit_rows(const MapRows& in, Range rows, int worker, float* logits);
  void clear_borders(const Map& map, float* row) const;
  const float* row_or_zeros(const Map& map, const MapRows& rows, int y) const;

  std::vector<FusedStep> steps_;
  std::vector<Packed> packed_;
  const NetKernels& kernels_;
  int workers_;
  /** By value; the picture's has no memory here. */
  std::vector<Map> maps_;
  std::vector<MapRows> kept_;
  std::vector<Group> groups_;
  std::unique_ptr<Progress[]> progress_;
  std::vector<Floats> memory_;
  /** Per worker: the strips between a group's steps, then one piece of a row between a step's parts. */
  std::vector<Floats> strips_;
  std::vector<Floats> pieces_;
  std::vector<float> zeros_;
  std::atomic<bool> stopped_{false};
};

}  // namespace mavseg
