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
  /** Column 0 of row 0. */
  float* data;
  /** Floats from row to row. */
  size_t stride;
  /** Rows that are held, a power of 2, less 1: a later row takes the place of an earlier one. */
  int mask;
  float* row(int y) const { return data + static_cast<size_t>(y & mask) * stride; }
};

/** Where a net gets its picture from, row by row: the float32 tensor of a whole frame need never exist. */
class PictureRows {
 public:
  virtual ~PictureRows() = default;

  /**
   * On several threads at once, and a row more than once.
   * @param worker the thread's number
   * @param planes where each channel's row goes, of the plan's width
   */
  virtual void write(int y, int worker, float* const* planes) = 0;
};

/**
 * A net as a list of fused steps, for pictures of any size. Steps that follow each other are computed together, row by
 * row, where what lies between them would not stay in a core's cache otherwise: only the rows that the next step looks at
 * are held. Threads share the picture by strips; rows that two strips look at are computed twice.
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
  /** Of the instruction set. */
  const char* kernel_name() const { return kernels_.name; }

  /**
   * @param picture of the plan's size
   * @param logits `[classes, output height, output width]`, written in full unless the run is stopped
   */
  void run(PictureRows& picture, float* logits, ThreadPool& pool);

  /** Ends a run that is under way, and all later ones, after the rows in hand. From any thread. */
  void stop() { stopped_.store(true, std::memory_order_relaxed); }
  bool is_stopped() const { return stopped_.load(std::memory_order_relaxed); }

 private:
  static constexpr int kMaxPictureChannels = 4;
  /** Rows of a dense kernel, over all channels where the channels are planes. */
  static constexpr int kMaxConvRows = 32;
  /** What lies between the two parts of a separable step: with the rows around it half of a first cache of 32 KiB. */
  static constexpr int kPieceFloats = 1024;
  static int padded(int channels) { return (channels + kChannelGroup - 1) / kChannelGroup * kChannelGroup; }

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

  /** Steps that are computed together; only the last one's map is kept whole. */
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

  /** A step's map within a strip, and the next of its rows to compute. */
  struct Stage {
    MapRows rows;
    int next;
  };

  /** A strip in a thread's hands. */
  struct Strip {
    const Group& group;
    int worker;
    PictureRows& picture;
    float* logits;
    Stage* stages;
    /** The next of the picture's rows to write. */
    int picture_next;
  };

  void pack(const FusedStep& step);
  static std::vector<float> by_class(const std::vector<float>& weights, int in, int out);
  static std::vector<float> pad_pairs(const std::vector<float>& weights, int rows, int in, int out);
  static std::vector<float> pad_channels(const std::vector<float>& values, int rows, int channels);
  void plan_maps(int height, int width);
  void plan_borders();
  void plan_groups();
  int strip_rows(const Group& group) const;
  bool joins(int step) const;
  void plan_memory();
  void plan_scratch();
  /** @return floats for what a strip holds between a group's steps */
  size_t held_floats(const Group& group) const;
  /** @return how many rows of a value a step looks at for one of its own, as a power of 2 */
  int held_rows(int reader) const;
  /** Floats from row to row of the picture's planes. */
  size_t picture_stride() const;
  Range input_rows(int step, Range output) const;
  void work(int worker, PictureRows& picture, float* logits);
  void run_strip(const Group& group, int strip, int worker, PictureRows& picture, float* logits);
  void compute_until(Strip& strip, int step, int end);
  void compute_row(const Strip& strip, int step, int y);
  void write_picture(Strip& strip, int end);
  void picture_row(int y, float* to, int worker);
  /** Rows of one channel of the picture in a thread's hands. */
  MapRows picture_rows(int channel, int worker) const;
  void conv_row(size_t step, const MapRows& in, int y, float* to);
  void separable_row(size_t step, const MapRows& in, int y, float* to, int worker);
  void depthwise_piece(size_t step, const float* const* rows, size_t n, int channels, float* piece);
  void pointwise_row(size_t step, const float* from, float* to);
  void upsample_row(size_t step, const MapRows& in, int y, float* to);
  void logit_row(const MapRows& in, int y, float* logits);
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
  /** Per worker: rows of the picture, rows between a group's steps, a piece of a row between a step's parts, and how far each step is. */
  std::vector<Floats> pictures_;
  std::vector<Floats> held_;
  std::vector<Floats> pieces_;
  std::vector<std::vector<Stage>> stages_;
  std::vector<float> zeros_;
  std::atomic<bool> stopped_{false};
};

}  // namespace mavseg
