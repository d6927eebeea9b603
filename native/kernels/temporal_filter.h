#pragma once

#include <cstdint>
#include <vector>

#include "block_motion.h"
#include "brightness.h"
#include "output_spec.h"
#include "thread_pool.h"

namespace mavseg {

/** How much earlier frames count; src/temporal/settings.ts says what each number is for. */
struct TemporalSpec {
  float keep;
  float limit;
  float noise;
  float contrast_share;
  /** Per class. */
  std::vector<float> hysteresis;
};

/**
 * Carries a net's scores from frame to frame. What earlier frames said is moved along with the picture, block by block,
 * and counts the more the better the moved picture fits the new one there; the class that a px had is given a lead.
 * docs/temporal.md has the arithmetic, src/temporal/ the same in TypeScript. Only for nets that give scores.
 */
class TemporalFilter {
 public:
  /** @param output with as many px as the tensor has cells of `stride` px */
  TemporalFilter(TemporalSpec spec, const InputSpec& input, int tensor_width, int tensor_height, int stride,
                 const OutputSpec& output, Isa isa, int workers);

  /** What `run` gives: planes of floats, one (the difference) where there are two classes. */
  const OutputSpec& result() const { return result_; }

  /** The next frame begins anew. */
  void forget() { has_evidence_ = false; }

  /**
   * @param tensor what the net has read
   * @param scores what it gave
   * @return `[planes, height, width]`, valid until the next call
   */
  const float* run(const void* tensor, const void* scores, ThreadPool& pool);

 private:
  /** Sums over the window around each px of a row. 25 bytes fit 16 bits, which is twice as fast. */
  template <typename Sum>
  struct Window {
    /** Of the rows alone, with room for the columns beside the picture. */
    std::vector<Sum> columns;
    std::vector<Sum> sums;
  };
  struct Scratch {
    std::vector<float> scores;
    std::vector<float> spare;
    Window<uint16_t> window;
    Window<int32_t> wide_window;
    std::vector<float> trust;
  };
  /** Of one frame; there are two, and they take turns. */
  struct Memory {
    GreyPicture grey;
    GreyPicture small;
    /** `[planes, height, width]` */
    std::vector<float> evidence;
    /** The class that each px was given. */
    std::vector<uint8_t> held;
  };
  /** Columns of one block, and where they lay in the frame before. */
  struct Span {
    int from;
    int to;
    Shift shift;
  };

  void shrink(Memory& memory);
  void compare_rows(int from, int to, Scratch& scratch);
  void blend_row(const void* scores, int y, Scratch& scratch);
  void trust_row(int y, Scratch& scratch);
  void load(const void* scores, int y, Scratch& scratch) const;
  void blend_span(int y, Span span, Scratch& scratch);
  template <typename Use>
  void for_spans(int y, const Use& use) const;
  template <typename T, typename Sum>
  const Sum* window_sum(const T* px, int y, Window<Sum>& window) const;

  TemporalSpec spec_;
  OutputSpec output_;
  OutputSpec result_;
  int width_;
  int height_;
  int planes_;
  /** Px of the output per px of the picture whose motion is searched. */
  int shrink_;
  const RowKernels& kernels_;
  Brightness brightness_;
  BlockMotion motion_;
  Memory memories_[2];
  Memory* now_ = &memories_[0];
  Memory* before_ = &memories_[1];
  bool has_evidence_ = false;
  /** `[height, width]`: how far the moved picture is off, and how far each px lies from the mean around it (times the window). */
  std::vector<uint8_t> residual_;
  std::vector<uint16_t> deviation_;
  std::vector<float> smoothed_;
  std::vector<Scratch> scratch_;
};

}  // namespace mavseg
